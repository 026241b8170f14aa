"""Batches: what one deleting call carries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reconciler.domain.accounts import Container


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Identifiers of one container for one call; never empty, never too large."""

    number: int
    attempt: int
    container: Container
    ids: Sequence[str]

    def __post_init__(self) -> None:
        # To some interfaces an empty list means "everything".
        if not self.ids:
            raise ValueError("a batch without identifiers must not exist")

    @property
    def label(self) -> str:
        """Number and attempt, for people."""
        return f"batch {self.number}" + (f" attempt {self.attempt}" if self.attempt > 1 else "")

    def again(self) -> "Batch":
        """Return the same identifiers as a new attempt."""
        return replace(self, attempt=self.attempt + 1)


def into_chunks(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield the identifiers in order, at most ``size`` at a time."""
    if size < 1:
        raise ValueError("a batch holds at least one identifier")
    return (ids[start : start + size] for start in range(0, len(ids), size))


def halves(ids: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Split identifiers of a refused batch in two, to find the one that is refused."""
    middle = len(ids) // 2
    return ids[:middle], ids[middle:]
