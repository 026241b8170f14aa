"""The SQLite file that holds the sandbox's world."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Self, TypeAlias

from reconciler.sandbox.clock import Clock, wall_clock

Document: TypeAlias = dict[str, Any]
"""One thing as the vendor's API spells it."""

Parameters: TypeAlias = Mapping[str, object]

NEVER = float("inf")
EXISTS = "(gone_at > :now OR back_at <= :now)"
"""A deletion only notes when the row is gone, and when it is back; nothing runs in between."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS arrivals (
    number INTEGER PRIMARY KEY, time REAL, method TEXT, path TEXT, query TEXT,
    status INTEGER, size INTEGER, system TEXT
);
CREATE TABLE IF NOT EXISTS directory (kind TEXT, id TEXT, body TEXT, PRIMARY KEY (kind, id));
CREATE TABLE IF NOT EXISTS tasks (
    task_id TEXT PRIMARY KEY, owner_id TEXT, type_id TEXT, category INTEGER, status INTEGER,
    lead_id TEXT, due TEXT, created TEXT, modified TEXT, body TEXT,
    gone_at REAL DEFAULT 9e999, back_at REAL DEFAULT 9e999
);
CREATE INDEX IF NOT EXISTS tasks_by_owner ON tasks (owner_id);
CREATE TABLE IF NOT EXISTS records (
    record_id TEXT PRIMARY KEY, list_id TEXT, updated TEXT, priority INTEGER, timezone TEXT,
    first_name TEXT, last_name TEXT, phones TEXT, external TEXT, upload_id TEXT, body TEXT,
    gone_at REAL DEFAULT 9e999, back_at REAL DEFAULT 9e999
);
CREATE INDEX IF NOT EXISTS records_by_list
    ON records (list_id, updated, record_id, gone_at, back_at);
"""


class Database:
    """One connection, shared by all threads; every statement is committed when it returns."""

    def __init__(self, path: Path | str) -> None:
        self.clock: Clock = wall_clock
        self._lock = RLock()
        self._changes = 0
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.executescript(
            # The world is made up again in a second, so no write needs to wait for the disk.
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + _SCHEMA
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside visible at once, or not at all."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            finally:
                self._changes += 1
            self._connection.execute("COMMIT")

    def _rows(self, *clauses: str, values: Parameters | None = None) -> list[tuple[Any, ...]]:
        """Run a query, given in fixed pieces; what varies goes in by its values."""
        sql = " ".join(clauses)
        with self._lock, closing(self._connection.execute(sql, values or {})) as cursor:
            return cursor.fetchall()

    def _documents(self, *clauses: str, values: Parameters) -> list[Document]:
        return [json.loads(body) for (body,) in self._rows(*clauses, values=values)]

    def _run(self, sql: str, parameters: Parameters) -> int:
        self._changes += 1
        return self._note(sql, parameters)

    def _note(self, sql: str, parameters: Parameters) -> int:
        """Write something that is in no listing."""
        with self._lock, closing(self._connection.execute(sql, parameters)) as cursor:
            return cursor.lastrowid or 0

    def _run_many(self, sql: str, rows: Iterable[Parameters]) -> None:
        with self._lock:
            self._changes += 1
            if self._connection.in_transaction:
                self._connection.executemany(sql, rows).close()
                return
            with self.transaction():
                self._connection.executemany(sql, rows).close()
