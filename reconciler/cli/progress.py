"""Progress of long work: a bar with an estimate in a terminal, a line now and then elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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
    """One moving bar for each piece of work."""

    def __init__(self, progress: Progress) -> None:
        """Draw with rich."""
        self._progress = progress
        self._task: TaskID | None = None

    def begin(self, what: str, total: int) -> None:
        """Start a bar; the one before is over."""
        self.end()
        self._task = self._progress.add_task(what, total=total)

    def advance(self, steps: int = 1) -> None:
        """Move the bar."""
        if self._task is not None:
            self._progress.advance(self._task, steps)

    def end(self) -> None:
        """Take the bar away."""
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None


@dataclass(slots=True)
class Milestones:
    """A line every ten seconds, for logs that somebody reads later."""

    clock: Clock
    _what: str = ""
    _total: int = 0
    _done: int = 0
    _began: float = 0.0
    _told: float = 0.0

    def begin(self, what: str, total: int) -> None:
        """Start a piece of work; say nothing yet."""
        self._what, self._total, self._done = what, total, 0
        self._began = self._told = self.clock.monotonic()

    def advance(self, steps: int = 1) -> None:
        """Count, and tell when it is time."""
        self._done += steps
        now = self.clock.monotonic()
        if now - self._told < _EVERY or not self._done:
            return
        self._told = now
        left = (now - self._began) / self._done * max(self._total - self._done, 0)
        structlog.get_logger().warning(
            self._what, done=self._done, total=self._total, seconds_left=round(left)
        )

    def end(self) -> None:
        """Say nothing."""


@contextmanager
def progress_on(front: Front, clock: Clock) -> Iterator[ProgressPort]:
    """Give a place to report progress to, as the terminal allows."""
    if not front.shows_progress:
        yield Milestones(clock)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True, no_color=not front.colored(sys.stderr))
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bars(progress)
