"""One run of apply: accounts held, tools put together, the use case called."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace

from reconciler.application import applying
from reconciler.application.applied import Applied
from reconciler.application.applying import Approval, Tools
from reconciler.application.assembling import Circumstances
from reconciler.application.results import Results
from reconciler.application.stopping import Stop
from reconciler.cli.connections import Connections, readers
from reconciler.cli.progress import progress_on
from reconciler.cli.runs.approving import asking, check_unspent
from reconciler.cli.runs.holding import check_halts, holding
from reconciler.cli.runs.run_head import run_started
from reconciler.cli.runs.wish import Wish
from reconciler.cli.session import Session
from reconciler.cli.sites import Site
from reconciler.domain.document import document, footer_fields, last_line
from reconciler.domain.guarding.occasions import Occasion
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Plan
from reconciler.domain.pseudonyms import pseudonyms
from reconciler.errors import ExitCode, UnrecordedError
from reconciler.ledger.approvals import gone_by, plans_of, runs_of_plan
from reconciler.ledger.database import Database
from reconciler.ledger.hooks import Hooks
from reconciler.ledger.journal import Journal
from reconciler.ledger.leases import Leases
from reconciler.ledger.memory import Memory
from reconciler.ledger.orphans import Orphans
from reconciler.views.text.lines import line
from reconciler.views.text.narrowing import narrowing_text
from reconciler.views.text.plan import plan_text

_TOLD_IN_TEXT = ("text", "github")
"""Formats whose readers are told beforehand, on stderr, what is about to be deleted."""


async def hold_and_apply(
    session: Session,
    wish: Wish,
    sites: Mapping[str, Site],
    database: Database,
    stop: Stop,
) -> Applied:
    """Hold the accounts for as long as it takes, and apply.

    Raises LockedError when another run holds one, StaleError when the plan is used up; nothing was
    sent then.
    """
    async with holding(session, sites, database, stop) as leases:
        # Only now: whoever held the accounts before may have applied the same plan.
        wish = _taken(wish, database)
        check_halts(database, sites)
        applied = await apply_held(session, wish, sites, leases, stop)
        spend(applied, database)
        return applied


def _taken(wish: Wish, database: Database) -> Wish:
    """Note that a reviewed plan is being applied; return the wish with the runs that began it."""
    if wish.terms is None or wish.reviewed is None:
        return wish
    memory, checksum = Memory(database), wish.terms.checksum
    check_unspent(checksum, memory)
    memory.take_plan(checksum, wish.reviewed.digest)
    return replace(wish, taken_up=runs_of_plan(database, checksum))


def spend(applied: Applied, database: Database) -> None:
    """Note that the reviewed plans that a run goes on with were applied to their end, if so."""
    if applied.own_code is not ExitCode.DONE:
        return
    # What was done is still to be told.
    with applied.ending():
        for checksum in plans_of(database, applied.run_id):
            Memory(database).spend_plan(checksum)


async def apply_held(
    session: Session, wish: Wish, sites: Mapping[str, Site], leases: Leases, stop: Stop
) -> Applied:
    """Apply in accounts that are held."""
    dead = Orphans(leases.database, leases).dead()
    with progress_on(session.options.front, session.clock) as progress:
        connections = Connections(
            database=leases.database,
            progress=progress,
            mask=Mask(off=session.options.show_sensitive),
            clock=session.clock,
            transport=session.transport,
            prefer=session.prefer,
        )
        try:
            applied = await applying.apply(
                session.declarations,
                _circumstances(session, wish, sites),
                Approval(
                    reviewed=wish.reviewed,
                    takes_over=wish.taken_up,
                    deleted_before=gone_by(leases.database, wish.taken_up),
                    expected_digest=wish.expected_digest,
                    unattended=wish.is_unattended,
                    skip_unknown=wish.skip_unknown,
                    codes=wish.codes,
                ),
                _tools(session, wish, connections, sites, leases, dead, stop),
            )
        finally:
            await connections.close()
    bury(leases, dead)
    return applied


def bury(leases: Leases, dead: Collection[str]) -> None:
    """Note that a run has told of dead ones."""
    # Where it cannot be noted they are told of once more, which is no reason to hide a run.
    with suppress(UnrecordedError):
        Orphans(leases.database, leases).bury(dead)


def _circumstances(session: Session, wish: Wish, sites: Mapping[str, Site]) -> Circumstances:
    """Return what the plan is made in, but for what the ledger remembers then."""
    terms = wish.terms
    return session.circumstances(
        sites,
        max_deletes=wish.max_deletes,
        occasion=Occasion(reviewed_at=terms.reviewed_at if terms else None),
    )


def _tools(  # noqa: PLR0917 - everything that a run is made of meets here
    session: Session,
    wish: Wish,
    connections: Connections,
    sites: Mapping[str, Site],
    leases: Leases,
    dead: Collection[str],
    stop: Stop,
) -> Tools:
    connected = [connections.reading(site) for site in sites.values()]
    pacers = {one.site.account.name: one.pacer for one in connected}
    url = session.settings.get("WEBHOOK_URL")
    hooks = Hooks(leases.database, leases.run_id, url) if url else None
    return Tools(
        readers=readers(connected),
        deleters={one.site.account.name: connections.deleting(one, hooks) for one in connected},
        orphans=Orphans(leases.database, leases),
        remember=lambda found: session.remembered(leases.database, sites, wish.claim, found),
        open_journal=lambda approved: Journal(
            leases, pacers, place=session.audit_place, approved=approved, hooks=hooks
        ),
        started=lambda plan: run_started(
            session,
            plan,
            wish.reviewed,
            reviewed=wish.is_approved,
            command=wish.command,
            takes_up=wish.taken_up,
            found_dead=dead,
        ),
        terms=wish.terms_of,
        clock=session.clock,
        progress=connections.progress,
        stop=stop,
        pseudonyms=pseudonyms(session.settings.pii_keys),
        results=Results(told=wish.results.put) if wish.results else Results(),
        ends_at=None if wish.stop_after is None else session.clock.monotonic() + wish.stop_after,
        show=lambda plan: _show_first(session, wish, plan),
        approve=asking(auto_approve=wish.auto_approve),
    )


def _show_first(session: Session, wish: Wish, plan: Plan) -> None:
    """Show the fresh plan to whoever has not reviewed one, before anything is sent."""
    if wish.results:
        wish.results.know(plan)
    front, asks = session.options.front, not (wish.auto_approve or wish.is_approved)
    if not asks and (front.quiet or front.format not in _TOLD_IN_TEXT):
        return
    if asks or wish.reviewed is None or plan.violated:
        front.say_lines(plan_text(document(plan), full=session.options.full))
    else:
        narrowing = narrowing_text(plan.declarations.targeting.written, full=session.options.full)
        words = ("Read afresh.", narrowing, last_line(footer_fields(plan)["counts"]))
        front.say_lines([line(" ".join(filter(None, words)))])
