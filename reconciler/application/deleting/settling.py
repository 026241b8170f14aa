"""Settling: what was sent is read back until every target has its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.application.deleting.deliveries import Delivery
from reconciler.application.deleting.hints import Hints
from reconciler.application.ports import (
    Clock,
    Journal,
    OutOfCallsError,
    Progress,
    Reader,
    UnreadableError,
)
from reconciler.application.results import Results
from reconciler.application.stopping import Stop
from reconciler.domain.accounts import Container
from reconciler.domain.live import Absent, LiveTable, Unknown
from reconciler.domain.outcomes import Outcome, Settled, settle
from reconciler.domain.plan import Reading
from reconciler.errors import IdentityError

_PAUSES = (1.0, 1.0, 2.0, 3.0, 5.0, 8.0, 10.0)
_SAMPLE = 8


@dataclass(slots=True, kw_only=True)
class Settler:
    """Reads back one container after its last batch."""

    container: Container
    before: Reading
    reader: Reader
    journal: Journal
    results: Results
    clock: Clock
    progress: Progress
    stop: Stop
    settle_within: float
    hints: Hints
    ended: str = ""
    """Why nothing more can be read, once that is so."""
    denied: bool = False
    """It is because the credentials are refused."""

    async def settle(self, deliveries: Sequence[Delivery]) -> None:
        """Read until every target is settled, polling only what is left."""
        pending = {target_id: one for one in deliveries for target_id in one.batch.ids}
        open_batches = {one.batch.number: len(one.batch.ids) for one in deliveries}
        pauses = iter(_PAUSES)
        await self._wait_for_the_later_ones(deliveries)
        while pending and not self.stop.requested and not self.ended:
            for target_id, settled in (await self._round(pending)).items():
                self._settled(pending.pop(target_id), target_id, settled, open_batches)
            if pending:
                await self._pause(next(pauses, _PAUSES[-1]), pending)
        why = self.ended or "the run was stopped before it was read back"
        for target_id, delivery in sorted(pending.items()):
            self._settled(delivery, target_id, Settled(Outcome.UNKNOWN, why), open_batches)

    async def _wait_for_the_later_ones(self, deliveries: Sequence[Delivery]) -> None:
        """Wait until the API has had the time that it says it takes."""
        ready = max((one.answered_at + one.delivered.later for one in deliveries), default=0.0)
        while not self.stop.requested and self.clock.monotonic() < ready:
            await self.clock.sleep(min(0.5, ready - self.clock.monotonic()))

    async def _pause(self, seconds: float, pending: dict[str, Delivery]) -> None:
        # The reading that decides comes right at the deadline of the first that is left.
        now = self.clock.monotonic()
        due = min(one.answered_at for one in pending.values()) + self.settle_within
        ends = now + (min(seconds, due - now) if due > now else seconds)
        batches = {one.batch.number: one.batch for one in pending.values()}.values()
        while not self.stop.requested and self.clock.monotonic() < ends:
            await self.clock.sleep(max(min(0.5, ends - self.clock.monotonic()), 0.001))
            if self.hints.about(batches):
                return

    async def _round(self, pending: dict[str, Delivery]) -> dict[str, Settled]:
        began = self.clock.monotonic()
        overdue = any(began >= one.answered_at + self.settle_within for one in pending.values())
        if not overdue and await self._nothing_happened_yet(pending):
            return {}
        ids = sorted(pending)
        table = await self._read(ids)
        found = {}
        for position, target_id in enumerate(ids):
            one = pending[target_id]
            waited = began >= one.answered_at + self.settle_within
            receipt = one.delivered.receipt(target_id)
            if settled := settle(receipt, table.state(position), waited=waited):
                found[target_id] = settled
        return found

    async def _nothing_happened_yet(self, pending: dict[str, Delivery]) -> bool:
        """Read a few first where reading all costs more: a job that has not run deleted none."""
        calls = min(len(pending), self.before.listing_calls or len(pending))
        if calls <= 2 * _SAMPLE:
            return False
        ids = sorted(pending)
        table = await self._read(ids[:: -(-len(ids) // _SAMPLE)])
        return not table.count(Absent)

    async def _read(self, ids: Sequence[str]) -> LiveTable:
        self.progress.begin(f"Proving {self.container.account}", len(ids))
        try:
            return await self.reader.read_back(self.before, ids)
        except IdentityError as error:
            self.ended, self.denied = f"{error.summary}: {error.detail}", True
            cause = self.ended
        except OutOfCallsError as error:
            self.ended = cause = str(error)
        except UnreadableError as error:
            cause = str(error)
        table = LiveTable(self.container, ids)
        for position in range(len(table)):
            table.mark(position, Unknown(cause))
        return table

    def _settled(
        self, delivery: Delivery, target_id: str, settled: Settled, left: dict[int, int]
    ) -> None:
        batch = delivery.batch
        self.results.put(self.container, target_id, settled)
        left[batch.number] -= 1
        if not left[batch.number]:
            self.journal.settle(batch, self.results.settlement(batch))
