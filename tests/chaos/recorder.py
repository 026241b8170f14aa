"""Stands in front of the sandbox: lets requests arrive late, and notes each as it arrives."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.sandbox.clock import wall_clock
from tests.chaos.witness import Key, Seen, Witness

_JITTER = 0.1
_SLOWEST_READ = 1.0
_RARELY = 0.15
"""How often a deletion takes much longer; a reading a third as often."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request that reached the server."""

    time: float
    system: str
    deletes: tuple[str, ...]
    """What it wants deleted; nothing if it reads."""
    whole: bool
    """Whether its body came to its end; the vendor counts it either way."""
    seen: tuple[Seen, ...] | None
    """The open batches that name any of it; None if the ledger could not be read then."""


class Recorder:
    """An app in front of the sandbox's."""

    def __init__(
        self, app: ASGIApp, record: Path, witness: Witness, chance: Random, slowest: float
    ) -> None:
        self._app = app
        self._record = record
        self._witness = witness
        self._chance = chance
        self._slowest = slowest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await asyncio.sleep(self._way(deleting=_is_deletion(scope)))
        time = wall_clock()
        body = await _body(receive)
        deletes = _deletes(scope, body)
        seen = self._witness.look(deletes) if deletes else []
        self._note(
            Request(
                time=time,
                system="leadsquared" if scope["path"].startswith("/v2/") else "talkdesk",
                deletes=tuple(deletes),
                whole=body is not None,
                seen=None if seen is None else tuple(seen),
            )
        )
        if body is not None:
            await self._app(scope, _again(body, receive), send)

    def _way(self, *, deleting: bool) -> float:
        """Return how long a request is on its way, longer than its sender may live."""
        rarely = _RARELY if deleting else _RARELY / 3
        slowest = self._slowest if deleting else min(self._slowest, _SLOWEST_READ)
        return self._chance.uniform(0, slowest if self._chance.random() < rarely else _JITTER)

    def _note(self, request: Request) -> None:
        with self._record.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(request)) + "\n")


async def _body(receive: Receive) -> bytes | None:
    """Read a body to its end; None where the other side is gone before."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def _is_deletion(scope: Scope) -> bool:
    path: str = scope["path"]
    return scope["method"] == "DELETE" or path.endswith("/DeleteTasks")


def _deletes(scope: Scope, body: bytes | None) -> list[str]:
    if body is None or not _is_deletion(scope):
        return []
    asked = json.loads(body)
    return [element["id"] for element in asked] if isinstance(asked, list) else asked["TaskIds"]


def requests(record: Path) -> Sequence[Request]:
    """Return what was noted so far, in the order of arrival."""
    if not record.exists():
        return []
    *lines, _ = record.read_text(encoding="utf-8").split("\n")
    return sorted((_request(json.loads(line)) for line in lines), key=lambda one: one.time)


def _request(values: dict[str, Any]) -> Request:
    seen = values.pop("seen")
    deletes = tuple(values.pop("deletes"))
    found = None if seen is None else tuple(_seen(one) for one in seen)
    return Request(**values, deletes=deletes, seen=found)


def _seen(values: dict[str, Any]) -> Seen:
    run_id, account, number, attempt = values.pop("key")
    key: Key = (run_id, account, number, attempt)
    return Seen(key=key, **values)
