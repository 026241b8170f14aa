"""Ports: what the use cases need from outside, as small as they need it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from reconciler.domain.absences import Absences
from reconciler.domain.live import LiveTable
from reconciler.domain.plan import Reading

if TYPE_CHECKING:
    # What only deletes needs them; what only plans does not wait for them to load.
    from reconciler.domain.batches import Batch
    from reconciler.domain.events import (
        BatchIntent,
        BatchResponse,
        BatchSettled,
        Event,
        RunFinished,
        WebhookReceived,
    )
    from reconciler.domain.replies import Response

DEADLINE = 20.0
"""Seconds that one call may take in all. After them, and a margin, it has arrived or never will."""


LEAVES_WITHIN = 5.0
"""Seconds behind its intent within which a deletion leaves, or is not sent at all."""


class UnreadableError(Exception):
    """No usable answer could be had; what was asked stays unknown."""


class OutOfCallsError(Exception):
    """The account's daily limit leaves no further call."""


class HaltedError(Exception):
    """Somebody has halted the account: no further batch may be sent."""


class Clock(Protocol):
    """Time, and waiting."""

    def time(self) -> float:
        """Return seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Return seconds on a clock that never jumps."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Progress(Protocol):
    """Where long work reports how far it is."""

    def begin(self, what: str, total: int) -> None:
        """Start a piece of work of ``total`` steps; the one before is over."""
        ...

    def advance(self, steps: int = 1) -> None:
        """Report steps done."""
        ...

    def end(self) -> None:
        """Report that there is nothing under way."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who an account says it is."""

    tenant: str
    host: str
    """What plans and audit call the place that was asked."""
    sees_all: bool
    """The credentials see everything, so that what they do not see is not there."""
    warnings: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads one account. It cannot change anything."""

    @property
    def calls(self) -> int:
        """Calls spent so far."""
        ...

    @property
    def remaining(self) -> int | None:
        """Calls that the account's daily limit leaves; None without one."""
        ...

    async def identify(self) -> Identity:
        """Ask the account who it is; raises IdentityError for another one than declared."""
        ...

    async def read(self, absences: Absences) -> Reading:
        """Read every target of one container; a failure is a state, not an exception."""
        ...

    async def read_back(self, before: Reading, ids: Sequence[str]) -> LiveTable:
        """Read again what is left of a container that ``read`` has read, the cheapest way."""
        ...

    async def count(self, before: Reading) -> int | None:
        """Count what a container that ``read`` has read holds now; None where it is not cheap."""
        ...


class Deleter(Protocol):
    """Sends one batch, once."""

    async def ready(self) -> None:
        """Make sure that the credentials last for one more call."""
        ...

    async def delete(self, batch: "Batch") -> "Response":
        """Return what the API said; never raises half way, never sends twice."""
        ...

    async def renew(self) -> bool:
        """Get new credentials after a refusal; say whether there are any."""
        ...


@dataclass(frozen=True, slots=True)
class Slot:
    """The right to one deletion, and its intent, since a moment."""

    number: int
    since: float
    """On the monotonic clock, at the latest when the intent was dated."""


class Journal(Protocol):
    """Where a run writes down what it is about to do, and what came of it."""

    run_id: str

    def record(self, event: "Event") -> None:
        """Write one event down; durable when this returns."""
        ...

    async def intend(self, intent: "BatchIntent", stopped: Callable[[], bool]) -> Slot | None:
        """Make an intent durable together with a rate slot, and return the slot.

        None if ``stopped`` says so first: then nothing was written and nothing may be sent.
        Raises HaltedError if somebody has halted the account, OutOfCallsError if none is left.
        """
        ...

    def respond(self, batch: "Batch", slot: Slot, response: "BatchResponse") -> None:
        """Write down what was answered, or that nothing was."""
        ...

    def settle(self, batch: "Batch", settled: "BatchSettled") -> None:
        """Write down the outcomes of a batch."""
        ...

    def hints(self) -> Sequence["WebhookReceived"]:
        """Return what accounts called back about batches of this run since the last look."""
        ...

    def checkpoint(self) -> None:
        """Bind what was written so far, so that it cannot be cut off unseen; durable then.

        Raises UnrecordedError if it cannot be written: nothing may be sent then.
        """
        ...

    def finish(self, event: "RunFinished", *, interrupted: bool) -> None:
        """Write the last event, and a checkpoint; ``interrupted`` says that it may be taken up."""
        ...


class Slots(Protocol):
    """The account's rate limit: no window at the server sees more calls than it allows."""

    def reading(self) -> AbstractAsyncContextManager[None]:
        """Hold one slot for the length of a call."""
        ...

    def remaining(self) -> int | None:
        """Return the calls that the daily limit leaves; None without one."""
        ...

    def pause(self, seconds: float) -> None:
        """Let no call of anybody's leave for some seconds."""
        ...

    def learn(self, calls: int, per: float, *, deleting: bool) -> None:
        """Adopt the limit that an answer named."""
        ...
