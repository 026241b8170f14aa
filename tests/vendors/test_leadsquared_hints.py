"""Hints: declared tasks found together where a manifest says so, at no risk if it is wrong."""

from array import array
from dataclasses import replace

import pytest

from reconciler.domain.absences import Absences, Lookup
from reconciler.domain.conditions import OneOf
from reconciler.domain.live import Present
from reconciler.domain.plan import Reading
from reconciler.domain.ways import Way
from reconciler.sandbox.seed import lead_id, task_id, user_id
from reconciler.sandbox.seed_data import PEOPLE
from tests.vendors.rig import TASKS, absences, some_id, verdicts
from tests.vendors.test_leadsquared_rules import LISTED, ONE, PENDING, Account, owner

MINE = [task_id(number) for number in range(1, 60, 7)]
"""The nine tasks of user 1."""
LEADS = [task_id(number) for number in range(0, 60, 12)]
"""The five tasks of lead 0."""
NOWHERE = [some_id(number) for number in range(5)]
BY_OWNER, BY_LEAD = Lookup(owner=user_id(1)), Lookup(lead=lead_id(0))
PENDING_ONLY = OneOf("status", "status", ("pending",))


def read(
    *ids: str, lookup: Lookup, faults: tuple[str, ...] = (), page: int = 500
) -> tuple[Account, Reading]:
    account = Account(*faults, tasks=60, page=page)
    return account, account.read(absences(TASKS, ids, lookup=lookup))


@pytest.mark.parametrize("name", [user_id(1), user_id(1).upper(), ONE, ONE.upper()])
def test_tasks_of_an_owner_are_found_in_one_call_instead_of_many(name: str) -> None:
    account, reading = read(*MINE, lookup=Lookup(owner=name))
    assert verdicts(reading.table) == dict.fromkeys(sorted(MINE), "present")
    assert (reading.way, reading.population, reading.unread) == ("by owner", None, "")
    # One of them is asked by id, so that its deletion can be proven.
    assert account.calls == {"UserByAccessKey.Get": 1, "Retrieve": 1, "Retrieve.GetById": 1}


def test_tasks_of_a_lead_are_found_in_one_call_and_look_the_same() -> None:
    account, reading = read(*LEADS, lookup=BY_LEAD)
    assert reading.way == "by lead"
    assert account.calls == {
        "UserByAccessKey.Get": 1,
        "RetrieveTaskByLeadId": 1,
        "Retrieve.GetById": 1,
    }
    _, usual = read(*LEADS, lookup=Lookup())
    states = [reading.table.state(position) for position in range(5)]
    others = [usual.table.state(position) for position in range(5)]
    marks = [one.fingerprint for one in states if isinstance(one, Present)]
    assert marks == [one.fingerprint for one in others if isinstance(one, Present)]
    assert isinstance(states[1], Present)
    assert states[1].evidence == LISTED


def test_the_rows_of_a_lead_are_not_used_where_conditions_ask_for_what_they_lack() -> None:
    account = Account(tasks=60)
    declared = absences(TASKS, LEADS, lookup=BY_LEAD, expect=(PENDING_ONLY,))
    reading = account.read(declared)
    assert reading.way == "by id"
    assert account.calls["RetrieveTaskByLeadId"] == 0
    assert "type" in reading.table.facts(0).fields


def test_the_rows_of_an_owner_tell_what_conditions_ask_for() -> None:
    account = Account(tasks=60)
    declared = absences(TASKS, MINE, lookup=BY_OWNER, expect=(PENDING_ONLY,))
    reading = account.read(declared)
    assert reading.way == "by owner"
    assert all("type" in reading.table.facts(position).fields for position in range(9))


@pytest.mark.parametrize(
    "lookup",
    [
        Lookup(owner=user_id(2)),
        Lookup(owner="nobody@example.com"),
        Lookup(lead=lead_id(1)),
        Lookup(lead=some_id(1)),
    ],
)
def test_a_wrong_hint_costs_a_call_and_changes_no_verdict(lookup: Lookup) -> None:
    account, reading = read(*MINE, *NOWHERE, lookup=lookup)
    expected = {**dict.fromkeys(NOWHERE, "absent"), **dict.fromkeys(MINE, "present")}
    assert verdicts(reading.table) == dict(sorted(expected.items()))
    assert reading.warnings == ()
    assert account.calls["Retrieve"] + account.calls["RetrieveTaskByLeadId"] == 1
    assert account.calls["Retrieve.GetById"] == 9 + 5 + 1


@pytest.mark.parametrize("lookup", [BY_OWNER, BY_LEAD])
def test_what_a_listing_does_not_show_is_asked_by_id(lookup: Lookup) -> None:
    ids = MINE if lookup.owner else LEADS
    account, reading = read(*ids, *NOWHERE, task_id(2), lookup=lookup)
    expected = {**dict.fromkeys([*ids, task_id(2)], "present"), **dict.fromkeys(NOWHERE, "absent")}
    assert verdicts(reading.table) == dict(sorted(expected.items()))
    assert reading.way == f"by {'owner' if lookup.owner else 'lead'}, by id"
    assert account.calls["Retrieve.GetById"] == 5 + 1 + 1


def test_no_listing_is_read_for_a_few_tasks() -> None:
    account, reading = read(*MINE[:3], lookup=BY_OWNER)
    assert (reading.way, account.calls["Retrieve"]) == ("by id", 0)
    account, reading = read(*MINE[:4], lookup=BY_OWNER)
    assert (reading.way, account.calls["Retrieve"]) == ("by owner", 1)


def test_paging_goes_on_only_while_it_is_cheaper_than_asking_for_each() -> None:
    # Nine pages of one row: after the first one eight are left, and four or five tasks.
    account, reading = read(*NOWHERE, lookup=BY_OWNER, page=1)
    assert (account.calls["Retrieve"], verdicts(reading.table)) == (
        1 + 1,  # the listing, and the search for a witness
        dict.fromkeys(NOWHERE, "absent"),
    )
    # Three pages of three: all of them are read, and no empty one.
    account, reading = read(*MINE, lookup=BY_OWNER, page=3)
    assert (account.calls["Retrieve"], reading.way) == (3, "by owner")
    # Three pages of four: the last one would show one task, which is asked by id instead.
    account, reading = read(*MINE, lookup=BY_OWNER, page=4)
    assert (account.calls["Retrieve"], reading.way) == (2, "by owner, by id")


def test_paging_ends_where_pages_repeat() -> None:
    account, reading = read(*MINE, lookup=BY_OWNER, page=4, faults=("leadsquared_paging=ignored",))
    assert (account.calls["Retrieve"], reading.way) == (2, "by owner, by id")
    assert set(verdicts(reading.table).values()) == {"present"}


@pytest.mark.parametrize("failure", ["html502", "mx500", "error200", "empty", "400"])
def test_a_listing_that_cannot_be_read_is_no_matter(failure: str) -> None:
    fault = f"common_failures=leadsquared_list:1-:{failure}"
    _, reading = read(*MINE, lookup=BY_OWNER, faults=(fault,))
    assert verdicts(reading.table) == dict.fromkeys(sorted(MINE), "present")
    assert (reading.way, reading.warnings) == ("by owner, by id", ())


def test_a_quota_that_ends_while_a_hint_is_followed_leaves_the_rest_unknown() -> None:
    account = Account(tasks=60, page=3)
    account.rig.slots.left = 3
    reading = account.read(absences(TASKS, MINE, lookup=BY_OWNER))
    found = list(verdicts(reading.table).values())
    assert (found.count("present"), found.count("unknown")) == (6, 3)
    assert reading.warnings == ("acme-crm: not everything was read: 3 calls were spent",)


def test_a_quota_that_ends_after_the_last_listing_takes_nothing_back() -> None:
    account = Account(tasks=60)
    account.rig.slots.left = 2
    reading = account.read(absences(TASKS, MINE, lookup=BY_OWNER))
    assert verdicts(reading.table) == dict.fromkeys(sorted(MINE), "present")
    assert reading.warnings == ()


def test_a_listing_that_lags_behind_never_stands_against_reading_back() -> None:
    account, reading = read(*MINE, lookup=BY_OWNER, faults=("leadsquared_list_lag=3600",))

    async def work() -> dict[str, str]:
        for target_id in MINE:
            account.store.remove_task(target_id)
        await account.clock.sleep(1)
        return verdicts(await account.reader.read_back(reading, sorted(MINE)))

    assert account.clock.run(work()) == dict.fromkeys(sorted(MINE), "absent")
    # The next plan sees them in the listing all the same; deleting them again does no harm.
    again = account.read(absences(TASKS, MINE, lookup=BY_OWNER))
    assert set(verdicts(again.table).values()) == {"present"}


def test_of_what_a_lagging_listing_shows_three_are_asked_by_id_and_then_no_more() -> None:
    account = Account("leadsquared_list_lag=3600", tasks=60)
    for target_id in MINE:
        account.store.remove_task(target_id)
    reading = account.read(absences(TASKS, MINE, lookup=BY_OWNER))
    assert account.calls["Retrieve.GetById"] == 3
    states = [reading.table.state(position) for position in range(9)]
    assert {one.evidence for one in states if isinstance(one, Present)} == {LISTED}


# -- on request


def asked(way: Way, *ids: str, lookup: Lookup, page: int = 500) -> tuple[Account, Reading]:
    account = Account(tasks=60, page=page)
    account.rig.way = way
    account.reader = account.rig.task_reader()
    return account, account.read(absences(TASKS, ids, lookup=lookup))


@pytest.mark.parametrize(
    ("way", "lookup", "ids"), [(Way.BY_OWNER, BY_OWNER, MINE), (Way.BY_LEAD, BY_LEAD, LEADS)]
)
def test_whoever_asks_for_it_gets_it_for_a_single_task(
    way: Way, lookup: Lookup, ids: list[str]
) -> None:
    account, reading = asked(way, ids[0], lookup=lookup)
    assert (reading.way, set(verdicts(reading.table).values())) == (way, {"present"})
    assert account.calls["Retrieve"] + account.calls["RetrieveTaskByLeadId"] == 1
    assert account.calls["Retrieve.GetById"] == 1


def test_and_page_after_page_until_all_were_seen() -> None:
    account, reading = asked(Way.BY_OWNER, MINE[-1], lookup=BY_OWNER, page=1)
    assert (reading.way, account.calls["Retrieve"]) == ("by owner", 9)
    account, reading = asked(Way.BY_OWNER, MINE[3], lookup=BY_OWNER, page=1)
    assert (reading.way, account.calls["Retrieve"]) == ("by owner", 4)
    account, reading = asked(Way.BY_OWNER, *MINE[:2], NOWHERE[0], lookup=BY_OWNER, page=1)
    assert (reading.way, account.calls["Retrieve"]) == ("by owner, by id", 9)
    assert list(verdicts(reading.table).values()).count("absent") == 1


@pytest.mark.parametrize(
    ("way", "lookup"),
    [
        (Way.BY_ID, BY_OWNER),
        (Way.BY_LEAD, BY_OWNER),
        (Way.BY_OWNER, BY_LEAD),
        (Way.BY_ID, BY_LEAD),
    ],
)
def test_whoever_asks_for_another_way_has_no_hint_followed(way: Way, lookup: Lookup) -> None:
    account, reading = asked(way, *MINE, lookup=lookup)
    assert (reading.way, set(verdicts(reading.table).values())) == ("by id", {"present"})
    assert account.calls["Retrieve"] + account.calls["RetrieveTaskByLeadId"] == 0


def test_whoever_asks_for_the_whole_account_has_no_hint_followed_either() -> None:
    account, reading = asked(Way.WHOLE_ACCOUNT, *MINE, lookup=BY_OWNER)
    assert reading.way == "whole account"
    assert len({one["Parameter"]["LookupValue"] for one in account.asked}) == 7


def test_a_hint_that_is_not_followed_widens_no_rule() -> None:
    account = Account(tasks=60)
    account.rig.way = Way.BY_ID
    account.reader = account.rig.task_reader()
    account.read(absences(TASKS, MINE, (owner(user_id(1)), PENDING), lookup=BY_OWNER))
    assert {one["Parameter"].get("StatusCode") for one in account.asked} == {0}


# -- several manifests


def several(*lookups: Lookup, ids: list[str]) -> Absences:
    """Return absences of which each is declared by every one of several manifests."""
    declared = absences(TASKS, ids)
    manifests = [replace(declared.manifests[0], lookup=lookup) for lookup in lookups]
    also = {
        position: tuple((index, 1) for index in range(1, len(lookups)))
        for position in range(len(ids))
    }
    return replace(declared, manifests=manifests, also=also, line=array("I", [1] * len(ids)))


def test_one_place_is_looked_at_once_whoever_hints_at_it() -> None:
    account = Account(tasks=60)
    reading = account.read(several(BY_OWNER, Lookup(owner=user_id(1).upper()), ids=MINE))
    assert (reading.way, account.calls["Retrieve"]) == ("by owner", 1)


def test_the_second_hint_is_for_what_the_first_did_not_show() -> None:
    account = Account(tasks=60)
    reading = account.read(several(Lookup(owner=user_id(2)), BY_OWNER, BY_LEAD, ids=MINE))
    assert (reading.way, account.calls["Retrieve"]) == ("by owner", 2)
    assert account.calls["RetrieveTaskByLeadId"] == 0
    both = several(Lookup(owner=user_id(2)), BY_LEAD, Lookup(), ids=LEADS)
    assert Account(tasks=60).read(both).way == "by owner, by lead"


def test_an_owner_goes_before_a_lead_for_his_rows_tell_more() -> None:
    account, reading = read(*MINE, lookup=Lookup(owner=user_id(1), lead=lead_id(1)))
    assert (reading.way, account.calls["RetrieveTaskByLeadId"]) == ("by owner", 0)


# -- hints and rules


def test_an_owner_that_a_rule_lists_is_listed_once_and_in_full() -> None:
    account = Account(tasks=60)
    declared = absences(TASKS, MINE, (owner(user_id(1)), PENDING), lookup=BY_OWNER)
    reading = account.read(declared)
    assert reading.table.ids is declared.ids
    assert [one["Parameter"].get("StatusCode") for one in account.asked] == [None, None]
    assert (reading.way, account.calls["Retrieve.GetById"]) == ("by owner", 1)


def test_an_owner_that_few_tasks_are_said_to_be_of_is_listed_as_rules_need_it() -> None:
    account = Account(tasks=60)
    account.read(absences(TASKS, MINE[:3], (owner(user_id(1)), PENDING), lookup=BY_OWNER))
    assert {one["Parameter"].get("StatusCode") for one in account.asked} == {0}


def test_users_that_were_read_tell_all_ids_of_an_address() -> None:
    account = Account(tasks=60)
    twin = account.store.users()[2]
    account.store.put_entries("user", [(twin["ID"], {**twin, "EmailAddress": ONE})])
    second = [task_id(number) for number in range(2, 60, 7)]
    declared = absences(
        TASKS, [*MINE, *second], (owner(PEOPLE[3].email),), lookup=Lookup(owner=ONE)
    )
    reading = account.read(declared)
    listed = {one["Parameter"]["LookupValue"] for one in account.asked}
    assert listed == {user_id(1), user_id(2), user_id(3)}
    assert set(verdicts(reading.table).values()) == {"present"}
