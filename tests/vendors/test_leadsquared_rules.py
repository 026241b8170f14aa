"""Reading for rules: each task that a rule selects is found, or it is said that some may not be."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from reconciler.domain.absences import Absences
from reconciler.domain.conditions import After, Before, Condition, Conditions, Instant, OneOf
from reconciler.domain.live import Evidence, Present
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Reading
from reconciler.domain.protections import Protection
from reconciler.sandbox.database import Document
from reconciler.sandbox.seed import task_id, task_type_id, user_id
from reconciler.sandbox.seed_data import PEOPLE
from reconciler.vendors.leadsquared.gathering import Gathering, View
from reconciler.vendors.leadsquared.listings.owners import Owners
from tests.simulation import EPOCH, VirtualClock
from tests.vendors.rig import KEY, TASKS, Rig, Sandbox, absences, answer, some_id, verdicts

NOW = datetime.fromtimestamp(EPOCH, UTC)
LISTED = Evidence("listing", "seen in a listing of tasks")
FOREVER = "leadsquared_list:1-:html502"


def owner(*names: str) -> OneOf:
    return OneOf("owner", "owner", names)


def status(word: str) -> OneOf:
    return OneOf("status", "status", (word,))


def instant(days: int) -> Instant:
    return Instant(NOW + timedelta(days=days), "somewhen")


PENDING, COMPLETED = status("pending"), status("completed")
ONE, SIX = PEOPLE[1].email, PEOPLE[6].email
KEEP = Protection(
    name="keep",
    place="p.yaml:1",
    owner="ops",
    reason="kept",
    account="acme-crm",
    conditions=(owner(ONE),),
)


class Account:
    """The sandbox, read by rules."""

    def __init__(self, *faults: str, tasks: int = 30, page: int = 500) -> None:
        self.clock = VirtualClock()
        self.sandbox = Sandbox(self.clock, *faults, tasks=tasks)
        self.store = self.sandbox.store
        self.rig = Rig(transport=self.sandbox, clock=self.clock, page=page)
        self.reader = self.rig.task_reader()

    def read(self, declared: Absences) -> Reading:
        async def work() -> Reading:
            await self.reader.identify()
            return await self.reader.read(declared)

        return self.clock.run(work())

    def rule(self, *conditions: Condition) -> Reading:
        return self.read(absences(TASKS, [], conditions))

    def where(self, met: Callable[[Document], bool]) -> list[str]:
        """Return the ids of the tasks that meet a condition, sorted."""
        return sorted(task["UserTaskId"] for task in self.store.tasks() if met(task))

    def change(self, number: int, **fields: object) -> str:
        self.store.update_task(task_id(number), **fields)
        return task_id(number)

    def lose(self, number: int, *keys: str) -> None:
        """Take fields away from a task's row."""
        task = self.store.task_at(task_id(number), self.clock.time())
        assert task is not None
        self.store.put_tasks([{key: value for key, value in task.items() if key not in keys}])

    @property
    def calls(self) -> Counter[str]:
        """How many calls arrived, by the last part of their path."""
        return Counter(one.url.path.partition(".svc/")[2] for one in self.sandbox.arrived)

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The bodies of the listings by owner."""
        return [
            json.loads(one.content)
            for one in self.sandbox.arrived
            if one.url.path.endswith("/Retrieve")
        ]


def at(task: Document, key: str) -> datetime:
    return datetime.fromisoformat(task[key][:19]).replace(tzinfo=UTC)


def code(task: Document) -> int:
    return int(task["StatusCode"])


CASES: dict[str, tuple[Conditions, Callable[[Document], bool]]] = {
    "owner by address": ((owner(ONE),), lambda task: task["OwnerId"] == user_id(1)),
    "owner by id": ((owner(user_id(6)),), lambda task: task["OwnerId"] == user_id(6)),
    "two owners": (
        (owner(ONE.upper(), user_id(6)),),
        lambda task: task["OwnerId"] in {user_id(1), user_id(6)},
    ),
    "type by name": (
        (OneOf("type", "type", ("meeting",)),),
        lambda task: task["TaskType"]["Name"] == "Meeting",
    ),
    "type by id": (
        (OneOf("type", "type", (task_type_id(2), "Meeting")),),
        lambda task: task["TaskType"]["Name"] in {"Follow-up", "Meeting"},
    ),
    "pending": ((PENDING,), lambda task: code(task) == 0),
    "completed": ((COMPLETED,), lambda task: code(task) == 1),
    "cancelled": ((status("cancelled"),), lambda task: code(task) == 2),
    "due before": (
        (Before("due", "dueBefore", instant(-10)),),
        lambda task: at(task, "DueDate") < NOW - timedelta(days=10),
    ),
    "due after": (
        (After("due", "dueAfter", instant(-10)),),
        lambda task: at(task, "DueDate") >= NOW - timedelta(days=10),
    ),
    "created after": (
        (After("created", "createdAfter", Instant(NOW - timedelta(days=149.99), "x")),),
        lambda task: at(task, "CreatedOn") >= NOW - timedelta(days=149.99),
    ),
    "modified before": (
        (Before("modified", "modifiedBefore", Instant(NOW - timedelta(days=148.99), "x")),),
        lambda task: at(task, "ModifiedOn") < NOW - timedelta(days=148.99),
    ),
    "completed before": (
        (Before("completed", "completedBefore", instant(0)),),
        lambda task: code(task) == 1,
    ),
    "all at once": (
        (owner(ONE, SIX, user_id(2)), PENDING, Before("due", "dueBefore", instant(0))),
        lambda task: (
            task["OwnerId"] in {user_id(1), user_id(6), user_id(2)}
            and code(task) == 0
            and at(task, "DueDate") < NOW
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_finds_exactly_what_meets_its_conditions(name: str) -> None:
    conditions, met = CASES[name]
    account = Account(page=4)
    reading = account.rule(*conditions)
    expected = account.where(met)
    assert 0 < len(expected) < 30
    assert verdicts(reading.table) == dict.fromkeys(expected, "present")
    assert (reading.unread, reading.warnings) == ("", ())
    assert reading.listed_whole == (reading.population is not None)


def test_what_a_rule_found_has_the_facts_that_it_was_found_by() -> None:
    account = Account()
    state = account.rule(owner(ONE), PENDING).table.state(1)
    assert isinstance(state, Present)
    assert state.evidence == LISTED
    assert state.facts.fields["status"].words == "pending"
    assert state.facts.fields["owner"].words == "A*** O***"


def test_a_rule_without_owners_reads_active_and_inactive_users_and_counts_the_account() -> None:
    account = Account()
    reading = account.rule(Before("due", "dueBefore", instant(999)))
    assert list(reading.table.ids) == sorted(account.store.task_ids())
    assert (reading.way, reading.population) == ("whole account", 30)
    # Each owner: a page, and an empty one.
    assert account.calls == {
        "UserByAccessKey.Get": 1,
        "Users.Get": 1,
        "Retrieve": 14,
        "Retrieve.GetById": 1,
    }


def test_a_rule_with_owners_by_id_reads_no_other_and_asks_for_no_users() -> None:
    account = Account()
    reading = account.rule(owner(user_id(6), user_id(1)))
    assert (reading.way, reading.population) == ("by owner", None)
    assert account.calls == {"UserByAccessKey.Get": 1, "Retrieve": 4, "Retrieve.GetById": 1}


def test_one_found_task_is_asked_by_id_so_that_its_deletion_can_be_proven() -> None:
    account = Account()
    reading = account.rule(owner(ONE))
    found = [reading.table.state(position) for position in range(len(reading.table))]
    evidence = [one.evidence.by for one in found if isinstance(one, Present)]
    assert evidence == ["id", "listing", "listing", "listing", "listing"]

    async def work() -> dict[str, str]:
        for target_id in account.store.task_ids():
            account.store.remove_task(target_id)
        return verdicts(await account.reader.read_back(reading, reading.table.ids))

    assert account.clock.run(work()) == dict.fromkeys(reading.table.ids, "absent")


def test_one_that_cannot_be_asked_by_id_is_followed_by_the_next_one() -> None:
    account = Account("common_failures=leadsquared_get:1-8:html502")
    table = account.rule(owner(ONE)).table
    states = [table.state(position) for position in range(3)]
    assert [one.evidence.by for one in states if isinstance(one, Present)] == [
        "listing",
        "id",
        "listing",
    ]


def test_without_one_that_was_seen_by_id_reading_back_looks_for_a_witness() -> None:
    account = Account("common_failures=leadsquared_get:1-4:html502_after")
    account.sandbox.switch(
        "leadsquared_gone=empty_list", "common_failures=leadsquared_get:1-:mx500"
    )
    reading = account.rule(owner(ONE))
    assert {type(reading.table.state(position)) for position in range(5)} == {Present}
    account.sandbox.switch()

    async def work(*, everything: bool) -> dict[str, str]:
        gone = account.store.task_ids() if everything else reading.table.ids
        for target_id in gone:
            account.store.remove_task(target_id)
        return verdicts(await account.reader.read_back(reading, reading.table.ids))

    assert account.clock.run(work(everything=False)) == dict.fromkeys(reading.table.ids, "absent")
    account.rig.sightings.seen.clear()
    assert account.clock.run(work(everything=True)) == dict.fromkeys(reading.table.ids, "unknown")


# -- rules and declared ids together


def test_nothing_selected_leaves_the_declared_ids_as_they_were() -> None:
    account = Account()
    declared = absences(TASKS, [task_id(0)], (status("cancelled"), owner(ONE), PENDING))
    reading = account.read(declared)
    assert reading.table.ids is declared.ids
    assert reading.way == "by owner, by id"


def test_declared_tasks_that_a_listing_shows_are_not_asked_by_id() -> None:
    account = Account()
    mine = [task_id(number) for number in range(30)]
    declared = absences(TASKS, [*mine[:10], some_id(1)], (owner(ONE, SIX), PENDING))
    reading = account.read(declared)
    selected = account.where(
        lambda task: task["OwnerId"] in {user_id(1), user_id(6)} and code(task) == 0
    )
    expected = {**dict.fromkeys([*mine[:10], *selected], "present"), some_id(1): "absent"}
    assert verdicts(reading.table) == expected
    assert list(reading.table.ids) == sorted(expected)
    # The listing of pending tasks of the two shows 1 and 8, not 6, which is completed. The others
    # take a call each, and so does the random id.
    assert account.calls["Retrieve.GetById"] == 10 + 1 - 2 + 1


def test_a_declared_task_that_no_rule_selects_keeps_its_facts() -> None:
    account = Account()
    table = account.read(absences(TASKS, [task_id(1)], (owner(ONE), COMPLETED))).table
    position = table.position(task_id(1))
    assert position is not None
    assert table.facts(position).fields["status"].words == "pending"


# -- which listings are read


def test_rules_of_one_owner_share_a_listing_of_all_his_tasks() -> None:
    account = Account()
    account.read(absences(TASKS, [], (owner(ONE), PENDING), (owner(user_id(1)), COMPLETED)))
    assert [one["Parameter"] for one in account.asked] == [
        {
            "LookupName": "OwnerId",
            "LookupValue": user_id(1),
            "FromDate": "1900-01-01 00:00:00",
            "ToDate": "2099-12-31 23:59:59",
        }
    ] * 2


@pytest.mark.parametrize(("word", "asked"), [("pending", 0), ("completed", 1), ("cancelled", None)])
def test_a_status_that_all_rules_of_an_owner_share_narrows_the_listing(
    word: str, asked: int | None
) -> None:
    account = Account()
    rules: list[Conditions] = [(owner(ONE), status(word)), (owner(ONE), status(word.upper()))]
    reading = account.read(absences(TASKS, [], *rules))
    assert {one["Parameter"].get("StatusCode") for one in account.asked} == {asked}
    assert reading.unread == ""


def test_a_narrowed_account_is_not_counted() -> None:
    assert Account().rule(PENDING).population is None


def test_pages_are_asked_for_in_an_order_that_does_not_change() -> None:
    account = Account(page=2)
    account.rule(owner(user_id(1)))
    assert [(one["Sorting"], one["Paging"]) for one in account.asked] == [
        ({"ColumnName": "CreatedOn", "Direction": "0"}, {"Offset": offset, "RowCount": 2})
        for offset in (0, 2, 4, 5)
    ]


# -- whose tasks


def test_an_address_that_nobody_has_is_warned_of() -> None:
    reading = Account().rule(owner("nobody@example.com"))
    assert len(reading.table) == 0
    assert (reading.unread, reading.warnings) == (
        "",
        ("acme-crm: no user has the address n***@e***.c*** that AbsentTasks/m0 names",),
    )


def test_an_address_is_compared_by_the_users_where_rows_lack_it() -> None:
    account = Account()
    for number in range(30):
        account.lose(number, "OwnerEmailAddress")
    reading = account.rule(owner(ONE))
    assert list(reading.table.ids) == account.where(lambda task: task["OwnerId"] == user_id(1))
    assert account.calls["Users.Get"] == 1


USERS_FAIL = "common_failures=leadsquared_users:1-:mx500"


def test_without_the_users_an_address_counts_only_where_rows_tell_it() -> None:
    account = Account(USERS_FAIL)
    account.lose(1, "OwnerEmailAddress")
    reading = account.rule(owner(ONE))
    assert list(reading.table.ids) == account.where(
        lambda task: task["OwnerId"] == user_id(1) and task["UserTaskId"] != task_id(1)
    )
    assert {one["Parameter"]["LookupName"] for one in account.asked} == {"OwnerEmailAddress"}
    assert (reading.unread, reading.warnings) == (
        "",
        ("acme-crm: 1 task is matched by no rule because its row lacks: owner",),
    )


def test_without_the_users_a_rule_without_owners_is_unread() -> None:
    reading = Account(USERS_FAIL).rule(PENDING)
    assert len(reading.table) == 0
    assert reading.population is None
    assert reading.unread == (
        "the users could not be read: answered 500 MXInvalidInputException "
        "The request body contains malformed or unexpected JSON"
    )


@pytest.mark.parametrize(
    ("users", "flaw"),
    [
        ([{"ID": "u1"}], "the user of the key is not among them"),
        ([{"ID": "U0", "EmailAddress": "A@example.com"}, {"ID": "u1"}], ""),
        ([{"ID": "u0"}, {"ID": ""}], "answered with a user that has no id of its own"),
        ([{"ID": "u0"}, {"ID": "U0"}], "answered with a user that has no id of its own"),
        ([{"ID": "u0"}, "odd"], "answered with a user that has no id of its own"),
        ({"Users": []}, "answered 200"),
    ],
)
def test_users_count_as_all_only_if_the_keys_own_is_among_them(users: object, flaw: str) -> None:
    def crm(request: httpx.Request) -> httpx.Response:
        match request.url.path.rpartition("/")[2]:
            case "UserByAccessKey.Get":
                who = {"Id": "U0", "Role": "Administrator", "OrgShortCode": "22824"}
                return answer(200, who)
            case "Users.Get":
                return answer(200, users)
            case _:
                return answer(200, {"RecordCount": 0, "List": []})

    account = Account()
    account.sandbox._inner = httpx.MockTransport(crm)  # type: ignore[assignment]  # noqa: SLF001 - answers of the test
    expected = f"the users could not be read: {flaw}" if flaw else ""
    assert account.rule(PENDING).unread == expected


def test_a_key_that_may_not_see_everything_leaves_a_rule_unread() -> None:
    reading = Account("leadsquared_role=Sales_User").rule(owner(user_id(0)))
    assert len(reading.table) == 5
    assert reading.unread == "the key's role is not Administrator, so it may not see everything"


# -- rows that lack what is asked


@pytest.mark.parametrize(
    ("condition", "key"),
    [
        (PENDING, "StatusCode"),
        (OneOf("type", "type", ("Meeting",)), "TaskType"),
        (Before("due", "dueBefore", instant(999)), "DueDate"),
        (After("modified", "modifiedAfter", instant(-999)), "ModifiedOn"),
    ],
)
def test_a_rule_never_selects_a_row_that_lacks_a_field(condition: Condition, key: str) -> None:
    account = Account()

    def strip(response: httpx.Response) -> httpx.Response:
        body = response.json()
        rows = [{name: row[name] for name in row if name != key} for row in body["List"]]
        return answer(200, {**body, "List": rows})

    through(account, "/Retrieve", strip)
    reading = account.rule(owner(user_id(1)), condition)
    assert len(reading.table) == 0
    # Where it is about the status, only the pending ones were asked for.
    count = 4 if key == "StatusCode" else 5
    lack = f"because their rows lack: {condition.field}"
    assert reading.warnings == (f"acme-crm: {count} tasks are matched by no rule {lack}",)


def through(
    account: Account, path: str, change: Callable[[httpx.Response], httpx.Response]
) -> None:
    """Let every answer of a path be changed on its way back."""
    inner = account.sandbox._inner  # noqa: SLF001 - what the sandbox answers

    class Changing(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response = await inner.handle_async_request(request)
            await response.aread()
            return change(response) if request.url.path.endswith(path) else response

    account.sandbox._inner = Changing()  # type: ignore[assignment]  # noqa: SLF001 - in its place


def test_of_two_rows_of_one_task_the_later_one_counts() -> None:
    declared = absences(TASKS, [], (PENDING,))
    row: dict[str, Any] = {"UserTaskId": some_id(1)}
    cases: list[tuple[list[int | None], list[str], bool]] = [
        ([0, 1], [], False),
        ([1, 0], [some_id(1)], False),
        ([None, 0], [some_id(1)], False),
        ([0, None], [], True),
        ([None, 1], [], False),
    ]
    for codes, found, warned in cases:
        gathering = Gathering(declared, View(KEY, Mask(), Owners()))
        for one in codes:
            gathering.take({**row, "StatusCode": one})
        assert (list(gathering.table().ids), bool(gathering.warning)) == (found, warned)


def test_rows_without_a_status_are_said_to_be_matched_by_nothing() -> None:
    account = Account("leadsquared_missing_status=true")
    reading = account.rule(PENDING)
    assert len(account.where(lambda task: code(task) == 0)) == 21
    assert len(reading.table) == 0
    assert reading.warnings == (
        "acme-crm: 21 tasks are matched by no rule because their rows lack: status",
    )


def test_a_protection_by_address_makes_the_users_be_read() -> None:
    account = Account()
    account.lose(1, "OwnerEmailAddress")
    table = account.read(absences(TASKS, [task_id(1)], protections=[KEEP])).table
    assert table.facts(0).fields["owner"] is not None
    assert account.calls["Users.Get"] == 1
    without = Account(USERS_FAIL)
    without.lose(1, "OwnerEmailAddress")
    table = without.read(absences(TASKS, [task_id(1)], protections=[KEEP])).table
    assert "owner" not in table.facts(0).fields


def test_a_row_that_no_rule_could_match_anyway_does_not_lack_anything() -> None:
    rule = (PENDING, OneOf("type", "type", ("Meeting",)))
    gathering = Gathering(absences(TASKS, [], rule), View(KEY, Mask(), Owners()))
    gathering.take({"UserTaskId": some_id(1), "StatusCode": 1})
    assert gathering.warning == ""
    gathering.take({"UserTaskId": some_id(2), "StatusCode": 0})
    assert gathering.warning == "1 task is matched by no rule because its row lacks: type"


def test_a_row_whose_address_is_not_its_users_is_matched_by_no_rule() -> None:
    account = Account()
    renamed = account.change(1, OwnerEmailAddress="maiden.name@example.com")
    reading = account.rule(owner(ONE))
    assert list(reading.table.ids) == account.where(
        lambda task: task["OwnerId"] == user_id(1) and task["UserTaskId"] != renamed
    )
    assert reading.warnings == (
        "acme-crm: 1 task is matched by no rule because its row lacks: owner",
    )


def test_a_row_whose_address_is_not_its_users_does_not_tell_who_is_not_protected() -> None:
    account = Account()
    renamed = account.change(1, OwnerEmailAddress="maiden.name@example.com")
    table = account.read(absences(TASKS, [renamed], protections=[KEEP])).table
    assert "owner" not in table.facts(0).fields


# -- the quota


def test_a_quota_that_is_used_up_leaves_rules_unread_and_says_how_far_it_came() -> None:
    account = Account()
    account.rig.slots.left = 8
    reading = account.rule(Before("due", "dueBefore", instant(999)))
    assert reading.unread.startswith("8 calls were spent, so the tasks of ")
    assert reading.unread.endswith(" of 7 owners were not read")
    assert set(verdicts(reading.table).values()) <= {"present"}


def test_a_quota_that_ends_while_users_are_read_leaves_rules_unread() -> None:
    account = Account()
    account.rig.slots.left = 1
    reading = account.rule(PENDING)
    assert reading.unread == "the users could not be read: 1 calls were spent"
