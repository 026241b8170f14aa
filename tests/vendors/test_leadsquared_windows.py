"""Where the listing by owner is not believed: to-dos and appointments are read, or it is unread."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.conditions import Before, Instant
from reconciler.domain.plan import Reading
from reconciler.sandbox.seed import task_id, user_id
from reconciler.vendors.leadsquared.listings.windows import windows
from tests.vendors.rig import answer, verdicts
from tests.vendors.test_leadsquared_rules import ONE, Account, owner, through

ALL = Before("created", "createdBefore", Instant(datetime(2030, 1, 1, tzinfo=UTC), "2030-01-01"))
WINDOWS = 60
"""Windows from 2011-01-01 to two years after the day of the tests."""
INSTEAD = "their to-dos and appointments from 2011-01-01 to 2028-11-22 were read instead"
REFUSED = "MXInvalidInputException The request body contains malformed or unexpected JSON"
AGAIN = "leadsquared_paging=ignored"
"""The first page again and again: not believed, though what it counts is true."""
STALE = "a page brought nothing new"


def warning(why: str, whose: str = user_id(1)) -> str:
    return f"acme-crm: the listing of the tasks of {whose} is not believed ({why}); {INSTEAD}"


def of_one(*faults: str, tasks: int = 60, page: int = 5) -> tuple[Account, Reading]:
    account = Account(*faults, tasks=tasks, page=page)
    return account, account.rule(owner(user_id(1)))


@pytest.mark.parametrize(
    ("faults", "why"),
    [
        ([AGAIN], STALE),
        (
            ["common_failures=leadsquared_list:2:mx500"],
            f"page 2 could not be read: answered 500 {REFUSED}",
        ),
        (
            ["common_failures=leadsquared_list:1-:html502"],
            "page 1 could not be read: 502 not JSON",
        ),
        (
            ["common_failures=leadsquared_list:1:error200"],
            f"page 1 could not be read: answered 200 {REFUSED}",
        ),
        (["common_failures=leadsquared_list:1-:empty"], "page 1 could not be read: 200 empty body"),
        (["common_failures=leadsquared_list:2:previous"], STALE),
    ],
)
def test_what_is_not_believed_is_read_in_windows(faults: list[str], why: str) -> None:
    account, reading = of_one(*faults)
    mine = account.where(lambda task: task["OwnerId"] == user_id(1))
    assert verdicts(reading.table) == dict.fromkeys(mine, "present")
    assert (reading.unread, reading.warnings) == ("", (warning(why),))
    assert account.calls["RetrieveToDos/ByUserId"] >= WINDOWS + 1


def test_clamped_pages_are_read_to_their_end_and_believed() -> None:
    account, reading = of_one("leadsquared_paging=clamped", tasks=420, page=500)
    assert len(reading.table) == 60
    assert (reading.unread, reading.warnings) == ("", ())
    assert [one["Paging"] for one in account.asked] == [
        {"Offset": 0, "RowCount": 500},
        {"Offset": 25, "RowCount": 25},
        {"Offset": 50, "RowCount": 25},
        {"Offset": 60, "RowCount": 25},
    ]


def test_clamped_windows_are_read_to_their_end_too() -> None:
    faults = ("leadsquared_window_paging=clamped", AGAIN)
    account, reading = of_one(*faults, tasks=840, page=500)
    assert len(reading.table) == 120
    assert reading.unread == ""
    # 60 to-dos in one window or two: 25, 25, 10 at most, and an empty page.
    assert account.calls["RetrieveToDos/ByUserId"] <= WINDOWS + 12


@pytest.mark.parametrize("count", ["page", "total"])
def test_a_count_of_the_page_is_enough_where_one_page_is_all(count: str) -> None:
    _, reading = of_one(f"leadsquared_record_count={count}", page=500)
    assert (len(reading.table), reading.unread, reading.warnings) == (9, "", ())


def test_a_count_of_the_page_proves_nothing_of_several_pages() -> None:
    _, reading = of_one("leadsquared_record_count=page", page=5)
    assert (len(reading.table), reading.unread) == (9, "")
    assert reading.warnings == (warning("the count changed while paging"),)


@pytest.mark.parametrize(
    ("count", "flaw", "seen"),
    [
        ("too_high", "0 rows seen, 3 counted", 9),
        ("too_low", "to-dos from 2026-09-21 to 2026-12-29: 4 rows seen, 1 counted", 9),
    ],
)
def test_a_count_that_is_never_reached_leaves_a_rule_unread(
    count: str, flaw: str, seen: int
) -> None:
    _, reading = of_one(f"leadsquared_record_count={count}", page=500)
    assert len(reading.table) == seen
    assert flaw in reading.unread
    assert reading.unread.endswith(" more") == (count == "too_high")


@pytest.mark.parametrize(
    ("faults", "flaw"),
    [
        (
            ["leadsquared_window_paging=ignored"],
            "to-dos from 2026-09-21 to 2026-12-29: a page brought nothing new",
        ),
        (
            ["common_failures=leadsquared_by_user:1-:html502"],
            "to-dos from 2011-01-01 to 2011-04-10: page 1 could not be read: 502 not JSON",
        ),
        (
            ["common_failures=leadsquared_by_user:3:mx500"],
            f"page 1 could not be read: answered 500 {REFUSED}",
        ),
    ],
)
def test_windows_that_are_not_complete_leave_a_rule_unread(faults: list[str], flaw: str) -> None:
    account, reading = of_one(AGAIN, *faults)
    assert flaw in reading.unread
    assert reading.warnings == (warning(STALE),)
    assert len(reading.table) <= 9
    assert reading.population is None
    # After a page that cannot be read, those that are under way are the last ones.
    if "paging" not in faults[0]:
        assert account.calls["RetrieveToDos/ByUserId"] <= 8 * 8


def test_what_a_broken_listing_showed_before_it_broke_is_present_all_the_same() -> None:
    faults = "leadsquared_list:3-:mx500", "leadsquared_by_user:1-:mx500"
    _, reading = of_one(*(f"common_failures={fault}" for fault in faults), page=2)
    assert set(verdicts(reading.table).values()) == {"present"}
    assert len(reading.table) == 4


def test_tasks_that_are_due_outside_the_period_are_not_seen_and_the_warning_says_which() -> None:
    account = Account(AGAIN)
    account.change(1, DueDate="2009-01-01 00:00:00.000")
    reading = account.rule(owner(user_id(1)))
    assert reading.table.position(task_id(1)) is not None  # seen before it was not believed
    account = Account("common_failures=leadsquared_list:1-:mx500")
    account.change(1, DueDate="2009-01-01 00:00:00.000")
    reading = account.rule(owner(user_id(1)))
    assert reading.table.position(task_id(1)) is None
    assert INSTEAD in reading.warnings[0]


def test_all_owners_that_are_not_believed_are_read_together() -> None:
    account = Account(AGAIN)
    reading = account.rule(ALL)
    assert len(reading.table) == 30
    assert (reading.way, reading.population) == ("whole account", None)
    assert account.calls["RetrieveToDos/ByUserId"] <= 2 * WINDOWS
    users = sorted(user_id(number) for number in range(7))
    assert reading.warnings == (warning(STALE, f"{', '.join(users[:3])} and 4 more"),)


def test_owners_that_only_have_an_address_are_asked_for_by_address() -> None:
    account = Account(AGAIN, "common_failures=leadsquared_users:1-:mx500")
    reading = account.rule(owner(ONE, user_id(2)))
    mine = account.where(lambda task: task["OwnerId"] in {user_id(1), user_id(2)})
    assert list(reading.table.ids) == mine
    assert reading.unread == ""
    assert reading.warnings == (warning(STALE, f"a***.o***@e***.c***, {user_id(2)}"),)
    assert account.calls["RetrieveToDos/ByUserEmailAddress"] >= WINDOWS
    assert account.calls["RetrieveAppointments/ByUserId"] >= WINDOWS


def test_windows_with_rows_of_others_are_not_believed_either() -> None:
    account = Account(AGAIN)

    def give_away(response: httpx.Response) -> httpx.Response:
        body = response.json()
        rows = [
            {**row, "OwnerId": user_id(2), "OwnerEmailAddress": "x@example.com"}
            for row in body["List"]
        ]
        return answer(200, {**body, "List": rows})

    through(account, "RetrieveAppointments/ByUserId", give_away)
    assert account.rule(owner(user_id(1))).unread == (
        "appointments from 2026-09-21 to 2026-12-29: 3 of 3 rows of a page are of other owners"
    )


@pytest.mark.parametrize(("left", "unread"), [(2, 1), (3, 1), (40, 1)])
def test_a_quota_that_ends_before_the_windows_do_leaves_rules_unread(
    left: int, unread: int
) -> None:
    account = Account(AGAIN)
    account.rig.slots.left = left
    reading = account.rule(owner(user_id(1)))
    cause = f"{left} calls were spent, so the tasks of {unread} of 1 owners were not read"
    assert reading.unread == cause


def test_what_is_not_believed_is_left_where_the_quota_is_used_up() -> None:
    account = Account(AGAIN)
    account.rig.slots.left = 4
    reading = account.rule(owner(user_id(1), user_id(2)))
    assert (reading.unread, reading.warnings) == (
        "4 calls were spent, so the tasks of 2 of 2 owners were not read",
        (),
    )


@given(st.dates(date(2020, 1, 1), date(2060, 1, 1)))
def test_windows_share_their_days_and_leave_none_out(today: date) -> None:
    found = list(windows(str(today)))
    assert found[0][0] == date(2011, 1, 1)
    assert found[-1][1] == today + timedelta(days=731)
    assert all(one[1] == other[0] for one, other in pairwise(found))
    assert all(timedelta(0) < end - begin <= timedelta(days=99) for begin, end in found)
