"""Diagnostics: structlog to stderr, apart from data and from the audit log."""

import sys

import stamina.instrumentation
import structlog

from reconciler.cli.options import Options

_LEVELS = {0: 30, 1: 20}


def configure_logs(options: Options) -> None:
    """Send diagnostics to stderr in the asked form; ``-q`` leaves errors, ``-v`` adds detail."""
    level = 40 if options.front.quiet else _LEVELS.get(options.verbose, 10)
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer(sort_keys=True)
    if options.log_format == "text":
        colored = options.front.colored(sys.stderr)
        renderer = structlog.dev.ConsoleRenderer(colors=colored, pad_event_to=0, pad_level=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    # Retries are visible in the calls that a plan counts; a line for each would be noise.
    stamina.instrumentation.set_on_retry_hooks([])
