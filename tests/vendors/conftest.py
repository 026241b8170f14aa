"""What tests of the vendors' clients may use."""

import pytest

from reconciler.transport import http, wire
from tests.vendors.misbehaving import LARGEST


@pytest.fixture
def small_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take only small answers, so that none that is too large has to be made."""
    for module in (wire, http):
        monkeypatch.setattr(module, "MAX_BODY", LARGEST)
