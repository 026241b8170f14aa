"""The decision: absences and live state in, actions out."""

from array import array
from typing import assert_never

from reconciler.domain.absences import Absences
from reconciler.domain.live import Absent, LiveState, Present, Unknown
from reconciler.domain.plan import ACTIONS, Action, Reading, Section


def decide(absences: Absences, reading: Reading) -> Section:
    """Decide every absence of one container; one that nobody read is unknown."""
    if absences.ids is not reading.table.ids:
        raise ValueError("the live table was not made for these absences")
    codes = array("B", bytes(len(absences)))
    notes: dict[int, str] = {}
    for position in range(len(absences)):
        action, note = _decide(reading.table.state(position))
        codes[position] = ACTIONS.index(action)
        if note:
            notes[position] = note
    return Section(absences=absences, reading=reading, codes=codes, notes=notes)


def _decide(state: LiveState) -> tuple[Action, str]:
    match state:
        case Present():
            return Action.DELETE, ""
        case Absent():
            return Action.ABSENT, ""
        case Unknown(cause=cause):
            return Action.UNKNOWN, cause
        case _:
            assert_never(state)
