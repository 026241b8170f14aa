"""Verification: whether an audit log is whole, unbroken, and makes sense."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from reconciler.audit.accounted import accounted_for
from reconciler.audit.chain import GENESIS, SCHEMA, canonical, line_hash
from reconciler.audit.sense import nonsense


class Kind(StrEnum):
    """What is wrong with a log."""

    OPEN = "open"
    """It ends before its run did, or before the ledger's copy of it."""
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


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked, and what was found."""

    runs: int
    lines: int
    findings: Sequence[Finding]


def verify(files: Sequence[Path], copies: Copies | None) -> Verified:
    """Check files line by line, each run against itself, the others and the ledger's copy.

    Reads only. Raises OSError for a file that cannot be read.
    """
    logs = {path: _lines(path) for path in sorted(files)}
    findings: list[Finding] = []
    for path, (lines, torn) in logs.items():
        findings += _check_file(path, lines, torn=torn)
        if copies:
            findings += _check_copy(path, lines, copies)
    findings += _check_links(logs)
    findings += _check_ends(logs, {one.file for one in findings})
    if copies:
        findings += _check_missing(logs, copies)
    return Verified(len(logs), sum(len(lines) for lines, _ in logs.values()), findings)


def _lines(path: Path) -> tuple[list[bytes], bool]:
    """Return the whole lines of a file, and whether there is a piece of one behind them."""
    *lines, rest = path.read_bytes().split(b"\n")
    return lines, bool(rest)


def _check_file(path: Path, lines: Sequence[bytes], *, torn: bool) -> Iterator[Finding]:
    prev, events = GENESIS, []
    for number, line in enumerate(lines, start=1):
        event, fault = _parse(line)
        if event is not None and not fault:
            fault = _fault(event, path, number - 1, prev)
        if event is None or fault:
            yield Finding(Kind.BROKEN, str(path), number, fault)
            return
        events.append(event)
        prev = line_hash(line)
    for number, message in nonsense(events):
        yield Finding(Kind.BROKEN, str(path), number, message)
    if torn:
        yield Finding(Kind.OPEN, str(path), len(lines) + 1, "the last line is torn")


def _check_ends(
    logs: Mapping[Path, tuple[list[bytes], bool]], faulty: Collection[str]
) -> Iterator[Finding]:
    """Hold against runs that they have no end, unless others account for all that they began.

    A run of which anything else is wrong accounts for none, and is accounted for by none.
    """
    events = {
        path: [json.loads(line) for line in lines]
        for path, (lines, _) in logs.items()
        if str(path) not in faulty
    }
    accounted = accounted_for({path.stem: told for path, told in events.items()})
    for path, told in events.items():
        ended = bool(told) and told[-1]["type"] == "run.finished"
        if not ended and path.stem not in accounted:
            yield Finding(Kind.OPEN, str(path), len(told), "the run has not finished")


def _parse(line: bytes) -> tuple[dict[str, Any] | None, str]:
    try:
        event = json.loads(line)
        exact = isinstance(event, dict) and canonical(event) == line
    except (ValueError, RecursionError):
        return None, "not JSON"
    return (event, "") if exact else (None, "not a canonical JSON object")


def _fault(event: Mapping[str, Any], path: Path, seq: int, prev: str) -> str:
    """Return what is wrong with a line in its place; empty if nothing is."""
    expected = {"schema": SCHEMA, "run_id": path.stem, "seq": seq, "prev": prev}
    for name, value in expected.items():
        if event.get(name) != value:
            return f"{name} is {event.get(name)!r}, expected {value!r}"
    missing = [name for name in ("log_id", "time", "mono_ms", "type") if name not in event]
    return f"{missing[0]} is missing" if missing else ""


def _check_copy(path: Path, lines: Sequence[bytes], copies: Copies) -> Iterator[Finding]:
    """Hold a file of the ledger's own log against its copy, which leads.

    A run that the ledger knows is its own, whatever log the file says it is of.
    """
    copy = copies.lines.get(path.stem, ())
    event, _ = _parse(lines[0]) if lines else (None, "")
    if not copy and (event is None or event.get("log_id") != copies.log_id):
        return
    for number, line in enumerate(lines, start=1):
        if number > len(copy):
            yield Finding(Kind.BROKEN, str(path), number, "the ledger has no such line")
            return
        if line != copy[number - 1]:
            yield Finding(Kind.BROKEN, str(path), number, "the ledger's copy differs")
            return
    if len(lines) < len(copy):
        message = f"the ledger has {len(copy) - len(lines)} more lines"
        yield Finding(Kind.OPEN, str(path), len(lines), message)


def _check_links(logs: Mapping[Path, tuple[list[bytes], bool]]) -> Iterator[Finding]:
    """Hold what each run says of the one before it against that run, where it is here."""
    by_run = {path.stem: lines for path, (lines, _) in logs.items()}
    for path, (lines, _) in logs.items():
        event, _fault_text = _parse(lines[0]) if lines else (None, "")
        previous = event.get("previous") if event else None
        if not isinstance(previous, dict) or previous.get("run_id") not in by_run:
            continue
        named, seq = by_run[previous["run_id"]], previous.get("seq")
        if not isinstance(seq, int) or not 0 <= seq < len(named):
            yield Finding(Kind.OPEN, str(path), 1, f"names a line that {previous['run_id']} lacks")
        elif line_hash(named[seq]) != previous.get("hash"):
            message = f"the line it names in {previous['run_id']} was changed"
            yield Finding(Kind.BROKEN, str(path), 1, message)


def _check_missing(
    logs: Mapping[Path, tuple[list[bytes], bool]], copies: Copies
) -> Iterator[Finding]:
    present = {path.stem for path in logs}
    for run_id in sorted(set(copies.lines) - present):
        yield Finding(Kind.OPEN, f"{run_id}.jsonl", 0, "the ledger has this run, the folder not")
