"""Allowances that were used: who used one keeps it, and only what goes on with that may use it."""

import pytest
from sqlalchemy import insert, select

from reconciler.ledger.database import Database
from reconciler.ledger.schema import allowances, runs
from reconciler.ledger.used_allowances import Claim, consume, used_by_others

DIGEST = "sha256:a"


@pytest.fixture
def written(database: Database) -> Database:
    """A ledger in which run r1 used a key, r2 took it up, and r3 is a stranger."""
    with database.transaction() as connection:
        for run_id, taken_over_by in (("r1", "r2"), ("r2", None), ("r3", None)):
            values = {"run_id": run_id, "taken_over_by": taken_over_by}
            connection.execute(
                insert(runs).values(**values, started_at=1.0, plan="", audit_file="")
            )
    use(database, "r1")
    return database


def use(database: Database, run_id: str) -> None:
    with database.transaction() as connection:
        consume(
            connection,
            ["key"],
            run_id=run_id,
            account="crm",
            plan="checksum" if run_id == "r1" else "",
            digest=DIGEST,
            now=2.0,
        )


@pytest.mark.parametrize(
    ("claim", "mine"),
    [
        (Claim(), False),
        (Claim(digests={"crm": DIGEST}), False),
        (Claim(taken_up=["r1"], digests={"crm": DIGEST}), True),
        (Claim(taken_up=["r2"], digests={"crm": DIGEST}), True),
        (Claim(taken_up=["r3"], digests={"crm": DIGEST}), False),
        (Claim(plan="checksum", digests={"crm": DIGEST}), True),
        (Claim(plan="another", digests={"crm": DIGEST}), False),
        # Several approvals are taken up at once, or none for this account.
        (Claim(taken_up=["r2", "r3"], digests={"crm": ""}), False),
        (Claim(taken_up=["r1"], plan="checksum", digests={"dialer": DIGEST}), False),
    ],
)
def test_it_serves_what_goes_on_with_the_approval(
    written: Database, claim: Claim, *, mine: bool
) -> None:
    with written.transaction() as connection:
        assert used_by_others(connection, claim) == (frozenset() if mine else {"key"})


def test_whoever_used_it_first_keeps_it(written: Database) -> None:
    use(written, "r3")
    with written.transaction() as connection:
        (row,) = connection.execute(select(allowances)).all()
    assert (row.key, row.run_id, row.plan, row.digest) == ("key", "r1", "checksum", DIGEST)
