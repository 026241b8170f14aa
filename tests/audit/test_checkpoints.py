"""Checkpoints as they are written and read."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.audit.checkpoints import Checkpoint, CheckpointFile, Notes, parse_notes
from reconciler.audit.notes import Signer, parse_signature, signature_line
from reconciler.audit.place import AuditPlace
from reconciler.errors import UnrecordedError
from tests.fakes.keys import a_signer
from tests.fakes.logs import LOG_ID, RUN

ORIGIN = f"reconciler.audit/1/{LOG_ID}/{RUN}"
HEADS = ["a" * 64, "b" * 64]


def written(folder: Path, signer: Signer | None = None) -> bytes:
    file = AuditPlace(folder, signer).checkpoints_of(LOG_ID, RUN)
    file.append(3, HEADS[0])
    file.append(21, HEADS[1])
    file.close()
    assert file.path == folder / f"{RUN}.checkpoints"
    return file.path.read_bytes()


def test_an_unsigned_checkpoint_is_a_text_without_signatures(tmp_path: Path) -> None:
    assert written(tmp_path).decode() == (
        f"{ORIGIN}\n3\n{HEADS[0]}\n\n\n{ORIGIN}\n21\n{HEADS[1]}\n\n\n"
    )


def test_a_signed_checkpoint_is_a_note(tmp_path: Path) -> None:
    texts = [f"{ORIGIN}\n3\n{HEADS[0]}\n", f"{ORIGIN}\n21\n{HEADS[1]}\n"]
    signatures = [signature_line(a_signer(), one.encode()) for one in texts]
    notes = zip(texts, signatures, strict=True)
    expected = "".join(f"{text}\n{signature}\n" for text, signature in notes)
    assert written(tmp_path, a_signer()).decode() == expected


@pytest.mark.parametrize("signed", [False, True])
def test_what_is_written_is_read(tmp_path: Path, *, signed: bool) -> None:
    notes = parse_notes(written(tmp_path, a_signer() if signed else None))
    assert [one.checkpoint for one in notes.found] == [
        Checkpoint(ORIGIN, 3, HEADS[0]),
        Checkpoint(ORIGIN, 21, HEADS[1]),
    ]
    assert [one.line for one in notes.found] == ([1, 7] if signed else [1, 6])
    assert [len(one.signatures) for one in notes.found] == ([1, 1] if signed else [0, 0])
    assert (notes.torn, notes.fault) == (False, None)


def test_the_file_is_its_owners_and_made_with_the_first_checkpoint(tmp_path: Path) -> None:
    file = CheckpointFile(tmp_path / "audit" / f"{RUN}.checkpoints", ORIGIN, None)
    file.close()
    assert not file.path.parent.exists()
    file.append(1, HEADS[0])
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    file.close()


@pytest.mark.parametrize("obstacle", ["file", "folder", "link"])
def test_what_is_there_already_is_not_written_into(tmp_path: Path, obstacle: str) -> None:
    path = tmp_path / f"{RUN}.checkpoints"
    if obstacle == "file":
        path.touch()
    elif obstacle == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnrecordedError) as caught:
        CheckpointFile(path, ORIGIN, None).append(1, HEADS[0])
    assert str(path) in caught.value.detail
    assert not (tmp_path / "elsewhere").exists()


def test_a_checkpoint_is_on_the_disk_when_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bytes] = []
    path = tmp_path / f"{RUN}.checkpoints"
    monkeypatch.setattr(os, "fsync", lambda _: synced.append(path.read_bytes()))
    CheckpointFile(path, ORIGIN, None).append(1, HEADS[0])
    # The folder, so that the file is found, and then what stands in it.
    assert synced == [b"", f"{ORIGIN}\n1\n{HEADS[0]}\n\n\n".encode()]


NOTE = f"{ORIGIN}\n3\n{HEADS[0]}\n\n\n".encode()


@pytest.mark.parametrize("cut", range(1, len(NOTE)))
def test_a_checkpoint_that_was_cut_short_is_torn(cut: int) -> None:
    notes = parse_notes(NOTE + NOTE[:-cut])
    assert ([one.line for one in notes.found], notes.torn, notes.fault) == ([1], True, None)


@pytest.mark.parametrize(
    "content",
    [
        NOTE.replace(b"\n3\n", b"\n03\n"),
        NOTE.replace(b"\n3\n", b"\n0\n"),
        NOTE.replace(b"\n3\n", b"\n-3\n"),
        NOTE.replace(b"\n3\n", b"\n3e0\n"),
        NOTE.replace(b"\n3\n", "\n٣\n".encode()),
        NOTE.replace(b"aa\n", b"aA\n"),
        NOTE.replace(b"aa\n", b"a\n"),
        NOTE.replace(b"aa\n", b"aa\nmore\n"),
        NOTE.replace(b"3\n", b""),
        NOTE[:-1] + b"what\n\n",
        b"\n\n",
        b"\xff\n" + NOTE,
    ],
)
def test_what_is_no_checkpoint_is_told_with_its_line(content: bytes) -> None:
    notes = parse_notes(NOTE + content)
    assert (len(notes.found), notes.fault) == (1, (6, "this is no checkpoint"))


def test_further_signatures_are_read_too() -> None:
    text = Checkpoint(ORIGIN, 3, HEADS[0]).text
    line = signature_line(a_signer(), text)
    (found,) = parse_notes(text + b"\n" + line.encode() * 2 + b"\n").found
    assert found.signatures == [parse_signature(line.rstrip())] * 2


@given(st.binary(max_size=300))
def test_whatever_stands_in_a_file_is_read_without_trouble(content: bytes) -> None:
    assert isinstance(parse_notes(content), Notes)
    assert isinstance(parse_notes(NOTE + content), Notes)
