"""Findings: what is wrong with an audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong with a log."""

    OPEN = "open"
    """It ends before its run did, before the ledger's copy of it, or before what is signed."""
    BROKEN = "broken"
    """It was changed, or says what cannot be."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where."""

    kind: Kind
    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Copies:
    """A ledger's copy of the lines, by run."""

    log_id: str
    lines: Mapping[str, Sequence[bytes]]
