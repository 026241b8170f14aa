"""Canaries: the first batches of an account, each proven before the next one leaves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reconciler.application.deleting.braking import Brakes
from reconciler.application.deleting.lanes import Lane
from reconciler.application.deleting.proving import Prover
from reconciler.application.deleting.sending import Sender
from reconciler.application.ports import OutOfCallsError, Reader, UnreadableError
from reconciler.domain.accounts import Container
from reconciler.domain.batches import Batch
from reconciler.domain.outcomes import Outcome
from reconciler.errors import IdentityError


@dataclass(slots=True)
class _Losses:
    """What a container held before its first canary, and which targets it may have lost since."""

    before: int | None
    accounted: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Canaries:
    """Sends the first batches of one account, container by container, one at a time."""

    lanes: Sequence[Lane]
    sizes: Sequence[int]
    batch: int
    """Identifiers that one batch may have."""
    calls_needed: int
    """Calls of the daily limit that must be left for deleting and proving; counting may not."""
    reader: Reader
    sender: Sender
    prover: Prover
    brakes: Brakes
    _losses: dict[Container, _Losses] = field(default_factory=dict, init=False)

    async def go(self) -> None:
        """Send a batch of each size, as long as nothing speaks against the next one."""
        for size in self.sizes:
            while lane := self._next():
                if await self._one(lane, min(size, self.batch)):
                    break

    def _next(self) -> Lane | None:
        lane = next((lane for lane in self.lanes if lane.is_left), None)
        return None if lane is None or self.sender.gate.is_shut() else lane

    async def _one(self, lane: Lane, size: int) -> bool:
        """Send one canary and judge it; say whether anything of it may have been executed."""
        losses = self._losses.get(lane.container)
        if losses is None:
            losses = self._losses[lane.container] = _Losses(await self._count(lane))
        self.sender.given_up = ""
        batches: Sequence[Batch] = [lane.take(size, canary=True)]
        attempted = False
        # What suspicious answers put back belongs to this canary still.
        while batches:
            for batch in batches:
                await self.sender.send(batch, lane)
                losses.accounted.update(self._gone_before(batch))
            attempted |= await self._prove(lane, losses)
            batches = [] if self.sender.gate.is_shut() else lane.returned()
        if attempted:
            await self._judge_loss(lane, losses)
        if self.sender.given_up:
            # A larger one would be a leap past what was never tried.
            self.sender.gate.given_up = f"a canary could not be sent: {self.sender.given_up}"
        return attempted

    async def _prove(self, lane: Lane, losses: _Losses) -> bool:
        deliveries = await self.prover.prove(lane)
        self.brakes.judge_canary(deliveries)
        for one in deliveries:
            losses.accounted.update(one.batch.targets)
        return bool(deliveries)

    def _gone_before(self, batch: Batch) -> Iterator[str]:
        """Yield what was found to be gone when it was resolved: that it is missed is no wonder."""
        results, container = self.sender.results, batch.container
        for target_id in batch.ids:
            known = results.of(container, target_id) if results.has(container, target_id) else None
            if known and known.outcome is Outcome.ALREADY_ABSENT:
                yield target_id

    async def _judge_loss(self, lane: Lane, losses: _Losses) -> None:
        """Compare with the first count: one that lags shows the loss of an earlier canary late."""
        after = None if losses.before is None else await self._count(lane)
        if after is not None and losses.before is not None:
            place = lane.container.prefix.rstrip("/")
            self.brakes.judge_loss(place, losses.before - after, len(losses.accounted))

    async def _count(self, lane: Lane) -> int | None:
        """Count what a container holds; None where it cannot be told, or not afforded."""
        left = self.reader.remaining
        if left is not None and left <= self.calls_needed:
            return None
        try:
            return await self.reader.count(lane.section.reading)
        except (UnreadableError, OutOfCallsError, IdentityError):
            return None
