"""Running: one event loop, and what signals do to it."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import TypeVar

from reconciler.application.stopping import Stop
from reconciler.cli import logs
from reconciler.errors import ExitCode

T = TypeVar("T")
_SIGNALS = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


def run(work: Callable[[Stop], Awaitable[T]]) -> T:
    """Do the work; the first signal asks it to stop, a second one ends the process at once."""

    async def watched() -> T:
        stop = Stop()
        loop = asyncio.get_running_loop()
        for number, code in _SIGNALS.items():
            loop.add_signal_handler(number, _stop, stop, code)
        return await work(stop)

    return asyncio.run(watched())


def _stop(stop: Stop, code: ExitCode) -> None:
    if stop.requested:
        # What is open is in the ledger; the next run settles it by reading.
        os._exit(code)
    logs.warning("stopping; a second signal ends this at once")
    stop.ask(code)
