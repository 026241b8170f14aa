"""Approval: what a reviewed plan still allows, held against a fresh reading."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, replace

from reconciler.domain.plan import ACTIONS, Action, Section

NEW = "new since the reviewed plan"
CHANGED = "differs from the reviewed plan"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The deletions that somebody approved, each with the fingerprint it was seen with."""

    deletions: Mapping[str, Mapping[str, str]]
    """Fingerprints by id, by the prefix of their container."""

    def of(self, section: Section) -> Mapping[str, str]:
        """Return what was approved in one container."""
        return self.deletions.get(section.absences.container.prefix, {})


def restrict(section: Section, reviewed: Reviewed) -> Section:
    """Return the section with every deletion held that was not reviewed as it is now.

    The result deletes reviewed ∩ fresh and never anything else.
    """
    approved = reviewed.of(section)
    codes, notes = array("B", section.codes), dict(section.notes)
    for position in section.deletions():
        fingerprint = approved.get(section.absences.ids[position])
        if fingerprint == section.fingerprint(position):
            continue
        codes[position] = ACTIONS.index(Action.HELD)
        notes[position] = NEW if fingerprint is None else CHANGED
    return replace(section, codes=codes, notes=notes)
