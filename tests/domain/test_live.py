"""The live table: unknown until read, and seen is present whatever else failed."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.live import Absent, Evidence, LiveState, LiveTable, Present, Unknown
from tests.fakes.plans import ABSENT, TASKS, present


def a_table(*ids: str) -> LiveTable:
    return LiveTable(TASKS, ids or ("a",))


def test_whatever_is_not_marked_is_unknown() -> None:
    table = a_table("a", "b")
    assert [table.state(0), table.count(Unknown), len(table)] == [Unknown("not read"), 2, 2]


@pytest.mark.parametrize("state", [present(), ABSENT, Unknown("503")])
def test_what_was_marked_is_read(state: LiveState) -> None:
    table = a_table()
    table.mark(0, state)
    assert table.state(0) == state


@pytest.mark.parametrize("order", list(permutations([present(), ABSENT, Unknown("503")])))
def test_seen_is_present_whatever_else_is_marked(order: tuple[LiveState, ...]) -> None:
    table = a_table()
    for state in order:
        table.mark(0, state)
    assert table.state(0) == present()


def test_absent_is_not_forgotten_by_a_failed_read() -> None:
    table = a_table()
    table.mark(0, ABSENT)
    table.mark(0, Unknown("503"))
    assert table.state(0) == ABSENT


def test_the_later_row_counts() -> None:
    table = a_table()
    table.mark(0, present("old", n="1"))
    table.mark(0, present("new", n="2"))
    assert table.state(0) == present("new", n="2")


@pytest.mark.parametrize("state", [present("b"), ABSENT])
def test_a_revision_counts_over_what_was_marked(state: Present | Absent) -> None:
    table = a_table()
    table.mark(0, present("a"))
    table.revise(0, state)
    assert table.state(0) == state


def test_doubt_takes_absence_back_and_nothing_else() -> None:
    table = a_table("a", "b", "c")
    table.mark(0, present())
    table.mark(1, ABSENT)
    table.mark(2, Unknown("503"))
    table.doubt("no control")
    states = [table.state(position) for position in range(3)]
    assert states == [present(), Unknown("no control"), Unknown("503")]


def test_doubt_about_reading_by_id_leaves_what_a_listing_proved() -> None:
    table = a_table("a", "b")
    listed = Absent(Evidence("listing", "not among 9"))
    table.mark(0, listed)
    table.mark(1, Absent(Evidence("id", "404")))
    table.doubt("no control")
    assert (table.state(0), table.state(1)) == (listed, Unknown("no control"))


def test_only_what_a_listing_showed_alive_was_listed() -> None:
    table = a_table("a", "b", "c", "d")
    seen = Evidence("listing", "seen in a listing")
    table.mark(0, Present("f", {}, seen))
    table.mark(1, Present("f", {}, Evidence("id", "200")))
    table.mark(2, Absent(seen))
    assert [table.was_listed(one) for one in "abcdz"] == [True, False, False, False, False]
    table.mark(0, Present("f", {}, Evidence("id", "200")))
    assert not table.was_listed("a")
    table.mark(1, Present("f", {}, seen))
    assert table.was_listed("b")


@given(st.lists(st.text("abc", max_size=2), unique=True), st.text("abc", max_size=2))
def test_a_target_is_found_whatever_the_order_of_ids(ids: list[str], other: str) -> None:
    for ordered in (ids, sorted(ids)):
        table = LiveTable(TASKS, ordered)
        assert [table.position(one) for one in ordered] == list(range(len(ordered)))
        assert (table.position(other) is None) == (other not in ids)


def test_positions_are_found_by_id_and_by_kind() -> None:
    table = a_table("a", "b", "c")
    table.mark(1, ABSENT)
    table.mark(2, present())
    assert [table.position("c"), table.position("z")] == [2, None]
    assert list(table.positions_of(Absent, Present)) == [1, 2]
    assert list(table.positions_of(Unknown)) == [0]
    assert [table.count(kind) for kind in (Unknown, Absent, Present)] == [1, 1, 1]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from([present(), Absent(Evidence("id", "404")), Unknown("?")]),
        )
    )
)
def test_no_order_of_readings_makes_a_seen_target_absent(
    marks: list[tuple[int, LiveState]],
) -> None:
    table = a_table("a", "b", "c", "d")
    for position, state in marks:
        table.mark(position, state)
    seen = {position for position, state in marks if isinstance(state, Present)}
    read = {position for position, state in marks if not isinstance(state, Unknown)}
    assert set(table.positions_of(Present)) == seen
    assert set(table.positions_of(Absent)) == read - seen


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.text(st.characters(), max_size=6) | st.sampled_from(["f1:a:1", "f1:b:1", ":", "a:"]),
            st.dictionaries(
                st.text(max_size=2), st.text(st.sampled_from("aé€\ud83d\x1f")), max_size=3
            ),
        )
    )
)
def test_what_is_seen_is_kept_as_it_was_seen_last(
    seen: list[tuple[int, str, dict[str, str]]],
) -> None:
    table = a_table("a", "b", "c")
    last = {}
    for position, fingerprint, shown in seen:
        last[position] = Present(fingerprint, shown, Evidence("id", "200"))
        table.mark(position, last[position])
    for position, state in last.items():
        assert table.state(position) == state
        assert table.fingerprint(position) == state.fingerprint
        found = table.state(position)
        assert isinstance(found, Present)
        assert list(found.shown) == list(state.shown)
    assert [table.fingerprint(position) for position in {0, 1, 2} - set(last)] == [""] * (
        3 - len(last)
    )
