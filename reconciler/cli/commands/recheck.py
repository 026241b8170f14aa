"""``reconciler recheck``."""

from pathlib import Path

import click

from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Command, Options, common_options, manifests_argument
from reconciler.cli.planning.narrowing import narrowing_options
from reconciler.cli.runs.recheck_run import Concluded, recheck_gone
from reconciler.cli.session import open_session
from reconciler.domain.narrowing.selectors import Targeting, targeting_of
from reconciler.views.text.error import error_text
from reconciler.views.text.recheck import RecheckReport, recheck_json, recheck_text


@click.command(cls=Command)
@manifests_argument
@click.option("--run", "run_id", metavar="ID", help="Only what this run proved gone.")
@narrowing_options
@common_options
def recheck(
    options: Options,
    manifests: Path,
    run_id: str | None,
    targets: tuple[str, ...],
    excludes: tuple[str, ...],
) -> int:
    """Read again what was proven gone, and report what has returned; deletes nothing.

    The ledger has the proofs; MANIFESTS say where the accounts are. What is there again is
    deleted by apply, where it is still declared.
    """
    targeting = targeting_of(targets, excludes)
    configure_logs(options)
    session = open_session(options, manifests)
    found = recheck_gone(session, targeting, run_id or "")
    _show(options, found, targeting, run_id or "")
    return found.exit_code


def _show(options: Options, found: Concluded, targeting: Targeting, of_run: str) -> None:
    report = RecheckReport(
        returns=found.returns,
        run_id=found.run_id,
        audit_file=found.audit_file,
        of_run=of_run,
        narrowing=targeting.written,
        trouble=found.trouble,
    )
    if options.front.format == "json":
        options.front.put(recheck_json(report, found.exit_code))
    if found.trouble:
        options.front.say_lines(error_text(found.trouble))
    if options.front.format == "text":
        options.front.put_lines(recheck_text(report, full=options.full))
