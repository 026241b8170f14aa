"""Allowances that runs consumed: each opens one run, and what takes that run up."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from reconciler.ledger.approvals import with_those_before
from reconciler.ledger.schema import allowances
from reconciler.ledger.upsert import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The approval that a run goes on with: what it used of allowances serves it once more."""

    plan: str = ""
    """The checksum of the plan file that is applied; empty for none."""
    taken_up: Collection[str] = ()
    """The interrupted runs."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """What was approved, by account."""


def consume(  # noqa: PLR0913 - the columns of a row
    connection: Connection,
    keys: Sequence[str],
    *,
    run_id: str,
    account: str,
    plan: str,
    digest: str,
    now: float,
) -> None:
    """Note that a run uses allowances; one that was used stays with the run that it was used by.

    ``plan`` is the checksum of the plan file that is applied, empty for none; ``digest`` what was
    approved in the account.
    """
    values = {"run_id": run_id, "account": account, "plan": plan, "digest": digest, "at": now}
    for key in keys:
        statement = upsert(connection, allowances).values(key=key, **values)
        connection.execute(statement.on_conflict_do_nothing())


def used_by_others(connection: Connection, claim: Claim) -> frozenset[str]:
    """Return the keys of allowances that were used, and not by what the claim goes on with.

    What opened one of several approvals that are taken up together opens only that one.
    """
    runs = with_those_before(connection, claim.taken_up)
    rows = connection.execute(select(allowances)).all()
    mine = {
        row.key
        for row in rows
        if (row.run_id in runs or (claim.plan and row.plan == claim.plan))
        and row.digest == claim.digests.get(row.account)
    }
    return frozenset(row.key for row in rows) - mine
