"""The database of the ledger: opened, checked, and written in short transactions."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from reconciler.application.ports import Clock
from reconciler.errors import InvalidError, Problem, UnrecordedError
from reconciler.ledger.schema import VERSION, about, metadata

_BUSY_SECONDS = 30
_HINT = "Nothing is sent without a ledger. Check the path and the disk, or pass another --ledger."


class Database:
    """One ledger, and the clock that its times come from."""

    def __init__(self, engine: Engine, clock: Clock, name: str) -> None:
        """Create the tables of a new ledger; refuses one of another version."""
        self._engine = engine
        self.clock = clock
        self.name = name
        with self.transaction() as connection:
            metadata.create_all(connection)
            row = connection.execute(select(about)).one_or_none()
            if row is None:
                self.log_id, self.began_at = secrets.token_hex(8), clock.time()
                connection.execute(
                    insert(about).values(
                        version=VERSION, log_id=self.log_id, began_at=self.began_at
                    )
                )
            elif row.version != VERSION:
                raise UnrecordedError(
                    "The ledger is of another version",
                    detail=f"{name} has version {row.version}, this program writes {VERSION}",
                    hint="Use the version of reconciler that wrote it.",
                )
            else:
                self.log_id, self.began_at = row.log_id, row.began_at

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection whose writes are durable together when the block ends, or not at all.

        Raises UnrecordedError when the database cannot be written.
        """
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise UnrecordedError(
                "The ledger cannot be written", detail=f"{self.name}: {cause}", hint=_HINT
            ) from error

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_database(url: str, clock: Clock) -> Database:
    """Open the ledger that a URL names, creating a SQLite file that is missing.

    Raises InvalidError for a URL that is not a SQLite one, UnrecordedError for one that cannot
    be written.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _bad_url("is not a URL", "sqlite:///.reconciler/ledger.sqlite") from None
    if parsed.get_backend_name() != "sqlite":
        raise _bad_url(
            f"{parsed.get_backend_name()} is not supported by this version",
            "Use sqlite:///PATH; several runners on PostgreSQL come later.",
        )
    if parsed.database and parsed.database != ":memory:":
        try:
            Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UnrecordedError(
                "The ledger cannot be written",
                detail=f"{parsed.database}: {error.strerror}",
                hint=_HINT,
            ) from error
    engine = create_engine(parsed, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    try:
        return Database(engine, clock, parsed.database or "memory")
    except UnrecordedError:
        engine.dispose()
        raise


def _bad_url(message: str, hint: str) -> InvalidError:
    return InvalidError([Problem("--ledger / RECONCILER_LEDGER", 0, 0, message, hint=hint)])


def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection has no public type
    # SQLAlchemy begins transactions itself, see _begin; sqlite3 must not.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # IMMEDIATE: the decision and the write see the same state, whoever else writes.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
