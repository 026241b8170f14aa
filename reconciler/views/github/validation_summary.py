"""The summary of a step that looked at manifests: problems, or what a change of them brings."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain, islice

from reconciler.domain.changes.difference import Change, Difference
from reconciler.errors import InvalidError, ReconcilerError
from reconciler.views.markdown.escaping import code, fenced_line
from reconciler.views.markdown.left_out import NOTE, left_out_text
from reconciler.views.markdown.room import Noun, Part, Room, details, row, table
from reconciler.views.text.changes import base_name
from reconciler.views.text.validation import valid_line
from reconciler.views.validated import Validated
from reconciler.views.wording import several

_CHANGE: Noun = ("change", "changes")
_MOST = 10_000
"""Lines that are made of what is newly declared, or withdrawn; there is no room for more."""
_WHOLE = "The log of this step shows more, and `--full` all of it."


def validation_summary(validated: Validated, *, limit: int) -> str:
    """Return a page about valid manifests, of at most ``limit`` bytes."""
    room, changes = Room(limit - NOTE), validated.changes
    page = [
        room.take("### Reconciler: the manifests are valid\n\n"),
        room.take(f"{valid_line(validated.declarations)}\n\n"),
    ]
    if changes:
        name = code(base_name(validated.base, validated.commit))
        counts = (
            f"{sum(map(len, changes.introduced))} newly declared",
            f"{sum(map(len, changes.withdrawn))} withdrawn",
            f"{len(changes.loosened)} loosened",
        )
        page.append(room.take(f"Compared with {name}: {', '.join(counts)}.\n\n"))
        page.append(room.fit(_loosened(changes.loosened), room.left // 2))
        page.append(room.fit(_by_manifest(changes.introduced, changes.withdrawn), room.left // 2))
    page.append(room.fit(_warnings(validated.warnings), room.left // 2))
    if changes:
        page += room.fit_all(
            [
                _each("newly declared", "+", changes.introduced),
                _each("withdrawn", "-", changes.withdrawn),
            ]
        )
    return "".join([*page, _left_out(room)])


def error_summary(error: ReconcilerError, *, limit: int) -> str:
    """Return a page about what ended a command, of at most ``limit`` bytes."""
    room = Room(limit - NOTE)
    if isinstance(error, InvalidError):
        page = room.take(f"### Reconciler: {several(len(error.problems), 'problem')}\n\n")
        lines = [
            f"! {one.location}: {one.message}{one.hint and f' {one.hint}'}"
            for one in error.problems
        ]
        page += room.fit(_fenced(("problem", "problems"), "", lines))
        return page + _left_out(room)
    page = room.take(f"### Reconciler: {code(error.summary)}\n\n")
    lines = [*error.detail.splitlines(), *([f"hint: {error.hint}"] if error.hint else ())]
    lines = [f"! {one}" for one in lines]
    reason = room.take(f"Exit code {int(error.exit_code)} ({error.exit_code.failure_reason}).\n\n")
    return page + reason + room.fit(_fenced(("line", "lines"), "", lines)) + _left_out(room)


def _left_out(room: Room) -> str:
    return left_out_text(room.left_out, _WHOLE) if room.left_out else ""


def _loosened(loosened: Sequence[Change]) -> Part:
    title = "**Loosened**, so that less stands in the way of deletions:\n\n"
    lines = (f"! {one.manifest}: {_told(one)}" for one in loosened)
    return _fenced(_CHANGE, title, lines)


def _warnings(warnings: Sequence[str]) -> Part:
    return _fenced(("warning", "warnings"), "**Warnings:**\n\n", (f"! {one}" for one in warnings))


def _by_manifest(introduced: Sequence[Difference], withdrawn: Sequence[Difference]) -> Part:
    """Return a table of how much is newly declared and withdrawn, by manifest and account."""
    new, old = (
        sum((one.counts() for one in some), Counter[tuple[str, str]]())
        for some in (introduced, withdrawn)
    )
    rows = [
        row([code(manifest), code(account), str(new[key]), str(old[key])])
        for key in sorted({*new, *old})
        for manifest, account in [key]
    ]
    columns = ("Manifest", "Account", "Newly declared", "Withdrawn")
    noun = ("manifest", "manifests")
    if not rows:
        return Part(noun=noun)
    return Part(noun=noun, opening=table(columns, numbers=2), rows=rows, closing="\n")


def _each(words: str, sign: str, differences: Sequence[Difference]) -> Part:
    """Return what is declared or withdrawn one by one, folded away."""
    total = sum(map(len, differences))
    changes = islice(chain.from_iterable(one.changes() for one in differences), _MOST)
    opening, ending = details(f"{total} {words}")
    part = _fenced(_CHANGE, opening, (f"{sign} {_told(one)}" for one in changes))
    return replace(part, ending=ending, total=total) if part.rows else part


def _told(change: Change) -> str:
    words = f": {change.words}" if change.words else ""
    place = f"  {change.place}{' in the base' if change.in_base else ''}" if change.place else ""
    return f"{change.subject}{words}{place}"


def _fenced(noun: Noun, opening: str, lines: Iterable[str]) -> Part:
    """Return lines within a fence; nothing at all where there is none."""
    rows = [f"{fenced_line(one)}\n" for one in lines]
    if not rows:
        return Part(noun=noun)
    return Part(noun=noun, opening=f"{opening}```diff\n", rows=rows, closing="```\n\n")
