"""A ledger in memory and one on the disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.ledger.database import Database, open_database
from tests.fakes.clocks import SetClock


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.sqlite'}"


@pytest.fixture
def database(url: str, clock: SetClock) -> Iterator[Database]:
    opened = open_database(url, clock)
    yield opened
    opened.close()
