"""One request as the handlers see it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request


@dataclass(frozen=True, slots=True)
class Call:
    """One request: already read, and with the time of its arrival."""

    now: float
    headers: Mapping[str, str]
    query: Mapping[str, str]
    path: Mapping[str, str]
    url: str
    """The address without the query."""
    origin: str
    """Scheme, host and port."""
    raw: bytes
    body: Any
    """The body as JSON; None where it is none."""

    def text(self, name: str) -> str:
        """Return a query parameter, or nothing."""
        return self.query.get(name, "")


async def read_call(request: Request, now: float) -> Call:
    """Read a request to its end."""
    raw = await request.body()
    return Call(
        now=now,
        headers=request.headers,
        query=request.query_params,
        path=request.path_params,
        url=str(request.url.replace(query="")),
        origin=str(request.base_url).rstrip("/"),
        raw=raw,
        body=_json(raw),
    )


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return None
