"""Doubts: what may be selected by an entry that the plan is narrowed past, and nobody can tell."""

from array import array
from collections.abc import Iterator
from dataclasses import replace

from reconciler.domain.absences import Rule
from reconciler.domain.conditions import all_hold, none_fails
from reconciler.domain.facts import Facts
from reconciler.domain.identifiers import kind_of
from reconciler.domain.narrowing.reach import Entry, entries_of
from reconciler.domain.narrowing.scope import Scope
from reconciler.domain.plan import ACTIONS, Action, Section


def hold_doubtful(section: Section, scope: Scope) -> Section:
    """Hold deletions that an entry beside the scope may select, as far as their rows tell.

    What such an entry leaves unread is no item of a narrowed plan, and so stops nothing; but what
    it excludes or expects may be about a target of the plan.
    """
    open_entries = list(_open(section, scope))
    if not open_entries:
        return section
    codes, notes = array("B", section.codes), dict(section.notes)
    for position in section.deletions():
        facts = section.reading.table.facts(position)
        for entry, cause in open_entries:
            if _may_select(entry, facts):
                address = section.absences.manifests[entry.manifest].address
                codes[position] = ACTIONS.index(Action.HELD)
                notes[position] = f"whether {address} declares it, too, cannot be told: {cause}"
                break
    return replace(section, codes=codes, notes=notes)


def _open(section: Section, scope: Scope) -> Iterator[tuple[Entry, str]]:
    """Yield the entries that matter beside the scope and were not read whole, with the cause."""
    absences, reading = section.absences, section.reading
    for entry in entries_of(absences):
        untold = "" if isinstance(entry, Rule) else reading.untold.get(kind_of(entry.identifier))
        cause = reading.unread or untold
        if cause and not scope.holds(entry) and scope.matters(entry):
            yield entry, cause


def _may_select(entry: Entry, facts: Facts) -> bool:
    """Whether a row leaves open that an entry selects it; one that it surely selects knows it."""
    if isinstance(entry, Rule):
        return none_fails(entry.conditions, facts) and not all_hold(entry.conditions, facts)
    told = entry.identifier in facts.identifiers
    return kind_of(entry.identifier) in facts.untold and not told
