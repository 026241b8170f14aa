"""Ledgers: one on the disk, and where it makes a difference one on a PostgreSQL server too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.ledger import database as ledger_database
from reconciler.ledger.database import Database, open_database
from tests.fakes.clocks import SetClock
from tests.fakes.postgres import PretendedServerClock, fresh_url


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a ledger on either engine, whose time is that of the test."""
    if request.param == "sqlite":
        return url
    monkeypatch.setattr(ledger_database, "ServerClock", PretendedServerClock)
    return fresh_url()


@pytest.fixture
def database(either: str, clock: SetClock) -> Iterator[Database]:
    opened = open_database(either, clock)
    yield opened
    opened.close()


@pytest.fixture
def on_disk(url: str, clock: SetClock) -> Iterator[Database]:
    """A ledger in a SQLite file."""
    opened = open_database(url, clock)
    yield opened
    opened.close()
