"""Measures: what applying a plan will cost, in calls and in time."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.accounts import Account
from reconciler.domain.measures import forecast_of
from reconciler.domain.plan import AccountPlan, Forecast
from reconciler.domain.planner import decide
from tests.fakes.plans import ABSENT, TASKS, a_reading, absences_of, an_id, crm, present


def a_plan(
    account: Account, deletes: int, *, reads: int = 0, listing_calls: int = 0, sections: int = 1
) -> AccountPlan:
    """Return the plan of one account: so many deletions in each of its containers."""
    states = {an_id(n): present() for n in range(deletes)} | {an_id(deletes): ABSENT}
    absences = absences_of(list(states), TASKS)
    reading = replace(a_reading(absences, states), listing_calls=listing_calls)
    return AccountPlan(
        account=account,
        host="sandbox",
        tenant="22824",
        key_id="key",
        calls=reads,
        forecast=Forecast(reads=reads, deletions=0, verification=0, minutes=0),
        sections=[decide(absences, reading)] * sections,
    )


def forecast(
    deletes: int,
    account: Account | None = None,
    *,
    reads: int = 0,
    listing_calls: int = 0,
    sections: int = 1,
) -> Forecast:
    return forecast_of(
        a_plan(
            account or crm(), deletes, reads=reads, listing_calls=listing_calls, sections=sections
        ),
        None,
    )


@pytest.mark.parametrize(
    ("listing_calls", "deletes", "verification"),
    [
        # Without a listing each is asked for by id.
        (0, 50, 50),
        # A listing costs what it cost, as long as that is less than asking for each.
        (13, 50, 13),
        (13, 13, 13),
        (13, 12, 12),
        (13, 0, 0),
        (1, 1, 1),
    ],
)
def test_verification_goes_by_listing_where_that_is_cheaper(
    listing_calls: int, deletes: int, verification: int
) -> None:
    assert forecast(deletes, listing_calls=listing_calls).verification == verification


def test_every_container_is_batched_and_verified_on_its_own() -> None:
    told = forecast(5, crm(batch=2), sections=3, listing_calls=4)
    assert (told.deletions, told.verification) == (3 * 3, 3 * 4)


@pytest.mark.parametrize(("deletes", "batches"), [(0, 0), (1, 1), (5000, 1), (5001, 2)])
def test_a_batch_is_a_call(deletes: int, batches: int) -> None:
    assert forecast(deletes).deletions == batches


def test_the_first_window_waits_for_nothing() -> None:
    assert forecast(0, reads=25).minutes == 0
    assert forecast(0, reads=26).minutes == pytest.approx(1 / 25 * 5 / 60)


def test_deletions_take_as_long_as_their_own_limit_lets_them() -> None:
    usual = crm(batch=1, calls=10)
    # 100 deletions and as many reads behind them at 10 in 5 seconds, or 100 at 1 in 5 seconds.
    assert forecast(100, usual).minutes == pytest.approx(190 / 10 * 5 / 60)
    slow = forecast(100, crm(batch=1, calls=10, delete_calls=1))
    assert slow.minutes == pytest.approx(99 / 1 * 5 / 60)
    # Three in five seconds hold nobody up where reading takes longer.
    third = forecast(100, crm(batch=1, calls=10, delete_calls=9), reads=100)
    assert third.minutes == pytest.approx(290 / 10 * 5 / 60)


@pytest.mark.parametrize(
    ("daily", "percent"), [(1600, 1), (1000, 2), (100, 16), (16, 100), (10, 160)]
)
def test_the_share_of_a_day_is_rounded_up(daily: int, percent: int) -> None:
    # Ten calls to read again, one to delete five, and five to read them back.
    assert forecast(5, crm(daily=daily), reads=10).daily_percent == percent


def test_without_a_daily_limit_there_is_no_share_of_it() -> None:
    assert forecast(5, reads=10).daily_percent is None


@given(
    deletes=st.integers(0, 60),
    listing_calls=st.integers(0, 80),
    reads=st.integers(0, 100),
    calls=st.integers(1, 30),
    delete_calls=st.integers(1, 30),
)
def test_no_forecast_is_shorter_than_the_limits_allow_or_verifies_more_than_is_deleted(
    deletes: int, listing_calls: int, reads: int, calls: int, delete_calls: int
) -> None:
    account = crm(calls=calls, delete_calls=min(calls, delete_calls), batch=3)
    told = forecast(deletes, account, reads=reads, listing_calls=listing_calls)
    assert told.verification <= deletes
    total = told.reads + told.deletions + told.verification
    windows = told.minutes * 60 / 5
    assert (windows + 1) * calls >= total - 1e-6
    assert (windows + 1) * min(calls, delete_calls) >= told.deletions - 1e-6


@pytest.mark.parametrize(
    ("deletes", "canary", "deletions", "verification"),
    [
        (5, (), 3, 4),
        # One, one, and three in two batches: one by id each, and a listing is no cheaper.
        (5, (1, 1), 4, 5),
        # A batch holds two, whatever a canary may.
        (5, (9,), 3, 5),
        (5, (1, 10, 100), 3, 5),
        (0, (1, 10), 0, 0),
    ],
)
def test_canaries_are_batches_and_are_proven_one_by_one(
    deletes: int, canary: tuple[int, ...], deletions: int, verification: int
) -> None:
    told = forecast_of(a_plan(crm(batch=2), deletes, listing_calls=4), None, canary)
    assert (told.deletions, told.verification) == (deletions, verification)


def test_the_canaries_of_an_account_go_on_from_container_to_container() -> None:
    told = forecast_of(a_plan(crm(), 5, sections=3), None, (1, 10))
    # One and four; five; five.
    assert told.deletions == 4
