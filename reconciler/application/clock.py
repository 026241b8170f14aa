"""The system's clock; the only place where the time is read."""

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """Wall time, monotonic time and waiting, as the machine has them."""

    def time(self) -> float:
        """Return seconds since the epoch."""
        return time.time()  # noqa: TID251 - this is the clock that everything else is given

    def monotonic(self) -> float:
        """Return seconds on a clock that never jumps."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


def utc(seconds: float) -> datetime:
    """Return an instant in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def stamp(seconds: float) -> str:
    """Return an instant as RFC 3339 in UTC with milliseconds."""
    return utc(seconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")
