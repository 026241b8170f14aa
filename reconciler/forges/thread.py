"""Which comment is written, which are edited: decided from what a thread holds, without asking it.

A comment is ours if its first line is our marker and its author is who we are; others are never
touched, whatever stands in them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from reconciler.forges.marker import Marker, State, marker_of

_FOLD = "<details>\n<summary>Superseded by a newer plan</summary>\n\n"
_FOLD_END = "\n</details>\n"
FOLD_ROOM = len(f"\n{_FOLD}{_FOLD_END} state={State.SUPERSEDED}")
"""Characters by which a comment of ours is longer when it is folded."""


class Mode(StrEnum):
    """What becomes of the comment before."""

    UPDATE = "update"
    """It is edited."""
    HIDE_AND_NEW = "hide-and-new"
    """It is folded, and a new one is written."""
    OFF = "off"
    """Nothing is written at all."""


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody's account: its id, which unlike a name nobody can take over, and its name."""

    id: int = 0
    """0 where it is not told."""
    name: str = ""

    def is_same(self, other: "Author") -> bool:
        """Whether both are one account; nobody is the same as nobody."""
        if self.id and other.id:
            return self.id == other.id
        return bool(self.name) and self.name == other.name


@dataclass(frozen=True, slots=True)
class Note:
    """One comment of a thread, or one issue as far as its text is concerned."""

    id: int
    body: str
    author: Author
    url: str


@dataclass(frozen=True, slots=True)
class Post:
    """Write a new comment."""

    body: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of a comment of ours."""

    note: Note
    body: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Leave a comment of ours, which says it already."""

    note: Note


Step: TypeAlias = Post | Edit | Keep


def steps(
    notes: Sequence[Note], me: Author | None, body: str, mode: Mode = Mode.UPDATE
) -> Iterator[Step]:
    """Yield what to do so that a thread, oldest first, tells ``body`` and tells it once.

    The comment that tells it comes first: when the rest fails, it is there.
    """
    wanted = marker_of(body)
    if wanted is None:
        raise ValueError("a comment of ours begins with its marker")
    mine = [(note, marker) for note, marker in _ours(notes, me) if marker.key == wanted.key]
    current = [note for note, marker in mine if marker.state is State.CURRENT]
    newest = next(reversed(_told(mine, wanted)), None)
    # A plan that is told again has a comment of its own where that was asked for; a run has not.
    is_kept = mode is Mode.UPDATE or wanted.state is not State.CURRENT
    if newest is not None and is_kept and is_same(newest.body, body):
        yield Keep(newest)
    elif newest is not None and mode is Mode.UPDATE:
        yield Edit(newest, body)
    else:
        newest = None
        yield Post(body)
    for note in (*current, *_previews(notes, me, wanted)):
        if note is not newest:
            yield Edit(note, superseded(note.body))


def _previews(notes: Sequence[Note], me: Author | None, wanted: Marker) -> Iterator[Note]:
    """Yield what told of the whole change before it was merged, if a part of it is applied now."""
    if wanted.state is State.APPLIED and not wanted.is_of_everything:
        for note, marker in _ours(notes, me):
            if marker.is_of_everything and marker.state is State.CURRENT:
                yield note


def _told(mine: Sequence[tuple[Note, Marker]], wanted: Marker) -> list[Note]:
    """Return the comments that may be edited: open ones, or else those of a run for a run."""
    current = [note for note, marker in mine if marker.state is State.CURRENT]
    if wanted.state is State.CURRENT or current:
        return current
    return [note for note, marker in mine if marker.state is wanted.state]


def _ours(notes: Sequence[Note], me: Author | None) -> Iterator[tuple[Note, Marker]]:
    for note in notes:
        marker = marker_of(note.body)
        if marker is not None and me is not None and note.author.is_same(me):
            yield note, marker


def superseded(body: str) -> str:
    """Return a comment of ours folded, its marker closed."""
    marker = marker_of(body)
    if marker is None or marker.state is not State.CURRENT:
        return body
    rest = body.partition("\n")[2]
    closed = Marker(marker.key, marker.digest, State.SUPERSEDED)
    return f"{closed.line}\n{_FOLD}{rest.rstrip()}\n{_FOLD_END}"


def is_same(one: str, other: str) -> bool:
    """Whether two texts are the same but for how their lines end, which forges may change."""
    return _lines(one) == _lines(other)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]
