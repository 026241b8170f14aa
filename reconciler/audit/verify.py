"""Verification: whether an audit log is whole, unbroken, and makes sense."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.audit.accounted import accounted_for
from reconciler.audit.anchors import Anchored, Anchors
from reconciler.audit.chain import GENESIS, SCHEMA, line_hash
from reconciler.audit.findings import Copies, Finding, Kind
from reconciler.audit.loading import RunFiles, load
from reconciler.audit.parsing import parse
from reconciler.audit.sense import nonsense
from reconciler.audit.trust import TrustedKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was checked, and what was found."""

    runs: int
    lines: int
    findings: Sequence[Finding]
    checkpoints: int
    signed: int
    """Checkpoints with any signature."""
    counted: int | None
    """Those with one of a given key; None where none was given, so that none was checked."""


def verify(
    files: Sequence[Path], copies: Copies | None, trusted: TrustedKeys | None = None
) -> Verified:
    """Check files line by line, each run against itself, the others and the ledger's copy.

    Checkpoints are held against their runs; with ``trusted``, runs also have to be vouched for by
    signatures of these keys. Reads only. Raises OSError for a file that cannot be read.
    """
    return check(load(files), copies, trusted)


def check(
    loaded: Sequence[RunFiles], copies: Copies | None, trusted: TrustedKeys | None = None
) -> Verified:
    """Check runs as they were read."""
    lines = {one.path: one.lines for one in loaded if one.lines is not None}
    torn = {one.path for one in loaded if one.rest}
    findings: list[Finding] = []
    for path, of_run in lines.items():
        findings += _check_file(path, of_run, torn=path in torn)
        if copies:
            findings += _check_copy(path, of_run, copies)
    findings += _check_links(lines)
    events = _sound_events(lines, {one.file for one in findings})
    accounted = accounted_for({path.stem: told for path, told in events.items()})
    findings += _check_ends(events, accounted)
    if copies:
        findings += _check_missing(lines, copies)
    anchors = Anchors(trusted)
    findings += _check_anchors(anchors, loaded, copies, accounted)
    return Verified(
        runs=len(lines),
        lines=sum(map(len, lines.values())),
        findings=findings,
        checkpoints=anchors.checkpoints,
        signed=anchors.signed,
        counted=None if trusted is None else anchors.counted,
    )


def _check_file(path: Path, lines: Sequence[bytes], *, torn: bool) -> Iterator[Finding]:
    prev, events = GENESIS, []
    for number, line in enumerate(lines, start=1):
        event, fault = parse(line)
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


def _sound_events(
    logs: Mapping[Path, Sequence[bytes]], faulty: Collection[str]
) -> dict[Path, list[dict[str, Any]]]:
    """Return the events of runs that nothing is wrong with so far."""
    return {
        path: [json.loads(line) for line in lines]
        for path, lines in logs.items()
        if str(path) not in faulty
    }


def _check_ends(
    events: Mapping[Path, Sequence[Mapping[str, Any]]], accounted: Collection[str]
) -> Iterator[Finding]:
    """Hold against runs that they have no end, unless others account for all that they began.

    A run of which anything else is wrong accounts for none, and is accounted for by none.
    """
    for path, told in events.items():
        ended = bool(told) and told[-1]["type"] == "run.finished"
        if not ended and path.stem not in accounted:
            yield Finding(Kind.OPEN, str(path), len(told), "the run has not finished")


def _check_anchors(
    anchors: Anchors,
    loaded: Sequence[RunFiles],
    copies: Copies | None,
    accounted: Collection[str],
) -> Iterator[Finding]:
    """Hold checkpoints against the lines of their runs, and runs against the given keys."""
    runs = {
        one.run_id: Anchored(
            one.run_id, _whole(one, copies), str(one.path), one.notes, one.notes_file
        )
        for one in loaded
    }
    for run in runs.values():
        yield from anchors.check(run, accounted)
    yield from anchors.unvouched(runs)


def _whole(one: RunFiles, copies: Copies | None) -> Sequence[bytes]:
    """Return the lines of a run as the ledger will complete them."""
    lines = one.lines or ()
    copy = copies.lines.get(one.run_id, ()) if copies else ()
    return copy if copy and list(copy[: len(lines)]) == list(lines) else lines


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
    event, _ = parse(lines[0]) if lines else (None, "")
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


def _check_links(logs: Mapping[Path, Sequence[bytes]]) -> Iterator[Finding]:
    """Hold what each run says of the one before it against that run, where it is here."""
    by_run = {path.stem: lines for path, lines in logs.items()}
    for path, lines in logs.items():
        event, _fault_text = parse(lines[0]) if lines else (None, "")
        previous = event.get("previous") if event else None
        if not isinstance(previous, dict) or previous.get("run_id") not in by_run:
            continue
        named, seq = by_run[previous["run_id"]], previous.get("seq")
        if not isinstance(seq, int) or not 0 <= seq < len(named):
            yield Finding(Kind.OPEN, str(path), 1, f"names a line that {previous['run_id']} lacks")
        elif line_hash(named[seq]) != previous.get("hash"):
            message = f"the line it names in {previous['run_id']} was changed"
            yield Finding(Kind.BROKEN, str(path), 1, message)


def _check_missing(logs: Mapping[Path, Sequence[bytes]], copies: Copies) -> Iterator[Finding]:
    present = {path.stem for path in logs}
    for run_id in sorted(set(copies.lines) - present):
        yield Finding(Kind.OPEN, f"{run_id}.jsonl", 0, "the ledger has this run, the folder not")
