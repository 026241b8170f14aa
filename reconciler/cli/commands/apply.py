"""``reconciler apply``."""

from dataclasses import replace
from pathlib import Path

import click

from reconciler.application.applied import Applied
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import (
    REPORTS,
    Command,
    Duration,
    Options,
    manifests_argument,
    reporting,
)
from reconciler.cli.planning.narrowing import narrowed, narrowed_as_planned, narrowing_options
from reconciler.cli.planning.read_by import as_planned
from reconciler.cli.reporting.reports import show_applied
from reconciler.cli.running import run
from reconciler.cli.runs.apply_run import hold_and_apply
from reconciler.cli.runs.approving import (
    check_beforehand,
    check_saved_plan,
    check_scope,
    terms_of,
    with_keys_of,
)
from reconciler.cli.runs.results_file import results_file
from reconciler.cli.runs.wish import Wish
from reconciler.cli.session import Session, open_session
from reconciler.domain.narrowing.selectors import targeting_of
from reconciler.ledger.database import open_database
from reconciler.planfile.read import SavedPlan, read_plan


@click.command(cls=Command)
@manifests_argument
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Delete what is in this reviewed plan and still as it was.",
)
@click.option("--expect-digest", metavar="DIGEST", help="Apply only the plan with this digest.")
@click.option("--auto-approve", is_flag=True, help="Do not ask; delete what is listed.")
@click.option(
    "--max-deletes", type=click.IntRange(min=0), help="Lower the policy's cap for this run."
)
@click.option(
    "--stop-after",
    type=Duration(),
    help="Send no further batch after this time: 10m, 2h. What was sent is proven all the same.",
)
@click.option(
    "--skip-unknown",
    is_flag=True,
    help="Delete what was seen alive although other things in its account could not be read.",
)
@click.option(
    "--results",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a row for every outcome, as it becomes known, into this CSV file.",
)
@narrowing_options
@reporting(*REPORTS)
def apply(
    options: Options,
    manifests: Path,
    plan_file: Path | None,
    targets: tuple[str, ...],
    excludes: tuple[str, ...],
    *,
    expect_digest: str | None,
    auto_approve: bool,
    max_deletes: int | None,
    stop_after: float | None,
    skip_unknown: bool,
    results: Path | None,
) -> int:
    """Plan afresh and delete what is declared, reviewed and still there; prove every deletion."""
    targeting = targeting_of(targets, excludes)
    check_beforehand(
        options.front,
        plan=plan_file,
        digest=expect_digest,
        auto_approve=auto_approve,
        narrows=targeting.narrows,
    )
    configure_logs(options)
    session = open_session(options, manifests)
    saved = read_plan(plan_file) if plan_file else None
    if saved:
        session = narrowed_as_planned(session.at_times_of(saved.relative_times), saved.targeting)
        check_saved_plan(saved, session, expect_digest)
        session = replace(session, prefer=as_planned(saved.ways))
    else:
        session = narrowed(session, targeting)
    wish = Wish(
        reviewed=saved.reviewed if saved else None,
        terms=terms_of(saved, max_deletes, skip_unknown=skip_unknown) if saved else None,
        # What was reviewed is the plan in the file, and it was held against the digest above.
        expected_digest="" if saved else expect_digest or "",
        auto_approve=auto_approve,
        max_deletes=max_deletes,
        stop_after=stop_after,
        skip_unknown=skip_unknown,
    )
    with results_file(results, session.clock) as file:
        applied = _apply(session, saved, replace(wish, results=file))
    if file and file.trouble:
        applied.trouble.append(file.trouble)
        applied.codes.append(file.trouble.exit_code)
    audit_file = str(session.audit_folder / f"{applied.run_id}.jsonl")
    show_applied(options, applied, audit_file, plan_path=str(plan_file or ""))
    return applied.exit_code


def _apply(session: Session, saved: SavedPlan | None, wish: Wish) -> Applied:
    """Apply, with the keys of the reviewed plan and only to what it was made from."""
    with session.sites() as found:
        sites = with_keys_of(saved, found) if saved else found
        if saved:
            check_scope(saved, session, sites)
        database = open_database(session.ledger_url, session.clock)
        try:
            return run(lambda stop: hold_and_apply(session, wish, sites, database, stop))
        finally:
            database.close()
