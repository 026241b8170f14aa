"""A clock that a test sets."""

import asyncio

from tests.simulation import EPOCH


class SetClock:
    """Stands still until a test moves it; sleeping moves it too."""

    def __init__(self) -> None:
        self.now = EPOCH

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now - EPOCH

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)
