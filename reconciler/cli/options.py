"""The options that every command has, gathered into one value."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from reconciler.cli import later
from reconciler.cli.front import Front
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
    """The form of the output."""

    name = "text|json"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Return a format that can be written."""
        if value in later.FORMATS:
            self.fail(f"{value} {later.REFUSAL}", param, ctx)
        if value not in ("text", "json"):
            self.fail(f"{value!r} is not text or json", param, ctx)
        return str(value)


_OPTIONS = (
    click.option("--format", "format_", type=Format(), default="text", help="text or json."),
    click.option(
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write the output to a file instead of stdout.",
    ),
    click.option("--full", is_flag=True, help="Show every item, however many."),
    click.option("--show-sensitive", is_flag=True, help="Show personal values; terminal only."),
    click.option(
        "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour."
    ),
    click.option("-q", "--quiet", is_flag=True, help="Say less on stderr."),
    click.option("-v", "--verbose", count=True, help="Say more on stderr."),
    click.option("--log-format", type=click.Choice(["text", "json"]), default="text"),
    click.option("--ledger", metavar="URL", help="The ledger, sqlite:///PATH."),
    click.option(
        "--audit-dir",
        type=click.Path(file_okay=False, path_type=Path),
        help="The folder of the audit log.",
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


def common_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the common options; it receives them as one ``Options``."""

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
        front.format != "text" or front.output is not None or not _stdout_is_a_terminal()
    ):
        raise UsageError(
            "--show-sensitive works in a terminal only",
            hint="Personal values are not written to files, pipes or JSON.",
        )
    user_info = (options.ledger or "").partition("://")[2].rpartition("@")[0]
    if ":" in user_info:
        raise UsageError(
            "A password on the command line is visible to others",
            hint="Pass the ledger's URL in RECONCILER_LEDGER.",
        )
    if options.sandbox and (options.ledger or options.audit_dir):
        raise UsageError("--sandbox has its own ledger and audit log")


def _stdout_is_a_terminal() -> bool:
    return sys.stdout.isatty()
