"""Replies: what the API said about a batch. Said, not true: outcomes come from reading back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Accepted:
    """The API took the identifier; it may delete it now, later or never."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """The API says that there is no such target."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The API names a reason why this target is not deleted."""

    reason: str
    sure: bool = False
    """It named this very target, so that seeing it once more needs no second look."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing usable was said about this target."""

    cause: str


Receipt: TypeAlias = Accepted | NotFound | Rejected | NoAnswer


@dataclass(frozen=True, slots=True)
class Delivered:
    """The request arrived, or may have: every target must be read back."""

    unnamed: Receipt
    """The receipt of every identifier that is not named."""
    named: Mapping[str, Receipt] = field(default_factory=dict)
    later: float = 0.0
    """Seconds that the API takes before it acts, by its own word."""
    overrun: bool = False
    """It claims to have deleted more than was sent."""

    def receipt(self, target_id: str) -> Receipt:
        """Return what was said about one identifier of the batch."""
        return self.named.get(target_id, self.unnamed)


@dataclass(frozen=True, slots=True)
class Throttled:
    """Refused for coming too fast, so nothing was executed."""

    wait: float | None = None
    """Seconds to wait, where the answer names them."""
    calls: int | None = None
    per: float | None = None
    """The account's real limit, where the answer names it."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """No connection was made, so nothing was executed."""

    cause: str


@dataclass(frozen=True, slots=True)
class Malformed:
    """Refused as a whole by validation (400), so nothing was executed."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unauthorised:
    """Refused before execution because the credentials are not, or no longer, good."""

    cause: str
    renewable: bool = True
    """Fresh credentials may help."""


Reply: TypeAlias = Delivered | Throttled | Unsent | Malformed | Unauthorised


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One reply with what the audit log keeps of it."""

    reply: Reply
    status: int = 0
    """HTTP status; 0 where there was none."""
    latency_ms: int = 0
    claimed: Mapping[str, int] = field(default_factory=dict)
    """The counts that the API claimed, by their own names."""
