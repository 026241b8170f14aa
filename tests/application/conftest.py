"""Runs are simulated on a disk in memory where there is one: syncing has tests of its own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a place, not a file


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    place = _IN_MEMORY if _IN_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="reconciler-", dir=place) as folder:
        yield Path(folder)
