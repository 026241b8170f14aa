"""What a ledger knows to be gone, read without writing."""

from pathlib import Path

import pytest
from sqlalchemy import insert, update

from reconciler.errors import UnrecordedError
from reconciler.ledger.batch_rows import pack
from reconciler.ledger.database import Database
from reconciler.ledger.proof_times import proven_gone
from reconciler.ledger.schema import VERSION, about, gone, runs


def note(database: Database, run_id: str, container: str, proven_at: float, *ids: str) -> None:
    """Write down what a run proved gone."""
    with database.transaction() as connection:
        connection.execute(
            insert(runs).values(run_id=run_id, started_at=0.0, plan="", audit_file="")
        )
        connection.execute(
            insert(gone).values(
                run_id=run_id,
                account="acme",
                container=container,
                number=1,
                proven_at=proven_at,
                ids=pack(ids),
            )
        )


def test_of_several_proofs_the_last_counts(database: Database, either: str) -> None:
    note(database, "a", "leadsquared/acme/task/", 30.0, "y", "z")
    note(database, "b", "leadsquared/acme/task/", 20.0, "x", "y")
    note(database, "c", "leadsquared/other/task/", 40.0, "x")
    wanted = {"leadsquared/acme/task/": {"x", "y", "w"}, "talkdesk/dialer/1/record/": {"x"}}
    assert proven_gone(either, wanted) == {
        "leadsquared/acme/task/": {"x": 20.0, "y": 30.0},
        "talkdesk/dialer/1/record/": {},
    }


@pytest.mark.parametrize("url", ["sqlite:///nowhere.sqlite", "sqlite://"])
def test_where_there_is_no_ledger_none_is_made(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert proven_gone(url, {}) is None
    assert list(tmp_path.iterdir()) == []


def test_a_ledger_of_another_version_is_refused(database: Database, either: str) -> None:
    with database.transaction() as connection:
        connection.execute(update(about).values(version=VERSION + 1))
    with pytest.raises(UnrecordedError) as caught:
        proven_gone(either, {})
    assert caught.value.summary == "The ledger is of another version"
    assert caught.value.detail == f"it has version {VERSION + 1}, this program reads {VERSION}"


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 99])
def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ledger.sqlite"
    file.write_bytes(content)
    with pytest.raises(UnrecordedError) as caught:
        proven_gone(f"sqlite:///{file}", {})
    assert caught.value.summary == "The ledger cannot be read"
    assert file.read_bytes() == content
