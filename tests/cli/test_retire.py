"""``reconciler retire``: what it lists, what it removes, and how it exits."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.application.clock import SystemClock
from reconciler.cli.main import main
from reconciler.ledger.database import open_database
from tests.ledger.test_proof_times import note
from tests.manifests.samples import CRM, ID, OTHER_ID, tasks, write

TASKS = "leadsquared/acme-crm/task/"
EXPIRED = tasks(ID, metadata="name: past, owner: ops, reason: Twice, expires: 2020-05-01")
PROVEN_AT = datetime(2020, 5, 1, 23, 59, tzinfo=UTC).timestamp()
RECENT_ID = "7b0c5f9e-0f7b-4a53-a9a8-0f0e3f6f7b11"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path / "manifests", {"a.yaml": tasks(OTHER_ID, RECENT_ID), "crm.yaml": CRM})


@pytest.fixture
def ledger() -> None:
    """Keep a ledger that knows one old proof and one of a minute ago."""
    clock = SystemClock()
    database = open_database("sqlite:///.reconciler/ledger.sqlite", clock)
    note(database, "a", TASKS, PROVEN_AT, OTHER_ID)
    note(database, "b", TASKS, clock.time() - 60, RECENT_ID)
    database.close()


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["retire", *arguments])
    return (code, *capsys.readouterr())


LINE = f"proven gone 2020-05-01  manifests/a.yaml:7  {TASKS}{OTHER_ID}\n"
COUNT = "1 absence can be retired."
TOLD = f"{LINE}{COUNT} --write takes it out of the files.\n"


@pytest.mark.usefixtures("ledger")
def test_what_is_proven_gone_is_listed_and_removed(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    before = (folder / "a.yaml").read_text()
    assert ran(capsys) == (0, TOLD, "")
    assert ran(capsys, "--check") == (2, TOLD, "")
    assert (folder / "a.yaml").read_text() == before
    assert ran(capsys, "--write") == (
        0,
        f"{LINE}changed manifests/a.yaml\n1 absence retired.\n",
        "",
    )
    assert (folder / "a.yaml").read_text() == tasks(RECENT_ID)
    assert ran(capsys, "--check") == (0, "Nothing to retire.\n", "")
    assert ran(capsys, "--write") == (0, "Nothing to retire.\n", "")


@pytest.mark.usefixtures("ledger")
def test_how_old_a_proof_must_be_can_be_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys, "--older-than", "30s")[1].endswith(
        "2 absences can be retired. --write takes them out of the files.\n"
    )
    _, out, _ = ran(capsys, "--older-than", "30s", "--write")
    assert out.endswith(
        "AbsentTasks/old: nothing is left of it, its document was removed\n"
        "removed manifests/a.yaml\n2 absences retired.\n"
    )
    assert not Path("manifests/a.yaml").exists()


def test_without_a_ledger_only_what_has_expired_can_go(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / "b.yaml").write_text(EXPIRED)
    assert ran(capsys, "--check") == (
        2,
        (
            "There is no ledger at .reconciler/ledger.sqlite, so nothing is known to be gone.\n"
            f"expired     2020-05-01  manifests/b.yaml:7  {TASKS}{ID}\n"
            "AbsentTasks/past: nothing is left of it, its document would be removed\n"
            f"{COUNT} --write takes it out of the files.\n"
        ),
        "",
    )
    assert not Path(".reconciler").exists()


@pytest.mark.usefixtures("ledger")
def test_programs_get_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ran(capsys, "--check", "--format", "json")
    assert (code, err) == (2, "")
    assert json.loads(out) == {
        "type": "retire",
        "format_version": "1.0",
        "ledger": True,
        "written": False,
        "items": [
            {
                "file": "manifests/a.yaml",
                "line": 7,
                "address": f"{TASKS}{OTHER_ID}",
                "manifest": "AbsentTasks/old",
                "reason": "proven_gone",
                "since": "2020-05-01",
            }
        ],
        "manifests": [],
        "files": [],
        "removed": [],
        "exit_code": 2,
        "failure_reason": "changes_pending",
    }
    _, out, _ = ran(capsys, "--write", "--format", "json")
    found = json.loads(out)
    assert (found["files"], found["removed"]) == (["manifests/a.yaml"], [])


@pytest.mark.usefixtures("ledger")
def test_in_automation_nobody_is_told_what_to_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILER_IN_AUTOMATION", "1")
    assert ran(capsys) == (0, f"{LINE}{COUNT}\n", "")


def test_checking_and_writing_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ran(capsys, "--check", "--write")
    assert (code, out) == (64, "")
    assert err.startswith("Error: --check writes nothing\n")
