"""Halts: whoever asks for a slot to delete is told, on every runner that shares the ledger."""

import asyncio
from pathlib import Path

import pytest

from reconciler.application.ports import HaltedError
from reconciler.ledger.database import Database, open_database
from reconciler.ledger.halts import Halts
from tests.fakes.clocks import SetClock
from tests.fakes.journals import Books, a_batch, an_intent

AT = "2026-11-22"


def words(halts: Halts) -> list[str]:
    return [one.words for one in halts.all()]


def test_what_is_halted_is_told_with_who_and_why(database: Database) -> None:
    halts = Halts(database)
    halts.put(["acme", "other"], "too many", "ada")
    halts.put([], "stop it", "bob")
    assert [one.partition(" at ")[0] for one in words(halts)] == [
        "everything was halted by bob",
        "acme was halted by ada",
        "other was halted by ada",
    ]
    assert words(halts)[1].endswith(": too many")


def test_a_later_halt_of_the_same_account_gives_its_reason(database: Database) -> None:
    halts = Halts(database)
    halts.put(["acme"], "first", "ada")
    halts.put(["acme"], "second", "bob")
    assert [(one.account, one.reason, one.by) for one in halts.all()] == [("acme", "second", "bob")]


@pytest.mark.parametrize(
    ("lifted", "left"),
    [(["acme"], ["", "other"]), ([""], ["acme", "other"]), ([], []), (["nobody"], None)],
)
def test_halts_are_lifted_one_by_one_or_all(
    database: Database, lifted: list[str], left: list[str] | None
) -> None:
    halts = Halts(database)
    halts.put(["acme", "other"], "x", "ada")
    halts.put([], "y", "ada")
    halts.lift(lifted)
    expected = ["", "acme", "other"] if left is None else left
    assert [one.account for one in halts.all()] == expected


def test_an_account_is_concerned_by_its_own_halt_and_by_that_of_everything(
    database: Database,
) -> None:
    halts = Halts(database)
    halts.put(["other"], "x", "ada")
    assert halts.of(["acme"]) == []
    halts.put([], "y", "ada")
    assert [one.account for one in halts.of(["acme"])] == [""]
    assert [one.account for one in halts.of(["other"])] == ["", "other"]


@pytest.mark.parametrize("account", ["acme-crm", ""])
def test_no_intent_is_written_for_a_halted_account(
    either: str, clock: SetClock, tmp_path: Path, account: str
) -> None:
    runner, somebody = open_database(either, clock), open_database(either, clock)
    books = Books(runner, clock, tmp_path / "audit")
    Halts(somebody).put([account] if account else [], "stop", "ada")
    with pytest.raises(HaltedError, match="halted by ada"):
        asyncio.run(books.journal.intend(an_intent(a_batch()), lambda: False))
    assert (books.in_the_file(), books.in_the_ledger()) == ([], [])
    Halts(somebody).lift([])
    assert asyncio.run(books.journal.intend(an_intent(a_batch()), lambda: False)) is not None
    runner.close()
    somebody.close()


def test_another_account_goes_on(database: Database, clock: SetClock, tmp_path: Path) -> None:
    books = Books(database, clock, tmp_path / "audit")
    Halts(database).put(["other"], "stop", "ada")
    assert asyncio.run(books.journal.intend(an_intent(a_batch()), lambda: False)) is not None
