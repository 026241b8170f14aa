"""The database of the ledger: opened, checked, and written in short transactions."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from reconciler.application.ports import Clock
from reconciler.errors import UnrecordedError
from reconciler.ledger.engines import HINT, POSTGRESQL, make_engine
from reconciler.ledger.migrations import migrate
from reconciler.ledger.schema import VERSION, about, metadata
from reconciler.ledger.server_clock import ServerClock

_PATIENCE = text("SELECT set_config('lock_timeout', '30s', true)")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))")
_CREATION = "reconciler ledger"


class Database:
    """One ledger, and the clock that its times come from: on a server, the server's."""

    def __init__(self, engine: Engine, clock: Clock, name: str, *, upgrade: bool) -> None:
        """Create the tables of a new ledger, and ``upgrade`` those of an older version.

        Raises UnrecordedError for one of another version otherwise.
        """
        self._engine = engine
        self.name = name
        self.shared = engine.dialect.name == POSTGRESQL
        """Several runners may write it from several machines."""
        self._server_clock = ServerClock(clock) if self.shared else None
        self.clock: Clock = self._server_clock or clock
        with self.transaction(_CREATION) as connection:
            self.is_new = not inspect(connection).has_table(about.name)
            """Whether it began right now, so that it remembers nothing."""
            row = self._opened(connection)
            self.version = row.version
            if row.version < VERSION and upgrade:
                self.version = migrate(connection)
            elif row.version != VERSION:
                raise _other_version(name, row.version)
            self.log_id, self.began_at = row.log_id, row.began_at

    def _opened(self, connection: Connection) -> Any:  # noqa: ANN401 - a row of about
        if self.is_new:
            metadata.create_all(connection)
            connection.execute(
                insert(about).values(
                    version=VERSION, log_id=secrets.token_hex(8), began_at=self.clock.time()
                )
            )
        return connection.execute(select(about)).one()

    @contextmanager
    def transaction(self, alone: str = "") -> Iterator[Connection]:
        """Give a connection whose writes are durable together when the block ends, or not at all.

        Whoever names the same account to be ``alone`` with waits for the other; on SQLite
        everybody does. Raises UnrecordedError when the database cannot be written.
        """
        try:
            with self._engine.begin() as connection:
                if self._server_clock:
                    if alone:
                        connection.execute(_PATIENCE)
                        connection.execute(_ALONE, {"what": alone})
                    self._server_clock.set_by(connection)
                yield connection
        except SQLAlchemyError as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise UnrecordedError(
                "The ledger cannot be written", detail=f"{self.name}: {cause}", hint=HINT
            ) from error

    def latest(self) -> float:
        """Return seconds since the epoch, at least what the ledger's own clock says."""
        return self._server_clock.latest() if self._server_clock else self.clock.time()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _other_version(name: str, version: int) -> UnrecordedError:
    older = version < VERSION
    return UnrecordedError(
        "The ledger is of another version",
        detail=f"{name} has version {version}, this program writes {VERSION}",
        hint="Run reconciler ledger upgrade."
        if older
        else "Use the version of reconciler that wrote it.",
    )


def open_database(url: str, clock: Clock, *, upgrade: bool = False) -> Database:
    """Open the ledger that a URL names, creating a SQLite file or tables that are missing.

    A file is upgraded by itself, tables on a server only where that is asked for. Raises
    InvalidError for a URL that names no ledger, UnrecordedError for one that cannot be written.
    """
    engine, name = make_engine(url)
    try:
        by_itself = engine.dialect.name != POSTGRESQL
        return Database(engine, clock, name, upgrade=upgrade or by_itself)
    except (UnrecordedError, SQLAlchemyError):
        engine.dispose()
        raise
