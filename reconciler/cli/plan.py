"""``reconciler plan``."""

import shlex
from collections.abc import Mapping
from pathlib import Path

import click

from reconciler.application.planning import Circumstances, assemble, survey
from reconciler.application.stopping import Stop, unless_stopped
from reconciler.cli.connections import Connections, readers
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Command, Options, common_options, manifests_argument
from reconciler.cli.progress import progress_on
from reconciler.cli.running import run
from reconciler.cli.session import Session, open_session
from reconciler.cli.sites import Site
from reconciler.domain.document import PlanDocument, document
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Action, Plan
from reconciler.errors import ExitCode, UnrecordedError, UsageError, weightiest
from reconciler.ledger.database import Database, open_database
from reconciler.planfile.write import write_plan
from reconciler.views.machine import plan_json
from reconciler.views.plan_text import plan_text


@click.command(cls=Command)
@manifests_argument
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save the plan to this file, for apply --plan.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when something would change.")
@click.option("--expect-no-changes", is_flag=True, help="Exit 2 when something would change.")
@common_options
def plan(
    options: Options,
    manifests: Path,
    out: Path | None,
    *,
    detailed_exitcode: bool,
    expect_no_changes: bool,
) -> int:
    """Read what the accounts hold now and show what apply would delete; deletes nothing."""
    if options.show_sensitive and out:
        raise UsageError("--show-sensitive does not go with --out")
    if out and not out.parent.is_dir():
        raise UsageError("There is no such folder to save the plan in", detail=str(out.parent))
    configure_logs(options)
    session = open_session(options, manifests)
    database, warnings = _ledger_or_memory(session)
    try:
        with session.sites() as sites:
            circumstances = session.circumstances(warnings=warnings)
            made = run(lambda stop: make_plan(session, sites, database, circumstances, stop))
    finally:
        database.close()
    shown = document(made)
    if out:
        write_plan(shown, out)
    code = exit_code(made, changes_count=detailed_exitcode or expect_no_changes)
    how = approving_command(session, shown, out)
    show_plan(options, shown, code, approve=how)
    return code


def approving_command(session: Session, shown: PlanDocument, out: Path | None) -> str:
    """Return the command that applies just this plan; empty where a program does it."""
    if session.settings.get("IN_AUTOMATION"):
        return ""
    words = ["reconciler", "apply"]
    if session.folder != Path("manifests"):
        words.append(str(session.folder))
    if session.options.sandbox:
        words.append("--sandbox")
    words += ["--plan", str(out)] if out else ["--expect-digest", str(shown.footer["digest"])]
    return shlex.join(words)


def _ledger_or_memory(session: Session) -> tuple[Database, tuple[str, ...]]:
    """Open the ledger; a plan that cannot write one limits itself within this process."""
    try:
        return open_database(session.ledger_url, session.clock), ()
    except UnrecordedError as error:
        warning = f"no ledger, so the rate limit holds within this process only: {error.detail}"
        return open_database("sqlite://", session.clock), (warning,)


async def make_plan(
    session: Session,
    sites: Mapping[str, Site],
    database: Database,
    circumstances: Circumstances,
    stop: Stop,
) -> Plan:
    """Read every account in scope and decide; connects for reading only."""
    with progress_on(session.options.front, session.clock) as progress:
        mask = Mask(off=session.options.show_sensitive)
        connections = Connections(
            database=database,
            progress=progress,
            mask=mask,
            clock=session.clock,
            transport=session.transport,
        )
        try:
            reading = readers([connections.reading(site) for site in sites.values()])
            surveys = await unless_stopped(survey(session.declarations, reading), stop)
        finally:
            await connections.close()
    return assemble(session.declarations, surveys, circumstances)


def exit_code(made: Plan, *, changes_count: bool) -> ExitCode:
    """Return the code that a plan ends in."""
    counts, codes = made.counts(), [ExitCode.DONE]
    if counts[Action.UNKNOWN]:
        codes.append(ExitCode.INCOMPLETE)
    if made.violated:
        codes.append(ExitCode.REFUSED)
    if changes_count and (counts[Action.DELETE] or counts[Action.HELD]):
        codes.append(ExitCode.CHANGES)
    return weightiest(codes)


def show_plan(options: Options, shown: PlanDocument, code: ExitCode, approve: str = "") -> None:
    """Write a plan in the asked format, and how to approve it."""
    if options.front.format == "json":
        options.front.put(plan_json(shown, code))
    else:
        options.front.put_lines(plan_text(shown, full=options.full, approve=approve))
