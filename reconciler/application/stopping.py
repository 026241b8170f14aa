"""Stopping: one wish to end, seen by everything that would otherwise begin something new."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

from reconciler.errors import ExitCode, InterruptedRunError

T = TypeVar("T")
_GRACE = 3.0
"""Seconds that requests in flight have once the run is to stop."""


@dataclass(slots=True)
class Stop:
    """Whether the run was asked to end, and by what."""

    code: ExitCode = ExitCode.DONE
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def ask(self, code: ExitCode) -> None:
        """Ask the run to end; the first reason stays."""
        if not self.requested:
            self.code = code
        self.asked.set()

    @property
    def requested(self) -> bool:
        """Say whether nothing new may begin."""
        return self.asked.is_set()


async def unless_stopped(work: Awaitable[T], stop: Stop) -> T:
    """Wait for work that changes nothing; a stop ends it at once with InterruptedRunError."""
    task = asyncio.ensure_future(work)
    asked = asyncio.ensure_future(stop.asked.wait())
    try:
        await asyncio.wait((task, asked), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
    finally:
        asked.cancel()
        await _ended(task)
    raise InterruptedRunError(stop.code)


async def _ended(task: asyncio.Future[T]) -> None:
    """End work, and wait until it has let go of what it holds."""
    task.cancel()
    await asyncio.wait((task,))
    if not task.cancelled():
        task.exception()  # asked for, so that nobody is told that it never was


async def until_stopped(work: Awaitable[None], stop: Stop) -> None:
    """Wait for work that deletes; after a stop it has a little time for what is in flight."""
    task = asyncio.ensure_future(work)
    asked = asyncio.ensure_future(stop.asked.wait())
    try:
        await asyncio.wait((task, asked), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            await asyncio.wait((task,), timeout=_GRACE)
        if not task.done():
            await _ended(task)
        if not task.cancelled():
            task.result()
    finally:
        asked.cancel()
        await _ended(task)
