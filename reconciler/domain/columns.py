"""Columns: the lists of a tree, and what was selected, merged into one set per container."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from operator import eq, le
from typing import TypeAlias

from reconciler.domain.absences import Absences, Manifest, Named, Rule
from reconciler.domain.accounts import Container
from reconciler.domain.protections import Protection


@dataclass(frozen=True, slots=True)
class Listed:
    """What one manifest lists, as it stands in the file: ids and lines side by side."""

    container: Container
    manifest: int
    """Index into the manifests of the whole tree."""
    ids: Sequence[str] = ()
    lines: Sequence[int] = ()
    notes: Mapping[tuple[int, str], str] = field(default_factory=dict)
    """Notes by line and id."""
    named: Sequence[Named] = ()
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """Ids with the place that declares each, side by side."""

    ids: Sequence[str]
    manifest: Sequence[int]
    line: Sequence[int]


def columns(
    listed: Iterable[Listed], manifests: Sequence[Manifest], protections: Sequence[Protection] = ()
) -> tuple[Absences, ...]:
    """Merge the lists of a tree into one set of columns per container, sorted.

    The same id declared several times becomes one absence that knows all its places.
    """
    lists_of: dict[Container, list[Listed]] = {}
    for one in listed:
        lists_of.setdefault(one.container, []).append(one)
    return tuple(
        _container(container, lists, manifests, protections)
        for container, lists in sorted(lists_of.items())
    )


def _container(
    container: Container,
    lists: Sequence[Listed],
    manifests: Sequence[Manifest],
    protections: Sequence[Protection],
) -> Absences:
    ids, manifest, line, also = _merged(
        [Rows(one.ids, array("I", [one.manifest]) * len(one.ids), one.lines) for one in lists]
    )
    return Absences(
        container=container,
        manifests=manifests,
        ids=ids,
        manifest=manifest,
        line=line,
        also=also,
        notes={one.manifest: one.notes for one in lists if one.notes},
        named=tuple(named for one in lists for named in one.named),
        rules=tuple(one.rule for one in lists if one.rule),
        protections=tuple(one for one in protections if one.covers(container)),
    )


def with_selected(
    absences: Absences, selected: Mapping[tuple[int, int], Sequence[str]]
) -> Absences:
    """Return absences with the ids that their rules and identifiers select.

    ``selected`` has the ids by manifest index and line of what selects them.
    """
    if not any(selected.values()):
        return absences
    added = [
        Rows(ids, array("I", [manifest]) * len(ids), array("I", [line]) * len(ids))
        for (manifest, line), ids in selected.items()
    ]
    notes = {manifest: dict(mine) for manifest, mine in absences.notes.items()}
    for one in absences.named:
        for target_id in selected.get((one.manifest, one.line), ()) if one.note else ():
            notes.setdefault(one.manifest, {})[one.line, target_id] = one.note
    return replace(with_rows(absences, added), notes=notes)


def with_rows(absences: Absences, added: Iterable[Rows]) -> Absences:
    """Return absences with further rows, sorted; an id that was there has one place more."""
    twice = [
        (absences.ids[position], manifest, line)
        for position, places in absences.also.items()
        for manifest, line in places
    ]
    again = Rows([one[0] for one in twice], [one[1] for one in twice], [one[2] for one in twice])
    first = Rows(absences.ids, absences.manifest, absences.line)
    ids, manifest, line, also = _merged([first, again, *added])
    return replace(absences, ids=ids, manifest=manifest, line=line, also=also)


def only_at(absences: Absences, positions: Sequence[int]) -> Absences:
    """Return absences with no other ids than those at some positions, which come in order.

    Each keeps all of its places; rules, identifiers and protections stay as they are.
    """
    if len(positions) == len(absences):
        return absences
    also = {
        index: absences.also[position]
        for index, position in enumerate(positions if absences.also else ())
        if position in absences.also
    }
    return replace(
        absences,
        ids=[absences.ids[position] for position in positions],
        manifest=array("I", [absences.manifest[position] for position in positions]),
        line=array("I", [absences.line[position] for position in positions]),
        also=also,
    )


_Merged: TypeAlias = tuple[
    Sequence[str], Sequence[int], Sequence[int], Mapping[int, tuple[tuple[int, int], ...]]
]
"""Ids, manifests, lines, and further places by position."""


def _merged(parts: Sequence[Rows]) -> _Merged:
    """Sort rows by id; rows with the same id become one, with its places in file order."""
    ids = [target_id for part in parts for target_id in part.ids]
    manifest, line = array("I"), array("I")
    for part in parts:
        manifest.extend(part.manifest)
        line.extend(part.line)
    if not all(map(le, ids, islice(ids, 1, None))):
        order = sorted(range(len(ids)), key=ids.__getitem__)
        ids = [ids[position] for position in order]
        if len(parts) > 1:
            manifest = array("I", [manifest[position] for position in order])
        line = array("I", [line[position] for position in order])
    if any(map(eq, ids, islice(ids, 1, None))):
        return _without_repeats(ids, manifest, line)
    return ids, manifest, line, {}


def _without_repeats(ids: Sequence[str], manifest: Sequence[int], line: Sequence[int]) -> _Merged:
    unique: list[str] = []
    firsts, lines = array("I"), array("I")
    also: dict[int, tuple[tuple[int, int], ...]] = {}
    begin = 0
    while begin < len(ids):
        end = begin + 1
        while end < len(ids) and ids[end] == ids[begin]:
            end += 1
        places = sorted({(manifest[index], line[index]) for index in range(begin, end)})
        if len(places) > 1:
            also[len(unique)] = tuple(places[1:])
        unique.append(ids[begin])
        firsts.append(places[0][0])
        lines.append(places[0][1])
        begin = end
    return unique, firsts, lines, also
