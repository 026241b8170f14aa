"""A limit on the calls of any few seconds, as the vendors count them: when they arrive."""

from collections import deque

PERIOD = 5.0


class SlidingWindow:
    """Accepts so many calls in any period; refused calls are not counted."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._accepted: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Accept a call and return 0, or return how long the next one would have to wait."""
        if not self.limit:
            return 0.0
        while self._accepted and self._accepted[0] <= now - PERIOD:
            self._accepted.popleft()
        if len(self._accepted) >= self.limit:
            return self._accepted[0] + PERIOD - now
        self._accepted.append(now)
        return 0.0
