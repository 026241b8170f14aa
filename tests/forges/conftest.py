"""What holds for every test of a forge: nothing is waited for."""

from collections.abc import Iterator

import pytest
import stamina

from tests.forges.rig import Rig, opened


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    """Repeat as often as ever, without waiting in between."""
    stamina.set_testing(True, attempts=100, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture(params=["github", "gitlab"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """Each of the two in turn."""
    with opened(request.param) as found:
        yield found


@pytest.fixture
def github() -> Iterator[Rig]:
    with opened("github") as found:
        yield found


@pytest.fixture
def gitlab() -> Iterator[Rig]:
    with opened("gitlab") as found:
        yield found
