"""The ledger's copy of the audit lines, read without writing."""

from pathlib import Path

import pytest

from reconciler.audit.findings import Copies
from reconciler.errors import UnrecordedError
from reconciler.ledger.copies import read_copies
from reconciler.ledger.database import Database
from tests.fakes.clocks import SetClock
from tests.fakes.journals import Books, a_batch, a_start


def test_every_line_of_every_run_is_read(
    database: Database, either: str, clock: SetClock, tmp_path: Path
) -> None:
    first = Books(database, clock, tmp_path, run_id="a")
    first.journal.record(a_start())
    first.intend(a_batch())
    first.leases.free()
    second = Books(database, clock, tmp_path, run_id="b")
    second.journal.record(a_start())
    assert read_copies(either) == Copies(
        database.log_id, {"a": first.in_the_file(), "b": second.in_the_file()}
    )


@pytest.mark.parametrize("url", ["sqlite:///nowhere.sqlite", "sqlite://"])
def test_where_there_is_no_ledger_none_is_made(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_copies(url) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 99])
def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ledger.sqlite"
    file.write_bytes(content)
    with pytest.raises(UnrecordedError):
        read_copies(f"sqlite:///{file}")
    assert file.read_bytes() == content
