"""The decision: what is seen is deleted, what is gone is left, what is unknown stays unknown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.domain.live import LiveState, Unknown
from reconciler.domain.plan import Action
from reconciler.domain.planner import decide
from tests.fakes.plans import ABSENT, a_reading, a_section, absences_of, an_id, present


@pytest.mark.parametrize(
    ("state", "action"),
    [
        (present(), Action.DELETE),
        (ABSENT, Action.ABSENT),
        (Unknown("503 for a while"), Action.UNKNOWN),
    ],
)
def test_every_state_has_its_action(state: LiveState, action: Action) -> None:
    assert a_section({an_id(1): state}).action(0) is action


def test_what_nobody_read_is_unknown() -> None:
    absences = absences_of([an_id(1)])
    section = decide(absences, a_reading(absences, {}))
    assert (section.action(0), dict(section.notes)) == (Action.UNKNOWN, {0: "not read"})


def test_an_unknown_item_says_why() -> None:
    section = a_section({an_id(1): Unknown("503 for a while"), an_id(2): present()})
    assert dict(section.notes) == {0: "503 for a while"}


def test_a_reading_of_other_absences_is_refused() -> None:
    reading = a_reading(absences_of([an_id(1)]), {})
    with pytest.raises(ValueError, match="not made for these absences"):
        decide(absences_of([an_id(1)]), reading)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from([present(), ABSENT, Unknown("?")]), max_size=30))
def test_exactly_what_was_seen_alive_is_deleted(states: list[LiveState]) -> None:
    section = a_section({an_id(n): state for n, state in enumerate(states)}) if states else None
    deleted = [] if section is None else list(section.deletions())
    assert deleted == [n for n, state in enumerate(states) if state == present()]
    if section:
        assert sum(section.count(action) for action in Action) == len(states)
