"""Windows: by the clocks of a place, across midnight and across the change of clocks."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.guarding.windows import DAYS, Window, are_open, next_opening

WEEK = ("mon", "tue", "wed", "thu", "fri")


def a_window(
    begins: str = "08:00",
    ends: str = "18:00",
    days: tuple[str, ...] = WEEK,
    timezone: str = "Europe/Lisbon",
) -> Window:
    begin, end = time.fromisoformat(begins), time.fromisoformat(ends)
    return Window(days=days, begins=begin, ends=end, timezone=timezone)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "now", "holds"),
    [
        # 2026-11-23 is a Monday, and in winter Lisbon has UTC.
        (a_window(), "2026-11-23T08:00:00", True),
        (a_window(), "2026-11-23T07:59:59", False),
        (a_window(), "2026-11-23T17:59:59", True),
        (a_window(), "2026-11-23T18:00:00", False),
        (a_window(), "2026-11-22T12:00:00", False),
        # In summer it is an hour ahead.
        (a_window(), "2026-07-06T07:00:00", True),
        (a_window(), "2026-07-06T17:00:00", False),
        # A day begins where the people are: Sunday evening in UTC is Monday morning in Tokyo.
        (a_window(timezone="Asia/Tokyo"), "2026-11-22T23:00:00", True),
        (a_window(timezone="Asia/Tokyo"), "2026-11-23T09:00:00", False),
        # Over midnight it belongs to the day on which it began.
        (a_window("22:00", "06:00", ("fri",)), "2026-11-27T23:00:00", True),
        (a_window("22:00", "06:00", ("fri",)), "2026-11-28T05:59:59", True),
        (a_window("22:00", "06:00", ("fri",)), "2026-11-28T06:00:00", False),
        (a_window("22:00", "06:00", ("fri",)), "2026-11-27T05:00:00", False),
        (a_window("22:00", "06:00", ("sun",)), "2026-11-23T05:00:00", True),
        # From a time to the same time is a whole day.
        (a_window("00:00", "00:00", ("mon",)), "2026-11-23T23:59:59", True),
        (a_window("00:00", "00:00", ("mon",)), "2026-11-24T00:00:00", False),
    ],
)
def test_a_window_holds_by_the_clocks_of_its_place(
    window: Window, now: str, *, holds: bool
) -> None:
    assert window.holds(at(now)) is holds
    assert are_open([window], at(now)) is holds


def test_without_windows_it_is_always_open() -> None:
    assert are_open([], at("2026-11-22T03:00:00"))


def test_one_of_several_is_enough() -> None:
    assert are_open([a_window(), a_window(days=("sun",))], at("2026-11-22T12:00:00"))


@pytest.mark.parametrize(
    ("windows", "opens"),
    [
        ([a_window()], "2026-11-23T08:00:00"),
        ([a_window(days=("sat",)), a_window(days=("wed",))], "2026-11-25T08:00:00"),
        ([a_window(days=("sun",))], "2026-11-29T08:00:00"),
        ([a_window(timezone="America/New_York")], "2026-11-23T13:00:00"),
    ],
)
def test_closed_windows_say_when_they_open(windows: list[Window], opens: str) -> None:
    assert next_opening(windows, at("2026-11-22T18:30:00")) == at(opens)


@given(
    st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(tuple),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    st.sampled_from(["Europe/Lisbon", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
)
def test_what_is_closed_opens_within_eight_days_and_is_open_then(
    days: tuple[str, ...], begins: time, ends: time, zone: str, now: datetime
) -> None:
    window = Window(days=days, begins=begins, ends=ends, timezone=zone)
    if not window.holds(now):
        opens = next_opening([window], now)
        assert now < opens <= now + timedelta(days=8)
        # A minute that the change of clocks leaves out is the only one it cannot begin in.
        assert window.holds(opens) or window.holds(opens + timedelta(hours=1)) or begins == ends
