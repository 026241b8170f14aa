"""The options that every command has, gathered into one value."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from reconciler.cli.front import Front
from reconciler.cli.settings import LEDGER_HINT, ledger_trouble
from reconciler.errors import UsageError

_DURATION = re.compile(r"(\d+)(s|m|h|d)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the common options say."""

    front: Front
    full: bool
    show_sensitive: bool
    verbose: int
    log_format: str
    ledger: str | None
    audit_dir: Path | None
    lock_timeout: float
    sandbox: bool


class Duration(click.ParamType[float]):
    """A whole number with a unit: 5s, 10m, 24h, 30d."""

    name = "duration"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return the seconds."""
        if isinstance(value, int | float):
            return float(value)
        found = _DURATION.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is not a duration such as 5s, 10m, 24h, 30d", param, ctx)
        return float(int(found[1]) * _SECONDS[found[2]])


class Format(click.ParamType[str]):
    """The form of the output, one of those that a command can write."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """Accept these."""
        self.names = names
        self.name = "|".join(names)

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Return a format that can be written."""
        if value not in self.names:
            names = f"{', '.join(self.names[:-1])} or {self.names[-1]}"
            self.fail(f"{value!r} is not {names}", param, ctx)
        return str(value)


class Command(click.Command):
    """A command whose help lists its own options first, then those that every command has."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write both lists."""
        own: list[tuple[str, str]] = []
        common: list[tuple[str, str]] = []
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Argument):
                continue  # the line of usage names it
            if record := parameter.get_help_record(ctx):
                (common if parameter.name in _COMMON else own).append(record)
        for title, records in (("Options", own), ("Common options", common)):
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


_FORMATS = ("text", "json")
"""What every command can write."""
REPORTS = ("markdown", "html", "github", "junit", "sarif")
"""What a plan, and what an apply did, can be written as besides."""

_OPTIONS = (
    click.option(
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write what goes to stdout into this file.",
    ),
    click.option("--full", is_flag=True, help="Show every item, however many."),
    click.option("--show-sensitive", is_flag=True, help="Unmask personal values; terminal only."),
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="Whether to colour; auto asks the terminal, NO_COLOR and FORCE_COLOR.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong on stderr."),
    click.option("-v", "--verbose", count=True, help="Say more on stderr; twice for all."),
    click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        help="The form of log lines on stderr.",
    ),
    click.option(
        "--ledger",
        metavar="URL",
        help="The ledger; default: sqlite:///.reconciler/ledger.sqlite.",
    ),
    click.option(
        "--audit-dir",
        type=click.Path(file_okay=False, path_type=Path),
        help="The folder of the audit log; default: .reconciler/audit.",
    ),
    click.option(
        "--lock-timeout",
        type=Duration(),
        default="0s",
        show_default=True,
        help="How long to wait for another run to let go of an account.",
    ),
    click.option("--sandbox", is_flag=True, help="Use the sandbox instead of real accounts."),
)


_COMMON = {
    *("format_", "output", "full", "show_sensitive", "color", "quiet", "verbose", "log_format"),
    *("ledger", "audit_dir", "lock_timeout", "sandbox", "help"),
}
"""The names of the parameters above, and of click's own."""


def common_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the common options; it receives them as one ``Options``."""
    return reporting()(command)


def reporting(*formats: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what gives a command the common options, with further formats of its output."""
    names = (*_FORMATS, *formats)
    words = f"{', '.join(names[:-1])} or {names[-1]}."
    form = click.option("--format", "format_", type=Format(names), default="text", help=words)
    return lambda command: form(_with_options(command))


def _with_options(command: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(command)
    @click.pass_obj
    def wrapped(front: Front, /, **arguments: Any) -> Any:  # noqa: ANN401 - whatever the command returns
        front.format = arguments.pop("format_")
        front.output = arguments.pop("output")
        front.color = arguments.pop("color")
        front.quiet = arguments.pop("quiet")
        named = [field.name for field in fields(Options) if field.name != "front"]
        options = Options(front=front, **{name: arguments.pop(name) for name in named})
        _check(options)
        return command(options, **arguments)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def manifests_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its MANIFESTS folder."""
    return click.argument("manifests", type=click.Path(path_type=Path), default="manifests")(
        command
    )


def _check(options: Options) -> None:
    front = options.front
    if options.show_sensitive and (
        front.format != "text" or front.output is not None or not _is_seen_by_people()
    ):
        raise UsageError(
            "--show-sensitive works in a terminal only",
            hint="Personal values are not written to files, pipes or JSON.",
        )
    if options.ledger is not None:
        _check_ledger(options.ledger)
    if options.sandbox and (options.ledger or options.audit_dir):
        raise UsageError("--sandbox has its own ledger and audit log")


def _check_ledger(url: str) -> None:
    """Refuse what other processes' lists would show, and what is no ledger."""
    rest = url.partition("://")[2]
    if rest.rpartition("@")[0].partition(":")[2] or "password=" in rest:
        raise UsageError(
            "A password on the command line is visible to others",
            hint="Pass the ledger's URL in RECONCILER_LEDGER.",
        )
    if trouble := ledger_trouble(url):
        raise UsageError(f"--ledger: {trouble}", hint=LEDGER_HINT)


def _is_seen_by_people() -> bool:
    # A plan goes to stdout, and before an apply to stderr.
    return sys.stdout.isatty() and sys.stderr.isatty()
