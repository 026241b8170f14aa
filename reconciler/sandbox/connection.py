"""Answers that spoil the connection: cut off, never coming, or ending in the middle."""

import asyncio
from typing import Any

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

CUT = "reconciler.sandbox.cut"
"""Under this name the server puts into the scope what closes the connection."""


class ConnectionCutError(ConnectionError):
    """Stands for a closed connection where there is none, as in tests without a server."""


class CutResponse(Response):
    """Closes the connection, before the first byte or in the middle of the body."""

    def __init__(self, spoiled: Response | None = None) -> None:
        super().__init__()
        self._spoiled = spoiled

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is to be sent, and close."""
        if self._spoiled is not None:
            await _send_half(self._spoiled, send)
        cut = scope.get(CUT)
        if cut is None:
            raise ConnectionCutError("The sandbox cut the connection")
        cut()
        while (await receive())["type"] != "http.disconnect":
            pass


class HangingResponse(Response):
    """Lets the client wait, and answers when it has long given up."""

    def __init__(self, late: Response, seconds: float) -> None:
        super().__init__()
        self._late = late
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait, then answer."""
        await asyncio.sleep(self._seconds)
        await self._late(scope, receive, send)


async def _send_half(response: Response, send: Send) -> None:
    body = bytes(response.body)
    headers: list[Any] = response.raw_headers
    start: Message = {
        "type": "http.response.start",
        "status": response.status_code,
        "headers": headers,
    }
    await send(start)
    half = body[: len(body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
