"""What runs that did not come to their end have left, and who may take it up."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.cli.runs.approving import identities_today, words_of
from reconciler.cli.session import Session
from reconciler.cli.sites import Site
from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Container
from reconciler.errors import StaleError
from reconciler.ledger.approvals import (
    Interrupted,
    containers_of,
    interrupted,
)
from reconciler.ledger.database import Database
from reconciler.ledger.leases import held_accounts
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
    with database.transaction() as connection:
        held = held_accounts(connection, database.clock.time())
    free = _left(session, database, but_in=held)
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
