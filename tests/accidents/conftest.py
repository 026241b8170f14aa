"""A checkout and both vendors, for accidents that begin at the command line."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from reconciler.sandbox.faults import parse_faults
from reconciler.sandbox.serve import background
from tests.functional.world import UNHURRIED, Inside


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., Inside]]:
    """Open a world with these faults."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    with ExitStack() as stack:

        def open_one(*faults: str) -> Inside:
            parsed = parse_faults([*UNHURRIED, *faults])
            url = stack.enter_context(background(tmp_path / "sandbox", faults=parsed))
            return Inside(checkout, url, tmp_path / "sandbox")

        yield open_one


@pytest.fixture
def inside(opened: Callable[..., Inside]) -> Inside:
    """A world with two tasks and two records to delete."""
    world = opened()
    world.declare(tasks=[0, 1], records=[0, 1])
    return world
