"""Slots without a limit that note what they were asked for; a pause is waited for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from reconciler.application.ports import Clock, OutOfCallsError


@dataclass(slots=True)
class FakeSlots:
    """As many calls as there are in ``left``; None means any number.

    ``daily`` is what a daily limit of so many is said to leave; others may be spending it too.
    """

    clock: Clock
    left: int | None = None
    daily: int | None = None
    taken: int = 0
    pauses: list[float] = field(default_factory=list)
    learned: list[tuple[int, float, bool]] = field(default_factory=list)
    _until: float = 0.0

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        while self.clock.monotonic() < self._until:
            await self.clock.sleep(self._until - self.clock.monotonic())
        if self.left is not None and self.taken >= self.left:
            raise OutOfCallsError(f"{self.left} calls were spent")
        self.taken += 1
        yield

    def remaining(self) -> int | None:
        return None if self.daily is None else max(0, self.daily - self.taken)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self._until = max(self._until, self.clock.monotonic() + seconds)

    def learn(self, calls: int, per: float, *, deleting: bool) -> None:
        self.learned.append((calls, per, deleting))
