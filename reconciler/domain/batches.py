"""Batches: what one deleting call carries."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from reconciler.domain.accounts import Container
from reconciler.domain.identifiers import By, Sent, kind_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Targets of one container for one call; never empty, never too large.

    They are sent by their ids, or by other identifiers of one kind that select just them.
    """

    number: int
    attempt: int
    container: Container
    ids: Sequence[str]
    sent: Sequence[Sent] = ()
    """The identifiers that are sent instead of ids; empty for ids."""
    canary: bool = False
    """It, or the batch that it comes from, is proven before anything else is sent."""

    def __post_init__(self) -> None:
        # To some interfaces an empty list means "everything".
        if not self.ids:
            raise ValueError("a batch without identifiers must not exist")
        if len({kind_of(one.identifier) for one in self.sent}) > 1:
            raise ValueError("a batch has identifiers of one kind")
        if self.sent and {*self.ids} != {target for one in self.sent for target in one.ids}:
            raise ValueError("a batch deletes just what its identifiers select")

    @property
    def by(self) -> By:
        """The kind of identifier that is sent."""
        return kind_of(self.sent[0].identifier) if self.sent else By.ID

    @property
    def targets(self) -> frozenset[str]:
        """Every target that the API may delete by it."""
        return frozenset({*self.ids, *(target for one in self.sent for target in one.also)})

    @property
    def most(self) -> int:
        """How many targets the API may delete by it."""
        return len(self.targets)

    @property
    def label(self) -> str:
        """Number and attempt, for people."""
        return f"batch {self.number}" + (f" attempt {self.attempt}" if self.attempt > 1 else "")

    def again(self) -> "Batch":
        """Return the same identifiers as a new attempt."""
        return replace(self, attempt=self.attempt + 1)

    def sending(self, sent: Sequence[Sent]) -> "Batch":
        """Return the same batch with other identifiers."""
        return replace(self, ids=_targets(sent), sent=sent)

    @property
    def splits(self) -> bool:
        """Whether it carries more than one identifier."""
        return len(self.sent or self.ids) > 1

    def halves(self, numbers: Iterator[int]) -> tuple["Batch", ...]:
        """Split a refused batch in two, to find the identifier that is refused."""
        parts = [replace(self, number=next(numbers), attempt=1) for _ in range(2)]
        if not self.sent:
            return tuple(map(_with_ids, parts, _cut(self.ids)))
        return tuple(map(Batch.sending, parts, _cut(self.sent)))


def batch_of(
    number: int, container: Container, sent: Sequence[Sent], *, canary: bool = False
) -> Batch:
    """Return the batch that sends these identifiers."""
    return Batch(
        number=number,
        attempt=1,
        container=container,
        ids=_targets(sent),
        sent=sent,
        canary=canary,
    )


def parts_proven_apart(
    counts: Iterable[int], canary: Sequence[int], size: int
) -> Iterator[list[int]]:
    """Yield, for so many targets of each container in turn, how many are proven at a time.

    Canaries of these sizes are on their own, the rest of a container is proven as one. A
    container that has fewer left than a canary takes uses its size up.
    """
    canaries = deque(canary)
    for count in counts:
        parts, left = [], count
        while left and canaries:
            parts.append(min(canaries.popleft(), size, left))
            left -= parts[-1]
        yield [*parts, left] if left else parts


def _targets(sent: Sequence[Sent]) -> Sequence[str]:
    return sorted({target for one in sent for target in one.ids})


def _with_ids(batch: Batch, ids: Sequence[str]) -> Batch:
    return replace(batch, ids=ids)


def _cut(ids: Sequence[T]) -> tuple[Sequence[T], Sequence[T]]:
    middle = len(ids) // 2
    return ids[:middle], ids[middle:]
