"""Sending: batches go out, each behind a durable intent; replies become receipts."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import assert_never

from reconciler.application.deleting.answers import response_event, words_of
from reconciler.application.deleting.braking import Brakes
from reconciler.application.deleting.deliveries import Delivery
from reconciler.application.deleting.gate import Gate
from reconciler.application.deleting.lanes import Lane
from reconciler.application.ports import (
    LEAVES_WITHIN,
    Clock,
    Deleter,
    HaltedError,
    Journal,
    OutOfCallsError,
    Progress,
    Slot,
    UnreadableError,
)
from reconciler.application.results import Results, not_executed_event
from reconciler.domain.accounts import Container
from reconciler.domain.batches import Batch
from reconciler.domain.events import BatchIntent
from reconciler.domain.pseudonyms import Pseudonyms
from reconciler.domain.replies import (
    Delivered,
    Malformed,
    NoAnswer,
    Rejected,
    Reply,
    Response,
    Throttled,
    Unauthorised,
    Unsent,
)
from reconciler.errors import IdentityError

_FRESH = 1.0
"""Seconds for which what identifiers select is taken to be what was just read."""
_STALE = "not sent: its identifiers selected something else when its turn came"
_LATE = f"not sent: it could not leave within {LEAVES_WITHIN:g} s of its intent"
_SHUT = "not sent: nothing more might be when its turn came"
_ATTEMPTS = 10
"""Times that a batch is sent again on proof that it was not executed."""


@dataclass(slots=True, kw_only=True)
class Sender:
    """Sends the batches of one account, as long as its gate is open and nothing is suspicious."""

    deleter: Deleter
    journal: Journal
    results: Results
    clock: Clock
    progress: Progress
    pseudonyms: Pseudonyms
    gate: Gate
    brakes: Brakes
    sent: dict[tuple[int, int], Batch] = field(default_factory=dict)
    """By number and attempt, whatever left and is not proven unexecuted, answered or not."""
    answered: set[tuple[int, int]] = field(default_factory=set)
    """Of what was sent, number and attempt of what an answer was written down for."""
    cut_short: bool = False
    """Something was left for another reason than that it is refused, or a brake."""
    given_up: str = ""
    """Why the last batch that could not be sent was given up."""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def send(self, batch: Batch, lane: Lane) -> None:
        """Send a batch until it may have been executed, or provably will not be.

        What may have been is among the lane's unproven deliveries then. It goes back to its lane
        where answers are suspicious. What declared identifiers select is read before each attempt.
        """
        await self._deliver(batch, lane)
        self.progress.advance(len(batch.ids))

    async def _deliver(self, batch: Batch, lane: Lane) -> None:
        pause, renewed = 1.0, False
        for attempt in range(1, _ATTEMPTS + 1):
            if batch.sent and not self._may_not_send():
                allowed = await lane.resolver.again(batch.sent)
                if not allowed:
                    return
                batch = batch.sending(allowed)
            response = await self._attempt(batch, lane)
            if response is None:
                return
            reply = response.reply
            if isinstance(reply, Malformed) and batch.splits:
                await self._bisect(batch, lane)
                return
            if (delivered := await self._conclusion(reply, renewed=renewed)) is not None:
                self._delivered(batch, lane, delivered)
                return
            renewed = renewed or isinstance(reply, Unauthorised)
            resent_as = [batch.number] if attempt < _ATTEMPTS else []
            self._not_executed(batch, words_of(reply), resent_as)
            batch = batch.again()
            if isinstance(reply, Unsent):
                # Nobody was there; the slots only wait for those who said to come slower.
                await self.clock.sleep(pause)
                pause = min(pause * 2, 30.0)
        self._give_up(batch, f"given up after {_ATTEMPTS} attempts")

    async def _conclusion(self, reply: Reply, *, renewed: bool) -> Delivered | None:
        """Return what a reply leaves to be read back; None where the batch is to be sent again."""
        match reply:
            case Delivered():
                return reply
            case Malformed(reason=reason):
                return Delivered(Rejected(reason, sure=True))
            case Unauthorised(cause=cause, renewable=renewable):
                if renewable and not renewed and await self._renewed():
                    return None
                self.gate.deny(cause)
                return Delivered(Rejected(cause, sure=True))
            case Throttled() | Unsent():
                return None
            case _:
                assert_never(reply)

    async def _attempt(self, batch: Batch, lane: Lane) -> Response | None:
        """Send once; None if the batch was left, or put back, because it may not be sent now."""
        began = self.clock.monotonic()
        try:
            slot = await self._slot(batch, lane)
        except (OutOfCallsError, UnreadableError, IdentityError) as error:
            if isinstance(error, IdentityError):
                self.gate.deny(str(error))
            self._give_up(batch, str(error))
            return None
        if slot is None:
            self._not_now(batch, lane)
            return None
        self.sent[batch.number, batch.attempt] = batch
        waited = self.clock.monotonic() - began > _FRESH
        try:
            response = await self._send_now(batch, lane, slot, waited=waited)
        except asyncio.CancelledError:
            stopped = Delivered(NoAnswer("stopped before the answer came"))
            self._respond(batch, slot, Response(reply=stopped))
            self._delivered(batch, lane, stopped)
            raise
        self._respond(batch, slot, response)
        return response

    async def _slot(self, batch: Batch, lane: Lane) -> Slot | None:
        """Get a slot, and the intent written; None if nothing may be sent meanwhile."""
        # One at a time asks the ledger; the others would only ask it the same.
        async with self._turn:
            if self._may_not_send():
                return None
            await self.deleter.ready()
            try:
                return await self.journal.intend(self._intent(batch, lane), self._may_not_send)
            except HaltedError as error:
                self.gate.halted = str(error)
                return None

    async def _send_now(self, batch: Batch, lane: Lane, slot: Slot, *, waited: bool) -> Response:
        """Send what has its intent, unless it waited, and what it selects is another by now.

        Nor is it sent too long behind its intent, by a disk that stood still or a process that
        did: others may take it to have landed, its slot to be free, and the account over.
        """
        if batch.sent and waited:
            if not await lane.resolver.unchanged(batch.sent):
                return Response(reply=Unsent(_STALE))
            if self._may_not_send():
                return Response(reply=Unsent(_SHUT))
        if self.clock.monotonic() - slot.since > LEAVES_WITHIN:
            return Response(reply=Unsent(_LATE))
        return await self.deleter.delete(batch)

    def _intent(self, batch: Batch, lane: Lane) -> BatchIntent:
        return BatchIntent(
            batch=batch,
            declared=[lane.rows(one) for one in batch.ids],
            sent_as={
                target_id: self.pseudonyms.of(sent.identifier)
                for sent in batch.sent
                for target_id in sent.ids
            },
        )

    def leave(self, container: Container, ids: Iterable[str]) -> None:
        """Note that targets are not attempted, because nothing more may be sent."""
        ids = list(ids)
        self.cut_short |= bool(ids) and not self.gate.brake
        self.results.leave(container, ids, self.gate.reason, explained=self.gate.is_explained)

    def _may_not_send(self) -> bool:
        return self.brakes.is_suspicious or self.gate.is_shut()

    def _not_now(self, batch: Batch, lane: Lane) -> None:
        if self.gate.is_shut():
            self.leave(batch.container, batch.ids)
        else:
            lane.put_back(batch)

    def _give_up(self, batch: Batch, why: str) -> None:
        self.given_up, self.cut_short = why, True
        self.results.leave(batch.container, batch.ids, why)

    def _respond(self, batch: Batch, slot: Slot, response: Response) -> None:
        self.journal.respond(batch, slot, response_event(batch, response))

    def _delivered(self, batch: Batch, lane: Lane, delivered: Delivered) -> None:
        delivery = Delivery(batch, delivered, self.clock.monotonic())
        lane.unproven.append(delivery)
        self.answered.add((batch.number, batch.attempt))
        self.brakes.answered(delivery)

    async def _bisect(self, batch: Batch, lane: Lane) -> None:
        """Send the halves of a batch that was refused as a whole, to find the bad identifier."""
        parts = batch.halves(self.numbers)
        self._not_executed(batch, "refused as a whole", [part.number for part in parts])
        for part in parts:
            await self._deliver(part, lane)

    def _not_executed(self, batch: Batch, reason: str, resent_as: Sequence[int]) -> None:
        del self.sent[batch.number, batch.attempt]
        self.journal.settle(batch, not_executed_event(batch, reason, resent_as))

    async def _renewed(self) -> bool:
        try:
            return await self.deleter.renew()
        except (IdentityError, UnreadableError, OutOfCallsError):
            return False
