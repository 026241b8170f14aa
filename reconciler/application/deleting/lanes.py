"""Lanes: what each container has still to be sent, in order, and what of it is to be proven."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from reconciler.application.deleting.deliveries import DeclaredRows, Delivery, Resolver
from reconciler.domain.accounts import Container
from reconciler.domain.batches import Batch, batch_of
from reconciler.domain.identifiers import Sent, kind_of
from reconciler.domain.plan import Section
from reconciler.domain.together import due_as_declared


@dataclass(slots=True, kw_only=True)
class Lane:
    """The deletions of one container: by ids first, then by declared identifiers of one kind."""

    section: Section
    rows: DeclaredRows
    resolver: Resolver
    numbers: Iterator[int]
    """Numbers of batches, unlike those of any other lane of the account."""
    under_way: int = 0
    """Batches by ids that were taken, and neither delivered nor put back."""
    unproven: list[Delivery] = field(default_factory=list)
    _ids: Sequence[str] = field(init=False)
    _taken: int = field(default=0, init=False)
    _kinds: deque[Sequence[Sent]] = field(init=False)
    """Identifiers that are sent as declared, those of one kind together."""
    _back: deque[Batch] = field(default_factory=deque, init=False)
    """Batches by ids that were taken and not sent."""
    _back_declared: deque[Batch] = field(default_factory=deque, init=False)

    def __post_init__(self) -> None:
        due = sorted(due_as_declared(self.section), key=lambda one: kind_of(one.identifier))
        groups = groupby(due, key=lambda one: kind_of(one.identifier))
        self._kinds = deque(list(group) for _, group in groups)
        as_declared = {target_id for sent in due for target_id in sent.ids}
        ids = (self.section.absences.ids[position] for position in self.section.deletions())
        self._ids = [target_id for target_id in ids if target_id not in as_declared]

    @property
    def container(self) -> Container:
        """Where its targets live."""
        return self.section.absences.container

    @property
    def is_left_by_id(self) -> bool:
        """Whether something is still to be sent by its id."""
        return bool(self._back) or self._taken < len(self._ids)

    @property
    def is_left(self) -> bool:
        """Whether something is still to be sent."""
        return self.is_left_by_id or bool(self._back_declared or self._kinds)

    @property
    def targets_left(self) -> int:
        """How many targets are still to be sent."""
        back = sum(len(batch.ids) for batch in (*self._back, *self._back_declared))
        kinds = sum(len(one.ids) for sent in self._kinds for one in sent)
        return len(self._ids) - self._taken + back + kinds

    def take(self, size: int, *, canary: bool = False) -> Batch:
        """Take the next batch of at most so many identifiers; raises ValueError if none is left.

        What was put back comes first, as it was. Declared identifiers come last, and are to be
        resolved again right before they are sent.
        """
        if self._back:
            return self._back.popleft()
        if self.is_left_by_id:
            return self._take_ids(size, canary=canary)
        if self._back_declared:
            return self._back_declared.popleft()
        if not self._kinds:
            raise ValueError("nothing is left to be sent")
        return self._take_declared(size, canary=canary)

    def put_back(self, batch: Batch) -> None:
        """Take a batch back that was not sent, to be the first of the next."""
        (self._back_declared if batch.sent else self._back).append(batch)

    def returned(self) -> Sequence[Batch]:
        """Take everything that was put back."""
        batches = [*self._back, *self._back_declared]
        self._back.clear()
        self._back_declared.clear()
        return batches

    def rest(self) -> Sequence[str]:
        """Take everything that is left."""
        ids = [target_id for batch in self.returned() for target_id in batch.ids]
        ids += self._ids[self._taken :]
        ids += [target_id for sent in self._kinds for one in sent for target_id in one.ids]
        self._taken = len(self._ids)
        self._kinds.clear()
        return ids

    def _take_ids(self, size: int, *, canary: bool) -> Batch:
        ids = self._ids[self._taken : self._taken + size]
        self._taken += len(ids)
        return Batch(
            number=next(self.numbers),
            attempt=1,
            container=self.container,
            ids=ids,
            canary=canary,
        )

    def _take_declared(self, size: int, *, canary: bool) -> Batch:
        kind = self._kinds.popleft()
        if rest := kind[size:]:
            self._kinds.appendleft(rest)
        return batch_of(next(self.numbers), self.container, kind[:size], canary=canary)
