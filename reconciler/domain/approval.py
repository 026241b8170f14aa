"""Approval: what a reviewed plan still allows, held against a fresh reading."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reconciler.domain.plan import ACTIONS, Action, Section
from reconciler.domain.together import hold_together

NEW = "new since the reviewed plan"
CHANGED = "differs from the reviewed plan"
UNREVIEWED = "matched by a `where` that nobody approved, and that is not `unattended: true`"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The deletions that somebody approved, each with the fingerprint it was seen with."""

    deletions: Mapping[str, Mapping[str, str]]
    """Fingerprints by id, by the prefix of their container."""
    digest: str = ""
    """What people approved; empty where several plans are taken up at once."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """The same by account, of which most are of one plan even then."""

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
    return hold_together(replace(section, codes=codes, notes=notes))


def hold_unreviewed_matches(section: Section) -> Section:
    """Return the section with what only a rule declares held, unless the rule is unattended.

    For an apply that nobody reviewed: it deletes what is listed.
    """
    rules = {(rule.manifest, rule.line): rule.unattended for rule in section.absences.rules}
    codes, notes = array("B", section.codes), dict(section.notes)
    for position in section.deletions() if rules else ():
        places = section.absences.places(position)
        if all(rules.get(place) is False for place in places):
            codes[position] = ACTIONS.index(Action.HELD)
            notes[position] = UNREVIEWED
    return hold_together(replace(section, codes=codes, notes=notes))
