"""What a forge can do for us: threads of comments, labels, and issues."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from reconciler.forges.thread import Author, Note


class Kind(StrEnum):
    """What a thread of comments belongs to."""

    REVIEW = "review"
    """A pull request or merge request."""
    ISSUE = "issue"


@dataclass(frozen=True, slots=True)
class Thread:
    """Where comments stand."""

    kind: Kind
    number: int


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue; its text is a note, so that it is known for ours as comments are."""

    number: int
    title: str
    note: Note


class Forge(Protocol):
    """One repository of GitHub, or project of GitLab."""

    async def me(self) -> Author:
        """Return whose the token is."""
        ...

    async def reviews_of(self, commit: str) -> Sequence[int]:
        """Return the pull requests of a commit, open ones if there are any, the newest last."""
        ...

    async def notes(self, thread: Thread) -> Sequence[Note]:
        """Return every comment of a thread, the oldest first."""
        ...

    async def post(self, thread: Thread, body: str) -> Note:
        """Write a comment; raises DoubtfulError where it may have been written."""
        ...

    async def edit(self, thread: Thread, note: Note, body: str) -> Note:
        """Replace the text of a comment."""
        ...

    async def labels(self, thread: Thread) -> Collection[str]:
        """Return the labels of a thread."""
        ...

    async def relabel(self, thread: Thread, add: Collection[str], remove: Collection[str]) -> None:
        """Add labels, and remove ones that are there."""
        ...

    async def open_issues(self) -> Sequence[Issue]:
        """Return every open issue that may be ours, the oldest first."""
        ...

    async def open_issue(self, title: str, body: str) -> Issue:
        """Open an issue; raises DoubtfulError where it may have been opened."""
        ...

    async def edit_issue(self, issue: Issue, title: str, body: str) -> Issue:
        """Replace the title and the text of an issue."""
        ...

    async def close_issue(self, issue: Issue) -> None:
        """Close an issue."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...
