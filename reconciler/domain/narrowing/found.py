"""Found: what of that which matches now is in scope, by what is declared already."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from reconciler.domain.absences import Absences, Declarations
from reconciler.domain.accounts import Container
from reconciler.domain.columns import only_at
from reconciler.domain.facts import NO_FACTS, Facts
from reconciler.domain.narrowing.matching import may_match, refuse
from reconciler.domain.narrowing.reach import Entry, Reach, entries_of, reach_of
from reconciler.domain.narrowing.selectors import At, OfManifest, Selector, Targeting
from reconciler.domain.plan import Action, Section
from reconciler.domain.selection import Selectors


@dataclass(frozen=True, slots=True, kw_only=True)
class FindScope:
    """One container that something is looked for in, and the selectors that narrow that."""

    tree: Absences
    """What manifests declare in it already."""
    targeting: Targeting
    targets: Reach
    excludes: Reach
    _selectors: Selectors = field(repr=False)

    def check_asked(self, asked: Absences) -> None:
        """Raise UsageError for selectors that nothing that is ``asked`` for can match."""
        home, unmatched = self.tree.container.home, []
        for option, one in self.targeting.options():
            if not self._can_match(one, asked):
                found = (
                    "it declares nothing" if isinstance(one, OfManifest) else "nothing goes by it"
                )
                unmatched.append(f"{option} {one.text}: {found} in {home}")
        refuse(unmatched)

    def _can_match(self, selector: Selector, asked: Absences) -> bool:
        target_id = self._id_of(selector)
        if target_id is None:
            return may_match(selector, self.tree)
        return asked.selects or asked.position(target_id) is not None

    def _id_of(self, selector: Selector) -> str | None:
        """Return the target that a selector names by its address; None for any other."""
        prefix = self.tree.container.prefix
        is_target = isinstance(selector, At) and selector.text.startswith(prefix)
        return selector.text.removeprefix(prefix) if is_target else None

    def to_read(self, asked: Absences) -> Absences:
        """Return what has to be read of what is ``asked`` for."""
        if not self.targeting.narrows:
            return asked
        by_entry = any(map(self.targets.covers, entries_of(self.tree)))
        positions = [
            position
            for position, target_id in enumerate(asked.ids)
            if not self._is_reached(self.excludes, target_id, NO_FACTS)
            and (by_entry or self._is_reached(self.targets, target_id, NO_FACTS))
        ]
        return replace(only_at(asked, positions), keeps_facts=self._asks_rows)

    @property
    def _asks_rows(self) -> bool:
        """Whether rows decide what is in scope."""
        some = (one for one in (self.targets, self.excludes) if not one.everything)
        return any(one.covers(entry) for one in some for entry in entries_of(self.tree))

    def narrowed(self, section: Section) -> Section:
        """Return what was found and is in scope."""
        if not self.targeting.narrows:
            return section
        absences, table = section.absences, section.reading.table
        positions = [
            position
            for position, target_id in enumerate(absences.ids)
            if self._is_in_scope(target_id, table.facts(position))
        ]
        left = only_at(absences, positions)
        notes = {
            index: section.notes[position]
            for index, position in enumerate(positions)
            if position in section.notes
        }
        return replace(
            section,
            absences=left,
            reading=section.reading.over(table.over(left.ids)),
            codes=array("B", [section.codes[position] for position in positions]),
            notes=notes,
        )

    def check_found(self, asked: Absences, section: Section) -> None:
        """Raise UsageError for addresses of what does not match now, if that can be told."""
        if any(one.action is Action.UNKNOWN for one in section.remainders):
            return
        unmatched = []
        for option, one in self.targeting.options():
            target_id = self._id_of(one)
            if target_id is not None and not _is_in(target_id, asked, section.absences):
                unmatched.append(f"{option} {one.text}: it does not match")
        refuse(unmatched)

    def _is_in_scope(self, target_id: str, facts: Facts) -> bool:
        wanted = self._is_reached(self.targets, target_id, facts)
        return wanted and not self._is_reached(self.excludes, target_id, facts)

    def _is_reached(self, reach: Reach, target_id: str, facts: Facts) -> bool:
        if reach.everything or target_id in reach.ids:
            return True
        position = self.tree.position(target_id)
        places = () if position is None else self.tree.places(position)
        if any(manifest in reach.manifests for manifest, _ in places):
            return True
        return any(map(reach.covers, self._entries_of(facts)))

    def _entries_of(self, facts: Facts) -> Iterator[Entry]:
        """Yield the entries of manifests that select a row."""
        yield from (self.tree.rules[index] for index in self._selectors.rules_of(facts))
        yield from (self.tree.named[index] for index in self._selectors.named_of(facts))


def _is_in(target_id: str, *several: Absences) -> bool:
    return any(one.position(target_id) is not None for one in several)


def find_scope(tree: Declarations, container: Container, targeting: Targeting) -> FindScope:
    """Return the scope of a search in one container."""
    declared = (one for one in tree.absences if one.container == container)
    nothing = Absences(container, tree.manifests, (), manifest=(), line=())
    mine = next(declared, nothing)
    targets = reach_of(targeting.targets, mine) if targeting.targets else Reach(everything=True)
    return FindScope(
        tree=mine,
        targeting=targeting,
        targets=targets,
        excludes=reach_of(targeting.excludes, mine),
        _selectors=Selectors(mine),
    )
