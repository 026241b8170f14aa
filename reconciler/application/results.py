"""Results: the outcome of every planned deletion of a run, as it becomes known."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from reconciler.domain.accounts import Container
from reconciler.domain.batches import Batch
from reconciler.domain.events import BatchSettled
from reconciler.domain.outcomes import Outcome, Settled, Tally


@dataclass(slots=True)
class Results:
    """Outcomes by container and id; each is written once."""

    told: Callable[[Container, str, Settled], None] = lambda *_: None
    """Is told every outcome as it is noted."""
    _outcomes: dict[Container, dict[str, Settled]] = field(default_factory=dict)
    _shared: dict[Settled, Settled] = field(default_factory=dict)
    _explained: int = 0

    def put(self, container: Container, target_id: str, settled: Settled) -> None:
        """Note the outcome of one target; raises ValueError if it has one."""
        outcomes = self._outcomes.setdefault(container, {})
        if target_id in outcomes:
            raise ValueError(f"a second outcome for {container.address(target_id)}")
        # Thousands of targets share a handful of different outcomes.
        outcomes[target_id] = self._shared.setdefault(settled, settled)
        self.told(container, target_id, settled)

    def leave(
        self, container: Container, ids: Iterable[str], reason: str, *, explained: bool = False
    ) -> None:
        """Note that targets were not attempted, and why.

        ``explained`` says that a guard or a brake did it, which has an exit code of its own.
        """
        settled = Settled(Outcome.NOT_ATTEMPTED, reason)
        for target_id in ids:
            self.put(container, target_id, settled)
            self._explained += explained

    def has(self, container: Container, target_id: str) -> bool:
        """Say whether a target has its outcome."""
        return target_id in self._outcomes.get(container, {})

    def of(self, container: Container, target_id: str) -> Settled:
        """Return the outcome of one target."""
        return self._outcomes[container][target_id]

    def by_target(self) -> Iterator[tuple[Container, str, Settled]]:
        """Yield every target's container and id with its outcome, sorted by address."""
        for container in sorted(self._outcomes, key=lambda one: one.prefix):
            outcomes = self._outcomes[container]
            yield from ((container, one, outcomes[one]) for one in sorted(outcomes))

    def items(self) -> Iterator[tuple[str, Settled]]:
        """Yield every address with its outcome, sorted."""
        return ((where.address(one), settled) for where, one, settled in self.by_target())

    def tally(self) -> Tally:
        """Count the outcomes."""
        counts = Counter(
            settled.outcome for outcomes in self._outcomes.values() for settled in outcomes.values()
        )
        return Tally(counts, self._explained)

    def settlement(self, batch: Batch) -> BatchSettled:
        """Return the audit event of a batch whose targets all have outcomes."""
        by_outcome: dict[Outcome, list[str]] = {}
        found = [self.of(batch.container, target_id) for target_id in batch.ids]
        for target_id, settled in zip(batch.ids, found, strict=True):
            by_outcome.setdefault(settled.outcome, []).append(target_id)
        rest = max(by_outcome, key=lambda outcome: len(by_outcome[outcome]))
        return BatchSettled(
            account=batch.container.account,
            number=batch.number,
            attempt=batch.attempt,
            rest=rest,
            others={one: ids for one, ids in by_outcome.items() if one is not rest},
            reasons=Counter(one.reason for one in found if one.reason),
            evidence=Counter(one.evidence for one in found if one.evidence),
        )


def not_executed_event(batch: Batch, reason: str, resent_as: Sequence[int]) -> BatchSettled:
    """Return the audit event of an attempt that provably was not executed."""
    return BatchSettled(
        account=batch.container.account,
        number=batch.number,
        attempt=batch.attempt,
        rest=Outcome.NOT_ATTEMPTED,
        reasons={reason: len(batch.ids)},
        resent_as=resent_as,
    )
