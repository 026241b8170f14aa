"""Listings: what a query finds, in its order, kept until something changes.

A page counts off everything before it; here that is done once for all pages of a listing.
"""

import json
from array import array
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.sandbox.database import NEVER, Database, Parameters

_KEPT = 16
"""Listings that are kept at once; clients read several side by side."""
_INDEXES = """
CREATE INDEX IF NOT EXISTS records_going ON records (gone_at) WHERE gone_at < 9e999;
CREATE INDEX IF NOT EXISTS records_coming ON records (back_at) WHERE back_at < 9e999;
CREATE INDEX IF NOT EXISTS tasks_going ON tasks (gone_at) WHERE gone_at < 9e999;
CREATE INDEX IF NOT EXISTS tasks_coming ON tasks (back_at) WHERE back_at < 9e999;
"""


@dataclass(frozen=True, slots=True)
class _Found:
    rows: Sequence[int]
    """The numbers of the rows, in order."""
    state: Hashable
    """The state of the database in which they were found."""
    since: float
    until: float
    """When the first of the rows comes or goes by itself."""


class Listings(Database):
    """Tables of documents that are shown page by page."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(path)
        self._kept: dict[Hashable, _Found] = {}
        with self._lock:
            self._connection.executescript(_INDEXES)

    def _found(self, sql: str, table: str, now: float, values: Parameters) -> Sequence[int]:
        """Return the numbers of the rows of a table that a query for them finds at a time."""
        key = (sql, *sorted(values.items()))
        with self._lock:
            state = (self._changes, self._rows("PRAGMA data_version")[0])
            kept = self._kept.pop(key, None)
            if kept is None or kept.state != state or not kept.since <= now < kept.until:
                found = self._rows(sql, values={**values, "now": now})
                rows = array("q", (number for (number,) in found))
                kept = _Found(rows, state, now, self._next_change(table, now))
            self._kept[key] = kept
            if len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
        return kept.rows

    def _next_change(self, table: str, now: float) -> float:
        """Return when a deletion that was noted before takes effect, or ends."""
        moments = [
            self._rows("SELECT min(", column, ") FROM", table, "WHERE", later, values={"now": now})
            for column, later in _LATER.items()
        ]
        return min((moment for ((moment,),) in moments if moment is not None), default=NEVER)

    def _columns(self, table: str, columns: str, rows: Sequence[int]) -> list[tuple[Any, ...]]:
        """Return some columns of rows, in the order of their numbers."""
        found = self._rows(
            *("SELECT rowid,", columns, "FROM", table),
            "WHERE rowid IN (SELECT value FROM json_each(:rows))",
            values={"rows": json.dumps(list(rows))},
        )
        by_number = {number: values for number, *values in found}
        return [tuple(by_number[number]) for number in rows]


_LATER = {
    "gone_at": "gone_at > :now AND gone_at < 9e999",
    "back_at": "back_at > :now AND back_at < 9e999",
}
