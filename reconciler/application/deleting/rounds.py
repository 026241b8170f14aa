"""Rounds: some batches are sent, what they did is proven and judged, and only then come others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.application.deleting.braking import JUDGED_AFTER, Brakes
from reconciler.application.deleting.lanes import Lane
from reconciler.application.deleting.proving import Prover
from reconciler.application.deleting.sending import Sender
from reconciler.application.deleting.supply import Job, Supply
from reconciler.application.pool import each
from reconciler.domain.accounts import Limits

_LEAST_IN_FLIGHT, _MOST_IN_FLIGHT = 8, 64


@dataclass(slots=True, kw_only=True)
class Rounds:
    """Sends everything that the lanes of one account have left, all of them side by side."""

    lanes: Sequence[Lane]
    limits: Limits
    sender: Sender
    prover: Prover
    brakes: Brakes

    async def go(self) -> None:
        """Send and prove until nothing is left, or nothing more may be sent."""
        while self._is_open():
            async with asyncio.TaskGroup() as group:
                # Many requests under way at once would all be lost before the first failure shows.
                if (first := JUDGED_AFTER - self.brakes.attempted) > 0:
                    await self._send(group, self._supply(first))
                await self._send(group, self._supply())
                for lane in self.lanes:
                    group.create_task(self.prover.prove(lane))

    def _supply(self, most: int | None = None) -> Supply:
        return Supply(
            lanes=self.lanes,
            size=self.limits.batch,
            is_over=lambda: self.brakes.is_suspicious or self.sender.gate.is_shut(),
            most=most,
        )

    def _is_open(self) -> bool:
        is_left = any(lane.is_left for lane in self.lanes)
        return is_left and not self.sender.gate.is_shut()

    async def _send(self, group: asyncio.TaskGroup, supply: Supply) -> None:
        """Send what there is, and prove each lane behind its last batch."""

        async def work(job: Job) -> None:
            lane, batch = job
            if batch is not None:
                await self.sender.send(batch, lane)
                lane.under_way -= 1
            if lane.under_way or lane.is_left_by_id:
                return
            # What is declared is resolved right before it is sent, so it goes one by one.
            for declared in supply.in_turn(lane):
                await self.sender.send(declared, lane)
            if not lane.is_left:
                group.create_task(self.prover.prove(lane))

        most = min(max(_LEAST_IN_FLIGHT, self.limits.delete_calls), _MOST_IN_FLIGHT)
        await each(supply.jobs(), work, at_once=most)
