"""Calls of a forge: what is repeated, how long a rate limit is waited for, what an answer means."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import stamina
import stamina.instrumentation

from reconciler.application.ports import DEADLINE, Clock
from reconciler.forges.trouble import (
    DoubtfulError,
    ForgeError,
    InvalidRequestError,
    MissingError,
    RefusedError,
)
from reconciler.transport.http import Http
from reconciler.transport.wire import Answer, Call, LostError, UnsentError

stamina.instrumentation.set_on_retry_hooks([])

_ATTEMPTS = 5
_LONGEST = 180.0
"""Seconds that a whole command waits for rate limits."""
_USUAL_WAIT = 60.0
"""Seconds to wait where a limit is exceeded and nothing says how long; GitHub asks for them. A
whole command waits so long once: who does not say when it answers may not answer at all."""
_OK = range(200, 300)
_SERVER = 500
_MISTAKE = 400
_FORBIDDEN = 403
_BUSY = 429
_REFUSED = frozenset({401, _FORBIDDEN})
_MISSING = frozenset({404, 410})
_LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that can be used."""

    body: Any
    headers: Mapping[str, str]


class _TryAgainError(Exception):
    """One attempt failed in a way that another may not."""


class Calls:
    """Makes the calls of one client."""

    def __init__(
        self, http: Http, clock: Clock, *, name: str, hints: Mapping[type[ForgeError], str]
    ) -> None:
        """Take a client of the forge called ``name``; ``hints`` say what to do about an error."""
        self._http = http
        self._clock = clock
        self.name = name
        self._hints = hints
        self._patience = _LONGEST
        self._has_guessed = False

    async def close(self) -> None:
        """Close every connection."""
        await self._http.close()

    async def repeatable(self, call: Call) -> Reply:
        """Make a call that may arrive twice: one that reads, or that sets what it sets."""
        try:
            async for attempt in stamina.retry_context(
                on=_TryAgainError, attempts=_ATTEMPTS, timeout=None, wait_initial=0.5, wait_max=8.0
            ):
                with attempt:
                    return await self._attempt(call)
        except _TryAgainError as error:
            raise self._error(ForgeError, call, str(error)) from error
        raise AssertionError("stamina ends in a result or an error")

    async def once(self, call: Call) -> Reply:
        """Make a call that must not be carried out twice.

        Raises DoubtfulError where it may have been.
        """
        try:
            async for attempt in stamina.retry_context(
                on=UnsentError, attempts=_ATTEMPTS, timeout=None, wait_initial=0.5, wait_max=8.0
            ):
                with attempt:
                    return await self._attempt(call, lost=DoubtfulError)
        except UnsentError as error:
            raise self._error(ForgeError, call, str(error)) from error
        raise AssertionError("stamina ends in a result or an error")

    async def _attempt(self, call: Call, lost: type[ForgeError] | None = None) -> Reply:
        """Call until the answer is something else than "too fast"."""
        while True:
            try:
                answer = await self._http.send(call, deadline=DEADLINE)
            except UnsentError as error:
                if lost is not None:
                    raise
                raise _TryAgainError(str(error)) from error
            except LostError as error:
                raise self._again(call, str(error), lost) from error
            if self._is_too_fast(answer):
                await self._wait(call, self._asked_to_wait(answer))
                continue
            if answer.status >= _SERVER:
                raise self._again(call, _message(answer), lost)
            return self._judged(call, answer)

    def _again(self, call: Call, cause: str, lost: type[ForgeError] | None) -> Exception:
        return _TryAgainError(cause) if lost is None else self._error(lost, call, cause)

    async def _wait(self, call: Call, asked: float | None) -> None:
        if asked is None and self._has_guessed:
            raise self._error(ForgeError, call, "its rate limit does not say how long to wait")
        seconds = _USUAL_WAIT if asked is None else max(1.0, asked)
        if seconds > self._patience:
            raise self._error(
                ForgeError, call, f"its rate limit asks for {seconds:.0f} s of waiting"
            )
        self._has_guessed = self._has_guessed or asked is None
        self._patience -= seconds
        await self._clock.sleep(seconds)

    def _is_too_fast(self, answer: Answer) -> bool:
        """Whether an answer asks for waiting: GitHub says "too fast" with a "forbidden" too."""
        is_used_up = answer.headers.get("x-ratelimit-remaining") == "0"
        asked = _seconds(answer.headers.get("retry-after", ""), self._clock.time())
        is_limit = answer.status == _FORBIDDEN and (is_used_up or asked is not None)
        return answer.status == _BUSY or is_limit

    def _asked_to_wait(self, answer: Answer) -> float | None:
        """Return how many seconds an answer asks for; None where it does not say."""
        headers = answer.headers
        asked = _seconds(headers.get("retry-after", ""), self._clock.time())
        reset = headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset") or ""
        if asked is None and reset.isascii() and reset.isdigit():
            return int(reset[:12]) - self._clock.time()
        return asked

    def _judged(self, call: Call, answer: Answer) -> Reply:
        if answer.status in _OK:
            return Reply(_parsed(answer), answer.headers)
        kind: type[ForgeError] = InvalidRequestError
        if answer.status in _REFUSED:
            kind = RefusedError
        elif answer.status in _MISSING:
            kind = MissingError
        elif answer.status < _MISTAKE:
            kind = ForgeError  # a redirect, which is not followed
        raise self._error(kind, call, _message(answer))

    def _error(self, kind: type[ForgeError], call: Call, cause: str) -> ForgeError:
        hint = self._hints.get(kind, self._hints.get(ForgeError, ""))
        return kind(f"{self.name} ({call.method} {call.path}): {cause}", hint)


def _parsed(answer: Answer) -> Any:  # noqa: ANN401 - whatever the JSON says
    try:
        return json.loads(answer.body) if answer.body else None
    except (ValueError, RecursionError):
        return None


def _message(answer: Answer) -> str:
    """Return what an answer says went wrong, in short."""
    body = _parsed(answer)
    said = body.get("message") or body.get("error") if isinstance(body, dict) else None
    errors = body.get("errors") if isinstance(body, dict) else None
    more = f" {json.dumps(errors)}" if errors else ""
    return f"{answer.status} {said or ''}{more}".strip()[:_LONGEST_MESSAGE]


def _seconds(value: str, now: float) -> float | None:
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError, TypeError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
