"""The store: changes behind a client's back, the journal, and two processes at one file."""

import time
from contextlib import suppress
from pathlib import Path

import pytest

from reconciler.sandbox.record_table import RecordQuery
from reconciler.sandbox.seed import record_id, record_list_id, seed, task_id, user_id
from reconciler.sandbox.store import Arrival, Store
from reconciler.sandbox.task_table import TaskQuery
from tests.sandbox.harness import NOW, RECORD_LIST, Harness

ARRIVAL = Arrival(NOW, "GET", "/record-lists", "page=1", 0, 0, "talkdesk")


def test_a_seed_is_the_same_world_again() -> None:
    with Store(":memory:") as first, Store(":memory:") as second:
        for store in (first, second):
            store.clock = lambda: NOW
            seed(store, seed=7, now=NOW)
        assert first.tasks() == second.tasks()
        assert first.records(record_list_id(0, 7)) == second.records(record_list_id(0, 7))
        assert first.task_ids() == {task_id(n, 7) for n in range(60)}
        assert first.record_ids(record_list_id(0, 7)) == {record_id(n, 7) for n in range(120)}
        assert len(first.record_ids(record_list_id(1, 7))) == 20


def test_another_seed_is_another_world() -> None:
    assert task_id(0, 1) != task_id(0, 2)
    assert record_id(0, 1) != record_id(0, 2)
    assert record_list_id(0, 1) != record_list_id(0, 2)


def test_a_seeded_world_is_varied() -> None:
    with Store(":memory:") as store:
        seed(store, now=NOW)
        tasks, records = store.tasks(), store.records(RECORD_LIST)
        assert {task["OwnerId"] for task in tasks} == {user_id(n) for n in range(7)}
        assert {task["Category"] for task in tasks} == {0, 1}
        assert {task["RelatedEntity"] for task in tasks} == {0, 1}
        assert {len(record["phone_numbers"]) for record in records} == {1, 2, 3}
        assert {record["priority"] for record in records} == {1, 5, 7, 10, 11}
        assert {"external_id" in record for record in records} == {True, False}


def test_a_large_world_is_seeded_quickly() -> None:
    with Store(":memory:") as store:
        start = time.monotonic()
        seed(store, tasks=12_001, records=20_000, now=NOW)
        assert time.monotonic() - start < 20
        assert len(store.task_ids()) == 12_001
        numbers = [record["phone_number"] for record in store.records(RECORD_LIST)]
        assert len(set(numbers)) == 20_000


def test_seeding_is_all_or_nothing() -> None:
    with Store(":memory:") as store:
        with pytest.raises(OverflowError):
            seed(store, now=1e20)
        assert store.is_new()
        assert store.tasks() == []


def test_a_test_may_change_the_world_behind_a_clients_back() -> None:
    with Store(":memory:") as store:
        store.clock = lambda: NOW
        seed(store, now=NOW)
        store.add_task("new", OwnerId=user_id(1), Name="New")
        assert store.update_task(task_id(0), OwnerId=user_id(2), StatusCode=1)
        store.remove_task(task_id(1))
        tasks = {task["UserTaskId"]: task for task in store.tasks()}
        assert tasks["new"]["Name"] == "New"
        assert (tasks[task_id(0)]["OwnerId"], tasks[task_id(0)]["StatusCode"]) == (user_id(2), 1)
        assert task_id(1) not in tasks
        assert not store.update_task(task_id(1), Name="x")


def test_records_may_be_changed_too() -> None:
    with Store(":memory:") as store:
        store.clock = lambda: NOW
        seed(store, now=NOW)
        store.add_record(RECORD_LIST, "new", first_name="New")
        assert store.update_record(RECORD_LIST, record_id(0), priority=3)
        store.remove_record(RECORD_LIST, record_id(1))
        records = {record["id"]: record for record in store.records(RECORD_LIST)}
        assert records["new"]["first_name"] == "New"
        assert records[record_id(0)]["priority"] == 3
        assert record_id(1) not in records
        assert not store.update_record(RECORD_LIST, record_id(1), priority=3)
        store.put_record_list({**store.record_lists()[0], "name": "Renamed"})
        found = store.record_list(RECORD_LIST)
        assert found is not None
        assert found["name"] == "Renamed"


def test_every_request_is_in_the_journal_with_its_answer() -> None:
    sandbox = Harness()
    with sandbox.store:
        sandbox.delete_tasks(task_id(0), task_id(1))
        sandbox.now += 1
        sandbox.call("GET", "/v2/UserManagement.svc/Users.Get?page=1")
        sandbox.token()
        assert sandbox.store.arrivals() == [
            Arrival(NOW, "POST", "/v2/Task.svc/DeleteTasks", "", 200, 2, "leadsquared"),
            Arrival(
                NOW + 1, "GET", "/v2/UserManagement.svc/Users.Get", "page=1", 401, 0, "leadsquared"
            ),
            Arrival(NOW + 1, "POST", "/oauth/token", "", 200, 0, "talkdesk"),
        ]


def test_an_arrival_is_readable_from_another_connection_at_once(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.sqlite"
    with Store(path) as served, Store(path) as reading:
        number = served.arrive(ARRIVAL)
        assert reading.arrivals() == [ARRIVAL]
        served.answered(number, 200)
        assert reading.arrivals()[0].status == 200
        reading.add_task("new")
        assert served.task_ids() == {"new"}


def test_a_listing_shows_what_another_connection_changed(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.sqlite"
    with Store(path) as served, Store(path) as other:
        for store in (served, other):
            store.clock = lambda: NOW
        seed(served, now=NOW)
        query = RecordQuery(RECORD_LIST, (), {})
        assert served.record_count(query, NOW) == 120
        other.remove_record(RECORD_LIST, record_id(0))
        assert served.record_count(query, NOW) == 119
        assert served.task_count(TaskQuery(), NOW) == 60
        other.add_task("new")
        assert served.task_count(TaskQuery(), NOW) == 61


def test_a_listing_shows_what_was_undone(tmp_path: Path) -> None:
    query = RecordQuery(RECORD_LIST, (), {})
    with Store(tmp_path / "sandbox.sqlite") as store:
        store.clock = lambda: NOW
        seed(store, now=NOW)
        with suppress(ZeroDivisionError), store.transaction():
            store.remove_record(RECORD_LIST, record_id(0))
            assert store.record_count(query, NOW) == 119
            raise ZeroDivisionError
        assert store.record_count(query, NOW) == 120


def test_forty_thousand_requests_do_not_slow_the_journal_down(tmp_path: Path) -> None:
    with Store(tmp_path / "sandbox.sqlite") as store:
        times: list[float] = []
        for _ in range(4):
            start = time.monotonic()
            for _ in range(10_000):
                store.answered(store.arrive(ARRIVAL), 200)
            times.append(time.monotonic() - start)
        assert max(times) < 10
        assert times[-1] < 5 * times[0]
