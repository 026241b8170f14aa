"""Supply: which batch is taken next from which lane, while many are sent side by side."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from reconciler.application.deleting.lanes import Lane
from reconciler.domain.batches import Batch

Job: TypeAlias = tuple[Lane, Batch | None]
"""A batch by ids; or None for a lane that has only declared identifiers left."""


@dataclass(slots=True, kw_only=True)
class Supply:
    """Hands out batches, until so many targets were, or nothing more is to be sent now."""

    lanes: Sequence[Lane]
    size: int
    """Identifiers in one batch."""
    is_over: Callable[[], bool]
    """Says that nothing more is to be sent now; asked only while something is left."""
    most: int | None = None
    """Targets; None for all."""
    _taken: int = field(default=0, init=False)

    def jobs(self) -> Iterator[Job]:
        """Yield a batch of each lane in turn; a lane without ids comes once."""
        lanes = deque(lane for lane in self.lanes if lane.is_left)
        while lanes and not self._ends():
            lane = lanes.popleft()
            if not lane.is_left_by_id:
                yield lane, None
                continue
            batch = self._take(lane)
            lane.under_way += 1
            # Whoever sends its last batch by id goes on with what is declared.
            if lane.is_left_by_id:
                lanes.append(lane)
            yield lane, batch

    def in_turn(self, lane: Lane) -> Iterator[Batch]:
        """Yield the batches of declared identifiers of one lane, one behind the other."""
        while lane.is_left and not self._ends():
            yield self._take(lane)

    def _take(self, lane: Lane) -> Batch:
        batch = lane.take(self.size)
        self._taken += len(batch.ids)
        return batch

    def _ends(self) -> bool:
        return (self.most is not None and self._taken >= self.most) or self.is_over()
