"""Ways of reading: which one is asked for, which one a plan was made in, what a day leaves."""

from collections import Counter
from typing import Any

import pytest

from reconciler.domain.accounts import Container, System
from reconciler.domain.ways import Way
from reconciler.planfile.read import read_plan
from reconciler.sandbox.seed import lead_id, phone_number, task_id, user_id
from tests.functional.world import LIST, SECOND_LIST, Inside, document

WHY = "owner: ops, reason: Not needed, ticket: OPS-1"
MINE = [task_id(number) for number in (1, 8, 15)]
"""Tasks of user 1."""
LEADS = [task_id(number) for number in (0, 12)]
NUMBER = phone_number(1)
"""The first number of the second record, which has two."""


def tasks(world: Inside, name: str, ids: list[str], lookup: str) -> None:
    world.write(
        f"{name}.yaml",
        *document("AbsentTasks", name, WHY),
        f"spec: {{account: crm, tasks: [{', '.join(ids)}], lookup: {lookup}}}",
    )


@pytest.fixture
def declared(inside: Inside) -> Inside:
    """A few tasks with hints, and a record by its number beside two ids."""
    inside.declare(records=[0, 999_999], policy="{allowEmptying: true}")
    tasks(inside, "mine", MINE, f"{{owner: {user_id(1)}}}")
    tasks(inside, "leads", LEADS, f"{{lead: {lead_id(0)}}}")
    inside.write(
        "numbers.yaml",
        *document("AbsentRecords", "numbers", WHY),
        f"spec: {{account: dialer, recordList: {LIST}, records: [{{phoneNumber: '{NUMBER}'}}]}}",
    )
    return inside


def ways(told: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["way"] for one in told["accounts"]}


def plan(world: Inside, *arguments: str) -> dict[str, Any]:
    ran = world.run("plan", *arguments, "--format", "json")
    assert ran.code == 0, ran.err
    return ran.json()


ASKED = {
    "id": ("by id", "whole list"),
    "owner": ("by owner, by id", "whole list"),
    "lead": ("by lead, by id", "whole list"),
    "account": ("whole account", "whole list"),
    "phone": ("by id", "by phone number, by id"),
    "list": ("by id", "whole list"),
}


@pytest.mark.parametrize("way", ASKED)
def test_a_plan_says_in_which_way_it_read_and_comes_to_the_same_in_each(
    declared: Inside, way: str
) -> None:
    usual = plan(declared)
    assert ways(usual) == {"crm": "by id", "dialer": "whole list"}
    told = plan(declared, "--read-by", way)
    assert tuple(ways(told).values()) == ASKED[way]
    containers = [one["way"] for account in told["accounts"] for one in account["containers"]]
    assert tuple(containers) == ASKED[way]
    assert (told["digest"], told["counts"]) == (usual["digest"], usual["counts"])
    assert told["counts"]["delete"] == 7
    text = declared.run("plan", "--read-by", way).out
    calls = [one["calls"] for one in told["accounts"]]
    assert f"  read {ASKED[way][0]} in {calls[0]} calls" in text
    assert f"  read {ASKED[way][1]} in {calls[1]} calls" in text


@pytest.mark.parametrize("way", ["fast", "external", "by-"])
def test_nothing_is_called_for_a_way_that_is_refused(declared: Inside, way: str) -> None:
    ran = declared.run("plan", "--read-by", way, "--out", "plan.jsonl")
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith(f"Error: --read-by {way}: ")
    assert declared.arrivals() == []
    assert not (declared.folder / "plan.jsonl").exists()


def reads(world: Inside) -> Counter[str]:
    """Return how often each kind of call has arrived."""
    return Counter(
        one.path.rpartition("/")[2] if one.system == "leadsquared" else _talkdesk(one.path)
        for one in world.arrivals()
    )


def _talkdesk(path: str) -> str:
    return "record" if "/records/" in path else path.rpartition("/")[2]


@pytest.mark.parametrize("way", ["account", "phone"])
def test_apply_reads_in_the_way_of_its_plan(declared: Inside, way: str) -> None:
    assert declared.run("plan", "--read-by", way, "--out", "plan.jsonl").code == 0
    planned = reads(declared)
    assert declared.run("apply", "--plan", "plan.jsonl").code == 0
    applied = reads(declared) - planned
    assert declared.live_tasks().isdisjoint(MINE)
    if way == "account":
        # Every user's tasks are listed, which five tasks would not have been worth.
        assert applied["Retrieve"] >= 7
        assert applied["Users.Get"] >= 1
    else:
        assert applied["Retrieve"] == 0
        # The number and its control are what was listed, and no page of the whole list.
        assert applied["records"] == planned["records"] == 2


def test_without_a_plan_the_counts_of_calls_decide_again(declared: Inside) -> None:
    assert declared.run("plan", "--read-by", "account", "--out", "plan.jsonl").code == 0
    planned = reads(declared)
    assert declared.run("apply", "--auto-approve").code == 0
    assert (reads(declared) - planned)["Users.Get"] == 0


def test_the_way_of_one_container_is_not_that_of_another(inside: Inside) -> None:
    """The plan knows the way of each: numbers here, and there a list as a whole."""
    inside.declare(policy="{allowEmptying: true}")
    for name, where, number in (
        ("first", LIST, NUMBER),
        ("second", SECOND_LIST, phone_number(0)),
    ):
        inside.write(
            f"{name}.yaml",
            *document("AbsentRecords", name, WHY),
            f"spec: {{account: dialer, recordList: {where}, records: "
            f"[{{phoneNumber: '{number}'}}]}}",
        )
    told = plan(inside, "--read-by", "phone")
    assert {one["container"]: one["way"] for one in told["accounts"][0]["containers"]} == {
        LIST: "by phone number",
        # Nobody has two numbers there, so the filter is not believed.
        SECOND_LIST: "whole list",
    }
    assert inside.run("plan", "--read-by", "phone", "--out", "plan.jsonl").code == 0
    assert read_plan(inside.folder / "plan.jsonl").ways == {
        Container(System.TALKDESK, "dialer", LIST): Way.BY_PHONE,
        Container(System.TALKDESK, "dialer", SECOND_LIST): Way.WHOLE_LIST,
    }


@pytest.mark.parametrize("way", ["phone", "list"])
def test_numbers_that_are_looked_up_are_told_nowhere(declared: Inside, way: str) -> None:
    loud = ("-v", "-v", "--log-format", "json")
    runs = [
        declared.run("plan", "--read-by", way, "--out", "plan.jsonl", *loud),
        declared.run("plan", "--read-by", way, "--format", "json", "--full", *loud),
        declared.run("apply", "--plan", "plan.jsonl", *loud),
    ]
    assert [one.code for one in runs] == [0, 0, 0]
    files = [one for one in declared.folder.rglob("*") if one.is_file()]
    written = [one.read_bytes() for one in files if "manifests" not in one.parts]
    written += [text.encode() for one in runs for text in (one.out, one.err)]
    assert b"***0101" in b"".join(written)
    assert [one for one in written if NUMBER[1:].encode() in one] == []


# -- what a day leaves


def with_daily(calls: int) -> str:
    return f"{{calls: 1000, per: 5s, settleWithin: 2s, daily: {calls}}}"


TASKS_CHEAPER = (
    "--read-by account, or a `lookup` that names their owner or lead, may take fewer, --target "
    "reads a part of them, and a day later all calls are back"
)


def test_a_reading_that_a_day_does_not_leave_is_not_begun(inside: Inside) -> None:
    inside.declare(tasks=range(8), crm=with_daily(9))
    ran = inside.run("plan")
    assert ran.code == 7
    assert ran.last == "Plan: 0 to delete, 0 already absent, 0 protected, 0 held, 8 unknown."
    why = f"asking for 8 tasks by id takes 9 calls, and of limits.daily 8 are left; {TASKS_CHEAPER}"
    assert f"crm: not everything was read: {why}" in ran.out
    assert [one.path for one in inside.arrivals()] == ["/v2/Authentication.svc/UserByAccessKey.Get"]
    document = inside.run("plan", "--format", "json").json()
    assert document["failure_reason"] == "incomplete"
    assert {one["action"] for one in document["items"]} == {"unknown"}
    # One call more has gone into asking whose key it is.
    assert {one["reason"] for one in document["items"]} == {why.replace("daily 8", "daily 7")}


def test_and_what_is_left_is_enough_for_it_to_the_last_call(inside: Inside) -> None:
    inside.declare(tasks=range(8), crm=with_daily(10))
    read = inside.run("plan")
    assert read.last.startswith("Plan: 8 to delete, 0 already absent, ")
    assert len(inside.arrivals()) == 10
    # It was read, but nothing is left to apply it with.
    assert read.code == 7
    assert "crm: applying takes about 19 calls, and of limits.daily 10 only 0 are left" in read.out
    ran = inside.run("plan")
    assert ran.code == 7
    assert "crm has spent 10 of 10 calls in 24 hours (limits.daily)" in ran.out
    assert len(inside.arrivals()) == 10


def test_what_was_seen_before_stays_seen(inside: Inside) -> None:
    ids = [*(task_id(number) for number in range(1, 60, 7)), *map(task_id, range(2, 60, 7))]
    inside.declare(crm=with_daily(8))
    tasks(inside, "mine", ids, f"{{owner: {user_id(1)}}}")
    ran = inside.run("plan")
    assert ran.code == 7
    assert ran.last == "Plan: 9 to delete, 0 already absent, 0 protected, 0 held, 9 unknown."
    assert "asking for 9 tasks by id takes 10 calls, and of limits.daily 6 are left" in ran.out
    assert len(inside.arrivals()) == 2


def test_apply_sends_nothing_to_an_account_that_it_may_not_read_to_the_end(inside: Inside) -> None:
    inside.declare(tasks=range(8), crm=with_daily(9))
    ran = inside.run("apply", "--auto-approve")
    assert ran.code == 7
    assert inside.deletions() == []
    assert len(inside.live_tasks()) == 60


def test_of_records_too(inside: Inside) -> None:
    inside.declare(records=range(3), dialer="{calls: 1000, per: 5s, daily: 4, page: 5}")
    ran = inside.run("plan")
    assert ran.code == 7
    assert (
        "dialer: not everything was read: asking for 3 by id takes 4 calls, and of limits.daily 2 "
        "are left; --target reads a part of them, and a day later all calls are back" in ran.out
    )
    assert [one.path.rpartition("/")[2] for one in inside.arrivals()] == ["token", LIST]


def test_and_of_whole_lists(inside: Inside) -> None:
    inside.declare(records=range(60), dialer="{calls: 1000, per: 5s, daily: 13, page: 10}")
    ran = inside.run("plan")
    assert ran.code == 7
    assert (
        "listing the whole record list takes 12 calls, and of limits.daily 11 are left" in ran.out
    )
    assert [one.path.rpartition("/")[2] for one in inside.arrivals()] == ["token", LIST]
