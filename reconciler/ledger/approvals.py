"""Approvals: what runs may delete, kept until they are done, for whoever takes them up."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, or_, select, update

from reconciler.application.approved_plan import ApprovedPlan, Terms, terms_of
from reconciler.domain.accounts import Container, container_at
from reconciler.ledger.batch_rows import unpack
from reconciler.ledger.database import Database
from reconciler.ledger.parts import pack_lines, unpack_lines
from reconciler.ledger.schema import approvals, gone, runs
from reconciler.ledger.selections import keep_selections

_BETWEEN = " "
INTERRUPTED = "interrupted"
"""How a run ended that another may take up."""
FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    """A run that was killed, or stopped before it was done."""

    run_id: str
    digest: str
    terms: Terms


def keep(connection: Connection, run_id: str, approved: ApprovedPlan) -> None:
    """Write down what a run may delete, and that it goes on with what others might until now."""
    for prefix, pairs in approved.deletions.items():
        lines = (f"{target_id}{_BETWEEN}{mark}" for target_id, mark in pairs)
        for part, blob in enumerate(pack_lines(lines)):
            values = {"run_id": run_id, "container": prefix, "part": part, "lines": blob}
            connection.execute(insert(approvals).values(**values))
    for container, selected in approved.selected.items():
        keep_selections(connection, run_id, container, selected)
    connection.execute(
        update(runs).where(runs.c.run_id.in_(approved.takes_over)).values(taken_over_by=run_id)
    )
    connection.execute(delete(approvals).where(approvals.c.run_id.in_(approved.takes_over)))


def end(connection: Connection, run_id: str, ended: str, now: float) -> None:
    """Note how a run ended; of one that is done no approval is left."""
    connection.execute(
        update(runs).where(runs.c.run_id == run_id).values(finished_at=now, ended=ended)
    )
    if ended == FINISHED:
        connection.execute(delete(approvals).where(approvals.c.run_id == run_id))


def interrupted(database: Database) -> list[Interrupted]:
    """Return the runs that may be taken up, the oldest first.

    Whoever holds their accounts knows that none of them is alive.
    """
    query = (
        select(runs.c.run_id, runs.c.plan, runs.c.terms)
        .where(
            runs.c.terms.is_not(None),
            runs.c.taken_over_by.is_(None),
            or_(runs.c.ended.is_(None), runs.c.ended == INTERRUPTED),
        )
        .order_by(runs.c.run_id)
    )
    with database.transaction() as connection:
        rows = connection.execute(query).all()
    return [
        Interrupted(run_id=row.run_id, digest=row.plan, terms=terms_of(json.loads(row.terms)))
        for row in rows
    ]


def runs_of_plan(database: Database, checksum: str) -> list[str]:
    """Return the runs that applied a plan file and may be taken up."""
    return [one.run_id for one in interrupted(database) if one.terms.checksum == checksum]


def plans_of(database: Database, run_id: str) -> set[str]:
    """Return the checksums of the plan files that a run goes on with, its own among them."""
    with database.transaction() as connection:
        mine = with_those_before(connection, [run_id])
        query = select(runs.c.terms).where(runs.c.run_id.in_(mine), runs.c.terms.is_not(None))
        found = {terms_of(json.loads(terms)).checksum for terms in connection.scalars(query)}
    return found - {""}


def approved_by(database: Database, run_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the fingerprints by id, by prefix, that some runs may delete; the newest counts."""
    query = (
        select(approvals.c.container, approvals.c.lines)
        .where(approvals.c.run_id.in_(run_ids))
        .order_by(approvals.c.run_id, approvals.c.container, approvals.c.part)
    )
    found: dict[str, dict[str, str]] = {}
    with database.transaction() as connection:
        for container, blob in connection.execute(query):
            pairs = (line.split(_BETWEEN) for line in unpack_lines(blob))
            found.setdefault(container, {}).update((one, mark) for one, mark in pairs)
    return found


def containers_of(database: Database, run_ids: Collection[str]) -> set[Container]:
    """Return where some runs were approved to delete something."""
    query = select(approvals.c.container).where(approvals.c.run_id.in_(run_ids)).distinct()
    with database.transaction() as connection:
        return {container_at(prefix) for prefix in connection.scalars(query)}


def give_up(database: Database, run_ids: Collection[str]) -> None:
    """Note that nobody may take these runs up any more."""
    with database.transaction() as connection:
        for run_id in run_ids:
            end(connection, run_id, FINISHED, database.clock.time())


def with_those_before(connection: Connection, run_ids: Collection[str]) -> set[str]:
    """Return runs with those that they took over, and those that these took over, and so on."""
    found = set(run_ids)
    while True:
        query = select(runs.c.run_id).where(runs.c.taken_over_by.in_(found))
        earlier = {*connection.scalars(query)} - found
        if not earlier:
            return found
        found |= earlier


def gone_by(database: Database, run_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """Return what runs, and those that they took over, have deleted, by prefix."""
    found: dict[str, set[str]] = {}
    with database.transaction() as connection:
        query = select(gone.c.container, gone.c.ids, gone.c.not_found).where(
            gone.c.run_id.in_(with_those_before(connection, run_ids))
        )
        for prefix, ids, not_found in connection.execute(query):
            others = unpack(not_found) if not_found else ()
            found.setdefault(prefix, set()).update(set(unpack(ids)).difference(others))
    return {prefix: frozenset(ids) for prefix, ids in found.items()}
