"""Selection: which targets rules and identifiers declare, found in what was read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.domain.absences import Absences
from reconciler.domain.conditions import all_hold
from reconciler.domain.facts import Facts
from reconciler.domain.identifiers import Identifier
from reconciler.domain.live import LiveTable, Present


class Selectors:
    """The rules and identifiers of one container, ready to be held against many rows."""

    def __init__(self, absences: Absences) -> None:
        self._rules = absences.rules
        self._named: dict[Identifier, list[int]] = {}
        for index, one in enumerate(absences.named):
            self._named.setdefault(one.identifier, []).append(index)

    def select(self, facts: Facts) -> bool:
        """Whether any of them declares the target of a row."""
        return any(True for _ in self.rules_of(facts)) or any(True for _ in self.named_of(facts))

    def rules_of(self, facts: Facts) -> Iterator[int]:
        """Yield the indexes of the rules that a row meets."""
        return (index for index, rule in enumerate(self._rules) if all_hold(rule.conditions, facts))

    def named_of(self, facts: Facts) -> Iterator[int]:
        """Yield the indexes of the identifiers that a record goes by."""
        for identifier in dict.fromkeys(facts.identifiers) if self._named else ():
            yield from self._named.get(identifier, ())


@dataclass(frozen=True, slots=True)
class Selection:
    """The targets that each rule and each identifier selects, by its index; sorted by id."""

    by_rule: Mapping[int, Sequence[str]] = field(default_factory=dict)
    by_named: Mapping[int, Sequence[str]] = field(default_factory=dict)


def select(absences: Absences, table: LiveTable) -> Selection:
    """Hold every rule and identifier of a container against every target that was seen."""
    if not absences.selects:
        return Selection()
    selectors = Selectors(absences)
    by_rule: dict[int, list[str]] = {}
    by_named: dict[int, list[str]] = {}
    for position in table.positions_of(Present):
        facts = table.facts(position)
        for index in selectors.rules_of(facts):
            by_rule.setdefault(index, []).append(table.ids[position])
        for index in selectors.named_of(facts):
            by_named.setdefault(index, []).append(table.ids[position])
    return Selection(by_rule, by_named)


def places_of(absences: Absences, selection: Selection) -> dict[tuple[int, int], list[str]]:
    """Return what was selected by manifest index and line of what selects it."""
    places: dict[tuple[int, int], list[str]] = {}
    for index, ids in selection.by_rule.items():
        rule = absences.rules[index]
        places.setdefault((rule.manifest, rule.line), []).extend(ids)
    for index, ids in selection.by_named.items():
        named = absences.named[index]
        places.setdefault((named.manifest, named.line), []).extend(ids)
    return places
