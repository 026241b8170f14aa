"""``reconciler apply``."""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.application import applying
from reconciler.application.applying import Applied, Approval, Tools
from reconciler.application.clock import utc
from reconciler.application.stopping import Stop
from reconciler.cli.approving import (
    asking,
    check_beforehand,
    check_saved_plan,
    check_unspent,
    key_id_of,
)
from reconciler.cli.connections import Connections, readers
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Options, common_options, manifests_argument
from reconciler.cli.progress import progress_on
from reconciler.cli.run_head import run_started
from reconciler.cli.running import run
from reconciler.cli.session import Session, open_session
from reconciler.cli.sites import Site
from reconciler.domain.document import document
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Plan
from reconciler.errors import ExitCode, LockedError
from reconciler.ledger.database import Database, open_database
from reconciler.ledger.journal import Journal
from reconciler.ledger.leases import Leases
from reconciler.ledger.memory import Memory
from reconciler.ledger.orphans import Orphans
from reconciler.planfile.read import SavedPlan, read_plan
from reconciler.views.apply_text import apply_text
from reconciler.views.machine import apply_json
from reconciler.views.plan_text import plan_text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What one call of apply asks for."""

    saved: SavedPlan | None
    expected_digest: str
    auto_approve: bool
    max_deletes: int | None


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
    wish = _Wish(
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
            applied = run(lambda stop: _run(session, wish, sites, database, stop))
            _remember(saved, applied, Memory(database))
        finally:
            database.close()
    _show(options, applied, session)
    return applied.exit_code


async def _run(
    session: Session,
    wish: _Wish,
    sites: Mapping[str, Site],
    database: Database,
    stop: Stop,
) -> Applied:
    """Hold the accounts, and apply."""
    leases = Leases(database, _new_run_id(session))
    try:
        for name in sorted(sites):
            await leases.take(name, session.clock, session.options.lock_timeout)
        keeping = asyncio.ensure_future(leases.keep(session.clock))
        try:
            return await _apply(session, wish, _with_keys(sites, wish.saved), leases, stop)
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError, LockedError):
                await keeping
    finally:
        leases.free()


async def _apply(
    session: Session, wish: _Wish, sites: Mapping[str, Site], leases: Leases, stop: Stop
) -> Applied:
    options, database = session.options, leases.database
    with progress_on(options.front, session.clock) as progress:
        mask = Mask(off=options.show_sensitive)
        connections = Connections(database=database, progress=progress, mask=mask)
        try:
            connected = [connections.reading(site) for site in sites.values()]
            pacers = {one.site.account.name: one.pacer for one in connected}
            tools = Tools(
                readers=readers(connected),
                deleters={one.site.account.name: connections.deleting(one) for one in connected},
                orphans=Orphans(database),
                open_journal=lambda digest: Journal(
                    database, leases, pacers, folder=session.audit_folder, plan=digest
                ),
                started=lambda plan: run_started(plan, session.settings, wish.saved),
                clock=session.clock,
                progress=progress,
                stop=stop,
                show=lambda plan: _show_first(session, wish, plan),
                approve=asking(auto_approve=wish.auto_approve),
            )
            return await applying.apply(
                session.declarations,
                session.circumstances(max_deletes=wish.max_deletes),
                Approval(
                    reviewed=wish.saved.reviewed if wish.saved else None,
                    expected_digest=wish.expected_digest,
                ),
                tools,
            )
        finally:
            await connections.close()


def _with_keys(sites: Mapping[str, Site], saved: SavedPlan | None) -> Mapping[str, Site]:
    """Return the sites with the keys that the reviewed plan was written with."""
    if saved is None:
        return sites
    keyed = {name: (site, key_id_of(saved, name)) for name, site in sites.items()}
    return {name: site.with_key(key) if key else site for name, (site, key) in keyed.items()}


def _new_run_id(session: Session) -> str:
    """Return an id that sorts by time."""
    now = utc(session.clock.time())
    return f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{secrets.token_hex(4)}"


def _remember(saved: SavedPlan | None, applied: Applied, memory: Memory) -> None:
    if saved:
        memory.take_plan(saved.checksum, saved.footer["digest"])
        if applied.exit_code is ExitCode.DONE:
            memory.spend_plan(saved.checksum)


def _show_first(session: Session, wish: _Wish, plan: Plan) -> None:
    """Show the fresh plan to whoever has not reviewed one, before anything is sent."""
    front = session.options.front
    if front.format == "text" and (wish.saved is None or plan.violated):
        front.say_lines(plan_text(document(plan), full=session.options.full))


def _show(options: Options, applied: Applied, session: Session) -> None:
    audit_file = str(session.audit_folder / f"{applied.run_id}.jsonl")
    for error in applied.trouble:
        options.front.report(error)
    if options.front.format == "json":
        options.front.put(apply_json(applied, audit_file))
    else:
        options.front.put_lines(apply_text(applied, audit_file=audit_file, full=options.full))
