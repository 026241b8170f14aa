"""Whether windows are within others, and whether canaries send more."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.changes.permitting import are_within, sends_more
from reconciler.domain.guarding.windows import DAYS, Window, are_open


def window(days: str, begins: int, ends: int, timezone: str = "UTC") -> Window:
    return Window(days=tuple(days.split()), begins=time(begins), ends=time(ends), timezone=timezone)


@pytest.mark.parametrize(
    ("inner", "outer", "within"),
    [
        ([], [], True),
        ([window("mon", 8, 18)], [], True),
        ([], [window("mon", 8, 18)], False),
        ([window("mon", 8, 18)], [window("mon", 8, 18)], True),
        ([window("mon", 9, 17)], [window("mon tue", 8, 18)], True),
        ([window("mon", 8, 19)], [window("mon", 8, 18)], False),
        ([window("mon", 7, 18)], [window("mon", 8, 18)], False),
        ([window("tue", 8, 18)], [window("mon", 8, 18)], False),
        ([window("mon", 8, 18)], [window("mon", 8, 12), window("mon", 12, 18)], True),
        ([window("mon", 8, 18)], [window("mon", 8, 12), window("mon", 13, 18)], False),
        ([window("mon", 22, 6)], [window("mon", 20, 0), window("tue", 0, 6)], True),
        ([window("sun", 22, 6)], [window("sun", 20, 0), window("mon", 0, 6)], True),
        ([window("sun", 22, 6)], [window("sun", 20, 0), window("tue", 0, 6)], False),
        ([window("mon", 8, 8)], [window("mon", 8, 0), window("tue", 0, 8)], True),
        ([window("mon", 8, 8)], [window("mon", 8, 0)], False),
        ([window("mon", 9, 10, "Etc/UTC")], [window("mon", 8, 18, "UTC")], False),
        (
            [window("mon", 9, 10, "Asia/Kolkata")],
            [window("tue", 8, 18), window("mon", 8, 18, "Asia/Kolkata")],
            True,
        ),
    ],
)
def test_windows_are_within_others_if_the_same_clocks_prove_it(
    inner: list[Window], outer: list[Window], *, within: bool
) -> None:
    assert are_within(inner, outer) is within


_CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 30, 59]))
_SOME = st.lists(
    st.builds(
        Window,
        days=st.sets(st.sampled_from(DAYS), min_size=1).map(tuple),
        begins=_CLOCKS,
        ends=_CLOCKS,
        timezone=st.sampled_from(["UTC", "Asia/Kolkata"]),
    ),
    max_size=3,
)


@given(_SOME, _SOME, st.integers(0, 7 * 24 * 60 - 1))
def test_where_windows_are_within_others_these_are_open_whenever_those_are(
    inner: list[Window], outer: list[Window], minute: int
) -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=minute)
    assert are_within(inner, inner)
    if are_within(inner, outer) and are_open(inner, now):
        assert are_open(outer, now)


@given(_SOME, _SOME)
def test_windows_that_were_added_do_not_hide_what_there_was(
    inner: list[Window], more: list[Window]
) -> None:
    assert not inner or are_within(inner, [*inner, *more])


@pytest.mark.parametrize(
    ("was", "now", "more"),
    [
        ((), (), False),
        ((), (1000,), False),
        ((1, 10), (1, 10, 100), False),
        ((1, 10), (1, 5, 10, 9999), False),
        ((1, 10), (1,), True),
        ((1, 10), (), True),
        ((1, 10), (2, 5), True),
        ((5, 5), (5, 6), True),
    ],
)
def test_a_canary_sends_more_if_one_of_the_first_batches_may_be_larger(
    was: tuple[int, ...], now: tuple[int, ...], *, more: bool
) -> None:
    assert sends_more(was, now) is more
