"""What an answer says of the time, and how far our own clock is from it."""

from dataclasses import dataclass

_RESOLUTION = 1.0
"""Seconds: a Date header leaves out what is less."""


@dataclass(frozen=True, slots=True)
class TimeTold:
    """A time that a server told, and when it can have been, by our own clock."""

    told: float
    """Whole seconds since the epoch, by the server's clock."""
    asked_at: float
    answered_at: float

    @property
    def ahead(self) -> float:
        """The seconds that our clock is ahead at least, less than none if it is behind.

        None where the two may agree: how long the answer was under way in each direction, and
        what the server left out, is nobody's fault.
        """
        least = self.asked_at - self.told - _RESOLUTION
        most = self.answered_at - self.told
        return max(least, 0.0) or min(most, 0.0)
