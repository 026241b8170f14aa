"""The receiver's HTTP: one unguessable path per batch, and an answer that never upsets a vendor.

What is expected of a receiver, by the vendor's page on webhooks: HEAD is answered, and every call
with 200 and a small JSON object, else calls may be switched off. Nothing is signed, so what
arrives is believed in nothing; it only lets a run look sooner.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

LARGEST = 64 * 1024
"""Bytes of the largest body that is read; the documented one has less than 200."""
_SECONDS = 10.0
"""Time that a body may take to arrive."""
_TAKEN = {"Status": "Success", "StatusReason": ""}
_COUNTS = ("TasksCount", "DeletedTasksCount")
_BIGGEST = 2**31 - 1
_NOT_FOUND, _TOO_LATE, _TOO_LARGE = 404, 408, 413


class Mailbox(Protocol):
    """Where hints go."""

    def knows(self, token: str) -> bool:
        """Say whether a call for this token is expected."""
        ...

    def put(self, token: str, claims: Mapping[str, str | int]) -> None:
        """Keep what a call claimed, if its token is known."""
        ...


def create_receiver(mailbox: Mailbox) -> Starlette:
    """Return the application."""

    async def take(request: Request) -> Response:
        token = request.path_params["token"]
        if not await run_in_threadpool(mailbox.knows, token):
            return Response(status_code=_NOT_FOUND)
        if request.method == "HEAD":
            return JSONResponse(_TAKEN)
        try:
            async with asyncio.timeout(_SECONDS):
                body = await _body(request)
        except (TimeoutError, ClientDisconnect):
            return Response(status_code=_TOO_LATE)
        if body is None:
            return Response(status_code=_TOO_LARGE)
        await run_in_threadpool(mailbox.put, token, claims_in(body))
        return JSONResponse(_TAKEN)

    return Starlette(routes=[Route("/hooks/{token}", take, methods=["HEAD", "POST"])])


async def _body(request: Request) -> bytes | None:
    """Return the body; None for one that is too large, of which no more is read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)


def claims_in(body: bytes) -> Mapping[str, str | int]:
    """Return what a body claims, as far as it has the documented shape; nothing otherwise."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    claims: dict[str, str | int] = {}
    if found.get("Status") in ("Success", "Error"):
        claims["status"] = found["Status"]
    for name in _COUNTS:
        count = found.get(name)
        if isinstance(count, int) and not isinstance(count, bool) and 0 <= count <= _BIGGEST:
            claims[name] = count
    # The reason is text from outside: that there is one is all that is kept.
    if found.get("FailureReason"):
        claims["failure_reason"] = "given"
    return claims
