"""``reconciler apply``."""

from pathlib import Path

import click

from reconciler.application.applying import Applied
from reconciler.cli.apply_run import Wish, hold_and_apply
from reconciler.cli.approving import (
    check_beforehand,
    check_saved_plan,
    check_unspent,
)
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Options, common_options, manifests_argument
from reconciler.cli.running import run
from reconciler.cli.session import Session, open_session
from reconciler.errors import ExitCode
from reconciler.ledger.database import open_database
from reconciler.ledger.memory import Memory
from reconciler.planfile.read import SavedPlan, read_plan
from reconciler.views.apply_text import apply_text
from reconciler.views.machine import apply_json


@click.command()
@manifests_argument
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Delete what is in this reviewed plan and still as it was.",
)
@click.option("--expect-digest", default="", help="Apply only the plan with this digest.")
@click.option("--auto-approve", is_flag=True, help="Do not ask; delete what is listed.")
@click.option("--max-deletes", type=click.IntRange(min=0), help="Lower the policy's cap.")
@common_options
def apply(
    options: Options,
    manifests: Path,
    plan_file: Path | None,
    *,
    expect_digest: str,
    auto_approve: bool,
    max_deletes: int | None,
) -> int:
    """Plan afresh and delete what is declared, reviewed and still there; prove every deletion."""
    approved = plan_file is not None or bool(expect_digest)
    check_beforehand(options.front, approved=approved, auto_approve=auto_approve)
    configure_logs(options)
    session = open_session(options, manifests)
    saved = read_plan(plan_file) if plan_file else None
    if saved:
        check_saved_plan(saved, session)
    wish = Wish(
        saved=saved,
        expected_digest=expect_digest,
        auto_approve=auto_approve,
        max_deletes=max_deletes,
    )
    with session.sites() as sites:
        database = open_database(session.ledger_url, session.clock)
        try:
            if saved:
                check_unspent(saved, Memory(database))
            applied = run(lambda stop: hold_and_apply(session, wish, sites, database, stop))
            _remember(saved, applied, Memory(database))
        finally:
            database.close()
    _show(options, applied, session)
    return applied.exit_code


def _remember(saved: SavedPlan | None, applied: Applied, memory: Memory) -> None:
    if saved:
        memory.take_plan(saved.checksum, saved.footer["digest"])
        if applied.exit_code is ExitCode.DONE:
            memory.spend_plan(saved.checksum)


def _show(options: Options, applied: Applied, session: Session) -> None:
    audit_file = str(session.audit_folder / f"{applied.run_id}.jsonl")
    for error in applied.trouble:
        options.front.report(error)
    if options.front.format == "json":
        options.front.put(apply_json(applied, audit_file))
    else:
        options.front.put_lines(apply_text(applied, audit_file=audit_file, full=options.full))
