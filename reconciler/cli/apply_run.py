"""One run of apply: accounts held, tools put together, the use case called."""

import asyncio
import secrets
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass

from reconciler.application import applying
from reconciler.application.applying import Applied, Approval, Tools
from reconciler.application.clock import utc
from reconciler.application.results import Results
from reconciler.application.stopping import Stop
from reconciler.cli.approving import asking
from reconciler.cli.connections import Connections, readers
from reconciler.cli.progress import progress_on
from reconciler.cli.results_file import ResultsFile
from reconciler.cli.run_head import run_started
from reconciler.cli.session import Session
from reconciler.cli.sites import Site
from reconciler.domain.document import document, footer_fields, last_line
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Plan
from reconciler.domain.pseudonyms import pseudonyms
from reconciler.errors import LockedError, RefusedError, UnrecordedError
from reconciler.ledger.database import Database
from reconciler.ledger.halts import Halts
from reconciler.ledger.hooks import Hooks
from reconciler.ledger.journal import Journal
from reconciler.ledger.leases import Leases
from reconciler.ledger.orphans import Orphans
from reconciler.planfile.read import SavedPlan
from reconciler.views.lines import line
from reconciler.views.narrowing_text import narrowing_text
from reconciler.views.plan_text import plan_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one call of apply asks for."""

    saved: SavedPlan | None
    expected_digest: str
    auto_approve: bool
    max_deletes: int | None
    stop_after: float | None = None
    """Seconds after which no further batch may be sent; None for no such time."""
    skip_unknown: bool = False
    """What was seen alive is deleted although other things could not be read."""
    results: ResultsFile | None = None

    @property
    def is_approved(self) -> bool:
        """Whether somebody approved beforehand."""
        return self.saved is not None or bool(self.expected_digest)


async def hold_and_apply(
    session: Session,
    wish: Wish,
    sites: Mapping[str, Site],
    database: Database,
    stop: Stop,
) -> Applied:
    """Hold the accounts for as long as it takes, and apply.

    Raises LockedError when another run holds one; nothing was sent then.
    """
    leases = Leases(database, _new_run_id(session))
    try:
        for name in sorted(sites):
            await leases.take(name, session.clock, session.options.lock_timeout)
        _check_halts(database, sites)
        keeping = asyncio.ensure_future(leases.keep(session.clock))
        try:
            return await _apply(session, wish, sites, leases, stop)
        finally:
            keeping.cancel()
            # What ended the renewing has been told by the run, or ends with it.
            with suppress(asyncio.CancelledError, LockedError, UnrecordedError):
                await keeping
    finally:
        # A ledger that died must not hide what the run did; the leases run out by themselves.
        with suppress(UnrecordedError):
            leases.free()


def _check_halts(database: Database, accounts: Collection[str]) -> None:
    """Raise RefusedError where an account is halted; nothing is read or sent then."""
    if found := Halts(database).of(accounts):
        raise RefusedError(
            "Halted",
            detail="\n".join(one.words for one in found),
            hint="When the reason is gone: reconciler halt --lift",
        )


async def _apply(
    session: Session, wish: Wish, sites: Mapping[str, Site], leases: Leases, stop: Stop
) -> Applied:
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
            return await applying.apply(
                session.declarations,
                session.circumstances(sites, max_deletes=wish.max_deletes),
                Approval(
                    reviewed=wish.saved.reviewed if wish.saved else None,
                    expected_digest=wish.expected_digest,
                    unattended=wish.auto_approve and not wish.is_approved,
                    skip_unknown=wish.skip_unknown,
                ),
                _tools(session, wish, connections, sites, leases, stop),
            )
        finally:
            await connections.close()


def _tools(  # noqa: PLR0917 - everything that a run is made of meets here
    session: Session,
    wish: Wish,
    connections: Connections,
    sites: Mapping[str, Site],
    leases: Leases,
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
        open_journal=lambda digest: Journal(
            leases, pacers, folder=session.audit_folder, plan=digest, hooks=hooks
        ),
        started=lambda plan: run_started(session, plan, wish.saved, reviewed=wish.is_approved),
        clock=session.clock,
        progress=connections.progress,
        stop=stop,
        pseudonyms=pseudonyms(session.settings.pii_keys),
        results=Results(told=wish.results.put) if wish.results else Results(),
        ends_at=None if wish.stop_after is None else session.clock.monotonic() + wish.stop_after,
        show=lambda plan: _show_first(session, wish, plan),
        approve=asking(auto_approve=wish.auto_approve),
    )


def _new_run_id(session: Session) -> str:
    """Return an id that sorts by time."""
    now = utc(session.clock.time())
    return f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{secrets.token_hex(4)}"


def _show_first(session: Session, wish: Wish, plan: Plan) -> None:
    """Show the fresh plan to whoever has not reviewed one, before anything is sent."""
    if wish.results:
        wish.results.know(plan)
    front, asks = session.options.front, not (wish.auto_approve or wish.is_approved)
    if not asks and (front.quiet or front.format != "text"):
        return
    if asks or wish.saved is None or plan.violated:
        front.say_lines(plan_text(document(plan), full=session.options.full))
    else:
        narrowing = narrowing_text(plan.declarations.targeting.written, full=session.options.full)
        words = ("Read afresh.", narrowing, last_line(footer_fields(plan)["counts"]))
        front.say_lines([line(" ".join(filter(None, words)))])
