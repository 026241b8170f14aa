"""``reconciler resume``."""

from collections.abc import Sequence
from pathlib import Path

import click

from reconciler.application.applied import Applied
from reconciler.application.closing import Closed
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import REPORTS, Command, Options, manifests_argument, reporting
from reconciler.cli.reporting.reports import show_applied, show_settled
from reconciler.cli.running import run
from reconciler.cli.runs.interrupted import Left, confined, left_by_runs, with_keys_of_runs
from reconciler.cli.runs.resume_run import hold_and_resume
from reconciler.cli.session import Session, open_session
from reconciler.domain.document import moment
from reconciler.errors import ExitCode, IncompleteError, ReconcilerError, StaleError
from reconciler.ledger.database import Database, open_database


@click.command(cls=Command)
@manifests_argument
@click.option(
    "--settle-only",
    is_flag=True,
    help="Only find out, by reading, what became of what was sent; delete nothing.",
)
@reporting(*REPORTS)
def resume(options: Options, manifests: Path, *, settle_only: bool) -> int:
    """Take up interrupted runs: settle what they sent, then delete what is still due.

    Only what their plan, today's manifests and a fresh reading all still say is deleted.
    """
    configure_logs(options)
    session = open_session(options, manifests)
    database = open_database(session.ledger_url, session.clock)
    try:
        left = left_by_runs(session, database)
        if not left.accounts:
            show_settled(options, None, "", [], ExitCode.DONE)
            return ExitCode.DONE
        trouble = _trouble(left, session, settle_only=settle_only)
        codes = [one.exit_code for one in trouble]
        done = _resumed(session, left, database, codes, settle_only=settle_only)
    finally:
        database.close()
    return _show(options, done, trouble, session)


def _resumed(
    session: Session,
    left: Left,
    database: Database,
    codes: Sequence[ExitCode],
    *,
    settle_only: bool,
) -> Applied | Closed:
    session = confined(session, left)
    with session.sites() as found:
        sites = with_keys_of_runs(left, found)
        return run(
            lambda stop: hold_and_resume(
                session, left, sites, database, stop, settle_only=settle_only, codes=codes
            )
        )


def _trouble(left: Left, session: Session, *, settle_only: bool) -> list[ReconcilerError]:
    """Return what keeps something that runs left from being taken up."""
    trouble: list[ReconcilerError] = []
    if left.expired and not settle_only:
        details = [f"{one.run_id} at {moment(one.terms.expires_at)}" for one in left.expired]
        trouble.append(
            StaleError(
                "Approvals have expired, so nothing more of them was deleted",
                detail="\n".join(details),
                hint="Make a new plan and apply it.",
            )
        )
    if strangers := sorted(left.accounts - session.declarations.accounts.keys()):
        trouble.append(
            IncompleteError(
                "What was left in accounts that are not declared any more stays open",
                detail="\n".join(strangers),
                hint="Declare them once more and run reconciler resume.",
            )
        )
    return trouble


def _show(
    options: Options, done: Applied | Closed, trouble: list[ReconcilerError], session: Session
) -> ExitCode:
    audit_file = str(session.audit_folder / f"{done.run_id}.jsonl")
    if isinstance(done, Applied):
        done.trouble += trouble
        show_applied(options, done, audit_file, command="resume")
        return done.exit_code
    show_settled(options, done, audit_file, trouble, done.exit_code)
    return done.exit_code
