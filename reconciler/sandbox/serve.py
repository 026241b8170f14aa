"""Runs the sandbox on loopback, in the foreground or beside the caller."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.errors import ReconcilerError, UsageError
from reconciler.sandbox.app import create_app
from reconciler.sandbox.clock import wall_clock
from reconciler.sandbox.connection import CUT
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.seed import seed as fill
from reconciler.sandbox.store import Store

_HOST = "127.0.0.1"
_STARTUP_SECONDS = 30.0
_GRACE_SECONDS = 1
"""How long an answer that hangs may hold up the end."""


def serve(  # noqa: PLR0913 - what is served, and how the caller hears of it
    port: int,
    data: Path,
    *,
    seed: int,
    tasks: int,
    records: int,
    faults: Faults,
    ready: Callable[[str], None],
) -> None:
    """Serve until SIGINT or SIGTERM; call ``ready`` with the address when connections work."""
    listener = _listen(port)
    with _open_store(data, seed, tasks, records) as store:
        server = _Server(create_app(store, faults), lambda: ready(_address(listener)))
        server.run([listener])


@contextmanager
def background(
    data: Path, *, seed: int = 1, tasks: int = 60, records: int = 120, faults: Faults | None = None
) -> Iterator[str]:
    """Serve in a thread for the length of the context; give the address."""
    is_ready = threading.Event()
    with _open_store(data, seed, tasks, records) as store:
        listener = _listen(0)
        server = _Server(create_app(store, faults or Faults()), is_ready.set)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            if not is_ready.wait(_STARTUP_SECONDS):
                raise ReconcilerError("The sandbox did not start")
            yield _address(listener)
        finally:
            server.should_exit = True
            thread.join()


def _open_store(data: Path, seed: int, tasks: int, records: int) -> Store:
    data.mkdir(parents=True, exist_ok=True)
    store = Store(data / "sandbox.sqlite")
    if store.is_new():
        fill(store, seed=seed, tasks=tasks, records=records, now=wall_clock())
    return store


def _listen(port: int) -> socket.socket:
    # Only a socket that says TCP gets TCP_NODELAY from asyncio; without it answers take 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError as error:
        listener.close()
        raise UsageError("The sandbox cannot use this port", detail=f"{port}: {error}") from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """A server that says when it is ready and ends by itself at a signal."""

    def __init__(self, app: Starlette, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_CuttableProtocol,
                ws="none",
                lifespan="on",
                log_config=None,
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let both signals end the server; unlike uvicorn, do not raise them once more."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        ends = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in ends}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _CuttableProtocol(H11Protocol):
    """HTTP/1.1 whose connection an answer can close."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn itself
        """Hand the app what closes this connection."""
        super().connection_made(transport)
        self.app = _with_cut(self.app, transport.abort)


def _with_cut(app: ASGIApp, cut: Callable[[], None]) -> ASGIApp:
    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        scope[CUT] = cut
        await app(scope, receive, send)

    return run
