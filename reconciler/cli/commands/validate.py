"""``reconciler validate``."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import click

from reconciler.application.clock import SystemClock, utc
from reconciler.cli.base import account_places, incomparable, read_base
from reconciler.cli.options import Command, Options, common_options, manifests_argument
from reconciler.cli.settings import read_settings
from reconciler.cli.step_outputs import validation_outputs
from reconciler.domain.absences import Declarations
from reconciler.domain.changes.comparison import compare
from reconciler.domain.changes.difference import Changes
from reconciler.domain.inert import inert
from reconciler.errors import InvalidError, Problem, UsageError
from reconciler.manifests.heads import misplaced, read_heads
from reconciler.manifests.load import load
from reconciler.views.machine import comparison_json, validation_json
from reconciler.views.text.changes import base_name, changes_text
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.wording import several


@click.command(cls=Command)
@manifests_argument
@click.option(
    "--base",
    metavar="REF",
    help="Show what differs from the manifests of this commit or branch.",
)
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option(
    "--governance",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Refuse accounts, policies, protections and allowances outside this folder.",
)
@common_options
def validate(
    options: Options, manifests: Path, base: str | None, governance: Path | None, *, strict: bool
) -> None:
    """Load every manifest under MANIFESTS and report every problem; touches no network."""
    # Not by a session: what it brings for the network would take longer than all the rest.
    now = utc(SystemClock().time())
    declarations = _checked(manifests, governance, now, strict=strict)
    read_settings(declarations.accounts.values(), keyless=options.sandbox)
    options.front.outputs |= validation_outputs(declarations)
    if base is None:
        _show(options, declarations)
        return
    environ = options.front.environ
    times = declarations.relative_times
    other = read_base(manifests, base, now=now, relative_times=times, environ=environ)
    if isinstance(other.found, Problem):
        _show(options, declarations, incomparable(other.found))
        return
    changes = compare(other.found, declarations, account_places(manifests))
    _show_changes(options, declarations, changes, base, other.commit)


def _checked(
    manifests: Path, governance: Path | None, now: datetime, *, strict: bool
) -> Declarations:
    """Load the manifests; raises InvalidError with every problem that any check finds."""
    problems: list[Problem] = []
    if governance is not None:
        inside = _inside(manifests, governance)
        problems += misplaced(read_heads(manifests), inside)
    try:
        declarations = load(manifests, now=now)
    except InvalidError as error:
        raise InvalidError([*problems, *error.problems]) from error
    if strict:
        problems += map(_as_problem, declarations.warnings)
    if problems:
        raise InvalidError(problems)
    return declarations


def _inside(manifests: Path, governance: Path) -> str:
    """Return the path of the folder for governance in the manifests folder, with `/`."""
    folders = [one for one in (governance, manifests / governance) if one.is_dir()]
    for folder in folders:
        root, inside = manifests.resolve(), folder.resolve()
        if inside != root and inside.is_relative_to(root):
            return inside.relative_to(root).as_posix()
    raise UsageError(
        "--governance names no folder inside the manifests folder",
        detail=str(governance) if folders else f"{governance}: there is no such folder",
        hint=f"Give a folder in {manifests}, as in --governance {manifests / 'governance'}.",
    )


def _as_problem(warning: str) -> Problem:
    """Return a warning, which begins with ``file:line: ``, as a problem."""
    place, _, message = warning.partition(": ")
    file, _, number = place.rpartition(":")
    return Problem(file or place, int(number) if number.isdigit() else 0, 0, message)


def _show(options: Options, declarations: Declarations, *warnings: str) -> None:
    if options.front.format == "json":
        options.front.put([validation_json(declarations, *warnings) + "\n"])
        return
    lines = _warnings([*declarations.warnings, *declarations.conflicts, *warnings])
    options.front.put_lines([*lines, line(_summary(declarations), Style.STRONG)])


def _show_changes(
    options: Options, declarations: Declarations, changes: Changes, base: str, commit: str
) -> None:
    if options.front.format == "json":
        options.front.put(comparison_json(declarations, changes, commit))
        return
    lines = list(_warnings([*declarations.warnings, *declarations.conflicts]))
    options.front.put_lines(
        [
            *lines,
            *([EMPTY] if lines else ()),
            *changes_text(changes, base_name(base, commit), full=options.full),
            line(_summary(declarations), Style.STRONG),
        ]
    )


def _warnings(warnings: Iterable[str]) -> Iterator[Line]:
    return (line(f"Warning: {inert(one, longest=400)}", Style.WARN) for one in warnings)


def _summary(declarations: Declarations) -> str:
    absences = sum(len(one) + len(one.named) for one in declarations.absences)
    rules = sum(len(one.rules) for one in declarations.absences)
    and_rules = f" and {several(rules, 'rule')}" if rules else ""
    return (
        f"Valid: {several(absences, 'absence')}{and_rules} "
        f"in {several(declarations.declaring, 'manifest')}, "
        f"{several(len(declarations.accounts), 'account')}."
    )
