"""Scope: what of a container a narrowed command reads, and which of it the command is about."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.domain.absences import Absences, Declarations, Rule
from reconciler.domain.accounts import Container, System
from reconciler.domain.columns import only_at, with_selected
from reconciler.domain.live import LiveTable, Present
from reconciler.domain.narrowing.reach import Entry, Reach, entries_of, reach_of
from reconciler.domain.narrowing.selectors import Targeting
from reconciler.domain.selection import Selection, places_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One container of a narrowed command."""

    whole: Absences
    """All that is declared in it."""
    targets: Reach
    excludes: Reach
    open: frozenset[str] = frozenset()
    """Targets that are named and that no list has: an entry may select them."""

    def holds(self, entry: Entry) -> bool:
        """Whether what an entry selects is in scope for its being selected by that entry."""
        return self.targets.covers(entry) and not self.excludes.covers(entry)

    def brings(self, entry: Entry) -> bool:
        """Whether an entry may select what is in scope and stands in no list."""
        return self.holds(entry) or (bool(self.open) and not self.excludes.covers(entry))

    def matters(self, entry: Entry) -> bool:
        """Whether it makes a difference to what is in scope that an entry selects it, too.

        What an exclude covers leaves with it; what is expected must be met; and what is sent
        itself deletes all that it selects.
        """
        manifest = self.whole.manifests[entry.manifest]
        return self.excludes.covers(entry) or bool(manifest.expect or manifest.as_declared)

    def to_read(self) -> Absences | None:
        """Return what has to be read; None where nothing is in scope."""
        listed = only_at(self.whole, self._positions(self.whole, ()))
        entries = entries_of(self.whole)
        brought = {one for one in entries if self.brings(one)}
        if not listed.ids and not brought:
            return None
        asked = brought.union(one for one in entries if self.matters(one))
        if any(isinstance(one, Rule) and not one.unattended for one in brought):
            # What one rule leaves to a review, another one may allow without.
            asked.update(one for one in self.whole.rules if one.unattended)
        if asked and self.whole.container.system is System.TALKDESK:
            # A record list is read whole for one of them as for all.
            asked.update(entries)
        return replace(
            listed,
            rules=tuple(one for one in self.whole.rules if one in asked),
            named=tuple(one for one in self.whole.named if one in asked),
        )

    def columns(self, read: Absences, selection: Selection) -> Absences:
        """Return what is in scope, each id with all of its places: lists, rules, identifiers.

        ``read`` is what was read, ``selection`` what its entries select in that.
        """
        selected = places_of(read, selection)
        found = {target_id for ids in selected.values() for target_id in ids}
        if not found:
            return read
        merged = with_selected(self._with_listed(read, found), selected)
        return only_at(merged, self._positions(merged, tuple(_selected(read, selection))))

    def _with_listed(self, read: Absences, found: Collection[str]) -> Absences:
        """Add what was found and stands in a list, too, that is out of scope by itself."""
        new = [one for one in found if read.position(one) is None]
        if all(self.whole.position(one) is None for one in new):
            return read
        known = (self.whole.position(target_id) for target_id in (*read.ids, *new))
        listed = only_at(self.whole, sorted(one for one in known if one is not None))
        return replace(listed, rules=read.rules, named=read.named)

    def _positions(
        self, absences: Absences, selected: Sequence[tuple[Entry, Sequence[str]]]
    ) -> list[int]:
        wanted = self.targets.mask(absences, _covered(self.targets, selected))
        unwanted = self.excludes.mask(absences, _covered(self.excludes, selected))
        return [
            position
            for position, (some, none) in enumerate(zip(wanted, unwanted, strict=True))
            if some and not none
        ]

    def shows(
        self, entries: Collection[Entry], table: LiveTable, *, unknown: bool, sent: bool
    ) -> bool:
        """Whether what entries leave is an item of the narrowed plan.

        ``unknown``: they may select more than was seen. ``sent``: one of them is to be sent itself
        for a deletion in scope, so that all that it selects is deleted.
        """
        if any(map(self.excludes.covers, entries)):
            return False
        if any(map(self.targets.covers, entries)):
            return True
        return unknown and (sent or any(not _is_seen(table, one) for one in self.open))

    def aside(self, absences: Absences, selection: Selection) -> frozenset[int]:
        """Return the rules, by index, that select nothing into the scope.

        They are read for what they expect or exclude; how much they match is not of this plan.
        ``absences`` are what is in scope.
        """
        open_ids = {one for one in self.open if absences.position(one) is not None}
        return frozenset(
            index
            for index, rule in enumerate(absences.rules)
            if not self.holds(rule) and open_ids.isdisjoint(selection.by_rule.get(index, ()))
        )


def _selected(read: Absences, selection: Selection) -> Iterator[tuple[Entry, Sequence[str]]]:
    for index, ids in selection.by_rule.items():
        yield read.rules[index], ids
    for index, ids in selection.by_named.items():
        yield read.named[index], ids


def _covered(reach: Reach, selected: Iterable[tuple[Entry, Sequence[str]]]) -> set[str]:
    return {target_id for entry, ids in selected if reach.covers(entry) for target_id in ids}


def _is_seen(table: LiveTable, target_id: str) -> bool:
    position = table.position(target_id)
    return position is not None and isinstance(table.state(position), Present)


def scope_of(declarations: Declarations, container: Container) -> Scope | None:
    """Return the scope of a container; None where no command was narrowed."""
    whole = declarations.whole.get(container)
    return None if whole is None else _scope(whole, declarations.targeting)


def _scope(whole: Absences, targeting: Targeting) -> Scope:
    targets = reach_of(targeting.targets, whole) if targeting.targets else Reach(everything=True)
    excludes = reach_of(targeting.excludes, whole)
    named = targets.ids - excludes.ids
    return Scope(
        whole=whole,
        targets=targets,
        excludes=excludes,
        open=frozenset(one for one in named if whole.position(one) is None),
    )


def narrow(declarations: Declarations, targeting: Targeting) -> Declarations:
    """Return declarations with no more absences than a narrowed command has to read.

    Accounts and containers that are out of scope are not among them; what protects, and every
    place of an id that is in scope, still is.
    """
    if not targeting.narrows:
        return declarations
    left: list[Absences] = []
    whole: Mapping[Container, Absences] = {one.container: one for one in declarations.absences}
    for one in declarations.absences:
        absences = _scope(one, targeting).to_read()
        if absences is not None:
            left.append(absences)
    return replace(
        declarations,
        absences=tuple(left),
        targeting=targeting,
        whole={one.container: whole[one.container] for one in left},
    )
