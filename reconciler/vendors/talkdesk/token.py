"""The token: fetched once for everybody, renewed early, and once more when it is refused."""

import asyncio
from dataclasses import dataclass

from reconciler.application.ports import Clock, Slots, UnreadableError
from reconciler.errors import IdentityError
from reconciler.vendors.calls import DEADLINE, parse, retry_after
from reconciler.vendors.http import Http, LostError, UnsentError
from reconciler.vendors.talkdesk import api

_EARLY = 60.0
"""Seconds before its end at which a token is renewed."""
_LEAST = 5.0
_ATTEMPTS = 4
_BAD_REQUEST, _UNAUTHORISED, _FORBIDDEN, _TOO_MANY, _OK = 400, 401, 403, 429, 200


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    good_until: float


class Token:
    """The bearer token of one account; a token request takes a rate slot like any call."""

    def __init__(self, http: Http, slots: Slots, clock: Clock, account: str) -> None:
        """Fetch nothing yet."""
        self._http, self._slots, self._clock, self._account = http, slots, clock, account
        self._token: _Token | None = None
        self._renewing = asyncio.Lock()

    def __repr__(self) -> str:
        return f"Token({self._account})"

    def value(self) -> str:
        """Return the token; ``ready`` must have been awaited before."""
        if self._token is None:
            raise RuntimeError("no token was fetched")
        return self._token.value

    async def ready(self) -> None:
        """Make sure that the token lasts for one more call; concurrent callers share a request."""
        if not self._is_fresh():
            async with self._renewing:
                if not self._is_fresh():
                    self._token = await self._fetch()

    def _is_fresh(self) -> bool:
        return self._token is not None and self._clock.monotonic() < self._token.good_until

    async def renew(self) -> bool:
        """Replace a token that was refused; those that were waiting take the new one."""
        refused = self._token
        async with self._renewing:
            if self._token is refused:
                self._token = await self._fetch()
        return True

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
            body = reply.body if isinstance(reply.body, dict) else {}
            if reply.status == _OK and isinstance(body.get("access_token"), str):
                lasts = body.get("expires_in")
                seconds = float(lasts) if isinstance(lasts, int | float) else 600.0
                good_for = max(seconds - _EARLY, min(seconds / 2, _LEAST))
                return _Token(body["access_token"], asked_at + good_for)
            cause = api.said(reply)
            if reply.status == _TOO_MANY:
                self._slots.pause(retry_after(answer, self._clock.time()) or 5.0)
            elif reply.status in (_BAD_REQUEST, _UNAUTHORISED, _FORBIDDEN):
                raise IdentityError(
                    "The account refuses the credentials",
                    detail=f"{self._account}: the token request was answered {cause}",
                    hint="Check client id and secret. A scope that was just added takes minutes.",
                )
        raise UnreadableError(f"no token: {cause}")
