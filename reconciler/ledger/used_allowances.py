"""Allowances that runs consumed: each opens one run, and what takes that run up."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select

from reconciler.ledger.approvals import with_those_before
from reconciler.ledger.schema import allowances
from reconciler.ledger.upsert import upsert


def consume(
    connection: Connection, keys: Sequence[str], *, run_id: str, plan: str, now: float
) -> None:
    """Note that a run uses allowances; one that was used stays with the run that it was used by.

    ``plan`` is the checksum of the plan file that is applied, empty for none.
    """
    for key in keys:
        statement = upsert(connection, allowances).values(key=key, run_id=run_id, plan=plan, at=now)
        connection.execute(statement.on_conflict_do_nothing())


def used_by_others(
    connection: Connection, *, plan: str, taken_up: Collection[str]
) -> frozenset[str]:
    """Return the keys of allowances that neither this plan file nor runs taken up have used."""
    mine = with_those_before(connection, taken_up)
    rows = connection.execute(select(allowances)).all()
    return frozenset(
        row.key for row in rows if row.run_id not in mine and not (plan and row.plan == plan)
    )
