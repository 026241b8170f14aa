"""Audit logs made by hand, chained as the journal chains them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reconciler.audit.chain import GENESIS, SCHEMA, canonical, line_hash
from reconciler.audit.findings import Copies, Finding
from reconciler.audit.verify import Verified, verify

LOG_ID = "00000000000000aa"
RUN = "20261122T090000000Z-00000001"

Fields = dict[str, Any]


def started(deletions: int = 2) -> Fields:
    return {"type": "run.started", "actor": "ada", "deletions": deletions}


def intent(*ids: str, number: int = 1, attempt: int = 1, size: int | None = None) -> Fields:
    size = len(ids) if size is None else size
    return {
        "type": "batch.intent",
        "batch": {**name(number, attempt), "container": "task", "by": "id", "size": size},
        "items": [{"id": one, "declared": [0]} for one in ids],
    }


def response(number: int = 1, attempt: int = 1) -> Fields:
    return {"type": "batch.response", "batch": name(number, attempt), "reply": "delivered"}


def settled(
    rest: str = "deleted", *, number: int = 1, attempt: int = 1, **others: list[str]
) -> Fields:
    return {
        "type": "batch.settled",
        "batch": name(number, attempt),
        "outcomes": {"rest": rest, **others},
    }


def finished(exit_code: int = 0, **outcomes: int) -> Fields:
    return {"type": "run.finished", "outcomes": outcomes, "exit_code": exit_code}


def name(number: int, attempt: int) -> Fields:
    return {"account": "acme-crm", "number": number, "attempt": attempt}


def a_good_run() -> list[Fields]:
    return [
        started(),
        intent("a", "b"),
        response(),
        settled(),
        finished(deleted=2),
    ]


def chained(
    events: Sequence[Mapping[str, Any]], run_id: str = RUN, log_id: str = LOG_ID
) -> list[bytes]:
    """Return the events as lines of one run."""
    lines: list[bytes] = []
    prev = GENESIS
    for seq, event in enumerate(events):
        common: dict[str, Any] = {
            "schema": SCHEMA,
            "log_id": log_id,
            "run_id": run_id,
            "seq": seq,
            "prev": prev,
            "time": "2026-11-22T09:00:00.000Z",
            "mono_ms": seq,
        }
        lines.append(canonical({**common, **event}))
        prev = line_hash(lines[-1])
    return lines


def write(folder: Path, lines: Sequence[bytes], run_id: str = RUN) -> Path:
    path = folder / f"{run_id}.jsonl"
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def copies_of(lines: Sequence[bytes], run_id: str = RUN) -> Copies:
    return Copies(LOG_ID, {run_id: list(lines)})


def verified(folder: Path, copies: Copies | None = None) -> Verified:
    return verify(sorted(folder.glob("*.jsonl")), copies)


def told(findings: Sequence[Finding]) -> list[tuple[str, int, str]]:
    return [(finding.kind.value, finding.line, finding.message) for finding in findings]
