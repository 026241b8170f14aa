"""Approval: reviewed and fresh, unchanged, and never anything else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.domain.approval import CHANGED, NEW, Reviewed, restrict
from reconciler.domain.live import LiveState, Unknown
from reconciler.domain.plan import Action
from tests.fakes.plans import ABSENT, RECORDS, TASKS, a_section, an_id, present


def test_what_is_in_both_and_unchanged_is_deleted() -> None:
    reviewed = Reviewed({TASKS.prefix: {an_id(1): "f1:key:a"}})
    section = restrict(a_section({an_id(1): present("a")}), reviewed)
    assert (section.action(0), dict(section.notes)) == (Action.DELETE, {})


def test_what_changed_since_the_review_is_held() -> None:
    reviewed = Reviewed({TASKS.prefix: {an_id(1): "f1:key:a"}})
    section = restrict(a_section({an_id(1): present("b")}), reviewed)
    assert (section.action(0), dict(section.notes)) == (Action.HELD, {0: CHANGED})


def test_what_is_new_since_the_review_is_held() -> None:
    section = restrict(a_section({an_id(1): present()}), Reviewed({TASKS.prefix: {}}))
    assert (section.action(0), dict(section.notes)) == (Action.HELD, {0: NEW})


def test_a_review_of_another_container_approves_nothing() -> None:
    reviewed = Reviewed({RECORDS.prefix: {an_id(1): "f1:key:a"}})
    assert restrict(a_section({an_id(1): present()}), reviewed).count(Action.DELETE) == 0


def test_what_vanished_or_is_unknown_stays_what_it_is() -> None:
    reviewed = Reviewed({TASKS.prefix: {an_id(1): "f1:key:a", an_id(2): "f1:key:a"}})
    section = restrict(a_section({an_id(1): ABSENT, an_id(2): Unknown("?")}), reviewed)
    assert [section.action(0), section.action(1)] == [Action.ABSENT, Action.UNKNOWN]


def test_the_fresh_section_is_left_as_it_was() -> None:
    fresh = a_section({an_id(1): present()})
    restrict(fresh, Reviewed({}))
    assert fresh.action(0) is Action.DELETE


_STATES = st.sampled_from([present("a"), present("b"), ABSENT, Unknown("?")])


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.integers(0, 9), _STATES, min_size=1),
    st.dictionaries(st.integers(0, 12), st.sampled_from(["f1:key:a", "f1:key:b"])),
)
def test_nothing_is_deleted_that_was_not_reviewed_as_it_is(
    live: dict[int, LiveState], approved: dict[int, str]
) -> None:
    fresh = a_section({an_id(n): live[n] for n in sorted(live)})
    reviewed = Reviewed({TASKS.prefix: {an_id(n): mark for n, mark in approved.items()}})
    deleted = {fresh.absences.ids[position] for position in restrict(fresh, reviewed).deletions()}
    assert deleted == {
        an_id(n)
        for n, state in live.items()
        if n in approved and getattr(state, "fingerprint", "") == approved[n]
    }
