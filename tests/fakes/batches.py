"""Batches of ids, where a test cares for nothing else of them."""

from collections.abc import Sequence

from reconciler.domain.accounts import Container
from reconciler.domain.batches import Batch


def a_batch(container: Container, ids: Sequence[str], number: int = 1) -> Batch:
    return Batch(number=number, attempt=1, container=container, ids=ids)
