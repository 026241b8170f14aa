"""``reconciler validate``."""

import json
from datetime import datetime
from pathlib import Path

import click

from reconciler.application.clock import SystemClock, utc
from reconciler.cli.options import Command, Options, manifests_argument, reporting
from reconciler.cli.planning.base import account_places, incomparable, read_base
from reconciler.cli.reporting.validation_report import show_validation
from reconciler.cli.settings import read_settings
from reconciler.domain.absences import Declarations, accounts_in_scope
from reconciler.domain.changes.comparison import compare
from reconciler.errors import InvalidError, Problem, UsageError
from reconciler.manifests.heads import misplaced, read_heads
from reconciler.manifests.load import load
from reconciler.views.validated import Validated


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
@reporting("github", "junit", "sarif")
def validate(
    options: Options, manifests: Path, base: str | None, governance: Path | None, *, strict: bool
) -> None:
    """Load every manifest under MANIFESTS and report every problem; touches no network."""
    # Not by a session: what it brings for the network would take longer than all the rest.
    now = utc(SystemClock().time())
    declarations = _checked(manifests, governance, now, strict=strict)
    read_settings(declarations.accounts.values(), keyless=options.sandbox)
    names = sorted(one.name for one in accounts_in_scope(declarations))
    options.front.outputs["accounts"] = json.dumps(names)
    if base is None:
        show_validation(options, Validated(declarations=declarations))
        return
    environ = options.front.environ
    times = declarations.relative_times
    other = read_base(manifests, base, now=now, relative_times=times, environ=environ)
    if isinstance(other.found, Problem):
        warning = incomparable(other.found)
        show_validation(options, Validated(declarations=declarations, warning=warning))
        return
    changes = compare(other.found, declarations, account_places(manifests))
    validated = Validated(
        declarations=declarations, changes=changes, base=base, commit=other.commit
    )
    show_validation(options, validated)


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
        raise InvalidError([*problems, *error.problems], files=error.files) from error
    if strict:
        problems += map(_as_problem, declarations.warnings)
    if problems:
        raise InvalidError(problems, files=declarations.files)
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
