"""What a recheck found, as the audit log tells it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecked:
    """What was found of targets that had been proven gone."""

    still_gone: int
    returned: Sequence[str]
    """Addresses of what was seen alive."""
    unknown: int

    @property
    def counts(self) -> dict[str, int]:
        """How many are in which state."""
        return {
            "still_gone": self.still_gone,
            "returned": len(self.returned),
            "unknown": self.unknown,
        }
