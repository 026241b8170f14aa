"""Completing: the runs of a log as folder and ledger have them together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reconciler.audit.findings import Copies, Kind
from reconciler.audit.loading import RUN_SUFFIX, RunFiles
from reconciler.audit.parsing import parse
from reconciler.audit.trust import TrustedKeys
from reconciler.audit.verify import Verified, check


@dataclass(frozen=True, slots=True)
class AuditLog:
    """Runs, sorted by id."""

    runs: Sequence[RunFiles]
    from_ledger: frozenset[str]
    """Those that the folder does not have, or not to their end."""

    def only(self, run_ids: Collection[str]) -> "AuditLog":
        """Return some of the runs."""
        return AuditLog([one for one in self.runs if one.run_id in run_ids], self.from_ledger)


def complete_log(loaded: Sequence[RunFiles], copies: Copies | None, folder: Path) -> AuditLog:
    """Return the runs of a folder, with the lines that only the ledger has.

    A file that the ledger contradicts stays as it is.
    """
    found = {one.run_id: one for one in loaded}
    completed: set[str] = set()
    for run_id, lines in copies.lines.items() if copies else ():
        path = folder / f"{run_id}{RUN_SUFFIX}"
        there = found.get(run_id) or RunFiles(path=path, lines=None, checkpoints=None)
        if _is_beginning(there, lines):
            found[run_id] = replace(there, lines=lines, rest=b"")
            completed.add(run_id)
    return AuditLog([found[one] for one in sorted(found)], frozenset(completed))


def _is_beginning(there: RunFiles, lines: Sequence[bytes]) -> bool:
    mine = there.lines or ()
    if len(mine) >= len(lines) or list(lines[: len(mine)]) != list(mine):
        return False
    return lines[len(mine)].startswith(there.rest)


def check_log(
    log: AuditLog, loaded: Sequence[RunFiles], copies: Copies | None, trusted: TrustedKeys | None
) -> Verified:
    """Check runs as they are together; what the folder lacks and the ledger has is no finding."""
    chosen = {one.run_id for one in log.runs}
    mine = [one for one in loaded if one.run_id in chosen]
    verified = check(log.runs, None, trusted)
    known = set(verified.findings)
    against = check(mine, copies, trusted).findings if copies else ()
    broken = [one for one in against if one.kind is Kind.BROKEN and one not in known]
    return replace(verified, findings=[*verified.findings, *broken])


def companions(log: AuditLog, run_ids: Collection[str]) -> set[str]:
    """Return runs with those that found them dead, without which a killed one stays open."""
    found = set(run_ids)
    heads = {one.run_id: _first(one) for one in log.runs}
    while more := {
        run_id
        for run_id, event in heads.items()
        if run_id not in found and found.intersection(_strings(event.get("found_dead")))
    }:
        found |= more
    return found


def _first(run: RunFiles) -> Mapping[str, Any]:
    return (parse(run.lines[0])[0] if run.lines else None) or {}


def _strings(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def started(run: RunFiles) -> str:
    """Return when a run began, by its first line; empty where that does not tell."""
    return str(_first(run).get("time", ""))
