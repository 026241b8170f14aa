"""``reconciler show``."""

from pathlib import Path

import click

from reconciler.application.clock import SystemClock, utc
from reconciler.cli.options import REPORTS, Command, Options, reporting
from reconciler.cli.reporting.reports import show_plan
from reconciler.cli.reporting.step_outputs import plan_outputs
from reconciler.cli.settings import read_settings
from reconciler.domain.document import moment
from reconciler.errors import UsageError
from reconciler.planfile.read import read_plan
from reconciler.views.presentation import Presentation


@click.command(cls=Command)
@click.argument("planfile", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@reporting(*REPORTS)
def show(options: Options, planfile: Path) -> None:
    """Show a saved plan, also one that may no longer be applied."""
    if options.show_sensitive:
        raise UsageError("--show-sensitive shows nothing here: a plan file holds masked values")
    read_settings((), partial=True)  # for the mistakes in them
    saved = read_plan(planfile)
    expired = saved.expires_at <= utc(SystemClock().time())
    warning = f"this plan expired at {moment(saved.expires_at)}" if expired else ""
    about = Presentation(full=options.full, plan_file=planfile.name)
    shown = saved.document(warning)
    options.front.outputs |= plan_outputs(shown, plan_path=str(planfile))
    show_plan(options, shown, about)
