"""Opens worlds for tests and closes them again."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from reconciler.sandbox.faults import parse_faults
from reconciler.sandbox.serve import background
from tests.functional.world import UNHURRIED, Inside, World, serving


def switches(faults: Iterable[str]) -> list[str]:
    """Return the usual faults, but those that a test names as it names them."""
    chosen = dict(one.split("=", 1) for one in (*UNHURRIED, *faults))
    return [f"{name}={value}" for name, value in chosen.items()]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    return folder


@pytest.fixture
def opened(tmp_path: Path, checkout: Path) -> Iterator[Callable[..., World]]:
    """Open a world with faults, its sandbox and every command a process of their own."""
    with ExitStack() as stack:

        def open_one(*faults: str, arguments: tuple[str, ...] = ()) -> World:
            data = tmp_path / "sandbox"
            url = stack.enter_context(serving(data, *arguments, faults=switches(faults)))
            return World(checkout, url, data)

        yield open_one


@pytest.fixture
def world(opened: Callable[..., World]) -> World:
    """A world with two tasks and two records to delete, and a task that never was."""
    found = opened()
    found.declare(tasks=[0, 1, 999_999], records=[0, 1])
    return found


@pytest.fixture
def opened_inside(tmp_path: Path, checkout: Path) -> Iterator[Callable[..., Inside]]:
    """Open a world with faults; the sandbox and the commands run in this process."""
    with ExitStack() as stack:

        def open_one(*faults: str, tasks: int = 60, records: int = 120) -> Inside:
            data, parsed = tmp_path / "sandbox", parse_faults(switches(faults))
            serving_here = background(data, tasks=tasks, records=records, faults=parsed)
            return Inside(checkout, stack.enter_context(serving_here), data)

        yield open_one


@pytest.fixture
def inside(opened_inside: Callable[..., Inside]) -> Inside:
    """The world above, in this process."""
    found = opened_inside()
    found.declare(tasks=[0, 1, 999_999], records=[0, 1])
    return found
