"""Braking: what was proven, or only answered, is judged before more is sent."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.application.deleting.deliveries import Delivery
from reconciler.application.deleting.gate import Gate
from reconciler.application.results import Results
from reconciler.domain.outcomes import Outcome
from reconciler.domain.replies import NoAnswer, Rejected

JUDGED_AFTER = 100
"""Attempted targets of an account before their failures are judged."""
_FAILURES = (Outcome.FAILED, Outcome.STILL_PRESENT, Outcome.UNKNOWN)
_FOR_A_CANARY = (Outcome.STILL_PRESENT, Outcome.UNKNOWN)


@dataclass(slots=True, kw_only=True)
class Brakes:
    """Counts what became of the deletions of one account, and shuts the gate on too many failures.

    Only outcomes brake. Answers raise a suspicion, which reading back confirms or clears.
    """

    gate: Gate
    results: Results
    most: int
    """Percent of what was attempted that may fail."""
    attempted: int = 0
    """Targets that were sent in batches which may have been executed."""
    _proven: int = 0
    """Of what was attempted, what has its outcome."""
    _failed: int = 0
    """Of what has its outcome."""
    _doubtful: int = 0
    """Of what has none yet, what no good word was said of."""

    @property
    def is_suspicious(self) -> bool:
        """Whether answers make it likely that too much fails, so that it is to be proven now."""
        failed = self._failed + self._doubtful
        return bool(self._doubtful) and self._is_too_much(failed, self.attempted)

    def answered(self, delivery: Delivery) -> None:
        """Take what was said of a batch."""
        batch, delivered = delivery.batch, delivery.delivered
        self.attempted += len(batch.ids)
        self._doubtful += _doubtful(delivery)
        if delivered.overrun:
            self.gate.pull(
                f"the API claims to have deleted more than the {batch.most} of batch {batch.number}"
            )

    def proven(self, deliveries: Sequence[Delivery]) -> None:
        """Take what became of batches, and judge it."""
        for one in deliveries:
            self._proven += len(one.batch.ids)
            self._doubtful -= _doubtful(one)
        self._failed += sum(self._count(deliveries, _FAILURES).values())
        # What was not read because the run was stopped says nothing of the account.
        if self._is_too_much(self._failed, self._proven) and not self.gate.stop.requested:
            self.gate.pull(
                f"{self._failed} of {self._proven} attempted deletions failed or are still "
                f"present or unknown, above maxFailurePercent {self.most}"
            )

    def judge_canary(self, deliveries: Sequence[Delivery]) -> None:
        """Shut the gate unless a canary did what it was to do; an open refusal is no offence."""
        found = self._count(deliveries, _FOR_A_CANARY)
        if found and not self.gate.stop.requested:
            told = ", ".join(f"{found[one]} {one.words}" for one in _FOR_A_CANARY if found[one])
            numbers = sorted({one.batch.number for one in deliveries})
            self.gate.pull(f"canary batch {', '.join(map(str, numbers))}: {told}")

    def judge_loss(self, place: str, lost: int, sent: int) -> None:
        """Shut the gate if a container lost more than canaries were sent."""
        if lost > sent:
            self.gate.pull(f"{place} holds {lost} fewer after canary batches of {sent} in all")

    def _count(
        self, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome]
    ) -> Counter[Outcome]:
        found = Counter(
            self.results.of(one.batch.container, target_id).outcome
            for one in deliveries
            for target_id in one.batch.ids
        )
        return Counter({outcome: found[outcome] for outcome in outcomes if found[outcome]})

    def _is_too_much(self, failed: int, attempted: int) -> bool:
        return attempted >= JUDGED_AFTER and failed * 100 > self.most * attempted


def _doubtful(delivery: Delivery) -> int:
    """Count the targets of which no good word was said."""
    receipts = map(delivery.delivered.receipt, delivery.batch.ids)
    return sum(isinstance(receipt, (Rejected, NoAnswer)) for receipt in receipts)
