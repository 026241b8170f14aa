"""Calls: one attempt in one rate slot, reads repeated as far as that can help."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, TypeAlias

import stamina

from reconciler.application.ports import Clock, Slots, UnreadableError
from reconciler.errors import IdentityError
from reconciler.vendors.http import Answer, Call, Http, LostError, UnsentError

DEADLINE = 30.0
"""Seconds for one whole call; the ledger holds a slot that long for a call it heard nothing of."""
_ATTEMPTS = 8
_LONGEST_WAIT = 300.0
_LIMIT = re.compile(r"exceeded the limit of (\d{1,6}) in (\d{1,5}) second", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer whose body was parsed; ``body`` is None where it is not JSON."""

    status: int
    body: Any
    seconds: float
    empty: bool = False
    """There was no body at all."""


@dataclass(frozen=True, slots=True)
class Usable:
    """An answer that says something about what was asked."""


@dataclass(frozen=True, slots=True)
class Busy:
    """The account was called too fast; nothing was executed."""

    wait: float | None = None
    calls: int | None = None
    per: float | None = None


@dataclass(frozen=True, slots=True)
class Flawed:
    """No usable answer, though the next one may be."""

    cause: str


@dataclass(frozen=True, slots=True)
class Denied:
    """The credentials were refused."""

    cause: str


Verdict: TypeAlias = Usable | Busy | Flawed | Denied
Classify: TypeAlias = Callable[[Reply, float | None], Verdict]
"""Judges an answer; the second argument is its Retry-After in seconds."""


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

    async def read(self, call: Call) -> Reply:
        """Return a usable answer to a reading call, which may be made several times.

        Raises UnreadableError when there is none, IdentityError when credentials are refused.
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
        reply, verdict = await self._exchange(call)
        if isinstance(verdict, Denied) and await self._credentials.renew():
            reply, verdict = await self._exchange(call)
        match verdict:
            case Usable():
                return reply
            case Busy():
                self.slow_down(verdict, deleting=False)
                raise _TryAgainError("the account's rate limit is exceeded", 0.0)
            case Flawed(cause=cause):
                raise _TryAgainError(cause)
            case Denied(cause=cause):
                raise IdentityError(
                    "The account refuses the credentials", detail=cause, hint=_DENIED_HINT
                )

    async def _exchange(self, call: Call) -> tuple[Reply, Verdict]:
        await self._credentials.ready()
        try:
            async with self._slots.reading():
                self.calls += 1
                answer = await self._http.send(call, deadline=DEADLINE)
        except (UnsentError, LostError) as error:
            raise _TryAgainError(str(error)) from error
        return self.judge(answer)

    def judge(self, answer: Answer) -> tuple[Reply, Verdict]:
        """Parse an answer and say what it is worth."""
        reply = parse(answer)
        return reply, self._classify(reply, retry_after(answer, self._clock.time()))

    def slow_down(self, busy: Busy, *, deleting: bool) -> None:
        """Adopt the limit that an answer named and let every call wait."""
        if busy.calls and busy.per:
            self._slots.learn(busy.calls, busy.per, deleting=deleting)
        self._slots.pause(busy.wait if busy.wait is not None else busy.per or 5.0)


_DENIED_HINT = (
    "Check the two credential variables of the account. A key stops working with its user; "
    "a scope that was just added takes some minutes."
)


def _again(error: Exception) -> bool | float:
    if not isinstance(error, _TryAgainError):
        return False
    return True if error.wait is None else error.wait


def parse(answer: Answer) -> Reply:
    """Return an answer with its body parsed."""
    body = None
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        # HTML of a proxy, a login page, a cut body: no statement of the API.
        body = None
    return Reply(
        status=answer.status, body=body, seconds=answer.seconds, empty=not answer.body.strip()
    )


def limit_named(text: str) -> Busy | None:
    """Return the limit that a text names, as in "exceeded the limit of 25 in 5 second(s)"."""
    found = _LIMIT.search(text)
    if found is None or not int(found[1]) or not int(found[2]):
        return None
    return Busy(calls=int(found[1]), per=float(found[2]))


def retry_after(answer: Answer, now: float) -> float | None:
    """Return the seconds that Retry-After asks for; None without one, or an absurd one."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value[:9])
    else:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - now
        except ValueError:
            return None
    return seconds if 0 < seconds <= _LONGEST_WAIT else None
