"""One run of resume: what interrupted runs left is settled, and what is still due deleted."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from reconciler.application.applied import Applied
from reconciler.application.closing import Closed, ClosingTools, close_open
from reconciler.application.stopping import Stop
from reconciler.cli.connections import Connections, readers
from reconciler.cli.progress import progress_on
from reconciler.cli.runs.apply_run import apply_held, bury, spend
from reconciler.cli.runs.holding import check_halts, holding
from reconciler.cli.runs.interrupted import Left
from reconciler.cli.runs.run_head import run_started
from reconciler.cli.runs.wish import Wish
from reconciler.cli.session import Session
from reconciler.cli.sites import Site
from reconciler.domain.absences import accounts_in_scope
from reconciler.domain.approval import Reviewed
from reconciler.domain.masking import Mask
from reconciler.errors import ExitCode, UnrecordedError
from reconciler.ledger.approvals import (
    Interrupted,
    approved_by,
    give_up,
    interrupted,
)
from reconciler.ledger.database import Database
from reconciler.ledger.journal import Journal
from reconciler.ledger.leases import Leases
from reconciler.ledger.orphans import Orphans


async def hold_and_resume(
    session: Session,
    left: Left,
    sites: Mapping[str, Site],
    database: Database,
    stop: Stop,
    *,
    settle_only: bool,
    codes: Sequence[ExitCode] = (),
) -> Applied | Closed:
    """Hold every account that is concerned, settle what is open, and delete what is still due.

    ``codes`` are what it ends in, unless something weighs more. Raises LockedError when another
    run holds one, RefusedError when one is halted.
    """
    async with holding(session, left.accounts, database, stop) as leases:
        # Whoever was at it before may have taken something up.
        still = {one.run_id for one in interrupted(database)}
        runs = [one for one in left.runs if one.run_id in still]
        if settle_only or not runs:
            closed = await _settle(session, sites, leases, stop, codes)
            _give_up_expired(left, database, settle_only=settle_only)
            return closed
        check_halts(database, sites)
        wish = replace(_wish(runs, database), codes=codes)
        applied = await apply_held(session, wish, sites, leases, stop)
        spend(applied, database)
        _give_up_expired(left, database, settle_only=settle_only)
        return applied


def _give_up_expired(left: Left, database: Database, *, settle_only: bool) -> None:
    if settle_only:
        return
    # What was done is to be told all the same; the next one notes it then.
    with suppress(UnrecordedError):
        give_up(database, [one.run_id for one in left.expired])


def _wish(runs: Sequence[Interrupted], database: Database) -> Wish:
    """Return what the runs were approved to do, on the strictest of their terms."""
    names, newest = [one.run_id for one in runs], runs[-1]
    caps = [one.terms.max_deletes for one in runs if one.terms.max_deletes is not None]
    terms = replace(
        newest.terms,
        key_ids={name: key for one in runs for name, key in one.terms.key_ids.items()},
        digests=_digests(runs),
        identities=sorted({one for run in runs for one in run.terms.identities}),
        made_at=min(one.terms.made_at for one in runs),
        expires_at=min(one.terms.expires_at for one in runs),
        reviewed_at=_reviewed_at(runs),
        checksum=_the_only({one.terms.checksum for one in runs}),
        unattended=any(one.terms.unattended for one in runs),
        skip_unknown=all(one.terms.skip_unknown for one in runs),
        max_deletes=min(caps, default=None),
    )
    return Wish(
        reviewed=Reviewed(
            approved_by(database, names),
            digest=_the_only({one.digest for one in runs}),
            digests=terms.digests,
        ),
        terms=terms,
        taken_up=names,
        command="resume",
        auto_approve=True,
        max_deletes=terms.max_deletes,
        skip_unknown=terms.skip_unknown,
    )


def _digests(runs: Sequence[Interrupted]) -> dict[str, str]:
    """Return what was approved in each account, where that is one plan."""
    approved: dict[str, set[str]] = {}
    for one in runs:
        for name, digest in one.terms.digests.items():
            approved.setdefault(name, set()).add(digest)
    return {name: _the_only(digests) for name, digests in approved.items()}


def _the_only(digests: Collection[str]) -> str:
    return next(iter(digests)) if len(digests) == 1 else ""


def _reviewed_at(runs: Sequence[Interrupted]) -> datetime | None:
    """Return when the youngest plan file was made; None where one run was not of a file."""
    times = [one.terms.reviewed_at for one in runs]
    known = [one for one in times if one is not None]
    return max(known) if len(known) == len(times) else None


async def _settle(
    session: Session,
    sites: Mapping[str, Site],
    leases: Leases,
    stop: Stop,
    codes: Sequence[ExitCode],
) -> Closed:
    with progress_on(session.options.front, session.clock) as progress:
        connections = Connections(
            database=leases.database,
            progress=progress,
            mask=Mask(off=session.options.show_sensitive),
            clock=session.clock,
            transport=session.transport,
        )
        dead = Orphans(leases.database, leases).dead()
        connected = [connections.reading(site) for site in sites.values()]
        pacers = {one.site.account.name: one.pacer for one in connected}
        try:
            closed = await close_open(
                accounts_in_scope(session.declarations),
                ClosingTools(
                    readers=readers(connected),
                    orphans=Orphans(leases.database, leases),
                    open_journal=lambda approved: Journal(
                        leases, pacers, session.audit_place, approved
                    ),
                    started=lambda _: run_started(
                        session, None, None, reviewed=False, command="resume", found_dead=dead
                    ),
                    clock=session.clock,
                    progress=progress,
                    stop=stop,
                    codes=codes,
                ),
            )
        finally:
            await connections.close()
    bury(leases, dead)
    return closed
