"""The server's clock: never ahead of it when asking, never behind it when telling."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from reconciler.application.clock import SystemClock
from reconciler.ledger.database import Database, open_database
from reconciler.ledger.server_clock import ServerClock
from tests.fakes.postgres import fresh_url

NOW = text("SELECT extract(epoch FROM clock_timestamp())::double precision")


@pytest.fixture
def server() -> Iterator[Database]:
    database = open_database(fresh_url(), SystemClock())
    yield database
    database.close()


def test_the_servers_time_lies_between_the_two_that_are_told(server: Database) -> None:
    for _ in range(50):
        with server.transaction() as connection:
            early = server.clock.time()
            told = connection.scalar(NOW)
            late = server.latest()
            assert told is not None
            assert early <= told <= late


class Steps:
    """A clock of our own that goes on by a second whenever it is looked at."""

    def __init__(self) -> None:
        self.now = 100.0

    def time(self) -> float:
        raise AssertionError("the server's time counts, not ours")

    def monotonic(self) -> float:
        self.now += 1.0
        return self.now

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


def test_what_asking_took_is_the_doubt_that_is_left(server: Database) -> None:
    clock = ServerClock(Steps())
    with server.transaction() as connection:
        clock.set_by(connection)
        told = connection.scalar(NOW)
    assert told is not None
    # Asked at 101 and answered at 102: a second later it may be as late as two seconds more.
    assert clock.time() == pytest.approx(told + 1.0, abs=0.5)
    assert clock.latest() == pytest.approx(told + 3.0, abs=0.5)


def test_who_asks_for_the_same_account_waits_for_the_other(server: Database) -> None:
    with server.transaction("acme"), server.transaction("other"), server.transaction():
        pass
    with server.transaction("acme") as connection:
        held = connection.scalar(
            text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
        )
    assert held == 1
