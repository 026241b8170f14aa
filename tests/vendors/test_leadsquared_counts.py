"""What an account counts must be seen, and "nothing" must be seen to mean something."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from reconciler.domain.plan import Reading
from reconciler.sandbox.seed import task_id, user_id
from reconciler.sandbox.seed_data import PEOPLE
from reconciler.vendors.leadsquared.listings.counts import Counts
from reconciler.vendors.leadsquared.listings.owners import Owner
from reconciler.vendors.leadsquared.listings.windows import windows
from tests.vendors.rig import TASKS, absences, answer, some_id, verdicts
from tests.vendors.test_leadsquared_rules import (
    COMPLETED,
    ONE,
    PENDING,
    USERS_FAIL,
    Account,
    code,
    owner,
)
from tests.vendors.test_leadsquared_windows import AGAIN, ALL, warning

LONG_AGO = "2009-01-01 00:00:00.000"
"""Outside of every window."""
MINE = [number for number in range(30) if number % 7 == 1]
"""The tasks of user 1, by number; all but the second one are pending."""
TWICE = "leadsquared_duplicate_rows=2"
NOTHING_SEEN = "acme-crm: no listing shows any task of the account, so nothing was matched"
REFUSED = "MXInvalidInputException The request body contains malformed or unexpected JSON"
EMPTY: dict[str, Any] = {"RecordCount": 0, "List": []}

Change = Callable[[dict[str, Any], dict[str, Any]], object]
"""Makes another answer of what was asked and what was answered, both parsed."""


def through(account: Account, path: str, change: Change) -> None:
    """Let answers of a path be changed on their way back."""
    inner = account.sandbox._inner  # noqa: SLF001 - what the sandbox answers

    class Changing(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response = await inner.handle_async_request(request)
            await response.aread()
            if path not in request.url.path + "$":
                return response
            return answer(200, change(json.loads(request.content or "{}"), response.json()))

    account.sandbox._inner = Changing()  # type: ignore[assignment]  # noqa: SLF001 - in its place


BY_OWNER, TO_DOS, APPOINTMENTS = "/Retrieve$", "/RetrieveToDos/", "/RetrieveAppointments/"


def nothing(*_: object) -> dict[str, Any]:
    return EMPTY


def give(account: Account, number: int) -> None:
    """Let all tasks be of one user."""
    for task in account.store.tasks():
        account.store.update_task(
            task["UserTaskId"], OwnerId=user_id(number), OwnerEmailAddress=PEOPLE[number].email
        )


def keep(account: Account, *numbers: int) -> None:
    """Let no tasks be but these."""
    for one in account.store.task_ids() - {task_id(number) for number in numbers}:
        account.store.remove_task(one)


def said(reading: Reading) -> tuple[int, str, tuple[str, ...]]:
    return len(reading.table), reading.unread, reading.warnings


def calls(account: Account) -> dict[str, int]:
    """Return how many calls arrived, but for those that are made in any case."""
    always = {"UserByAccessKey.Get", "Retrieve.GetById"}
    return {path: count for path, count in account.calls.items() if path not in always}


ALL_WINDOWS = len(list(windows("2026-11-22")))
WINDOWS = {"RetrieveToDos/ByUserId": ALL_WINDOWS, "RetrieveAppointments/ByUserId": ALL_WINDOWS}


# -- counts


@pytest.mark.parametrize(
    ("due", "seen", "unread"),
    [
        (LONG_AGO, 2, f"2 tasks of {user_id(1)} seen, 3 counted"),
        ("2020-01-01 00:00:00.000", 3, ""),
    ],
)
def test_what_is_counted_must_be_seen_in_one_listing_or_the_other(
    due: str, seen: int, unread: str
) -> None:
    account = Account()
    keep(account, *MINE[:3])
    third = account.change(MINE[2], DueDate=due)

    def repeat(_: dict[str, Any], body: dict[str, Any]) -> object:
        shown = [row for row in body["List"] if row["UserTaskId"] != third]
        return {**body, "List": [*shown, *shown[:1]]}

    through(account, BY_OWNER, repeat)
    why = "rows came twice"
    assert said(account.rule(owner(user_id(1)))) == (seen, unread, (warning(why),))


def test_a_count_without_a_row_anywhere_leaves_a_rule_unread() -> None:
    account = Account()
    keep(account)
    through(account, BY_OWNER, lambda *_: {"RecordCount": 8, "List": []})
    reading = account.rule(owner(user_id(1)))
    cause = f"0 tasks of {user_id(1)} seen, 8 counted"
    assert said(reading) == (0, cause, (warning("0 rows seen, 8 counted"),))
    assert calls(account) == {
        "Retrieve": 1,
        "RetrieveToDos/ByUserId": ALL_WINDOWS,
        "RetrieveAppointments/ByUserId": ALL_WINDOWS,
    }


@pytest.mark.parametrize(("first", "later"), [(6, 5), (5, 6)])
def test_of_several_counts_the_largest_one_must_be_seen(first: int, later: int) -> None:
    account = Account(page=3)

    def count(asked: dict[str, Any], body: dict[str, Any]) -> object:
        return {**body, "RecordCount": later if asked["Paging"]["Offset"] else first}

    through(account, BY_OWNER, count)
    assert said(account.rule(owner(user_id(1)))) == (
        5,
        f"5 tasks of {user_id(1)} seen, 6 counted",
        (warning("the count changed while paging"),),
    )


def test_an_empty_last_page_that_counts_more_counts_too() -> None:
    account = Account()

    def count(_: dict[str, Any], body: dict[str, Any]) -> object:
        return {**body, "RecordCount": 5 if body["List"] else 6}

    through(account, BY_OWNER, count)
    assert account.rule(owner(user_id(1))).unread == f"5 tasks of {user_id(1)} seen, 6 counted"


def test_a_count_from_before_a_page_that_cannot_be_read_must_be_seen_too() -> None:
    account = Account("common_failures=leadsquared_list:2:mx500", page=1)
    keep(account, *MINE[:2])
    for number in MINE[:2]:
        account.change(number, DueDate=LONG_AGO)
    assert account.rule(owner(user_id(1))).unread == f"1 task of {user_id(1)} seen, 2 counted"


@pytest.mark.parametrize("lost", [False, True])
def test_a_narrowed_count_is_compared_with_tasks_that_fit_it(*, lost: bool) -> None:
    account = Account(AGAIN)
    if lost:
        account.change(MINE[0], DueDate=LONG_AGO)
    hidden = task_id(MINE[0])

    def hide(_: dict[str, Any], body: dict[str, Any]) -> object:
        return {**body, "List": [row for row in body["List"] if row["UserTaskId"] != hidden]}

    through(account, BY_OWNER, hide)
    mine = account.where(lambda task: task["OwnerId"] == user_id(1) and code(task) == 0)
    assert len(mine) == 4
    reading = account.rule(owner(user_id(1)), PENDING)
    # The windows show the completed one as well, which makes up for nothing.
    unread = f"3 tasks of {user_id(1)} seen, 4 counted" if lost else ""
    assert (len(reading.table), reading.unread) == (3 if lost else 4, unread)


def test_a_count_that_holds_repeats_is_never_reached() -> None:
    reading = Account(TWICE).rule(owner(user_id(1)))
    assert (len(reading.table), reading.unread) == (5, f"5 tasks of {user_id(1)} seen, 10 counted")


def test_a_count_that_holds_tasks_of_others_is_not_held_against_an_owner() -> None:
    reading = Account("leadsquared_foreign_rows=true").rule(owner(user_id(1)))
    assert (len(reading.table), reading.unread) == (5, "")


def test_an_owner_is_named_as_people_may_see_it() -> None:
    account = Account(TWICE, USERS_FAIL)
    assert account.rule(owner(ONE, user_id(2))).unread == (
        f"5 tasks of a***.o***@e***.c*** seen, 10 counted; 4 tasks of {user_id(2)} seen, 8 counted"
    )


def test_rows_count_for_the_owner_that_they_name_once_each() -> None:
    by_id, by_address = Owner("u1", "one@example.com"), Owner("", "two@example.com")
    counts = Counts({by_id: 1, by_address: None})
    for who in (by_id, by_address):
        counts.name(who, 9)
        counts.name(who, None)
        counts.name(who, 3)
    shown: list[dict[str, Any]] = [
        {"OwnerId": "U1", "StatusCode": 1},
        {"OwnerId": "u1", "StatusCode": 0},
        {"OwnerId": "u1"},
        {"OwnerEmailAddress": "one@example.com", "StatusCode": 1},
        {"OwnerId": "u2", "OwnerEmailAddress": "Two@example.com", "StatusCode": 0},
        {"OwnerEmailAddress": "two@example.com"},
        {"OwnerId": "u3"},
        {},
    ]
    for number, row in enumerate(shown):
        for _ in range(2):
            counts.take({**row, "UserTaskId": some_id(number)})
    account = Account()
    mask = account.reader.mask
    assert list(counts.missing(mask)) == [
        "2 tasks of t***@e***.c*** seen, 9 counted",
        "1 task of u1 seen, 9 counted",
    ]
    counts.settle(by_address)
    counts.take({"OwnerEmailAddress": "two@example.com", "UserTaskId": some_id(99)})
    assert list(counts.missing(mask)) == ["1 task of u1 seen, 9 counted"]


# -- the control of empty listings


def test_an_empty_listing_stands_if_the_keys_user_has_a_task() -> None:
    account = Account()
    give(account, 0)
    assert said(account.rule(owner(user_id(1)))) == (0, "", ())
    assert calls(account) == {"Retrieve": 2}


def test_nothing_more_is_asked_if_any_listing_showed_a_task() -> None:
    account = Account()
    give(account, 2)
    assert said(account.rule(owner(user_id(1), user_id(2), user_id(3)))) == (30, "", ())
    assert calls(account) == {"Retrieve": 4}


def test_other_users_are_asked_until_one_has_a_task() -> None:
    account = Account()
    give(account, 6)
    assert said(account.rule(owner(user_id(1)))) == (0, "", ())
    # The users 1, 0, 2, 3, 4, 5 and 6; nobody twice.
    assert calls(account) == {"Retrieve": 7, "Users.Get": 1}
    asked = [one["Parameter"]["LookupValue"] for one in account.asked]
    assert (asked[:2], len(set(asked))) == ([user_id(1), user_id(0)], 7)


def test_a_user_whose_tasks_cannot_be_read_is_followed_by_the_next_one() -> None:
    account = Account("common_failures=leadsquared_list:2:mx500")
    give(account, 2)
    assert said(account.rule(owner(user_id(1)))) == (0, "", ())
    assert calls(account) == {"Retrieve": 3, "Users.Get": 1}


def test_users_that_were_read_before_are_not_read_again() -> None:
    account = Account()
    give(account, 6)
    assert said(account.rule(owner(ONE))) == (0, "", ())
    assert calls(account) == {"Retrieve": 7, "Users.Get": 1}


def test_a_key_whose_user_is_not_known_leaves_the_others() -> None:
    account = Account()
    give(account, 2)
    through(account, "UserByAccessKey.Get", lambda _, body: {**body, "Id": None})
    assert said(account.rule(owner(user_id(1)))) == (0, "", ())
    assert calls(account) == {"Retrieve": 3, "Users.Get": 1}


def many_users(account: Account, count: int) -> None:
    def more(_: dict[str, Any], body: object) -> object:
        assert isinstance(body, list)
        return [*body[:1], *({"ID": some_id(number)} for number in range(count - 1))]

    through(account, "/Users.Get", more)


NOBODYS = "it shows nothing, and no listing by owner shows a task"


def test_an_account_without_a_task_is_read_in_windows_too_and_says_so() -> None:
    account = Account()
    keep(account)
    many_users(account, 40)
    reading = account.rule(owner(user_id(1)))
    assert said(reading) == (0, "", (warning(NOBODYS), NOTHING_SEEN))
    assert calls(account) == {"Retrieve": 1 + 21, "Users.Get": 1, **WINDOWS}


def test_where_every_user_was_listed_there_is_no_other_to_ask() -> None:
    account = Account()
    keep(account)
    reading = account.rule(ALL)
    assert (len(reading.table), reading.unread, reading.population) == (0, "", None)
    assert reading.warnings[-1] == NOTHING_SEEN
    assert calls(account) == {"Retrieve": 7, "Users.Get": 1, **WINDOWS}


@pytest.mark.parametrize("path", [TO_DOS, APPOINTMENTS])
def test_a_listing_that_hides_what_windows_show_is_not_believed(path: str) -> None:
    account = Account()
    through(account, BY_OWNER, nothing)
    through(account, path, nothing)
    reading = account.rule(owner(user_id(1)))
    assert set(verdicts(reading.table).values()) == {"present"}
    assert 0 < len(reading.table) < 5
    assert (reading.unread, reading.warnings) == ("", (warning(NOBODYS),))


def test_all_that_is_hidden_from_the_listing_by_owner_is_found() -> None:
    account = Account()
    through(account, BY_OWNER, nothing)
    reading = account.rule(ALL)
    assert list(reading.table.ids) == sorted(account.store.task_ids())
    assert (reading.unread, reading.population) == ("", None)
    users = sorted(user_id(number) for number in range(7))
    names = f"{', '.join(users[:3])} and 4 more"
    assert reading.warnings == (warning(NOBODYS, names),)


def test_what_is_due_years_ago_is_found_where_the_listing_by_owner_hides_it() -> None:
    account = Account()
    for number in MINE:
        account.change(number, DueDate="2015-06-01 00:00:00.000")
    through(account, BY_OWNER, nothing)
    assert len(account.rule(owner(user_id(1))).table) == 5


def test_windows_that_only_count_leave_a_rule_unread() -> None:
    account = Account()
    keep(account)
    through(account, TO_DOS, lambda *_: {"RecordCount": 1, "List": []})
    reading = account.rule(owner(user_id(1)))
    assert reading.unread.startswith("to-dos from 2011-01-01 to 2011-04-10: 0 rows seen, 1 counted")


@pytest.mark.parametrize("by", [user_id(1), ONE])
def test_without_the_users_the_windows_decide(by: str) -> None:
    account = Account(USERS_FAIL)
    keep(account)
    reading = account.rule(owner(by))
    assert (len(reading.table), reading.unread, reading.warnings[-1]) == (0, "", NOTHING_SEEN)
    # The users are asked for once, and not again for the control.
    assert (account.calls["Users.Get"], account.calls["Retrieve"]) == (1, 2)


@pytest.mark.parametrize("left", [1, 2, 3, 9, 11])
def test_a_quota_that_ends_during_the_control_leaves_a_rule_unread(left: int) -> None:
    account = Account()
    keep(account)
    account.rig.slots.left = 1 + left
    cause = f"{1 + left} calls were spent, so the tasks of 1 of 1 owners were not read"
    assert said(account.rule(owner(user_id(1)))) == (0, cause, ())


def test_what_is_empty_goes_with_what_could_not_be_listed_if_nothing_is_seen() -> None:
    account = Account()
    refused = {"Status": "Error", "ExceptionType": "MXOddException"}

    def hide(asked: dict[str, Any], _: dict[str, Any]) -> object:
        return refused if asked["Parameter"]["LookupValue"] == user_id(2) else EMPTY

    through(account, BY_OWNER, hide)
    reading = account.rule(owner(user_id(1), user_id(2)))
    mine = account.where(lambda task: task["OwnerId"] in {user_id(1), user_id(2)})
    assert list(reading.table.ids) == mine
    assert reading.unread == ""
    assert set(reading.warnings) == {
        warning(NOBODYS),
        warning("page 1 could not be read: answered 200 MXOddException", user_id(2)),
    }
    # Two, then the key's user and four others, and no cross-check.
    assert calls(account)["Retrieve"] == 2 + 5
    assert calls(account)["RetrieveToDos/ByUserId"] <= ALL_WINDOWS + 2


def test_what_nobody_has_is_no_sign_of_an_empty_account() -> None:
    account = Account()
    for number in range(30):
        account.change(number, StatusCode=1)
    reading = account.rule(PENDING)
    assert said(reading) == (0, "", ())
    # Seven users narrowed to pending tasks; the key's own without that has a completed one.
    assert calls(account) == {"Retrieve": 8, "Users.Get": 1}
    assert "StatusCode" not in account.asked[-1]["Parameter"]


def test_a_narrowed_listing_that_leaves_out_what_fits_it_is_not_believed() -> None:
    account = Account()
    keep(account, *MINE[:3])
    give(account, 0)
    account.change(MINE[0], StatusCode=1, DueDate=LONG_AGO)

    def hide(asked: dict[str, Any], body: dict[str, Any]) -> object:
        return EMPTY if "StatusCode" in asked["Parameter"] else body

    through(account, BY_OWNER, hide)
    reading = account.rule(owner(user_id(0)), COMPLETED)
    # The one of long ago is in no window; the control has shown it.
    assert task_id(MINE[0]) in reading.table.ids
    assert reading.unread == ""
    assert reading.warnings == (warning("it shows nothing, but there are tasks", user_id(0)),)


def test_a_declared_task_that_only_the_control_shows_is_present() -> None:
    account = Account()
    give(account, 0)
    shown = task_id(0)
    reading = account.read(absences(TASKS, [shown], (owner(user_id(1)),)))
    assert verdicts(reading.table) == {shown: "present"}
    assert reading.unread == ""
