"""Proofs: what runs proved gone, which of them did, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from reconciler.domain.accounts import Container


@dataclass(frozen=True, slots=True)
class Place:
    """Which account was asked: whose it is, and the host that it was reached at."""

    tenant: str
    host: str

    def is_that_of(self, other: "Place") -> bool:
        """Whether both are the same account."""
        return self.host == other.host and self.tenant.lower() == other.tenant.lower()

    @property
    def words(self) -> str:
        """The place as people read it."""
        return f"tenant {self.tenant} at {self.host}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One run proved a target gone; where several did, the newest."""

    run_id: str
    proven_at: float
    """Seconds since the epoch."""
    place: Place | None
    """None where the run does not tell."""
    manifests: tuple[str, ...]
    """Those that declared it then, as ``KIND/NAME``."""
    tickets: tuple[str, ...]


@dataclass(frozen=True)
class Gone:
    """What was proven gone in one container."""

    container: Container
    proofs: Mapping[str, Proof]
    """By id."""

    @cached_property
    def ids(self) -> Sequence[str]:
        """Unique and sorted."""
        return sorted(self.proofs)

    def __len__(self) -> int:
        return len(self.proofs)
