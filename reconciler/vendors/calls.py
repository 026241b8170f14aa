"""Calls: one attempt in one rate slot, reads repeated as far as that can help."""

from typing import Protocol

import stamina
import stamina.instrumentation

from reconciler.application.ports import DEADLINE, Clock, OutOfCallsError, Slots, UnreadableError
from reconciler.domain.checkup.clock import TimeTold
from reconciler.errors import IdentityError
from reconciler.transport.http import Http
from reconciler.transport.wire import Answer, Call, LostError, UnsentError
from reconciler.vendors.dates import http_date
from reconciler.vendors.verdicts import (
    LONGEST_WAIT,
    Busy,
    Classify,
    Denied,
    Flawed,
    Reply,
    Usable,
    Verdict,
    parse,
    retry_after,
)

# Retries are visible in the calls that a plan counts; a line for each would be noise.
stamina.instrumentation.set_on_retry_hooks([])

_ATTEMPTS = 8
_USUAL_WAIT = 5.0
"""Seconds to wait where "too fast" comes without a number; both vendors count in fives."""
_LONGEST_BUSY = 300.0
"""Seconds for which one read is repeated because the account is called too fast."""


class Credentials(Protocol):
    """What a call needs to be allowed."""

    async def ready(self) -> None:
        """Make sure that the credentials last for one more call."""
        ...

    async def renew(self) -> bool:
        """Replace credentials that were refused; say whether there are others."""
        ...


class _TryAgainError(Exception):
    """One attempt failed in a way that another may not; ``wait`` seconds first, if given."""

    def __init__(self, cause: str, wait: float | None = None) -> None:
        super().__init__(cause)
        self.wait = wait


class Caller:
    """Makes the calls of one client within the account's rate limit."""

    def __init__(
        self, http: Http, slots: Slots, credentials: Credentials, classify: Classify, clock: Clock
    ) -> None:
        """Count calls from zero."""
        self._http = http
        self._slots = slots
        self._credentials = credentials
        self._classify = classify
        self._clock = clock
        self.calls = 0
        self._dated = ("", 0.0, 0.0)

    @property
    def time_told(self) -> TimeTold | None:
        """What the newest answer with a date said of the time; None where it cannot be read."""
        date, asked_at, answered_at = self._dated
        told = http_date(date)
        return None if told is None else TimeTold(told, asked_at, answered_at)

    async def read(self, call: Call) -> Reply:
        """Return a usable answer to a reading call, which may be made several times.

        Raises UnreadableError when there is none, IdentityError when credentials are refused,
        OutOfCallsError when a quota is used up.
        """
        try:
            async for attempt in stamina.retry_context(
                on=_again, attempts=_ATTEMPTS, timeout=None, wait_initial=0.2, wait_max=5.0
            ):
                with attempt:
                    return await self._attempt(call)
        except _TryAgainError as error:
            raise UnreadableError(str(error)) from error
        raise AssertionError("stamina ends in a result or an error")

    async def _attempt(self, call: Call) -> Reply:
        """Call until the answer is something else than "too fast"; renew credentials once."""
        renewed, gives_up = False, 0.0
        while True:
            reply, verdict = await self._exchange(call)
            match verdict:
                case Usable():
                    return reply
                case Busy():
                    self.slow_down(verdict, deleting=False)
                    gives_up = gives_up or self._clock.monotonic() + _LONGEST_BUSY
                    if self._clock.monotonic() >= gives_up:
                        raise UnreadableError("the account's rate limit stays exceeded")
                    if verdict.quota:
                        raise OutOfCallsError(_quota(verdict))
                case Flawed(cause=cause, wait=wait):
                    raise _TryAgainError(cause, wait)
                case Denied(cause=cause, renewable=renewable):
                    if renewed or not renewable or not await self._credentials.renew():
                        raise IdentityError(_DENIED, detail=cause, hint=_DENIED_HINT)
                    renewed = True

    async def _exchange(self, call: Call) -> tuple[Reply, Verdict]:
        await self._credentials.ready()
        try:
            async with self._slots.reading():
                self.calls += 1
                answer = await self._http.send(call, deadline=DEADLINE)
        except (UnsentError, LostError) as error:
            raise _TryAgainError(str(error)) from error
        if date := answer.headers.get("date"):
            now = self._clock.time()
            self._dated = (date, now - answer.seconds, now)
        return self.judge(answer)

    @property
    def remaining(self) -> int | None:
        """Calls that the account's daily limit leaves; None without one."""
        return self._slots.remaining()

    def most(self, wanted: int | None) -> int | None:
        """Return so many calls, or those that the daily limit leaves if they are fewer."""
        known = [one for one in (wanted, self.remaining) if one is not None]
        return min(known, default=None)

    def afford(self, calls: int, what: str, cheaper: str) -> None:
        """Raise OutOfCallsError, before the first one, where the daily limit leaves fewer calls.

        ``what`` would take them, and ``cheaper`` says what would take fewer.
        """
        left = self.remaining
        if left is not None and calls > left:
            takes = f"{calls} call" if calls == 1 else f"{calls} calls"
            raise OutOfCallsError(
                f"{what} takes {takes}, and of limits.daily {left} are left; {cheaper}"
            )

    def judge(self, answer: Answer) -> tuple[Reply, Verdict]:
        """Parse an answer and say what it is worth."""
        reply = parse(answer)
        return reply, self._classify(reply, retry_after(answer, self._clock.time()))

    def slow_down(self, busy: Busy, *, deleting: bool) -> None:
        """Adopt the limit that an answer named and let every call wait."""
        if busy.calls and busy.per and not busy.quota:
            self._slots.learn(busy.calls, busy.per, deleting=deleting)
        wait = busy.wait if busy.wait is not None else busy.per or _USUAL_WAIT
        self._slots.pause(min(wait, LONGEST_WAIT))


_DENIED = "The account refuses the credentials"
_DENIED_HINT = (
    "Check the two credential variables of the account. A key stops working with its user; "
    "a scope that was just added takes some minutes."
)


def _again(error: Exception) -> bool | float:
    if not isinstance(error, _TryAgainError):
        return False
    return True if error.wait is None else error.wait


def _quota(busy: Busy) -> str:
    return f"the account's quota of {busy.calls} calls in {busy.per:g} seconds is used up"
