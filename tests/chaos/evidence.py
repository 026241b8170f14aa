"""Everything that is known after a trial: the server's truth, the ledger, the audit files."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sqlalchemy import select

from reconciler.ledger import schema
from reconciler.ledger.batch_rows import unpack
from reconciler.ledger.read_only import read_only
from tests.chaos.recorder import Request, requests
from tests.chaos.witness import Key

_NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Row:
    """One batch as the ledger has it."""

    key: Key
    state: str
    intent_at: float
    ids: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What the ledger holds."""

    batches: Sequence[Row]
    gone: frozenset[str]
    """What was proven gone."""
    lines: Mapping[str, Sequence[bytes]]
    """Its copy of the audit lines, by run."""
    finished: frozenset[str]
    """The runs that say that they came to their end."""

    @classmethod
    def read(cls, url: str) -> Self:
        with read_only(url) as connection:
            assert connection is not None
            rows = connection.execute(select(schema.batches)).all()
            gone = connection.scalars(select(schema.gone.c.ids)).all()
            runs = connection.execute(select(schema.runs)).all()
            ordered = select(schema.audit_lines).order_by(schema.audit_lines.c.seq)
            lines: dict[str, list[bytes]] = {run.run_id: [] for run in runs}
            for line in connection.execute(ordered):
                lines[line.run_id].append(line.line)
        return cls(
            batches=[
                Row(
                    (row.run_id, row.account, row.number, row.attempt),
                    row.state,
                    row.intent_at,
                    frozenset(unpack(row.ids)),
                )
                for row in rows
            ],
            gone=frozenset(one for ids in gone for one in unpack(ids)),
            lines=lines,
            finished=frozenset(run.run_id for run in runs if run.finished_at is not None),
        )

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of one kind, of all runs."""
        told = [json.loads(line) for lines in self.lines.values() for line in lines]
        return [event for event in told if event["type"] == kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one trial has left behind."""

    declared: frozenset[str]
    gone_at: Mapping[str, float]
    """When each thing ceased to exist at the server, or will; never is infinity."""
    requests: Sequence[Request]
    ledger: Ledger
    files: Mapping[str, bytes]
    """The audit files, by run."""

    @property
    def gone(self) -> frozenset[str]:
        return frozenset(one for one, at in self.gone_at.items() if at < _NEVER)

    @property
    def deletions(self) -> list[Request]:
        """Return every request to delete that reached the server whole."""
        return [one for one in self.requests if one.deletes]


def truth(data: Path) -> dict[str, float]:
    """Return when each thing at the server ceases to exist."""
    with closing(sqlite3.connect(data / "sandbox.sqlite")) as store:
        tasks = store.execute("SELECT task_id, gone_at FROM tasks").fetchall()
        return dict(tasks + store.execute("SELECT record_id, gone_at FROM records").fetchall())


def collect(data: Path, audit: Path, url: str, declared: frozenset[str]) -> Evidence:
    """Read what a trial has left behind."""
    return Evidence(
        declared=declared,
        gone_at=truth(data),
        requests=requests(data / "requests.jsonl"),
        ledger=Ledger.read(url),
        files={path.stem: path.read_bytes() for path in sorted(audit.glob("*.jsonl"))},
    )
