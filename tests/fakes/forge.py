"""What the stand-ins for GitHub and GitLab share: serving, failing on demand, and a memory."""

import asyncio
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

Row: TypeAlias = dict[str, Any]
Handler: TypeAlias = Callable[[Request, Row], Response]

SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Row
    authorized: bool
    """Whether it carried the right token."""
    headers: Mapping[str, str] = field(repr=False)

    @property
    def writes(self) -> bool:
        return self.method != "GET"


@dataclass(slots=True)
class Failure:
    """How requests fail; ``lost`` ones are done, and their answer breaks off."""

    status: int = SERVER_ERROR
    method: str = ""
    path: str = ""
    """Found anywhere in the path; empty for every path."""
    times: int | None = 1
    """How often; None for always."""
    headers: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    rows: list[Row] | None = None
    """Answered instead of a message."""
    lost: bool = False

    def strikes(self, request: Request) -> bool:
        """Say whether this request fails, and count it."""
        if self.times == 0 or self.method not in ("", request.method):
            return False
        if not re.search(self.path, request.url.path):
            return False
        self.times = None if self.times is None else self.times - 1
        return True


class BrokenOff(Response):
    """An answer of which only the beginning arrives."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"[", "more_body": True})
        raise ConnectionError("broken off on purpose")


class Forge:
    """What is common to both: a token, requests recorded, failures on a switch."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.requests: list[Asked] = []
        self.failures: list[Failure] = []
        self.paging: str | None = None
        """The header that alone says which page is next; empty for none, None for the usual."""
        self.takes_pages = True
        """Whether a page can be asked for; else everything is answered, each time."""
        self._number = 1000
        self._time = 0

    @property
    def written(self) -> list[Asked]:
        """Every request that asked for a change."""
        return [one for one in self.requests if one.writes]

    def next_id(self) -> int:
        self._number += 1
        return self._number

    def moment(self) -> str:
        """Return a time, later each time."""
        self._time += 1
        minutes, seconds = divmod(self._time, 60)
        hours, minutes = divmod(minutes, 60)
        return f"2026-03-02T{hours % 24:02}:{minutes:02}:{seconds:02}Z"

    def is_authorized(self, request: Request) -> bool:
        raise NotImplementedError

    def unauthorized(self) -> Response:
        raise NotImplementedError

    def failed(self, failure: Failure) -> Response:
        message = failure.message or f"stand-in: {failure.status}"
        body = {"message": message} if failure.rows is None else failure.rows
        return JSONResponse(body, failure.status, headers=failure.headers)

    def state(self) -> Row:
        """Everything that is remembered, for tests in another process."""
        raise NotImplementedError

    def page(self, request: Request, rows: Sequence[Row], default: int, usual: str) -> Response:
        """Answer one page of a listing."""
        if not self.takes_pages:
            return JSONResponse(rows)
        page, number, pages = paged(request, rows, default)
        header = usual if self.paging is None else self.paging
        following = str(number + 1) if number < pages else ""
        links = [
            f'<{page_url(request, other)}>; rel="{name}"'
            for name, other in (
                ("prev", number - 1),
                ("next", number + 1),
                ("last", pages),
                ("first", 1),
            )
            if 1 <= other <= pages and other != number
        ]
        told = {"link": ", ".join(links), "x-next-page": following}
        # GitLab sends its header empty at the end, and nobody sends a link to nowhere.
        is_sent = header == "x-next-page" or (header == "link" and links)
        return JSONResponse(page, headers={header: told[header]} if is_sent else {})

    def route(self, method: str, path: str, handler: Handler) -> Route:
        """Return a route that records, fails where it is told to, and checks the token."""

        async def answer(request: Request) -> Response:
            raw = await request.body()
            body = json.loads(raw) if raw else {}
            authorized = self.is_authorized(request)
            self.requests.append(
                Asked(
                    request.method,
                    request.url.path,
                    dict(request.query_params),
                    body,
                    authorized,
                    dict(request.headers),
                )
            )
            failure = next((one for one in self.failures if one.strikes(request)), None)
            if failure is not None and not failure.lost:
                return self.failed(failure)
            if not authorized:
                return self.unauthorized()
            done = handler(request, body)
            return done if failure is None else BrokenOff()

        return Route(path, answer, methods=[method])

    def state_route(self) -> Route:
        async def answer(_request: Request) -> Response:
            await asyncio.sleep(0)
            return JSONResponse(self.state())

        return Route("/_state", answer, methods=["GET"])

    def app(self) -> Starlette:
        raise NotImplementedError


def paged(request: Request, rows: Sequence[Row], default: int) -> tuple[list[Row], int, int]:
    """Return one page, its number and how many there are."""
    per_page = max(1, min(100, int(request.query_params.get("per_page", default))))
    page = int(request.query_params.get("page", 1))
    pages = max(1, -(-len(rows) // per_page))
    return list(rows[(page - 1) * per_page : page * per_page]), page, pages


def page_url(request: Request, page: int) -> str:
    """Return the address of another page of the same listing."""
    query = {**request.query_params, "page": str(page)}
    return f"{request.url.replace(query=urlencode(query))}"


def listening(port: int = 0) -> socket.socket:
    """Return a socket on loopback."""
    # Only a socket that says TCP gets TCP_NODELAY from asyncio.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def address(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"http://{host}:{port}"


class _Server(uvicorn.Server):
    def __init__(self, app: Starlette, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


@contextmanager
def serving(forge: Forge) -> Iterator[str]:
    """Serve in a thread for the length of the context; give the address."""
    listener, is_ready = listening(), threading.Event()
    server = _Server(forge.app(), is_ready.set)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        assert is_ready.wait(30)
        yield address(listener)
    finally:
        server.should_exit = True
        thread.join()


def serve(forge: Forge, port: int) -> None:
    """Serve in the foreground until a signal; the first line of the output is the address."""
    listener = listening(port)
    _Server(forge.app(), lambda: print(address(listener), flush=True)).run([listener])  # noqa: T201 - whoever started it waits for this line
