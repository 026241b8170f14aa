"""Hints: what accounts call back about batches. They hasten a look, and decide nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from reconciler.application.ports import Journal
from reconciler.domain.batches import Batch
from reconciler.domain.events import WebhookReceived


@dataclass(slots=True)
class Hints:
    """The hints of one run, each handed out once, to whoever waits for its batch."""

    journal: Journal
    _waiting: list[WebhookReceived] = field(default_factory=list)

    def about(self, batches: Collection[Batch]) -> Sequence[WebhookReceived]:
        """Return and write down what arrived about any of these batches."""
        self._waiting += self.journal.hints()
        keys = {(one.container.account, one.number, one.attempt) for one in batches}
        found = [one for one in self._waiting if (one.account, one.number, one.attempt) in keys]
        self._waiting = [one for one in self._waiting if one not in found]
        for one in found:
            self.journal.record(one)
        return found
