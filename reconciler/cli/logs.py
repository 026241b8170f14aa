"""Diagnostics: structlog to stderr, apart from data and from the audit log.

Most runs have nothing to say, and structlog brings rich along: it is loaded with the first word.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TextIO

from reconciler.cli.options import Options

_INFO, _WARNING, _ERROR = 20, 30, 40
_LEVELS = {0: _WARNING, 1: _INFO}


@dataclass(slots=True)
class _Asked:
    """What was asked of diagnostics."""

    level: int = _WARNING
    prepare: Callable[[], None] | None = None
    """What is left to do before the first word."""


_ASKED = _Asked()


def configure_logs(options: Options) -> None:
    """Send diagnostics to stderr in the asked form; ``-q`` leaves errors, ``-v`` adds detail."""
    _ASKED.level = _ERROR if options.front.quiet else _LEVELS.get(options.verbose, 10)
    _ASKED.prepare = partial(
        _prepare,
        file=sys.stderr,
        as_text=options.log_format == "text",
        colored=options.front.colored(sys.stderr),
    )


def info(event: str, **fields: object) -> None:
    """Tell a detail."""
    _say(_INFO, event, fields)


def warning(event: str, **fields: object) -> None:
    """Tell what somebody may want to know."""
    _say(_WARNING, event, fields)


def _say(level: int, event: str, fields: dict[str, object]) -> None:
    if level < _ASKED.level:
        return
    if _ASKED.prepare is not None:
        _ASKED.prepare()
        _ASKED.prepare = None
    import structlog  # noqa: PLC0415 - see above

    structlog.get_logger().log(level, event, **fields)


def _prepare(*, file: TextIO, as_text: bool, colored: bool) -> None:
    import structlog  # noqa: PLC0415 - see above

    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer(sort_keys=True)
    if as_text:
        renderer = structlog.dev.ConsoleRenderer(colors=colored, pad_event_to=0, pad_level=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(file=file),
    )


def forget_logs() -> None:
    """Ask for nothing, as before anything was configured."""
    _ASKED.level, _ASKED.prepare = _WARNING, None
