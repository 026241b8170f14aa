"""The summary of a GitHub step: a page that people see on the page of the run."""

from collections.abc import Callable
from pathlib import Path

from reconciler.cli.front import Front
from reconciler.cli.reporting.github_step import SUMMARY, append
from reconciler.errors import ReconcilerError
from reconciler.views.github.validation_summary import error_summary

LIMIT = 900 * 1024
"""Bytes of a step's summary; GitHub drops all of one that is over 1 MiB."""


def add_to_summary(front: Front, page: Callable[[int], str]) -> bool:
    """Append a page to the summary of the step; ``page`` makes it, of at most so many bytes.

    What is there already, from commands before, is counted. That there is no room, or that it
    cannot be written, is a warning. Return whether people see it there.
    """
    path = front.environ.get(SUMMARY)
    if not path:
        return False
    room = LIMIT - _size(Path(path)) - 1
    text = "\n" + page(max(room, 0))
    if len(text.encode("utf-8", "backslashreplace")) > room:
        front.warn(f"{SUMMARY} has no room left: see the log of this step")
        return False
    return append(front, SUMMARY, path, text)


def add_error(front: Front, error: ReconcilerError) -> None:
    """Append what ended the command to the summary of the step."""
    add_to_summary(front, lambda room: error_summary(error, limit=room))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        # It is made, or said to be unwritable, when it is appended to.
        return 0
