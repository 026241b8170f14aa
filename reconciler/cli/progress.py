"""Progress of long work: a bar with an estimate in a terminal, a line now and then elsewhere.

Accounts proceed side by side, each in tasks of its own, so "the work of this task" is what
``advance`` counts; tasks that were started after ``begin`` belong to the same work.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import structlog
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from reconciler.application.ports import Clock
from reconciler.application.ports import Progress as ProgressPort
from reconciler.cli.front import Front

_EVERY = 10.0


class Bars:
    """A moving bar for each piece of work; nothing is drawn while there is none."""

    def __init__(self, console: Console) -> None:
        """Draw with rich."""
        self._console = console
        self._progress: Progress | None = None
        self._mine: ContextVar[TaskID | None] = ContextVar("bar", default=None)

    def begin(self, what: str, total: int) -> None:
        """Start a bar; the one that this work had before is over."""
        if self._progress is None:
            self._progress = self._draw()
        if (before := self._mine.get()) in self._progress.task_ids and before is not None:
            self._progress.remove_task(before)
        self._mine.set(self._progress.add_task(what, total=total))

    def advance(self, steps: int = 1) -> None:
        """Move the bar."""
        mine = self._mine.get()
        if self._progress is not None and mine is not None and mine in self._progress.task_ids:
            self._progress.advance(mine, steps)

    def end(self) -> None:
        """Take all bars away, so that text can be written and answers typed."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def _draw(self) -> Progress:
        progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        progress.start()
        return progress


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
        structlog.get_logger().warning(
            work.what, done=work.done, total=work.total, seconds_left=round(left)
        )

    def end(self) -> None:
        """Say nothing."""


@contextmanager
def progress_on(front: Front, clock: Clock) -> Iterator[ProgressPort]:
    """Give a place to report progress to, as the terminal allows."""
    if not front.shows_progress:
        yield Milestones(clock)
        return
    bars = Bars(Console(stderr=True, no_color=not front.colored(sys.stderr)))
    try:
        yield bars
    finally:
        bars.end()
