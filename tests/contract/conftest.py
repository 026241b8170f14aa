"""Opens each system for each test of the contract, and closes it."""

from collections.abc import Iterator

import pytest

from tests.contract import systems
from tests.contract.systems import System

EVERY_SYSTEM = [
    systems.the_fake,
    systems.leadsquared,
    systems.talkdesk,
    systems.talkdesk_one_by_one,
]


@pytest.fixture(params=EVERY_SYSTEM, ids=lambda one: one.__name__)
def system(request: pytest.FixtureRequest) -> Iterator[System]:
    with request.param() as opened:
        yield opened
