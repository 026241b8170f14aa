"""The audit file: appended to, synced, never rewritten."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.audit.file import AuditFile, complete
from reconciler.errors import UnrecordedError

LINES = [b'{"seq":0}', b'{"seq":1}']
WHOLE = b'{"seq":0}\n{"seq":1}\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit" / "run.jsonl"


def test_lines_are_appended_whole(path: Path) -> None:
    file = AuditFile(path)
    for line in LINES:
        file.append(line)
    file.close()
    assert path.read_bytes() == WHOLE


def test_only_its_owner_can_read_it(path: Path) -> None:
    AuditFile(path).close()
    modes = [one.stat().st_mode & 0o777 for one in (path, path.parent)]
    assert modes == [0o600, 0o700]


@pytest.mark.parametrize("kind", ["file", "link", "folder", "fifo"])
def test_what_is_there_already_is_refused(path: Path, tmp_path: Path, kind: str) -> None:
    path.parent.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    make: dict[str, Callable[[], object]] = {
        "file": lambda: path.write_text("old"),
        "link": lambda: path.symlink_to(elsewhere),
        "folder": path.mkdir,
        "fifo": lambda: os.mkfifo(path),
    }
    make[kind]()
    with pytest.raises(UnrecordedError, match="audit log cannot be written"):
        AuditFile(path)
    assert elsewhere.read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnrecordedError) as raised:
        AuditFile(tmp_path / "file" / "run.jsonl")
    assert raised.value.detail == f"{tmp_path}/file/run.jsonl: File exists"


def test_a_device_that_is_full_is_an_error() -> None:
    file = AuditFile.__new__(AuditFile)
    file.path = Path("/dev/full")
    file._descriptor = os.open("/dev/full", os.O_WRONLY)  # noqa: SLF001 - no path leads there
    with pytest.raises(UnrecordedError) as raised:
        file.append(LINES[0])
    assert raised.value.detail == "/dev/full: No space left on device"
    file.close()


def test_a_sync_that_fails_is_an_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = AuditFile(path)

    def fail(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UnrecordedError, match="cannot be written"):
        file.append(LINES[0])
    file.close()


@pytest.mark.parametrize("length", range(len(WHOLE) + 1))
def test_a_file_is_completed_from_wherever_it_was_cut(path: Path, length: int) -> None:
    path.parent.mkdir()
    path.write_bytes(WHOLE[:length])
    assert complete(path, LINES)
    assert path.read_bytes() == WHOLE


def test_a_file_that_is_missing_is_written(path: Path) -> None:
    assert complete(path, LINES)
    assert path.read_bytes() == WHOLE


@pytest.mark.parametrize("content", [WHOLE + b"x", b"x", WHOLE.replace(b"0", b"2"), WHOLE * 2])
def test_a_file_that_says_something_else_is_left_as_it_is(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert not complete(path, LINES)
    assert path.read_bytes() == content


def test_a_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"")
    path.symlink_to(elsewhere)
    with pytest.raises(UnrecordedError):
        complete(path, LINES)
    assert elsewhere.read_bytes() == b""


_LIVING = """
import sys
from pathlib import Path
from reconciler.audit.file import AuditFile
file = AuditFile(Path(sys.argv[1]))
file.append(b'{"seq":0}')
print("ready", flush=True)
sys.stdin.read()
"""


def test_the_file_of_a_living_run_is_left_to_it(path: Path) -> None:
    arguments = [sys.executable, "-c", _LIVING, str(path)]
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path.cwd()
    ) as living:
        assert living.stdout is not None
        assert living.stdout.readline() == b"ready\n"
        assert complete(path, LINES)
        assert path.read_bytes() == b'{"seq":0}\n'
        living.communicate(b"")
    assert complete(path, LINES)
    assert path.read_bytes() == WHOLE
