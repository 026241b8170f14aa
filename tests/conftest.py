"""What holds for every test."""

import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from reconciler.cli.logs import forget_logs

# How long one example takes on a busy machine says nothing: speed is the bench's business.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_xdist_auto_num_workers() -> int:
    """Return more workers than there are processors: many tests wait for processes and answers."""
    return (os.cpu_count() or 1) + 2


def _nothing(*_: object) -> dict[str, object]:
    raise structlog.DropEvent


@pytest.fixture(autouse=True)
def quiet_diagnostics() -> Iterator[None]:
    """No test writes diagnostics but one that asks for them, and none inherits another's."""
    structlog.configure(processors=[_nothing])
    forget_logs()
    yield
    structlog.reset_defaults()
