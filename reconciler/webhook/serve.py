"""Serving the receiver until a signal ends it."""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from reconciler.errors import UsageError

_GRACE_SECONDS = 3
_AT_ONCE = 100
_IDLE_SECONDS = 15


def serve(app: Starlette, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; ``ready`` is given the address.

    Raises UsageError for a place that cannot be listened at. Nothing is logged of a call: its
    path is the secret.
    """
    listener = _listen(host, port)
    name, number = listener.getsockname()[:2]
    shown = f"[{name}]" if ":" in name else name
    _Server(app, lambda: ready(f"http://{shown}:{number}")).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as error:
        raise UsageError(
            "The receiver cannot listen there", detail=f"{host}:{port}: {error.strerror or error}"
        ) from error


class _Server(uvicorn.Server):
    """A server that says when it is ready and ends by itself at a signal."""

    def __init__(self, app: Starlette, ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                ws="none",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                limit_concurrency=_AT_ONCE,
                timeout_keep_alive=_IDLE_SECONDS,
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
        ends = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in ends}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
