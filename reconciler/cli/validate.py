"""``reconciler validate``."""

from pathlib import Path

import click

from reconciler.application.clock import SystemClock, utc
from reconciler.cli.options import Command, Options, common_options, manifests_argument
from reconciler.cli.settings import read_settings
from reconciler.domain.absences import Declarations
from reconciler.domain.inert import inert
from reconciler.manifests.load import load
from reconciler.views.lines import Style, line
from reconciler.views.machine import validation_json
from reconciler.views.wording import several


@click.command(cls=Command)
@manifests_argument
@common_options
def validate(options: Options, manifests: Path) -> None:
    """Load every manifest under MANIFESTS and report every problem; touches no network."""
    # Not by a session: what it brings for the network would take longer than all the rest.
    today = utc(SystemClock().time()).date()
    declarations = load(manifests, today=today)
    read_settings(declarations.accounts.values(), keyless=options.sandbox)
    if options.front.format == "json":
        options.front.put([validation_json(declarations) + "\n"])
        return
    lines = [
        line(f"Warning: {inert(warning, longest=400)}", Style.WARN)
        for warning in declarations.warnings
    ]
    options.front.put_lines([*lines, line(_summary(declarations), Style.STRONG)])


def _summary(declarations: Declarations) -> str:
    absences = sum(len(columns) for columns in declarations.absences)
    return (
        f"Valid: {several(absences, 'absence')} in "
        f"{several(len(declarations.manifests), 'manifest')}, "
        f"{several(len(declarations.accounts), 'account')}."
    )
