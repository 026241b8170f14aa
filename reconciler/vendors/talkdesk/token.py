"""The token: fetched once for everybody, renewed early, and once more when it is refused."""

import asyncio
import re
from contextvars import ContextVar
from dataclasses import dataclass, field

from reconciler.application.ports import DEADLINE, Clock, Slots, UnreadableError
from reconciler.errors import IdentityError
from reconciler.transport.http import Http
from reconciler.transport.wire import Answer, LostError, UnsentError
from reconciler.vendors.talkdesk import api
from reconciler.vendors.verdicts import Busy, Reply, parse, retry_after

_EARLY = 60.0
"""Seconds before its end at which a token is renewed."""
_USUAL = 600.0
"""Seconds that a token lasts where the answer does not say, or says nonsense."""
_LEAST = 5.0
_LONGEST = 400 * 86_400.0
_ATTEMPTS = 4
_OK, _BAD_REQUEST, _UNAUTHORISED, _FORBIDDEN = 200, 400, 401, 403
_IN_USE: ContextVar[str] = ContextVar("token of the call that is under way", default="")
_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    good_until: float


class Token:
    """The bearer token of one account; a token request takes a rate slot like any call."""

    def __init__(self, http: Http, slots: Slots, clock: Clock, account: str) -> None:
        """Fetch nothing yet."""
        self._http, self._slots, self._clock, self._account = http, slots, clock, account
        self._token: _Token | None = None
        self._renewing = asyncio.Lock()
        self._failures = 0
        self._error: UnreadableError | IdentityError = UnreadableError("no token was asked for")

    def __repr__(self) -> str:
        return f"Token({self._account})"

    def value(self) -> str:
        """Return the token for a call; ``ready`` must have been awaited before."""
        if self._token is None:
            raise RuntimeError("no token was fetched")
        _IN_USE.set(self._token.value)
        return self._token.value

    async def ready(self) -> None:
        """Make sure that the token lasts for one more call; concurrent callers share a request."""
        if not self._is_fresh():
            await self._replace(self._token)

    def _is_fresh(self) -> bool:
        return self._token is not None and self._clock.monotonic() < self._token.good_until

    async def renew(self) -> bool:
        """Replace the token that this task's last call was refused with, unless somebody did."""
        refused = self._token
        if refused is not None and _IN_USE.get() in ("", refused.value):
            await self._replace(refused)
        return True

    async def _replace(self, old: _Token | None) -> None:
        """Fetch a token in place of ``old``; who waits meanwhile shares what comes of it."""
        failures = self._failures
        async with self._renewing:
            if self._token is not old:
                return
            if self._failures != failures:
                raise self._error
            try:
                self._token = await self._fetch()
            except (UnreadableError, IdentityError) as error:
                self._failures, self._error = failures + 1, error
                raise

    async def _fetch(self) -> _Token:
        cause = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                await self._clock.sleep(2.0**attempt)
            try:
                async with self._slots.reading():
                    asked_at = self._clock.monotonic()
                    answer = await self._http.send(api.token(), deadline=DEADLINE)
            except (UnsentError, LostError) as error:
                cause = str(error)
                continue
            reply = parse(answer)
            if token := _token_in(reply, asked_at):
                return token
            cause = api.said(reply)
            self._judge(answer, reply)
        raise UnreadableError(f"no token: {cause}")

    def _judge(self, answer: Answer, reply: Reply) -> None:
        """Wait where asked too fast; raise IdentityError where the credentials are refused."""
        verdict = api.classify(reply, retry_after(answer, self._clock.time()))
        if isinstance(verdict, Busy):
            self._slots.pause(verdict.wait or _LEAST)
        elif reply.status in (_BAD_REQUEST, _UNAUTHORISED, _FORBIDDEN):
            raise IdentityError(
                "The account refuses the credentials",
                detail=f"{self._account}: the token request was answered {api.said(reply)}",
                hint="Check client id and secret. A scope that was just added takes minutes.",
            )


def _token_in(reply: Reply, asked_at: float) -> _Token | None:
    body = reply.body if reply.status == _OK and isinstance(reply.body, dict) else {}
    value = body.get("access_token")
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        return None
    seconds = _lifetime(body.get("expires_in"))
    return _Token(value, asked_at + max(seconds - _EARLY, min(seconds / 2, _LEAST)))


def _lifetime(lasts: object) -> float:
    if not isinstance(lasts, int | float) or isinstance(lasts, bool):
        return _USUAL
    # Compared before it is converted: a number may be too big for a float, or not a number.
    return float(lasts) if 0 < lasts < _LONGEST else _USUAL
