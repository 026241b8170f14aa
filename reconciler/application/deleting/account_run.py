"""Deleting in one account: canaries first, then container beside container, each proven."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reconciler.application.deleting.braking import Brakes
from reconciler.application.deleting.canaries import Canaries
from reconciler.application.deleting.declared import PlanResolver
from reconciler.application.deleting.gate import Gate
from reconciler.application.deleting.hints import Hints
from reconciler.application.deleting.lanes import Lane
from reconciler.application.deleting.proving import Prover
from reconciler.application.deleting.rounds import Rounds
from reconciler.application.deleting.sending import Sender
from reconciler.application.deleting.settling import Settler
from reconciler.application.ports import Clock, Deleter, Journal, Progress, Reader
from reconciler.application.results import Results
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
    _gate: Gate = field(init=False)
    _brakes: Brakes = field(init=False)
    _sender: Sender = field(init=False)
    _lanes: Sequence[Lane] = field(init=False)
    _prover: Prover = field(init=False)

    def __post_init__(self) -> None:
        self._gate = Gate(
            stop=self.stop, clock=self.clock, ends_at=self.ends_at, windows=self.plan.windows
        )
        self._brakes = Brakes(
            gate=self._gate, results=self.results, most=self.plan.caps.max_failure_percent
        )
        self._sender = Sender(
            deleter=self.deleter,
            journal=self.journal,
            results=self.results,
            clock=self.clock,
            progress=self.progress,
            pseudonyms=self.pseudonyms,
            gate=self._gate,
            brakes=self._brakes,
        )
        sections = [one for one in self.plan.sections if one.count(Action.DELETE)]
        self._lanes = [self._lane(section) for section in sections]
        settlers = {one.absences.container: self._settler(one) for one in sections}
        self._prover = Prover(settlers=settlers, brakes=self._brakes)

    async def run(self) -> None:
        """Send and prove everything that the plan deletes in this account."""
        self._begin()
        await self._canaries().go()
        if self._sender.sent:
            self.journal.checkpoint()
        self._begin()
        rounds = Rounds(
            lanes=self._lanes,
            limits=self.plan.account.limits,
            sender=self._sender,
            prover=self._prover,
            brakes=self._brakes,
        )
        await rounds.go()
        for lane in self._lanes:
            self._sender.leave(lane.container, lane.rest())

    def _begin(self) -> None:
        left = sum(lane.targets_left for lane in self._lanes)
        if left:
            self.progress.begin(f"Deleting in {self.plan.account.name}", left)

    def _canaries(self) -> Canaries:
        forecast = self.plan.forecast
        return Canaries(
            lanes=self._lanes,
            sizes=self.plan.caps.canary,
            batch=self.plan.account.limits.batch,
            calls_needed=forecast.deletions + 2 * forecast.verification,
            reader=self.reader,
            sender=self._sender,
            prover=self._prover,
            brakes=self._brakes,
        )

    def _lane(self, section: Section) -> Lane:
        return Lane(
            section=section,
            rows=declared_rows(section),
            resolver=PlanResolver(self.reader, section, self.results, self._gate),
            numbers=self._sender.numbers,
        )

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
        for batch in unread:
            if (batch.number, batch.attempt) in self._sender.answered:
                self.journal.settle(batch, self.results.settlement(batch))

    @property
    def braked(self) -> bool:
        """Whether a brake stopped it."""
        return bool(self._gate.brake)

    @property
    def cut_short(self) -> bool:
        """Whether something that is not wrong with its deletions kept it from making them."""
        return self._sender.cut_short and not self.braked

    @property
    def codes(self) -> list[ExitCode]:
        """The exit codes that more than outcomes speak for."""
        unread = any(settler.denied for settler in self._prover.settlers.values())
        return [*self._gate.codes, *([ExitCode.IDENTITY] if unread else [])]


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
