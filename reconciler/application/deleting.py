"""Deleting in one account: container by container, each proven behind its last batch."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reconciler.application.declared import send_declared
from reconciler.application.hints import Hints
from reconciler.application.ports import Clock, Deleter, Journal, Progress, Reader
from reconciler.application.results import Results
from reconciler.application.sending import Sender
from reconciler.application.settling import Settler
from reconciler.application.stopping import Stop
from reconciler.domain.outcomes import Outcome, Settled
from reconciler.domain.plan import AccountPlan, Action, Section
from reconciler.domain.pseudonyms import Pseudonyms
from reconciler.errors import ExitCode


@dataclass(slots=True, kw_only=True)
class AccountRun:
    """The deletions of one account."""

    plan: AccountPlan
    reader: Reader
    deleter: Deleter
    journal: Journal
    results: Results
    clock: Clock
    progress: Progress
    stop: Stop
    pseudonyms: Pseudonyms
    hints: Hints
    ends_at: float | None
    """When no further batch may be sent, on the monotonic clock; None for no such time."""
    _sender: Sender = field(init=False)
    _settlers: list[Settler] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._sender = Sender(
            account=self.plan.account,
            deleter=self.deleter,
            journal=self.journal,
            results=self.results,
            clock=self.clock,
            progress=self.progress,
            stop=self.stop,
            pseudonyms=self.pseudonyms,
            ends_at=self.ends_at,
        )

    async def run(self) -> None:
        """Send and prove everything that the plan deletes in this account."""
        async with asyncio.TaskGroup() as group:
            for section in self.plan.sections:
                if not section.count(Action.DELETE):
                    continue
                rows = declared_rows(section)
                deliveries = await self._sender.send_ids(section, rows)
                deliveries += await send_declared(self._sender, self.reader, section, rows)
                settler = self._settler(section)
                self._settlers.append(settler)
                group.create_task(settler.settle(deliveries))

    def _settler(self, section: Section) -> Settler:
        return Settler(
            container=section.absences.container,
            before=section.reading,
            reader=self.reader,
            journal=self.journal,
            results=self.results,
            clock=self.clock,
            progress=self.progress,
            stop=self.stop,
            settle_within=self.plan.account.limits.settle_within,
            hints=self.hints,
        )

    def conclude(self) -> None:
        """Note what was sent and never read back as unknown, after the run was cut short.

        What no answer was written down for stays open in the ledger. Raises UnrecordedError when
        nothing can be written any more; the outcomes are noted then all the same.
        """
        cut = Settled(Outcome.UNKNOWN, "the run ended before it was read back")
        unread = []
        for batch in self._sender.sent.values():
            missing = [one for one in batch.ids if not self.results.has(batch.container, one)]
            for target_id in missing:
                self.results.put(batch.container, target_id, cut)
            if missing:
                unread.append(batch)
        answered = [delivery.batch for delivery in self._sender.deliveries]
        for batch in unread:
            if batch in answered:
                self.journal.settle(batch, self.results.settlement(batch))

    @property
    def braked(self) -> bool:
        """Whether a brake stopped it."""
        return bool(self._sender.brake)

    @property
    def cut_short(self) -> bool:
        """Whether something that is not wrong with its deletions kept it from making them."""
        return self._sender.cut_short

    @property
    def codes(self) -> list[ExitCode]:
        """The exit codes that more than outcomes speak for."""
        codes = []
        if self._sender.denied or any(settler.denied for settler in self._settlers):
            codes.append(ExitCode.IDENTITY)
        if self._sender.brake:
            codes.append(ExitCode.BAD_OUTCOME)
        if self._sender.halted:
            codes.append(ExitCode.REFUSED)
        return codes


def declared_rows(section: Section) -> Callable[[str], Sequence[int]]:
    """Return what gives, for an id, the rows of the run's table of manifests that declare it."""
    absences, table = section.absences, section.reading.table

    def rows(target_id: str) -> Sequence[int]:
        position = table.position(target_id)
        if position is None:
            raise KeyError(target_id)
        also = [manifest for manifest, _ in absences.also.get(position, ())]
        return sorted({absences.manifest[position], *also})

    return rows
