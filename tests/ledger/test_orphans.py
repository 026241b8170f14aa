"""Orphans: what dead runs left open, and their files."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select, update

from reconciler.application.recovering import Found
from reconciler.domain.outcomes import Outcome
from reconciler.errors import LockedError
from reconciler.ledger.batch_rows import unpack
from reconciler.ledger.database import Database
from reconciler.ledger.leases import LEASE_SECONDS, Leases
from reconciler.ledger.orphans import Orphans
from reconciler.ledger.schema import batches, gone, runs
from tests.fakes.clocks import SetClock
from tests.fakes.journals import Books, a_batch, a_start, an_end
from tests.fakes.plans import TASKS, crm


@pytest.fixture
def books(database: Database, clock: SetClock, tmp_path: Path) -> Books:
    made = Books(database, clock, tmp_path / "audit")
    made.journal.record(a_start())
    return made


@pytest.mark.parametrize("state", ["intent", "sent", "unknown"])
def test_what_no_run_knows_the_end_of_is_open(books: Books, clock: SetClock, state: str) -> None:
    books.intend(a_batch("a", "b"))
    clock.now += 3.0
    with books.database.transaction() as connection:
        connection.execute(update(batches).values(state=state))
    (orphan,) = Orphans(books.database).of(crm())
    assert orphan.reference == (books.run_id, 1, 1)
    assert (orphan.container, orphan.ids, orphan.age) == (TASKS, ["a", "b"], 3.0)


def test_what_is_settled_is_not_open(books: Books) -> None:
    books.intend(a_batch())
    with books.database.transaction() as connection:
        connection.execute(update(batches).values(state="settled"))
    assert Orphans(books.database).of(crm()) == []


def test_other_accounts_are_left_alone(books: Books) -> None:
    books.intend(a_batch())
    assert Orphans(books.database).of(crm(name="other")) == []


def test_the_oldest_comes_first(books: Books) -> None:
    for number, attempt in ((2, 1), (1, 2), (1, 1)):
        books.intend(a_batch(number=number, attempt=attempt))
    orphans = Orphans(books.database).of(crm())
    assert [orphan.reference[1:] for orphan in orphans] == [(1, 1), (1, 2), (2, 1)]


def test_what_is_open_is_not_told_to_a_run_whose_lease_was_taken_over(
    books: Books, clock: SetClock
) -> None:
    books.intend(a_batch())
    orphans = Orphans(books.database, books.leases)
    assert len(orphans.of(crm())) == 1
    clock.now += LEASE_SECONDS + 1.0
    other = Leases(books.database, "other")
    asyncio.run(other.take(crm().name, clock, 0.0))
    assert len(Orphans(books.database, other).of(crm())) == 1
    with pytest.raises(LockedError, match="taken over"):
        orphans.of(crm())


def test_a_closed_orphan_is_closed_and_what_is_gone_of_it_remembered(books: Books) -> None:
    books.intend(a_batch("a", "b"))
    books.intend(a_batch("c", number=2))
    orphans = Orphans(books.database)
    first, second = orphans.of(crm())
    found = {Outcome.DELETED: ["a"], Outcome.STILL_PRESENT: ["b"]}
    orphans.close(Found(first, found))
    assert orphans.of(crm()) == [second]
    # Once more changes nothing, and adds what is found on top.
    orphans.close(Found(first, {Outcome.DELETED: ["b"]}))
    with books.database.transaction() as connection:
        row = connection.execute(select(gone)).one()
    assert (row.run_id, row.number, unpack(row.ids)) == (books.run_id, 1, ["a", "b"])


def test_lines_that_a_crash_kept_from_the_file_are_completed(books: Books) -> None:
    books.intend(a_batch())
    books.leases.free()
    whole = books.file.read_bytes()
    for length in (0, 10, len(whole) - 1, len(whole)):
        books.file.write_bytes(whole[:length])
        assert Orphans(books.database).complete_audit_files() == []
        assert books.file.read_bytes() == whole


def test_a_file_that_is_gone_with_its_folder_is_written_again(books: Books) -> None:
    books.leases.free()
    whole = books.file.read_bytes()
    books.file.unlink()
    books.folder.rmdir()
    assert Orphans(books.database).complete_audit_files() == []
    assert books.file.read_bytes() == whole


def test_a_file_that_cannot_be_written_on_this_machine_stops_nobody(books: Books) -> None:
    books.leases.free()
    elsewhere = "/proc/no/such/folder/run.jsonl"
    with books.database.transaction() as connection:
        connection.execute(update(runs).values(audit_file=elsewhere))
    assert Orphans(books.database).complete_audit_files() == [elsewhere]


@pytest.mark.parametrize("damage", [b"x", b'{"seq":0}\n', b"\n"])
def test_a_file_that_the_ledger_contradicts_is_left_as_it_is(books: Books, damage: bytes) -> None:
    books.leases.free()
    books.file.write_bytes(damage)
    assert Orphans(books.database).complete_audit_files() == [str(books.file)]
    assert books.file.read_bytes() == damage


def test_a_file_longer_than_the_ledger_is_damage(books: Books) -> None:
    books.leases.free()
    longer = books.file.read_bytes() + b"{}\n"
    books.file.write_bytes(longer)
    assert Orphans(books.database).complete_audit_files() == [str(books.file)]


def test_files_of_finished_runs_are_not_touched(books: Books) -> None:
    books.journal.finish(an_end(), interrupted=False)
    books.file.write_bytes(b"")
    assert Orphans(books.database).complete_audit_files() == []
    assert books.file.read_bytes() == b""


def test_the_file_of_a_run_that_lives_on_another_machine_is_its_own_business(books: Books) -> None:
    books.intend(a_batch())
    books.file.unlink()
    assert Orphans(books.database).complete_audit_files() == []
    assert not books.file.exists()


def test_a_dead_run_is_told_of_until_nothing_of_it_is_left(books: Books) -> None:
    orphans = Orphans(books.database)
    books.intend(a_batch("a"))
    assert orphans.dead() == {}
    books.leases.free()
    assert [*orphans.dead()] == [books.run_id]
    orphans.bury([books.run_id])
    assert [*orphans.dead()] == [books.run_id]
    (orphan,) = orphans.of(crm())
    orphans.close(Found(orphan, {Outcome.DELETED: ["a"]}))
    orphans.bury([books.run_id])
    assert orphans.dead() == {}
