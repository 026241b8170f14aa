"""Returned: records by an identifier whose former records were proven gone."""

from array import array
from collections.abc import Mapping
from dataclasses import replace

from reconciler.domain.absences import Absences
from reconciler.domain.identifiers import By, Identifier, kind_of
from reconciler.domain.plan import ACTIONS, Action, Section
from reconciler.domain.remembered import GoneBefore
from reconciler.domain.together import hold_together

_WORDS = {By.PHONE_NUMBER: "phone number", By.EXTERNAL_ID: "external id"}


def hold_returned(section: Section, gone: Mapping[Identifier, GoneBefore]) -> Section:
    """Return the section with newer records held whose identifier was proven gone before.

    Whoever came back may have had a reason to. A record that is declared by its id is deleted:
    that declares this very record.
    """
    if not gone:
        return section
    absences, codes, notes = section.absences, array("B", section.codes), dict(section.notes)
    selecting = _selecting(absences)
    delete, held = ACTIONS.index(Action.DELETE), ACTIONS.index(Action.HELD)
    for index, named in enumerate(absences.named):
        before = gone.get(named.identifier)
        for target_id in section.selection.by_named.get(index, ()) if before else ():
            position = section.reading.table.position(target_id)
            if before is None or position is None or target_id in before.ids:
                continue
            listed = not selecting.issuperset(absences.places(position))
            if codes[position] == delete and not listed:
                codes[position] = held
                notes[position] = (
                    f"returned: the record of its {_WORDS[kind_of(named.identifier)]} was proven "
                    f"gone on {before.at:%Y-%m-%d}, and this is a newer one"
                )
    return hold_together(replace(section, codes=codes, notes=notes))


def _selecting(absences: Absences) -> set[tuple[int, int]]:
    """Return the places that declare something else than an id."""
    named = {(one.manifest, one.line) for one in absences.named}
    return named | {(one.manifest, one.line) for one in absences.rules}
