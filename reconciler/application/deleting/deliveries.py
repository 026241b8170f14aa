"""Deliveries: what sending needs to know of a batch, and what it leaves to be read back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from reconciler.domain.batches import Batch
from reconciler.domain.identifiers import Sent
from reconciler.domain.replies import Delivered


@dataclass(frozen=True, slots=True)
class Delivery:
    """A batch that may have been executed, with what was said of it and when."""

    batch: Batch
    delivered: Delivered
    answered_at: float
    """On the monotonic clock."""


DeclaredRows = Callable[[str], Sequence[int]]
"""Gives, for an id, the rows of the run's table of manifests that declare it."""


class Resolver(Protocol):
    """Resolves declared identifiers: what they select may be another thing from call to call."""

    async def again(self, sent: Sequence[Sent]) -> Sequence[Sent]:
        """Return what may still be sent; note the outcome of every other target."""
        ...

    async def unchanged(self, sent: Sequence[Sent]) -> bool:
        """Say whether just this may still be sent; note nothing."""
        ...
