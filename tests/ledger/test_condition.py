"""The condition of a ledger, as ``doctor`` tells it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import update

from reconciler.application.clock import utc
from reconciler.domain.checkup.account import LearnedLimit, Usage
from reconciler.errors import UnrecordedError
from reconciler.ledger.condition import condition_of, usage_of
from reconciler.ledger.database import Database, open_database
from reconciler.ledger.leases import LEASE_SECONDS
from reconciler.ledger.pacer import Pacer
from reconciler.ledger.schema import batches, leases
from tests.fakes.clocks import SetClock
from tests.fakes.journals import Books, a_batch, a_start
from tests.fakes.plans import crm
from tests.simulation import EPOCH

DAY = 86_400.0


@pytest.fixture
def books(database: Database, clock: SetClock, tmp_path: Path) -> Books:
    made = Books(database, clock, tmp_path / "audit")
    made.journal.record(a_start())
    return made


def rows(path: Path) -> list[str]:
    """Return everything that a ledger holds."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def test_a_ledger_tells_its_age_and_its_log(database: Database, clock: SetClock) -> None:
    found = condition_of(database, began_after=clock.now)
    assert (found.began_at, found.log_id, found.is_new) == (utc(EPOCH), database.log_id, True)
    assert (found.name, found.left_open) == (database.name, {})
    clock.now += 1
    assert not condition_of(database, began_after=clock.now).is_new


def test_looking_at_a_ledger_leaves_nothing_in_it(books: Books, tmp_path: Path) -> None:
    books.intend(a_batch("a", "b"))
    before = rows(tmp_path / "ledger.sqlite")
    condition_of(books.database, began_after=EPOCH)
    usage_of(books.database, "acme-crm")
    assert rows(tmp_path / "ledger.sqlite") == before


@pytest.fixture
def full(tmp_path: Path, clock: SetClock) -> Iterator[Database]:
    """A ledger that can be opened, but takes no row."""
    url = f"sqlite:///{tmp_path / 'full.sqlite'}"
    opened = open_database(url, clock)
    with opened.transaction() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER nothing_more BEFORE INSERT ON pauses "
            "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        )
    yield opened
    opened.close()


def test_a_ledger_that_takes_no_row_is_not_in_order(full: Database) -> None:
    with pytest.raises(UnrecordedError) as caught:
        condition_of(full, began_after=EPOCH)
    assert "database or disk is full" in caught.value.detail


@pytest.mark.parametrize("state", ["intent", "sent", "unknown"])
def test_batches_of_runs_that_have_ended_are_left_open(books: Books, state: str) -> None:
    books.intend(a_batch("a", "b"))
    books.intend(a_batch("c", number=2))
    with books.database.transaction() as connection:
        connection.execute(update(batches).values(state=state))
    books.leases.free()
    assert condition_of(books.database, began_after=0).left_open == {books.run_id: 2}
    with books.database.transaction() as connection:
        connection.execute(update(batches).where(batches.c.number == 1).values(state="settled"))
    assert condition_of(books.database, began_after=0).left_open == {books.run_id: 1}


def test_a_run_that_is_at_work_left_nothing_open(books: Books, clock: SetClock) -> None:
    books.intend(a_batch("a", "b"))
    assert condition_of(books.database, began_after=0).left_open == {}
    clock.now += LEASE_SECONDS + 1
    assert condition_of(books.database, began_after=0).left_open == {books.run_id: 1}


def test_a_run_that_was_killed_is_not_at_work_though_its_lease_has_not_run_out(
    books: Books,
) -> None:
    books.intend(a_batch("a", "b"))
    nobody = 2**22 + 1
    with books.database.transaction() as connection:
        connection.execute(update(leases).values(process=nobody))
    assert condition_of(books.database, began_after=0).left_open == {books.run_id: 1}


def test_calls_and_limits_of_one_account_are_told(database: Database, clock: SetClock) -> None:
    pacer, other = Pacer(database, crm()), Pacer(database, crm(name="other"))
    pacer.learn(10, 5.0, deleting=False)
    pacer.learn(1, 2.5, deleting=True)
    other.learn(3, 5.0, deleting=False)
    hour = utc(EPOCH + 3600)
    assert usage_of(database, "acme-crm") == Usage(
        spent=0,
        since=utc(EPOCH),
        learned=(
            LearnedLimit(10, 5.0, hour, deleting=False),
            LearnedLimit(1, 2.5, hour, deleting=True),
        ),
    )
    clock.now += 3600
    assert usage_of(database, "acme-crm").learned == ()


def test_a_ledger_of_more_than_a_day_counts_all_of_the_last_one(
    database: Database, clock: SetClock
) -> None:
    clock.now += DAY - 1
    assert usage_of(database, "acme-crm").since == utc(EPOCH)
    clock.now += 1
    assert usage_of(database, "acme-crm").since is None
