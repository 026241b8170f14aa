"""``reconciler fmt``: what it writes, what it says, and how it exits."""

import json
from pathlib import Path

import pytest

from reconciler.cli.main import main
from tests.manifests.samples import CRM, ID, OTHER_ID, tasks, write

MESSY = tasks(OTHER_ID, ID)
TIDY = tasks(ID, OTHER_ID)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path / "manifests", {"a.yaml": MESSY, "b.yaml": CRM})


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["fmt", *arguments])
    return (code, *capsys.readouterr())


def test_files_are_formatted_once(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    first = "formatted manifests/a.yaml\n1 file formatted, 1 file left unchanged.\n"
    assert ran(capsys) == (0, first, "")
    assert (folder / "a.yaml").read_text() == TIDY
    assert ran(capsys) == (0, "2 files left unchanged.\n", "")


def test_a_check_writes_nothing(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    told = (
        "would format manifests/a.yaml\n"
        "1 file would be formatted, 1 file would be left unchanged.\n"
    )
    assert ran(capsys, "--check") == (2, told, "")
    assert (folder / "a.yaml").read_text() == MESSY
    (folder / "a.yaml").write_text(TIDY)
    assert ran(capsys, "--check") == (0, "2 files would be left unchanged.\n", "")


def test_long_lists_move(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "b.yaml").unlink()
    told = (
        "would write manifests/ids/old.csv\nwould format manifests/a.yaml\n"
        "1 side file would be written, 1 file would be formatted.\n"
    )
    assert ran(capsys, "--check", "--extract-over", "1") == (2, told, "")
    assert not (folder / "ids").exists()
    told = (
        "wrote manifests/ids/old.csv\nformatted manifests/a.yaml\n"
        "1 side file written, 1 file formatted.\n"
    )
    assert ran(capsys, "--extract-over", "1") == (0, told, "")
    assert (folder / "ids/old.csv").read_text() == f"id\n{ID}\n{OTHER_ID}\n"


def test_programs_get_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ran(capsys, "--check", "--format", "json")
    assert (code, err) == (2, "")
    assert json.loads(out) == {
        "type": "fmt",
        "format_version": "1.0",
        "written": False,
        "changed": ["manifests/a.yaml"],
        "side_files": [],
        "unchanged": 1,
        "exit_code": 2,
        "failure_reason": "changes_pending",
    }
    code, out, _ = ran(capsys, "--format", "json")
    assert (code, json.loads(out)["written"], json.loads(out)["failure_reason"]) == (0, True, "")


def test_nothing_is_written_if_one_file_is_refused(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / "c.yaml").write_text("a: &b 1\n")
    code, out, err = ran(capsys)
    assert (code, out) == (3, "")
    assert err.startswith("manifests/c.yaml:1:4: An anchor is not allowed in a manifest.\n")
    assert (folder / "a.yaml").read_text() == MESSY
