"""Sending: batches go out, each behind a durable intent; replies become receipts."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import assert_never

from reconciler.application.answers import response_event, words_of
from reconciler.application.deliveries import DeclaredRows, Delivery, Resolver
from reconciler.application.pool import each
from reconciler.application.ports import (
    Clock,
    Deleter,
    HaltedError,
    Journal,
    OutOfCallsError,
    Progress,
    UnreadableError,
)
from reconciler.application.results import Results, settled_event
from reconciler.application.stopping import Stop
from reconciler.domain.accounts import Account, Container
from reconciler.domain.batches import Batch, batch_of, into_chunks
from reconciler.domain.events import BatchIntent
from reconciler.domain.outcomes import Outcome
from reconciler.domain.plan import Section
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
from reconciler.domain.together import due_as_declared
from reconciler.errors import IdentityError

_IN_FLIGHT = 8
_FRESH = 1.0
"""Seconds for which what identifiers select is taken to be what was just read."""
_STALE = "not sent: its identifiers selected something else when its turn came"
_TIME_IS_UP = "the time was used up (--stop-after)"
_ATTEMPTS = 10
"""Times that a batch is sent again on proof that it was not executed."""


@dataclass(slots=True, kw_only=True)
class Sender:
    """Sends the batches of one account; stops at a wish, a brake or a refusal of credentials."""

    account: Account
    deleter: Deleter
    journal: Journal
    results: Results
    clock: Clock
    progress: Progress
    stop: Stop
    pseudonyms: Pseudonyms
    ends_at: float | None = None
    """When no further batch may be sent, on the monotonic clock; None for no such time."""
    deliveries: list[Delivery] = field(default_factory=list)
    sent: dict[tuple[int, int], Batch] = field(default_factory=dict)
    """By number and attempt, whatever left and is not proven unexecuted, answered or not."""
    cut_short: bool = False
    """Something was left for another reason than that it is refused, or a brake."""
    brake: str = ""
    denied: str = ""
    halted: str = ""
    """Who has halted the account, and why."""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    async def send_ids(self, section: Section, rows: DeclaredRows) -> list[Delivery]:
        """Send every deletion of a section that goes by id; return what has to be read back."""
        as_declared = {one for sent in due_as_declared(section) for one in sent.ids}
        ids = [section.absences.ids[position] for position in section.deletions()]
        ids = [target_id for target_id in ids if target_id not in as_declared]
        container = section.absences.container
        batches = (
            Batch(number=next(self.numbers), attempt=1, container=container, ids=chunk)
            for chunk in into_chunks(ids, self.account.limits.batch)
        )
        self.progress.begin(f"Deleting in {self.account.name}", len(ids))
        return await self.send(batches, rows)

    async def send(
        self, batches: Iterable[Batch], rows: DeclaredRows, resolver: Resolver | None = None
    ) -> list[Delivery]:
        """Send batches, several at a time, and return what has to be read back.

        ``resolver`` is asked again before a batch, or a part of it, is sent another time, and
        when the batch had to wait for its turn.
        """
        before = len(self.deliveries)

        async def deliver(batch: Batch) -> None:
            await self._deliver(batch, rows, resolver)
            self.progress.advance(len(batch.ids))

        await each(batches, deliver, at_once=_IN_FLIGHT)
        return self.deliveries[before:]

    async def _deliver(
        self, batch: Batch, rows: DeclaredRows, resolver: Resolver | None, *, anew: bool = False
    ) -> None:
        """Send a batch until it may have been executed, or provably will not be."""
        pause, renewed = 1.0, False
        for attempt in range(1, _ATTEMPTS + 1):
            if resolver and (anew or attempt > 1) and not self.may_not_send():
                allowed = await resolver.again(batch.sent)
                if not allowed:
                    return
                resolved = batch_of(batch.number, batch.container, allowed)
                batch = replace(resolved, attempt=batch.attempt)
            response = await self._attempt(batch, rows, resolver)
            if response is None:
                return
            reply = response.reply
            if isinstance(reply, Malformed) and batch.splits:
                await self._bisect(batch, rows, resolver)
                return
            if (delivered := await self._conclusion(reply, renewed=renewed)) is not None:
                self._delivered(batch, delivered)
                return
            renewed = renewed or isinstance(reply, Unauthorised)
            resent_as = [batch.number] if attempt < _ATTEMPTS else []
            self._not_executed(batch, words_of(reply), resent_as)
            batch = batch.again()
            if isinstance(reply, Unsent):
                # Nobody was there; the slots only wait for those who said to come slower.
                await self.clock.sleep(pause)
                pause = min(pause * 2, 30.0)
        self.results.leave(batch.container, batch.ids, f"given up after {_ATTEMPTS} attempts")

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
                self.denied = cause
                return Delivered(Rejected(cause, sure=True))
            case Throttled() | Unsent():
                return None
            case _:
                assert_never(reply)

    async def _attempt(
        self, batch: Batch, rows: DeclaredRows, resolver: Resolver | None
    ) -> Response | None:
        """Send once; None if the batch was left because nothing more may be sent."""
        began = self.clock.monotonic()
        try:
            await self.deleter.ready()
            slot = await self.journal.intend(self._intent(batch, rows), self.may_not_send)
        except HaltedError as error:
            self.halted = str(error)
            slot = None
        except (OutOfCallsError, UnreadableError, IdentityError) as error:
            self.denied = self.denied or (str(error) if isinstance(error, IdentityError) else "")
            self.cut_short = True
            self.results.leave(batch.container, batch.ids, str(error))
            return None
        if slot is None:
            self.leave(batch.container, batch.ids)
            return None
        self.sent[batch.number, batch.attempt] = batch
        waited = self.clock.monotonic() - began > _FRESH
        try:
            if resolver and waited and not await resolver.unchanged(batch.sent):
                response = Response(reply=Unsent(_STALE))
            else:
                response = await self.deleter.delete(batch)
        except asyncio.CancelledError:
            stopped = Delivered(NoAnswer("stopped before the answer came"))
            self._respond(batch, slot, Response(reply=stopped))
            self._delivered(batch, stopped)
            raise
        self._respond(batch, slot, response)
        return response

    def _intent(self, batch: Batch, rows: DeclaredRows) -> BatchIntent:
        return BatchIntent(
            batch=batch,
            declared=[rows(one) for one in batch.ids],
            sent_as={
                target_id: self.pseudonyms.of(sent.identifier)
                for sent in batch.sent
                for target_id in sent.ids
            },
        )

    def may_not_send(self) -> bool:
        """Whether nothing more may be sent, by a wish, a brake or a refusal."""
        return self.stop.requested or bool(self._why())

    def leave(self, container: Container, ids: Iterable[str]) -> None:
        """Note that targets are not attempted, because nothing more may be sent."""
        self.cut_short |= not self.brake
        why = self._why() or "the run was stopped"
        self.results.leave(container, ids, why, explained=bool(self.halted or self.brake))

    def _why(self) -> str:
        late = self.ends_at is not None and self.clock.monotonic() >= self.ends_at
        return self.halted or self.brake or self.denied or (_TIME_IS_UP if late else "")

    def _respond(self, batch: Batch, slot: int, response: Response) -> None:
        self.journal.respond(batch, slot, response_event(batch, response))

    def _delivered(self, batch: Batch, delivered: Delivered) -> None:
        self.deliveries.append(Delivery(batch, delivered, self.clock.monotonic()))
        if delivered.overrun and not self.brake:
            self.brake = (
                f"brake: the API claims to have deleted more than the {batch.most} "
                f"of batch {batch.number}"
            )

    async def _bisect(self, batch: Batch, rows: DeclaredRows, resolver: Resolver | None) -> None:
        """Send the halves of a batch that was refused as a whole, to find the bad identifier."""
        parts = batch.halves(self.numbers)
        self._not_executed(batch, "refused as a whole", [part.number for part in parts])
        for part in parts:
            await self._deliver(part, rows, resolver, anew=True)

    def _not_executed(self, batch: Batch, reason: str, resent_as: Sequence[int]) -> None:
        del self.sent[batch.number, batch.attempt]
        event = settled_event(batch, Outcome.NOT_ATTEMPTED, {}, {reason: len(batch.ids)}, resent_as)
        self.journal.settle(batch, event)

    async def _renewed(self) -> bool:
        try:
            return await self.deleter.renew()
        except (IdentityError, UnreadableError, OutOfCallsError):
            return False
