"""``reconciler validate``."""

from pathlib import Path

import click

from reconciler.cli.options import Options, common_options, manifests_argument
from reconciler.cli.session import open_session
from reconciler.domain.absences import Declarations
from reconciler.domain.inert import inert
from reconciler.views.lines import Style, line
from reconciler.views.machine import validation_json


@click.command()
@manifests_argument
@common_options
def validate(options: Options, manifests: Path) -> None:
    """Load every manifest under MANIFESTS and report every problem; touches no network."""
    declarations = open_session(options, manifests).declarations
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
        f"Valid: {absences} absences in {len(declarations.manifests)} manifests, "
        f"{len(declarations.accounts)} accounts."
    )
