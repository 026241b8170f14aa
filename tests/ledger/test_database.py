"""The database of the ledger: opened, checked, refused."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update

from reconciler.errors import InvalidError, UnrecordedError
from reconciler.ledger.database import Database, open_database
from reconciler.ledger.schema import VERSION, about, plans
from tests.fakes.clocks import SetClock


def test_a_ledger_keeps_its_identity(url: str, clock: SetClock) -> None:
    first = open_database(url, clock)
    first.close()
    clock.now += 99.0
    second = open_database(url, clock)
    assert (second.log_id, second.began_at) == (first.log_id, first.began_at)
    second.close()


def test_two_ledgers_are_told_apart(tmp_path: Path, clock: SetClock) -> None:
    opened = [open_database(f"sqlite:///{tmp_path / name}", clock) for name in "ab"]
    assert opened[0].log_id != opened[1].log_id
    for one in opened:
        one.close()


def test_the_folder_is_made_for_its_owner_only(tmp_path: Path, clock: SetClock) -> None:
    open_database(f"sqlite:///{tmp_path / 'a' / 'ledger.sqlite'}", clock).close()
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("version", [VERSION - 1, VERSION + 1])
def test_a_ledger_of_another_version_is_refused_and_left_alone(
    tmp_path: Path, url: str, clock: SetClock, version: int
) -> None:
    database = open_database(url, clock)
    with database.transaction() as connection:
        connection.execute(update(about).values(version=version))
        connection.execute(text("DROP TABLE plans"))
    database.close()
    with pytest.raises(UnrecordedError, match="another version"):
        open_database(url, clock)
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as raw:
        assert not raw.execute("SELECT * FROM sqlite_master WHERE name = 'plans'").fetchall()


@pytest.mark.parametrize(
    ("bad", "words"),
    [("nonsense", "is not a URL"), ("postgresql://db/x", "not supported by this version")],
)
def test_a_url_that_names_no_file_is_invalid(bad: str, words: str, clock: SetClock) -> None:
    with pytest.raises(InvalidError) as raised:
        open_database(bad, clock)
    assert words in raised.value.problems[0].message


def test_a_file_that_is_no_ledger_is_not_written_to(
    tmp_path: Path, url: str, clock: SetClock
) -> None:
    file = tmp_path / "ledger.sqlite"
    file.write_bytes(b"my holiday pictures " * 100)
    with pytest.raises(UnrecordedError, match="cannot be written"):
        open_database(url, clock)
    assert file.read_bytes() == b"my holiday pictures " * 100


def test_a_folder_that_cannot_be_made_is_unrecorded(tmp_path: Path, clock: SetClock) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnrecordedError) as raised:
        open_database(f"sqlite:///{tmp_path / 'file' / 'ledger.sqlite'}", clock)
    assert raised.value.hint


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as connection:
            connection.execute(
                insert(plans).values(checksum="c", digest="d", taken_at=1.0, applied_at=None)
            )
            raise KeyError("a bug")

    with pytest.raises(KeyError):
        fail()
    with database.transaction() as connection:
        assert connection.execute(select(plans)).all() == []


def test_a_write_that_the_database_refuses_is_unrecorded(database: Database) -> None:
    row = {"checksum": "c", "digest": "d", "taken_at": 1.0}
    with database.transaction() as connection:
        connection.execute(insert(plans).values(**row))
    with pytest.raises(UnrecordedError), database.transaction() as connection:
        connection.execute(insert(plans).values(**row))


def test_what_is_committed_is_synced(database: Database) -> None:
    with database.transaction() as connection:
        modes = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert modes == ["wal", 2, 1]
