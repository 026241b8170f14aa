"""What holds for every test."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from reconciler.cli.logs import forget_logs

# How long one example takes on a busy machine says nothing: speed is the bench's business.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def _nothing(*_: object) -> dict[str, object]:
    raise structlog.DropEvent


@pytest.fixture(autouse=True)
def quiet_diagnostics() -> Iterator[None]:
    """No test writes diagnostics but one that asks for them, and none inherits another's."""
    structlog.configure(processors=[_nothing])
    forget_logs()
    yield
    structlog.reset_defaults()
