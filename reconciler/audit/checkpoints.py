"""Checkpoints: notes that bind how many lines a run had and what the last one was."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.audit.chain import SCHEMA
from reconciler.audit.file import append_to, create
from reconciler.audit.notes import Signature, Signer, parse_signature, signature_line

SUFFIX = ".checkpoints"
_SIZE = re.compile(r"[1-9][0-9]{0,15}")
_HASH = re.compile(r"[0-9a-f]{64}")
_LINES = 3


def origin_of(log_id: str, run_id: str) -> str:
    """Return what a checkpoint begins with: whose lines it counts, so that it fits no others."""
    return f"{SCHEMA}/{log_id}/{run_id}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """So many lines of a run were written, and this is the hash of the last one."""

    origin: str
    size: int
    head: str

    @property
    def text(self) -> bytes:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{self.head}\n".encode()


@dataclass(frozen=True, slots=True)
class Noted:
    """A checkpoint as it was found."""

    checkpoint: Checkpoint
    signatures: Sequence[Signature]
    line: int
    """Where it begins in its file."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What a file of checkpoints has."""

    found: Sequence[Noted]
    torn: bool = False
    """A piece of one stands behind them, as a crash leaves it."""
    fault: tuple[int, str] | None = None
    """The line of something that is no checkpoint, and what is wrong with it."""


class CheckpointFile:
    """The checkpoints of one run, signed where there is a key; made with the first one."""

    def __init__(self, path: Path, origin: str, signer: Signer | None) -> None:
        """Write nothing yet."""
        self.path = path
        self._origin = origin
        self._signer = signer
        self._descriptor: int | None = None

    def append(self, size: int, head: str) -> None:
        """Write down how far the run is, durably; raises UnrecordedError if it cannot be."""
        text = Checkpoint(self._origin, size, head).text
        signed = signature_line(self._signer, text) if self._signer else ""
        if self._descriptor is None:
            self._descriptor = create(self.path)
        append_to(self.path, self._descriptor, text + b"\n" + signed.encode() + b"\n")

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._descriptor is not None:
            os.close(self._descriptor)


def parse_notes(content: bytes) -> Notes:
    """Return the checkpoints of a file: each a text, an empty line, signatures, an empty line."""
    *lines, rest = content.split(b"\n")
    found: list[Noted] = []
    at = 0
    while at < len(lines):
        end = _end_of(lines, at)
        if end is None:
            return Notes(found, torn=True)
        try:
            found.append(_noted([line.decode() for line in lines[at:end]], at + 1))
        except ValueError:
            return Notes(found, fault=(at + 1, "this is no checkpoint"))
        at = end
    return Notes(found, torn=bool(rest))


def _end_of(lines: Sequence[bytes], begin: int) -> int | None:
    """Return where a note ends, behind its second empty line; None where that is missing."""
    try:
        return lines.index(b"", lines.index(b"", begin) + 1) + 1
    except ValueError:
        return None


def _noted(lines: Sequence[str], line: int) -> Noted:
    """Return one note; raises ValueError for what is none."""
    (origin, size, head, gap), signatures = lines[: _LINES + 1], lines[_LINES + 1 : -1]
    if gap or not origin or not _SIZE.fullmatch(size) or not _HASH.fullmatch(head):
        raise ValueError(origin)
    checkpoint = Checkpoint(origin, int(size), head)
    return Noted(checkpoint, [parse_signature(one) for one in signatures], line)
