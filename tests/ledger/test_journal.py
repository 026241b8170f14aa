"""The journal: ledger first, file second, request last; nothing is sent that is not in both."""

import asyncio
import errno
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from reconciler.application.ports import OutOfCallsError
from reconciler.domain.batches import Batch
from reconciler.domain.events import BatchSettled
from reconciler.domain.outcomes import Outcome
from reconciler.errors import LockedError, UnrecordedError
from reconciler.ledger.batch_rows import unpack
from reconciler.ledger.database import Database, open_database
from reconciler.ledger.leases import LEASE_SECONDS, Leases
from reconciler.ledger.schema import batches, gone, runs
from tests.fakes.clocks import SetClock
from tests.fakes.journals import Books, a_batch, a_response, a_start, an_end
from tests.fakes.plans import crm


@pytest.fixture
def books(database: Database, clock: SetClock, tmp_path: Path) -> Books:
    made = Books(database, clock, tmp_path / "audit")
    made.journal.record(a_start())
    return made


def settled(batch: Batch, rest: Outcome = Outcome.DELETED, **others: list[str]) -> BatchSettled:
    return BatchSettled(
        account=batch.container.account,
        number=batch.number,
        attempt=batch.attempt,
        rest=rest,
        others={Outcome(name): ids for name, ids in others.items()},
    )


def test_a_run_is_told_in_the_ledger_and_in_the_file_alike(books: Books) -> None:
    batch = a_batch()
    slot = books.intend(batch)
    assert slot is not None
    books.journal.respond(batch, slot, a_response(batch))
    books.journal.settle(batch, settled(batch))
    books.journal.finish(an_end(deleted=2), interrupted=False)
    assert books.in_the_file() == books.in_the_ledger()
    assert [json.loads(line)["type"] for line in books.in_the_file()] == [
        "run.started",
        "batch.intent",
        "batch.response",
        "batch.settled",
        "run.finished",
    ]


def test_states_follow_what_is_known_of_a_batch(books: Books) -> None:
    batch = a_batch()
    slot = books.intend(batch)
    assert slot is not None
    assert books.states() == {(1, 1): "intent"}
    books.journal.respond(batch, slot, a_response(batch))
    assert books.states() == {(1, 1): "sent"}
    books.journal.settle(batch, settled(batch, unknown=["b"]))
    assert books.states() == {(1, 1): "unknown"}


def test_a_batch_is_settled_when_nothing_of_it_is_unknown(books: Books) -> None:
    batch = a_batch()
    books.intend(batch)
    books.journal.settle(batch, settled(batch, failed=["b"]))
    assert books.states() == {(1, 1): "settled"}


@pytest.mark.parametrize("late", ["respond", "settle"])
def test_what_another_run_has_settled_meanwhile_is_not_opened_again(
    books: Books, late: str
) -> None:
    batch = a_batch()
    slot = books.intend(batch)
    assert slot is not None
    with books.database.transaction() as connection:
        connection.execute(update(batches).values(state="settled"))
    if late == "respond":
        books.journal.respond(batch, slot, a_response(batch))
    else:
        books.journal.settle(batch, settled(batch, Outcome.UNKNOWN))
    assert books.states() == {(1, 1): "settled"}


@pytest.mark.parametrize(
    ("rest", "others", "proven"),
    [
        (Outcome.DELETED, {}, ["a", "b", "c"]),
        (Outcome.DELETED, {"failed": ["b"]}, ["a", "c"]),
        (Outcome.STILL_PRESENT, {"deleted": ["b"], "already_absent": ["c"]}, ["b", "c"]),
        (Outcome.UNKNOWN, {"deleted": ["b"]}, ["b"]),
        (Outcome.FAILED, {}, []),
    ],
)
def test_what_was_proven_gone_is_remembered(
    books: Books, rest: Outcome, others: dict[str, list[str]], proven: list[str]
) -> None:
    batch = a_batch("a", "b", "c")
    books.intend(batch)
    books.journal.settle(batch, settled(batch, rest, **others))
    with books.database.transaction() as connection:
        blob = connection.scalar(select(gone.c.ids))
    assert (unpack(blob) if blob else []) == proven


def test_an_intent_takes_one_slot_and_a_stop_takes_none(books: Books) -> None:
    assert books.intend(a_batch(), stopped=lambda: True) is None
    assert (books.slots_taken(), books.states(), len(books.in_the_file())) == (0, {}, 1)
    assert books.intend(a_batch()) is not None
    assert (books.slots_taken(), books.states()) == (1, {(1, 1): "intent"})


def test_an_intent_waits_for_a_slot_and_looks_up_when_it_is_to_stop(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    books = Books(database, clock, tmp_path, account=crm(calls=1))
    books.journal.record(a_start())
    books.intend(a_batch())
    began, looked = clock.now, 0

    def stopped() -> bool:
        nonlocal looked
        looked += 1
        return looked > 4

    assert books.intend(a_batch(number=2), stopped) is None
    assert clock.now - began == pytest.approx(4.0)
    assert books.states() == {(1, 1): "intent"}


def test_an_answer_frees_the_slot_a_window_later(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    books = Books(database, clock, tmp_path, account=crm(calls=1))
    books.journal.record(a_start())
    first = a_batch()
    slot = books.intend(first)
    assert slot is not None
    books.journal.respond(first, slot, a_response(first))
    began = clock.now
    assert books.intend(a_batch(number=2)) is not None
    assert 5.0 <= clock.now - began < 6.1


def test_an_intent_on_a_day_without_calls_is_refused(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    books = Books(database, clock, tmp_path, account=crm(daily=1))
    books.journal.record(a_start())
    books.intend(a_batch())
    with pytest.raises(OutOfCallsError):
        books.intend(a_batch(number=2))
    assert books.states() == {(1, 1): "intent"}


def test_a_run_whose_account_was_taken_over_intends_nothing_more(
    books: Books, database: Database, clock: SetClock
) -> None:
    clock.now += LEASE_SECONDS + 1.0
    asyncio.run(Leases(database, "second").take("acme-crm", clock, 0.0))
    with pytest.raises(LockedError, match="taken over"):
        books.intend(a_batch())
    assert (books.slots_taken(), books.states(), len(books.in_the_file())) == (0, {}, 1)
    assert len(books.in_the_ledger()) == 1
    # It may still tell the truth about what it did before.
    books.journal.finish(an_end(exit_code=9), interrupted=False)


def test_every_intent_prolongs_the_lease(books: Books, clock: SetClock) -> None:
    for number in range(1, 5):
        clock.now += LEASE_SECONDS - 1.0
        books.intend(a_batch(number=number))
    assert len(books.states()) == 4


def test_the_first_line_names_the_newest_line_of_the_run_before(
    books: Books, database: Database, clock: SetClock
) -> None:
    books.journal.finish(an_end(), interrupted=False)
    books.leases.free()
    later = Books(database, clock, books.folder, run_id="20261122T100000000Z-00000002")
    later.journal.record(a_start())
    (first,) = later.in_the_file()
    assert json.loads(first)["previous"]["run_id"] == books.run_id
    assert json.loads(first)["previous"]["seq"] == 1
    assert "previous" not in json.loads(books.in_the_file()[0])


def test_a_file_that_is_there_already_is_refused_and_no_run_begins(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    taken = tmp_path / "20261122T090000000Z-00000001.jsonl"
    taken.write_text("somebody else's\n")
    with pytest.raises(UnrecordedError):
        Books(database, clock, tmp_path)
    with database.transaction() as connection:
        assert connection.execute(select(runs)).all() == []
    assert taken.read_text() == "somebody else's\n"


def fails_with(number: int) -> Callable[..., int]:
    def fail(*_arguments: object) -> int:
        raise OSError(number, os.strerror(number))

    return fail


def torn(descriptor: int, content: bytes) -> int:
    """Write half, and then find the disk full."""
    if len(content) < 40:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return _write(descriptor, content[: len(content) // 2])


_write = os.write
BROKEN_DISKS = [
    ("write", fails_with(errno.ENOSPC)),
    ("write", fails_with(errno.EIO)),
    ("write", torn),
    ("fsync", fails_with(errno.EIO)),
]


@pytest.mark.parametrize(("call", "fail"), BROKEN_DISKS)
def test_an_intent_that_is_not_safely_in_the_file_is_an_error(
    books: Books, monkeypatch: pytest.MonkeyPatch, call: str, fail: Callable[..., int]
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, call, fail)
        with pytest.raises(UnrecordedError, match="audit log cannot be written"):
            books.intend(a_batch())


@pytest.mark.parametrize(("call", "fail"), BROKEN_DISKS)
def test_after_a_failed_write_nothing_is_ever_written_again(
    books: Books, monkeypatch: pytest.MonkeyPatch, call: str, fail: Callable[..., int]
) -> None:
    batch = a_batch()
    slot = books.intend(batch)
    assert slot is not None
    with monkeypatch.context() as patched:
        patched.setattr(os, call, fail)
        with pytest.raises(UnrecordedError) as first:
            books.journal.respond(batch, slot, a_response(batch))
    before = (books.file.read_bytes(), books.in_the_ledger(), books.states())
    attempts: tuple[Callable[[], object], ...] = (
        lambda: books.intend(a_batch(number=2)),
        lambda: books.journal.respond(batch, slot, a_response(batch)),
        lambda: books.journal.settle(batch, settled(batch)),
        lambda: books.journal.record(a_start()),
        lambda: books.journal.finish(an_end(), interrupted=False),
    )
    for again in attempts:
        with pytest.raises(UnrecordedError) as later:
            again()
        assert later.value is first.value
    assert (books.file.read_bytes(), books.in_the_ledger(), books.states()) == before
    # The file is a beginning of what the ledger knows, so that it can be completed.
    whole = b"".join(line + b"\n" for line in books.in_the_ledger())
    assert whole.startswith(books.file.read_bytes())


def test_short_writes_are_written_on(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda file, content: _write(file, content[:7]))
        books.intend(a_batch())
    assert books.in_the_file() == books.in_the_ledger()
    assert len(books.in_the_file()) == 2


def test_every_line_is_synced_and_the_ledger_committed_before(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[tuple[str, int]] = []
    fsync = os.fsync

    def write(descriptor: int, content: bytes) -> int:
        order.append(("write", len(books.in_the_ledger())))
        return _write(descriptor, content)

    def sync(descriptor: int) -> None:
        order.append(("sync", len(books.in_the_ledger())))
        fsync(descriptor)

    monkeypatch.setattr(os, "write", write)
    monkeypatch.setattr(os, "fsync", sync)
    books.intend(a_batch())
    assert order == [("write", 2), ("sync", 2)]


def test_a_ledger_that_cannot_be_written_leaves_the_file_alone(
    url: str, clock: SetClock, tmp_path: Path
) -> None:
    database = open_database(url, clock)
    books = Books(database, clock, tmp_path / "audit")
    books.journal.record(a_start())
    with database.transaction() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(UnrecordedError, match="ledger cannot be written"):
        books.intend(a_batch())
    with pytest.raises(UnrecordedError):
        books.journal.finish(an_end(), interrupted=False)
    assert len(books.in_the_file()) == 1
    database.close()


def test_what_an_api_said_cannot_keep_a_line_from_being_written(books: Books) -> None:
    batch = a_batch()
    slot = books.intend(batch)
    assert slot is not None
    odd = a_response(batch)
    claimed = {"total_deleted": 2**60, "total_errors": -(2**53), "other": 3}
    odd = replace(odd, claimed=claimed, note="half a face \ud83d")
    books.journal.respond(batch, slot, odd)
    told = json.loads(books.in_the_file()[-1])
    assert told["claimed"] == {
        "total_deleted": "1152921504606846976",
        "total_errors": "-9007199254740992",
        "other": 3,
    }
    assert told["note"] == "half a face ?"
