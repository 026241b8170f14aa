"""Sending: batches go out, each behind a durable intent; replies become receipts."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import assert_never

from reconciler.application.pool import each
from reconciler.application.ports import (
    Clock,
    Deleter,
    Journal,
    OutOfCallsError,
    Progress,
    UnreadableError,
)
from reconciler.application.results import Results, settled_event
from reconciler.application.stopping import Stop
from reconciler.domain.accounts import Account
from reconciler.domain.batches import Batch, halves, into_chunks
from reconciler.domain.events import BatchIntent, BatchResponse
from reconciler.domain.outcomes import Outcome
from reconciler.domain.plan import Section
from reconciler.domain.replies import (
    Delivered,
    Malformed,
    NoAnswer,
    NotFound,
    Receipt,
    Rejected,
    Reply,
    Response,
    Throttled,
    Unauthorised,
    Unsent,
)
from reconciler.errors import IdentityError

_IN_FLIGHT = 8
_ATTEMPTS = 10
"""Times that a batch is sent again on proof that it was not executed."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A batch that may have been executed, with what was said of it and when."""

    batch: Batch
    delivered: Delivered
    answered_at: float
    """On the monotonic clock."""


DeclaredRows = Callable[[str], Sequence[int]]
"""Gives, for an id, the rows of the run's table of manifests that declare it."""


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
    deliveries: list[Delivery] = field(default_factory=list)
    brake: str = ""
    denied: str = ""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    async def send(self, section: Section, rows: DeclaredRows) -> list[Delivery]:
        """Send everything that a section deletes and return what has to be read back."""
        container = section.absences.container
        ids = [section.absences.ids[position] for position in section.deletions()]
        before = len(self.deliveries)
        batches = (
            Batch(number=next(self._numbers), attempt=1, container=container, ids=chunk)
            for chunk in into_chunks(ids, self.account.limits.batch)
        )

        async def deliver(batch: Batch) -> None:
            await self._deliver(batch, rows)
            self.progress.advance(len(batch.ids))

        self.progress.begin(f"Deleting in {self.account.name}", len(ids))
        await each(batches, deliver, at_once=_IN_FLIGHT)
        return self.deliveries[before:]

    async def _deliver(self, batch: Batch, rows: DeclaredRows) -> None:
        """Send a batch until it may have been executed, or provably will not be."""
        pause, renewed = 1.0, False
        for _ in range(_ATTEMPTS):
            response = await self._attempt(batch, rows)
            if response is None:
                return
            match response.reply:
                case Delivered() as delivered:
                    self._delivered(batch, delivered)
                    return
                case Malformed(reason=reason) if len(batch.ids) == 1:
                    self._delivered(batch, Delivered(Rejected(reason, sure=True)))
                    return
                case Malformed():
                    await self._bisect(batch, rows)
                    return
                case Unauthorised(cause=cause, renewable=renewable):
                    if not renewable or renewed or not await self._renewed():
                        self.denied = cause
                        self._delivered(batch, Delivered(Rejected(cause, sure=True)))
                        return
                    renewed = True
                case Throttled():
                    pass  # the slots wait
                case Unsent():
                    await self.clock.sleep(pause)
                    pause = min(pause * 2, 30.0)
                case _:
                    assert_never(response.reply)
            self._not_executed(batch, _words(response.reply), [batch.number])
            batch = batch.again()
        self.results.leave(batch.container, batch.ids, f"given up after {_ATTEMPTS} attempts")

    async def _attempt(self, batch: Batch, rows: DeclaredRows) -> Response | None:
        """Send once; None if the batch was left because nothing more may be sent."""
        try:
            await self.deleter.ready()
            intent = BatchIntent(batch=batch, declared=[rows(one) for one in batch.ids])
            slot = await self.journal.intend(intent, self._may_not_send)
        except (OutOfCallsError, UnreadableError, IdentityError) as error:
            self.denied = self.denied or (str(error) if isinstance(error, IdentityError) else "")
            self.results.leave(batch.container, batch.ids, str(error))
            return None
        if slot is None:
            self.results.leave(batch.container, batch.ids, self._why(), explained=bool(self.brake))
            return None
        response = Response(reply=Delivered(NoAnswer("stopped before the answer came")))
        try:
            response = await self.deleter.delete(batch.container, batch.ids)
        except asyncio.CancelledError:
            self._respond(batch, slot, response)
            self._delivered(batch, Delivered(NoAnswer("stopped before the answer came")))
            raise
        self._respond(batch, slot, response)
        return response

    def _may_not_send(self) -> bool:
        return self.stop.requested or bool(self.brake) or bool(self.denied)

    def _why(self) -> str:
        return self.brake or self.denied or "the run was stopped"

    def _respond(self, batch: Batch, slot: int, response: Response) -> None:
        self.journal.respond(batch, slot, _event(batch, response))

    def _delivered(self, batch: Batch, delivered: Delivered) -> None:
        self.deliveries.append(Delivery(batch, delivered, self.clock.monotonic()))
        if delivered.overrun and not self.brake:
            self.brake = (
                f"brake: the API claims to have deleted more than the {len(batch.ids)} "
                f"of batch {batch.number}"
            )

    async def _bisect(self, batch: Batch, rows: DeclaredRows) -> None:
        """Send the halves of a batch that was refused as a whole, to find the bad identifier."""
        parts = [
            Batch(number=next(self._numbers), attempt=1, container=batch.container, ids=ids)
            for ids in halves(batch.ids)
        ]
        self._not_executed(batch, "refused as a whole", [part.number for part in parts])
        for part in parts:
            await self._deliver(part, rows)

    def _not_executed(self, batch: Batch, reason: str, resent_as: Sequence[int]) -> None:
        event = settled_event(batch, Outcome.NOT_ATTEMPTED, {}, {reason: len(batch.ids)}, resent_as)
        self.journal.settle(batch, event)

    async def _renewed(self) -> bool:
        try:
            return await self.deleter.renew()
        except (IdentityError, UnreadableError):
            return False


def _event(batch: Batch, response: Response) -> BatchResponse:
    named: dict[str, list[str]] = {}
    if isinstance(response.reply, Delivered):
        for target_id, receipt in sorted(response.reply.named.items()):
            named.setdefault(_said(receipt), []).append(target_id)
    return BatchResponse(
        account=batch.container.account,
        number=batch.number,
        attempt=batch.attempt,
        reply=type(response.reply).__name__.lower(),
        status=response.status,
        latency_ms=response.latency_ms,
        claimed=response.claimed,
        named=named,
        note=_words(response.reply),
    )


def _said(receipt: Receipt) -> str:
    return "not_found" if isinstance(receipt, NotFound) else "rejected"


def _words(reply: Reply) -> str:
    match reply:
        case Delivered(unnamed=Rejected(reason=words) | NoAnswer(cause=words)):
            return words
        case Delivered():
            return ""
        case Throttled():
            return "rate limit"
        case Malformed(reason=words) | Unsent(cause=words) | Unauthorised(cause=words):
            return words
        case _:
            assert_never(reply)
