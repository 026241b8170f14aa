"""The folder of the audit log, before a run needs it."""

from pathlib import Path

import pytest

from reconciler.audit.folder import look_at
from reconciler.domain.checkup.machine import FolderState
from reconciler.errors import UnrecordedError


def everything(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


@pytest.mark.parametrize("path", ["audit", "deep/er/audit"])
def test_a_folder_that_can_be_made_is_not_made(tmp_path: Path, path: str) -> None:
    folder = tmp_path / path
    assert look_at(folder) == FolderState(name=str(folder), exists=False)
    assert everything(tmp_path) == []


def test_a_relative_folder_is_looked_for_where_we_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert look_at(Path(".reconciler/audit")).exists is False
    assert look_at(Path()).exists is True
    assert everything(tmp_path) == []


@pytest.mark.parametrize("mode", [0o700, 0o750, 0o777, 0o1777])
def test_a_folder_that_is_there_tells_its_mode_and_nothing_is_left_in_it(
    tmp_path: Path, mode: int
) -> None:
    folder = tmp_path / "audit"
    folder.mkdir()
    folder.chmod(mode)
    (folder / "run.jsonl").write_text("{}\n")
    assert look_at(folder) == FolderState(name=str(folder), exists=True, mode=mode)
    assert everything(folder) == [folder / "run.jsonl"]
    assert (folder / "run.jsonl").read_text() == "{}\n"


def test_a_link_to_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir(mode=0o700)
    (tmp_path / "here").symlink_to("there")
    found = look_at(tmp_path / "here")
    assert (found.exists, found.is_link, found.mode) == (True, True, 0o700)


def refusal(folder: Path) -> str:
    with pytest.raises(UnrecordedError) as caught:
        look_at(folder)
    assert caught.value.summary == "The audit log cannot be written"
    assert caught.value.hint
    return caught.value.detail


def test_what_is_no_folder_cannot_be_used(tmp_path: Path) -> None:
    file, dangling = tmp_path / "file", tmp_path / "dangling"
    file.write_text("")
    dangling.symlink_to("nowhere")
    for folder, wrong in ((file, file), (file / "audit", file), (dangling, dangling)):
        assert refusal(folder) == f"{folder}: {wrong} is no folder"
    assert everything(tmp_path) == [dangling, file]


def test_what_cannot_even_be_looked_at_cannot_be_used(tmp_path: Path) -> None:
    assert refusal(tmp_path / ("x" * 300)).endswith(": File name too long")


def test_a_folder_that_takes_no_file_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("reconciler.audit.folder.os.fsync", full)
    assert refusal(tmp_path) == f"{tmp_path}: No space left on device"
    assert everything(tmp_path) == []
