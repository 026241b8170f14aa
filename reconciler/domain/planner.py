"""The decision: absences and live state in, actions out. Plan and apply decide by this alone."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.domain.absences import Absences, Declared
from reconciler.domain.columns import with_selected
from reconciler.domain.decision import decide_seen
from reconciler.domain.identifiers import Identifier, kind_of
from reconciler.domain.live import Absent, LiveTable, Present
from reconciler.domain.narrowing.doubts import hold_doubtful
from reconciler.domain.narrowing.scope import Scope
from reconciler.domain.plan import ACTIONS, Action, Reading, Remainder, Section
from reconciler.domain.protections import protects_by_id
from reconciler.domain.selection import Selection, places_of, select
from reconciler.domain.together import hold_together


def decide(absences: Absences, reading: Reading, scope: Scope | None = None) -> Section:
    """Decide every absence of one container; one that nobody read is unknown.

    With a ``scope`` just those in it, and ``absences`` are what was read for it.
    """
    if absences.ids is not reading.table.ids and not absences.selects:
        raise ValueError("the live table was not made for these absences")
    selection = select(absences, reading.table)
    if scope is None:
        whole = with_selected(absences, places_of(absences, selection))
    else:
        whole = scope.columns(absences, selection)
    table = reading.table.over(whole.ids)
    codes = array("B", bytes(len(whole)))
    notes: dict[int, str] = {}
    for position in range(len(whole)):
        action, note = _decide(whole, position, table)
        codes[position] = ACTIONS.index(action)
        if note:
            notes[position] = note
    section = Section(
        absences=whole,
        reading=reading.over(table),
        codes=codes,
        notes=notes,
        remainders=tuple(_remainders(whole, selection, reading, scope)),
        selection=selection,
    )
    if scope is not None:
        section = replace(hold_doubtful(section, scope), aside=scope.aside(whole, selection))
    return hold_together(section)


def _decide(absences: Absences, position: int, table: LiveTable) -> tuple[Action, str]:
    # Whatever it was read as: what is protected by its id needs no reading to be left alone.
    if note := protects_by_id(absences.protections, absences.ids[position]):
        return Action.PROTECTED, note
    kind = table.kind(position)
    if kind is Present:
        return decide_seen(absences, position, table.facts(position))
    if kind is Absent:
        return Action.ABSENT, ""
    return Action.UNKNOWN, table.cause(position)


def _remainders(
    absences: Absences, selection: Selection, reading: Reading, scope: Scope | None
) -> Iterator[Remainder]:
    """Yield what identifiers and rules leave: proven to select nothing more, or not read."""
    places_of_identifier: dict[Identifier, list[int]] = {}
    for index, named in enumerate(absences.named):
        places_of_identifier.setdefault(named.identifier, []).append(index)
    taken: set[str] = set()
    for identifier, indexes in places_of_identifier.items():
        selects = bool(selection.by_named.get(indexes[0]))
        sent = any(absences.manifests[absences.named[one].manifest].as_declared for one in indexes)
        # What rows do not tell leaves open whether others go by it, and whom sending it deletes.
        untold = reading.untold.get(kind_of(identifier), "") if sent or not selects else ""
        cause = reading.unread or untold
        if selects and not cause:
            continue
        entries = [absences.named[index] for index in indexes]
        due = sent and _are_any_in(absences, selection.by_named.get(indexes[0], ()))
        if scope and not scope.shows(entries, reading.table, unknown=bool(cause), sent=due):
            continue
        declared = tuple(
            Declared(absences.manifests[named.manifest], named.line, named.note)
            for named in entries
        )
        yield Remainder(
            action=Action.UNKNOWN if cause else Action.ABSENT,
            kind="declared",
            index=indexes[0],
            declared=declared,
            reason=cause or "no record goes by this identifier",
            evidence=None if cause else reading.nothing_else,
            place=_free(declared[0].place, taken),
        )
    for index, rule in enumerate(absences.rules) if reading.unread else ():
        if scope and not scope.shows([rule], reading.table, unknown=True, sent=False):
            continue
        place = Declared(absences.manifests[rule.manifest], rule.line)
        yield Remainder(
            action=Action.UNKNOWN,
            kind="where",
            index=index,
            declared=(place,),
            reason=reading.unread,
            place=_free(place.place, taken),
        )


def _are_any_in(absences: Absences, ids: Iterable[str]) -> bool:
    return any(absences.position(one) is not None for one in ids)


def _free(place: str, taken: set[str]) -> str:
    """Return a place that no other remainder has; two entries may stand on one line."""
    number, free = 1, place
    while free in taken:
        number += 1
        free = f"{place}#{number}"
    taken.add(free)
    return free
