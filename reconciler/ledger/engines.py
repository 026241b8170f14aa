"""The two engines of the ledger: a SQLite file for one machine, PostgreSQL for several runners."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from reconciler.errors import InvalidError, Problem, UnrecordedError

HINT = "Nothing is sent without a ledger. Check its place and rights, or pass another --ledger."
SQLITE, POSTGRESQL = "sqlite", "postgresql"
_BUSY_SECONDS = 30
_CONNECT_SECONDS = 10


def make_engine(url: str) -> tuple[Engine, str]:
    """Return the engine of a ledger's URL, and what people call the ledger; opens nothing.

    Raises InvalidError for a URL that names neither engine, or one that is not installed.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _bad_url("is not a URL") from None
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed)
        case "postgresql" | "postgres":
            return _postgresql(parsed)
        case other:
            raise _bad_url(f"{other} is not supported")


def _bad_url(message: str) -> InvalidError:
    hint = "Use sqlite:///PATH or postgresql://USER@HOST/DATABASE."
    return InvalidError([Problem("--ledger / RECONCILER_LEDGER", 0, 0, message, hint=hint)])


def _sqlite(url: URL) -> tuple[Engine, str]:
    if url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UnrecordedError(
                "The ledger cannot be written",
                detail=f"{url.database}: {error.strerror}",
                hint=HINT,
            ) from error
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine, url.database or "memory"


def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection has no public type
    # SQLAlchemy begins transactions itself, see _begin; sqlite3 must not.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # IMMEDIATE: the decision and the write see the same state, whoever else writes.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgresql(url: URL) -> tuple[Engine, str]:
    # A server that was restarted between two transactions must not end a run.
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            connect_args={"connect_timeout": _CONNECT_SECONDS, "prepare_threshold": None},
        )
    except ModuleNotFoundError:
        raise _bad_url('needs the extra: pip install "reconciler[postgres]"') from None
    place = f"{url.host or 'the local socket'}{f':{url.port}' if url.port else ''}"
    return engine, f"{url.database or 'postgres'} on {place}"
