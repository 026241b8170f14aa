"""One run of resume: what interrupted runs left is settled, and what is still due deleted."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.application.applied import Applied
from reconciler.application.closing import Closed, ClosingTools, close_open
from reconciler.application.stopping import Stop
from reconciler.cli.apply_run import Wish, apply_held, bury, check_halts, holding, spend
from reconciler.cli.approving import identities_today, words_of
from reconciler.cli.connections import Connections, readers
from reconciler.cli.progress import progress_on
from reconciler.cli.run_head import run_started
from reconciler.cli.session import Session
from reconciler.cli.sites import Site
from reconciler.domain.absences import Absences, accounts_in_scope
from reconciler.domain.accounts import Container
from reconciler.domain.approval import Reviewed
from reconciler.domain.masking import Mask
from reconciler.errors import ExitCode, StaleError, UnrecordedError
from reconciler.ledger.approvals import (
    Interrupted,
    approved_by,
    containers_of,
    give_up,
    interrupted,
)
from reconciler.ledger.database import Database
from reconciler.ledger.journal import Journal
from reconciler.ledger.leases import Leases, held_accounts
from reconciler.ledger.orphans import Orphans


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What runs that did not come to their end have left."""

    runs: Sequence[Interrupted]
    """Those that may be taken up, the oldest first."""
    expired: Sequence[Interrupted]
    """Those whose approval has run out."""
    containers: frozenset[Container]
    """Where something was approved, or is not settled."""

    @property
    def accounts(self) -> set[str]:
        """The accounts that it concerns."""
        named = {name for one in (*self.runs, *self.expired) for name in one.terms.key_ids}
        return named | {one.account for one in self.containers}


def left_by_runs(session: Session, database: Database) -> Left:
    """Look at what there is to take up, and in which accounts.

    What is in accounts that others hold is left to them, unless there is nothing else: whoever
    holds them may be dead on another machine, and its lease has to run out then.
    """
    left = _left(session, database)
    free = _left(session, database, but_in=held_accounts(database))
    return free if free.accounts else left


def _left(session: Session, database: Database, but_in: Collection[str] = ()) -> Left:
    found = [one for one in interrupted(database) if not one.terms.key_ids.keys() & set(but_in)]
    policies = session.declarations.policies
    expired = [one for one in found if one.terms.expired(session.now, policies)]
    runs = [one for one in found if one not in expired]
    approved = containers_of(database, [one.run_id for one in runs])
    open_in = approved | Orphans(database).containers()
    return Left(
        runs=runs,
        expired=expired,
        containers=frozenset(one for one in open_in if one.account not in but_in),
    )


def confined(session: Session, left: Left) -> Session:
    """Return a session about nothing but the containers that are concerned, and still declared.

    Relative times mean what they meant in the newest run. A container that nothing is declared
    in any more is read all the same: what became of its targets has to be told. Raises StaleError
    for an account that is another one than the runs were approved for.
    """
    if left.runs:
        session = session.at_times_of(left.runs[-1].terms.relative_times)
    declarations = session.declarations
    known = {one.container for one in declarations.absences}
    bare = [
        Absences(container, declarations.manifests, (), (), ())
        for container in left.containers - known
        if container.account in declarations.accounts
    ]
    absences = [*(one for one in declarations.absences if one.container in left.containers)]
    ordered = sorted([*absences, *bare], key=lambda one: one.container)
    session = replace(session, declarations=replace(declarations, absences=ordered))
    _check_identities(left, session)
    return session


def _check_identities(left: Left, session: Session) -> None:
    today = {one.name: one for one in identities_today(session)}
    others = {
        f"{run.run_id} was approved for {words_of(one)}, declared now {words_of(today[one.name])}"
        for run in left.runs
        for one in run.terms.identities
        if one.name in today and today[one.name] != one
    }
    if others:
        raise StaleError(
            "What was interrupted is of other accounts",
            detail="\n".join(sorted(others)),
            hint="Resume it where it was approved, or make a new plan and apply it.",
        )


def with_keys_of_runs(left: Left, sites: Mapping[str, Site]) -> dict[str, Site]:
    """Return the sites with the keys that the newest runs were approved with.

    Raises StaleError when one of them is not among today's.
    """
    key_ids: dict[str, str] = {}
    for one in left.runs:
        key_ids.update(one.terms.key_ids)
    return {
        name: site.with_key(key_ids[name]) if name in key_ids else site
        for name, site in sites.items()
    }


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
                        leases, pacers, session.audit_folder, approved
                    ),
                    started=lambda _: run_started(
                        session, None, None, reviewed=False, command="resume", found_dead=dead
                    ),
                    clock=session.clock,
                    stop=stop,
                    codes=codes,
                ),
            )
        finally:
            await connections.close()
    bury(leases, dead)
    return closed
