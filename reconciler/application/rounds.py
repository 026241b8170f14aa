"""Rounds: some batches are sent, what they did is proven and judged, and only then come others."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.application.braking import JUDGED_AFTER, Brakes
from reconciler.application.lanes import Lane
from reconciler.application.pool import each
from reconciler.application.proving import Prover
from reconciler.application.sending import Sender
from reconciler.domain.accounts import Limits
from reconciler.domain.batches import Batch

_LEAST_IN_FLIGHT, _MOST_IN_FLIGHT = 8, 64

_Job: TypeAlias = tuple[Lane, Batch | None]
"""A batch by ids; or None for a lane that has declared identifiers only, one batch at a time."""


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
                    await self._send(group, _Supply(self, first))
                await self._send(group, _Supply(self))
                for lane in self.lanes:
                    group.create_task(self.prover.prove(lane))

    def _is_open(self) -> bool:
        is_left = any(lane.is_left for lane in self.lanes)
        return is_left and not self.sender.gate.is_shut()

    async def _send(self, group: asyncio.TaskGroup, supply: "_Supply") -> None:
        """Send what there is, and prove each lane behind its last batch."""

        async def work(job: _Job) -> None:
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


@dataclass(slots=True)
class _Supply:
    """Hands out batches, until so many targets were, or nothing more is to be sent now."""

    rounds: Rounds
    most: int | None = None
    """Targets; None for all."""
    _taken: int = 0

    def jobs(self) -> Iterator[_Job]:
        """Yield a batch of each lane in turn, as long as any has one."""
        lanes = deque(lane for lane in self.rounds.lanes if lane.is_left)
        while lanes and not self._is_over():
            lane = lanes.popleft()
            if not lane.is_left_by_id:
                if not lane.under_way:
                    yield lane, None
                continue
            lane.under_way += 1
            yield lane, self._take(lane)
            lanes.append(lane)

    def in_turn(self, lane: Lane) -> Iterator[Batch]:
        """Yield the batches of declared identifiers of one lane, one behind the other."""
        while lane.is_left and not self._is_over():
            yield self._take(lane)

    def _take(self, lane: Lane) -> Batch:
        batch = lane.take(self.rounds.limits.batch)
        self._taken += len(batch.ids)
        return batch

    def _is_over(self) -> bool:
        if self.most is not None and self._taken >= self.most:
            return True
        return self.rounds.brakes.is_suspicious or self.rounds.sender.gate.is_shut()
