"""What the switches of both sides change, and which calls a failure rule hits."""

import asyncio
import time
from collections.abc import Callable

import pytest

from reconciler.sandbox.connection import ConnectionCutError
from reconciler.sandbox.failure_rules import FailureRule
from reconciler.sandbox.seed import record_id, task_id, user_id
from tests.sandbox.harness import RECORD_LIST, Harness

Opened = Callable[..., Harness]
WHOAMI = "Authentication.svc/UserByAccessKey.Get"


def whoami_statuses(sandbox: Harness, calls: int) -> list[int]:
    return [sandbox.leadsquared(WHOAMI).status_code for _ in range(calls)]


@pytest.mark.parametrize(
    ("which", "failing"),
    [("2", [2]), ("2-3", [2, 3]), ("3-", [3, 4, 5, 6]), ("*2", [2, 4, 6]), ("1", [1])],
)
def test_calls_fail_by_their_number(opened: Opened, which: str, failing: list[int]) -> None:
    sandbox = opened(f"common_failures=leadsquared_whoami:{which}:503")
    statuses = whoami_statuses(sandbox, 6)
    assert [n for n, status in enumerate(statuses, 1) if status == 503] == failing


def test_only_calls_of_the_kind_fail(opened: Opened) -> None:
    sandbox = opened("common_failures=leadsquared_get:1:500")
    assert whoami_statuses(sandbox, 1) == [200]
    assert sandbox.task(task_id(0)).status_code == 500


def test_a_kind_may_be_a_whole_vendor_or_any(opened: Opened) -> None:
    sandbox = opened("common_failures=leadsquared:2:500", "common_failures=any:3:503")
    assert whoami_statuses(sandbox, 2) == [200, 500]
    # Each vendor counts for itself.
    assert sandbox.talkdesk("GET", "/record-lists").status_code == 200
    assert sandbox.talkdesk("GET", "/record-lists").status_code == 503


def test_rules_are_combined_and_the_first_one_wins(opened: Opened) -> None:
    rules = "leadsquared_whoami:1:401,leadsquared_whoami:1-2:503"
    sandbox = opened(f"common_failures={rules}")
    assert whoami_statuses(sandbox, 3) == [401, 503, 200]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504])
def test_a_failure_may_be_any_error_status(opened: Opened, status: int) -> None:
    sandbox = opened(f"common_failures=leadsquared_delete:1:{status},talkdesk_delete:1:{status}")
    assert sandbox.delete_tasks(task_id(0)).status_code == status
    assert sandbox.delete_records(record_id(0)).status_code == status
    sandbox.now += 10
    assert len(sandbox.store.task_ids()) == 60
    assert len(sandbox.store.record_ids(RECORD_LIST)) == 120


@pytest.mark.parametrize(
    ("failure", "status", "start"),
    [
        ("empty", 200, ""),
        ("html", 200, "<!doctype"),
        ("html502", 502, "<html>"),
        ("error200", 200, '{"code"'),
        ("mx500", 500, '{"code"'),
        ("load_shedding", 429, '{"code":"0020017"'),
        ("redirect", 302, ""),
    ],
)
def test_a_failure_may_have_an_odd_body(
    opened: Opened, failure: str, status: int, start: str
) -> None:
    sandbox = opened(f"common_failures=talkdesk_delete:1:{failure}_after")
    answer = sandbox.delete_records(record_id(0))
    assert answer.status_code == status
    assert answer.text.startswith(start)
    assert bool(answer.text) == bool(start)
    assert record_id(0) not in sandbox.store.record_ids(RECORD_LIST)


def test_an_mx500_is_leadsquareds_own_refusal(opened: Opened) -> None:
    sandbox = opened("common_failures=leadsquared:1:mx500,leadsquared:2:error200")
    first, second = sandbox.leadsquared(WHOAMI), sandbox.leadsquared(WHOAMI)
    assert (first.status_code, second.status_code) == (500, 200)
    assert first.json() == second.json()
    assert first.json()["ExceptionType"].startswith("MX")


@pytest.mark.parametrize(("failure", "left"), [("cut", 120), ("cut_after", 119), ("cut_body", 119)])
def test_the_connection_may_be_cut_before_or_after_the_deletion(
    opened: Opened, failure: str, left: int
) -> None:
    sandbox = opened(f"common_failures=talkdesk_delete:1:{failure}")
    with pytest.raises(ConnectionCutError):
        sandbox.delete_records(record_id(0))
    assert sandbox.store.arrivals()[-1].status == 0
    assert len(sandbox.store.record_ids(RECORD_LIST)) == left


@pytest.mark.parametrize(("failure", "left"), [("hang", 120), ("hang_after", 119)])
def test_the_answer_may_hang(opened: Opened, failure: str, left: int) -> None:
    sandbox = opened(f"common_failures=talkdesk_delete:1:{failure}", "common_hang_seconds=0.2")
    start = time.monotonic()
    sandbox.delete_records(record_id(0))
    assert time.monotonic() - start > 0.15
    assert len(sandbox.store.record_ids(RECORD_LIST)) == left


def test_the_json_may_be_garbled(opened: Opened) -> None:
    sandbox = opened("common_failures=talkdesk_delete:1:garbled")
    answer = sandbox.delete_records(record_id(0))
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert len(sandbox.store.record_ids(RECORD_LIST)) == 119


def test_the_answer_of_another_call_may_come(opened: Opened) -> None:
    sandbox = opened("common_failures=leadsquared_get:2:previous")
    assert sandbox.task(task_id(0)).json()[0]["UserTaskId"] == task_id(0)
    assert sandbox.task(task_id(1)).json()[0]["UserTaskId"] == task_id(0)


def test_a_failing_call_may_carry_retry_after(opened: Opened) -> None:
    sandbox = opened("common_failures=leadsquared:1:503", "leadsquared_retry_after=7")
    assert sandbox.leadsquared(WHOAMI).headers["retry-after"] == "7"


def test_a_failing_token_request_gives_no_token(opened: Opened) -> None:
    assert opened("common_failures=talkdesk_token:1:401").token().status_code == 401


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("talkdesk:1", "form"),
        ("talkdesk:1:503:x", "form"),
        ("phone:1:503", "no kind"),
        ("talkdesk:0:503", "none of"),
        ("talkdesk:*2-3:503", "none of"),
        ("talkdesk:1:teapot", "no failure"),
    ],
)
def test_a_rule_that_cannot_be_read_says_why(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        FailureRule.parse(text)


@pytest.mark.parametrize("text", ["talkdesk:1:503", "any:2-:cut_after", "talkdesk_get:*3:html"])
def test_a_rule_is_written_as_it_is_read(text: str) -> None:
    assert str(FailureRule.parse(text)) == text


def test_every_answer_may_take_its_time(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    sandbox = opened("common_latency_ms=200", "common_jitter_ms=100")
    monkeypatch.setattr(asyncio, "sleep", sleep)
    whoami_statuses(sandbox, 3)
    assert len(set(slept)) == 3
    assert all(0.2 <= seconds <= 0.3 for seconds in slept)


def test_a_deleted_thing_may_come_back_and_be_deleted_again(opened: Opened) -> None:
    sandbox = opened("common_reappears_after=60")
    sandbox.delete_tasks(task_id(0))
    sandbox.delete_records(record_id(0))
    sandbox.now += 30
    assert task_id(0) not in sandbox.store.task_ids()
    assert sandbox.record(record_id(0)).status_code == 404
    sandbox.now += 40
    assert task_id(0) in sandbox.store.task_ids()
    assert sandbox.record(record_id(0)).status_code == 200
    sandbox.delete_tasks(task_id(0))
    sandbox.now += 3
    assert sandbox.task(task_id(0)).json() == []


def test_an_existing_thing_may_flicker(opened: Opened) -> None:
    sandbox = opened("common_flicker=3")
    tasks = [len(sandbox.task(task_id(0)).json()) for _ in range(6)]
    records = [sandbox.record(record_id(0)).status_code for _ in range(3)]
    assert tasks == [1, 1, 0, 1, 1, 0]
    assert records == [200, 200, 404]
    assert sandbox.owned(user_id(0))["RecordCount"] == 9
