"""The database of the ledger: opened, checked, refused."""

import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, inspect, select, text, update

from reconciler.errors import InvalidError, UnrecordedError
from reconciler.ledger.approvals import interrupted
from reconciler.ledger.batch_rows import counted_since
from reconciler.ledger.database import Database, open_database
from reconciler.ledger.halts import Halts
from reconciler.ledger.migrations import MIGRATIONS
from reconciler.ledger.read_only import read_only
from reconciler.ledger.schema import VERSION, about, plans
from tests.fakes.clocks import SetClock
from tests.fakes.postgres import fresh_url


def test_a_ledger_keeps_its_identity(either: str, clock: SetClock) -> None:
    first = open_database(either, clock)
    first.close()
    clock.now += 99.0
    second = open_database(either, clock)
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


def test_a_ledger_of_a_later_version_is_refused_and_left_alone(
    either: str, clock: SetClock
) -> None:
    database = open_database(either, clock)
    with database.transaction() as connection:
        connection.execute(update(about).values(version=VERSION + 1))
        connection.execute(text("DROP TABLE plans"))
    database.close()
    with pytest.raises(UnrecordedError, match="another version") as raised:
        open_database(either, clock, upgrade=True)
    assert raised.value.hint == "Use the version of reconciler that wrote it."
    with read_only(either) as connection:
        assert connection is not None
        assert not inspect(connection).has_table("plans")


def as_of_version_1(url: str, clock: SetClock) -> str:
    """Make a ledger as version 1 was, with a plan in it; return its identity."""
    database = open_database(url, clock)
    with database.transaction() as connection:
        connection.execute(update(about).values(version=1))
        for table in ("halts", "approvals", "selections", "allowances"):
            connection.execute(text(f"DROP TABLE {table}"))
        for column in ("terms", "ended", "taken_over_by"):
            connection.execute(text(f"ALTER TABLE runs DROP COLUMN {column}"))
        connection.execute(text("ALTER TABLE batches DROP COLUMN counted"))
        connection.execute(text("ALTER TABLE gone DROP COLUMN not_found"))
        connection.execute(insert(plans).values(checksum="c", digest="d", taken_at=1.0))
    database.close()
    return str(database.log_id)


def test_a_file_of_an_older_version_is_upgraded_by_whoever_opens_it(
    url: str, clock: SetClock
) -> None:
    log_id = as_of_version_1(url, clock)
    database = open_database(url, clock)
    assert (database.log_id, database.version) == (log_id, 1)
    with database.transaction() as connection:
        assert connection.scalar(select(about.c.version)) == VERSION
        assert connection.scalar(select(plans.c.digest)) == "d"
    Halts(database).put((), "why", "ada")
    database.close()


def test_tables_on_a_server_are_upgraded_only_where_that_is_asked_for(clock: SetClock) -> None:
    url = fresh_url()
    log_id = as_of_version_1(url, clock)
    with pytest.raises(UnrecordedError, match="another version") as raised:
        open_database(url, clock)
    assert raised.value.hint == "Run reconciler ledger upgrade."
    upgraded = open_database(url, clock, upgrade=True)
    assert (upgraded.log_id, upgraded.version) == (log_id, 1)
    upgraded.close()
    again = open_database(url, clock)
    assert again.version == VERSION
    again.close()


def test_every_version_has_what_makes_it() -> None:
    assert [*MIGRATIONS] == [*range(2, VERSION + 1)]


@pytest.mark.parametrize(
    ("bad", "words"),
    [("nonsense", "is not a URL"), ("mysql://db/x", "mysql is not supported")],
)
def test_a_url_that_names_no_ledger_is_invalid(bad: str, words: str, clock: SetClock) -> None:
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


def test_a_server_that_cannot_be_reached_is_unrecorded(tmp_path: Path, clock: SetClock) -> None:
    with pytest.raises(UnrecordedError) as raised:
        open_database(f"postgresql://ada:secret@/x?host={tmp_path}", clock)
    assert "secret" not in f"{raised.value.detail}{raised.value.hint}"
    assert raised.value.detail.startswith("x on the local socket: ")


def test_without_the_extra_it_says_what_to_install(
    clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InvalidError) as raised:
        open_database("postgresql://h/d", clock)
    assert 'pip install "reconciler[postgres]"' in raised.value.problems[0].message


def test_what_is_committed_is_synced(on_disk: Database) -> None:
    with on_disk.transaction() as connection:
        modes = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert modes == ["wal", 2, 1]


def test_what_an_older_version_sent_counts_and_is_taken_up_by_nobody(
    url: str, clock: SetClock
) -> None:
    for place in (url, fresh_url()):
        as_of_version_1(place, clock)
        engine = create_engine(place.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO runs (run_id, started_at, plan, audit_file) "
                    "VALUES ('r', 1, '', '')"
                )
            )
            connection.execute(
                text(
                    "INSERT INTO batches (run_id, account, number, attempt, container, state, "
                    "intent_at, ids) VALUES ('r', 'a', 1, 1, '', 'settled', 5, :ids)"
                ),
                {"ids": b"x\ny\nz"},
            )
        engine.dispose()
        database = open_database(place, clock, upgrade=True)
        with database.transaction() as connection:
            assert counted_since(connection, "a", 4.0) == 3
        assert interrupted(database) == []
        database.close()
