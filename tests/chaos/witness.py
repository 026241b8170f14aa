"""What the ledger and the audit files say at the moment at which a deletion reaches the server."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import select

from reconciler.errors import UnrecordedError
from reconciler.ledger.batch_rows import OPEN, unpack
from reconciler.ledger.read_only import read_only
from reconciler.ledger.schema import batches

Key: TypeAlias = tuple[str, str, int, int]
"""Run, account, number and attempt."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An open batch that names something of what arrived."""

    key: Key
    same_ids: bool
    in_file: bool
    """Whether its intent stands in the run's audit file."""


@dataclass(frozen=True, slots=True)
class Witness:
    """Looks into the ledger from outside, so it sees only what is committed."""

    url: str
    audit: Path

    def look(self, ids: Sequence[str]) -> list[Seen] | None:
        """Return the open batches with any of these ids; None while nothing can be read."""
        query = select(batches).where(batches.c.state.in_(OPEN))
        try:
            with read_only(self.url) as connection:
                rows = connection.execute(query).all() if connection else []
        except UnrecordedError:
            return None
        found = []
        for row in rows:
            theirs = set(unpack(row.ids))
            if theirs & set(ids):
                key = (row.run_id, row.account, row.number, row.attempt)
                found.append(Seen(key, theirs == set(ids), self._in_file(key)))
        return found

    def _in_file(self, key: Key) -> bool:
        run_id, *rest = key
        path = self.audit / f"{run_id}.jsonl"
        return path.exists() and any(
            [event["batch"][name] for name in ("account", "number", "attempt")] == rest
            for event in whole_lines(path.read_bytes())
            if event["type"] == "batch.intent"
        )


def whole_lines(content: bytes) -> list[dict[str, Any]]:
    """Return the events of an audit file, but a torn one at its end."""
    *lines, _ = content.split(b"\n")
    return [json.loads(line) for line in lines]
