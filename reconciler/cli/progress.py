"""Progress of long work: a bar with an estimate in a terminal, a line now and then elsewhere.

Accounts proceed side by side, each in tasks of its own, so "the work of this task" is what
``advance`` counts; tasks that were started after ``begin`` belong to the same work.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from reconciler.application.ports import Clock
from reconciler.application.ports import Progress as ProgressPort
from reconciler.cli import logs
from reconciler.cli.front import Front

_EVERY = 10.0


@dataclass(slots=True)
class _Work:
    what: str
    total: int
    began: float
    told: float
    done: int = 0


@dataclass(slots=True)
class Milestones:
    """A line every ten seconds, for logs that somebody reads later."""

    clock: Clock
    _mine: ContextVar[_Work | None] = field(
        default_factory=lambda: ContextVar("milestones", default=None)
    )

    def begin(self, what: str, total: int) -> None:
        """Start a piece of work; say nothing yet."""
        now = self.clock.monotonic()
        self._mine.set(_Work(what, total, began=now, told=now))

    def advance(self, steps: int = 1) -> None:
        """Count, and tell when it is time."""
        work, now = self._mine.get(), self.clock.monotonic()
        if work is None:
            return
        work.done = min(work.done + steps, work.total)
        if now - work.told < _EVERY or not work.done:
            return
        work.told = now
        left = (now - work.began) / work.done * max(work.total - work.done, 0)
        logs.warning(work.what, done=work.done, total=work.total, seconds_left=round(left))

    def end(self) -> None:
        """Say nothing."""


@contextmanager
def progress_on(front: Front, clock: Clock) -> Iterator[ProgressPort]:
    """Give a place to report progress to, as the terminal allows."""
    if not front.shows_progress:
        yield Milestones(clock)
        return
    from reconciler.cli.bars import bars_on_stderr  # noqa: PLC0415 - brings rich along

    bars = bars_on_stderr(colored=front.colored(sys.stderr))
    try:
        yield bars
    finally:
        bars.end()
