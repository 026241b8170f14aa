"""Opens sandboxes for tests and closes them again."""

from collections.abc import Callable, Iterator

import pytest

from tests.sandbox.harness import Harness


@pytest.fixture
def opened() -> Iterator[Callable[..., Harness]]:
    """Open a sandbox with faults; ``opened("talkdesk_reason=false")``."""
    harnesses: list[Harness] = []

    def open_one(*settings: str, limited: bool = False) -> Harness:
        harnesses.append(Harness(*settings, limited=limited))
        return harnesses[-1]

    yield open_one
    for harness in harnesses:
        harness.store.close()
