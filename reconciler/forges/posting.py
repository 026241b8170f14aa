"""Posting: a thread is made to tell a plan, once, whatever becomes of single calls."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar, assert_never

from reconciler.forges.forge import Forge, Issue, Kind, Thread
from reconciler.forges.marker import Marker, State, marker_of
from reconciler.forges.thread import Author, Edit, Keep, Mode, Note, Post, Step, is_same, steps
from reconciler.forges.trouble import DoubtfulError, ForgeError

T = TypeVar("T")
_TRIES = 3


class Result(StrEnum):
    """What became of what was to be told."""

    POSTED = "posted"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CLOSED = "closed"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Told:
    """Where it is told, and what was done for it."""

    result: Result
    url: str = ""
    thread: Thread | None = None
    trouble: Sequence[ForgeError] = ()
    """What could not be done beside it."""


async def tell(forge: Forge, thread: Thread, body: str, mode: Mode) -> Told:
    """Make a thread tell ``body``, which begins with its marker, in one comment of ours."""
    me = await forge.me()
    notes = list(await forge.notes(thread))
    trouble: list[ForgeError] = []
    first, *folded = steps(notes, me, body, mode)
    match first:
        case Keep(note=note):
            told = Told(Result.UNCHANGED, note.url, thread)
        case Edit(note=old):
            note = await forge.edit(thread, old, body)
            told = Told(Result.UPDATED, note.url, thread)
        case Post():
            note = await _post(forge, thread, body, notes, me)
            told = Told(Result.POSTED, note.url, thread)
            if not note.author.is_same(me):
                # Only its first comment says who the token of an app belongs to.
                try:
                    _, *folded = steps(await forge.notes(thread), note.author, body)
                except ForgeError as error:
                    # It is posted, whatever becomes of the older ones.
                    trouble.append(error)
        case _:
            assert_never(first)
    return replace(told, trouble=[*trouble, *await _fold(forge, thread, folded)])


async def _fold(forge: Forge, thread: Thread, folded: Iterable[Step]) -> Sequence[ForgeError]:
    """Fold older comments; that one cannot be folded does not undo what was told."""
    trouble = []
    for step in folded:
        if isinstance(step, Edit):
            try:
                await forge.edit(thread, step.note, step.body)
            except ForgeError as error:
                trouble.append(error)
    return trouble


async def _post(
    forge: Forge, thread: Thread, body: str, before: Collection[Note], me: Author
) -> Note:
    """Write a comment, once."""
    known = {note.id for note in before}

    async def written() -> Note | None:
        new = (note for note in await forge.notes(thread) if note.id not in known)
        return next((note for note in new if _says(note, me, body)), None)

    return await _once(lambda: forge.post(thread, body), written)


async def _once(write: Callable[[], Awaitable[T]], written: Callable[[], Awaitable[T | None]]) -> T:
    """Write; where it may have been written already, look before writing again."""
    for _ in range(_TRIES - 1):
        try:
            return await write()
        except DoubtfulError:
            if (found := await written()) is not None:
                return found
    return await write()


def _says(note: Note, me: Author, body: str) -> bool:
    return note.author.is_same(me) and is_same(note.body, body)


async def tell_drift(forge: Forge, title: str, body: str, *, is_drift: bool, farewell: str) -> Told:
    """Make an issue of ours tell ``body`` while there is drift; close it when there is none."""
    me, marker = await forge.me(), marker_of(body)
    if marker is None:
        raise ValueError("an issue of ours begins with its marker")
    before = list(await forge.open_issues())
    mine = [one for one in before if _is_mine(one, me, marker)]
    if not is_drift:
        return await _close(forge, mine, farewell, me)
    if not mine:
        issue = await _open(forge, title, body, before, me)
        return Told(Result.POSTED, issue.note.url, Thread(Kind.ISSUE, issue.number))
    newest = mine.pop()
    thread = Thread(Kind.ISSUE, newest.number)
    told = Told(Result.UNCHANGED, newest.note.url, thread)
    if newest.title != title or not is_same(newest.note.body, body):
        await forge.edit_issue(newest, title, body)
        told = replace(told, result=Result.UPDATED)
    closed = Marker(marker.key, marker.digest, State.SUPERSEDED).line
    try:
        await _close(forge, mine, f"{closed}\nIssue {newest.number} tells of it now.\n", me)
    except ForgeError as error:
        return replace(told, trouble=[error])
    return told


def _is_mine(issue: Issue, me: Author, wanted: Marker) -> bool:
    marker = marker_of(issue.note.body)
    return marker is not None and marker.key == wanted.key and issue.note.author.is_same(me)


async def _close(forge: Forge, issues: Iterable[Issue], farewell: str, me: Author) -> Told:
    told = Told(Result.SKIPPED)
    for issue in issues:
        thread = Thread(Kind.ISSUE, issue.number)
        notes = await forge.notes(thread)
        # A run that said it and could not close has left no more to say.
        if not any(_says(note, me, farewell) for note in notes):
            await _post(forge, thread, farewell, notes, me)
        await forge.close_issue(issue)
        told = Told(Result.CLOSED, issue.note.url, thread)
    return told


async def _open(
    forge: Forge, title: str, body: str, before: Collection[Issue], me: Author
) -> Issue:
    """Open an issue, once."""
    known = {one.number for one in before}

    async def opened() -> Issue | None:
        new = (one for one in await forge.open_issues() if one.number not in known)
        return next((one for one in new if _says(one.note, me, body)), None)

    return await _once(lambda: forge.open_issue(title, body), opened)


async def label(forge: Forge, thread: Thread, wanted: str, ours: Collection[str]) -> None:
    """Give a thread exactly this one of our labels."""
    has = await forge.labels(thread)
    add = [] if wanted in has else [wanted]
    remove = [name for name in has if name in ours and name != wanted]
    if add or remove:
        await forge.relabel(thread, add, remove)
