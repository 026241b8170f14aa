"""Bars: how far each piece of work is, drawn on a terminal with rich."""

from contextvars import ContextVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)


def bars_on_stderr(*, colored: bool) -> "Bars":
    """Return bars that are drawn where talk goes."""
    return Bars(Console(stderr=True, no_color=not colored))


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
