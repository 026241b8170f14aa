"""A run in which nothing goes wrong, on both systems."""

import json
from pathlib import Path

import httpx
import pytest

from reconciler.domain.document import last_line
from reconciler.domain.plan import Action
from reconciler.errors import ExitCode
from reconciler.ledger.copies import read_copies
from reconciler.sandbox.seed import record_list_id
from tests.fakes.plans import crm, dialer
from tests.fakes.runs import (
    MISSING,
    Watch,
    alive,
    audit_of,
    check,
    declared,
    deletions,
    events,
    outcomes,
    records,
    tasks,
)
from tests.simulation import UNLIMITED, World, a_world, declare, records_container


def test_what_is_declared_and_there_is_deleted_and_proven(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        before = alive(world)
        targets = [*tasks(0, 1, 2), *records(0, 1)]
        applied = world.apply(declared(tasks(0, 1, 2, MISSING), records(0, 1, MISSING)))
        assert (outcomes(applied), applied.exit_code) == ({"deleted": 5}, ExitCode.DONE)
        assert before - alive(world) == set(targets)
        check(world, applied, planned=targets)


def test_planning_deletes_nothing(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        before = alive(world)
        plan = world.plan(declared(tasks(0, 1, MISSING), records(0)))
        assert plan.counts()[Action.DELETE] == 3
        assert (alive(world), deletions(world)) == (before, [])


def test_a_second_run_finds_nothing_to_do(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = declared(tasks(0, 1), records(0))
        world.apply(declarations)
        sent = len(deletions(world))
        again = world.apply(declarations)
        assert again.nothing_to_delete
        assert (again.exit_code, outcomes(again)) == (ExitCode.DONE, {})
        counts = {action.value: count for action, count in again.plan.counts().items()}
        assert last_line(counts) == "No changes. 3 already absent, 0 protected."
        assert len(deletions(world)) == sent
        check(world, again, planned=[])


def test_the_audit_tells_the_run_in_order(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        applied = world.apply(declared(tasks(0, 1)))
        told = events(world, applied)
    assert [event["type"] for event in told] == [
        "run.started",
        "tenant.checked",
        *["guard.evaluated"] * 4,
        "batch.intent",
        "batch.response",
        "batch.settled",
        "run.finished",
    ]
    shared = ("schema", "log_id", "run_id", "seq", "prev", "time", "mono_ms", "type")
    intent, response, settled, finished = (
        {name: value for name, value in event.items() if name not in shared} for event in told[-4:]
    )
    batch = {"account": "acme-crm", "number": 1, "attempt": 1}
    assert intent == {
        "batch": {**batch, "container": "task", "by": "id", "size": 2, "canary": False},
        "items": [{"id": one, "declared": [0]} for one in sorted(tasks(0, 1))],
    }
    assert response == {
        "batch": batch,
        "reply": "delivered",
        "status": 200,
        "latency_ms": 0,
        "claimed": {"TasksCount": 2, "DeletedTasksCount": 2},
        "named": {},
    }
    assert settled == {
        "batch": batch,
        "outcomes": {"rest": "deleted"},
        "evidence": {"by id: 200 []": 2},
    }
    assert finished == {
        "outcomes": {
            "deleted": 2,
            "already_absent": 0,
            "still_present": 0,
            "failed": 0,
            "unknown": 0,
            "not_attempted": 0,
        },
        "exit_code": 0,
        "failure_reason": "",
    }


def test_runs_are_chained(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        first = world.apply(declared(tasks(0)))
        second = world.apply(declared(tasks(1)))
        last = events(world, first)[-1]
        named = events(world, second)[0]["previous"]
        assert (named["run_id"], named["seq"]) == (first.run_id, last["seq"])
        assert (audit_of(world).runs, audit_of(world).findings) == (2, [])


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(0, []), (1, [1]), (9, [9]), (10, [10]), (11, [1, 10]), (20, [10, 10]), (21, [1, 10, 10])],
)
def test_batches_are_as_large_as_allowed_and_never_empty(
    tmp_path: Path, count: int, sizes: list[int]
) -> None:
    with a_world(tmp_path) as world:
        targets = [*tasks(*range(count), MISSING)]
        applied = world.apply(declared(targets, accounts=[crm(batch=10)]))
        assert sorted(arrival.size for arrival in deletions(world)) == sizes
        check(world, applied, planned=targets[:-1])


@pytest.mark.parametrize("count", [99, 100, 101])
def test_talkdesk_is_never_sent_more_than_a_hundred_records(tmp_path: Path, count: int) -> None:
    with a_world(tmp_path) as world:
        applied = world.apply(declared((), records(*range(count))))
        sizes = sorted(arrival.size for arrival in deletions(world))
        assert sizes == {99: [99], 100: [100], 101: [1, 100]}[count]
        check(world, applied, planned=records(*range(count)))


def test_every_target_is_sent_once(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        watch = Watch(world)
        targets = [*tasks(*range(20)), *records(*range(20))]
        accounts = [crm(batch=3), dialer(batch=3)]
        applied = world.apply(declared(tasks(*range(20)), records(*range(20)), accounts=accounts))
        assert watch.times_sent() == dict.fromkeys(targets, 1)
        check(world, applied, planned=targets)


def test_a_batch_holds_targets_of_one_list_only(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        lists = [records_container(number) for number in (0, 1)]
        ids = [records(0, 1), records(1_000_000, 1_000_001)]
        declarations = declare(dict(zip(lists, ids, strict=True)), policies=[UNLIMITED])
        watch = Watch(world)
        applied = world.apply(declarations)
        assert sorted(watch.batches) == sorted(tuple(sorted(one)) for one in ids)
        check(world, applied, planned=[*ids[0], *ids[1]])


def test_what_is_in_another_list_is_not_touched(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        # A record of the second list, declared absent from the first.
        applied = world.apply(declared((), records(1_000_000)))
        assert (outcomes(applied), deletions(world)) == ({}, [])
        assert records(1_000_000)[0] in world.store.record_ids(record_list_id(1))


def test_both_accounts_proceed_side_by_side(tmp_path: Path) -> None:
    slow = ("common_latency_ms=500",)
    ids = tasks(*range(12)), records(*range(60))

    def duration(folder: Path, declarations_of: tuple[list[str], list[str]]) -> float:
        folder.mkdir()
        with a_world(folder, *slow) as world:
            accounts = [crm(batch=2), dialer(batch=5)]
            applied = world.apply(declared(*declarations_of, accounts=accounts))
            assert applied.exit_code is ExitCode.DONE
            return world.clock.elapsed

    alone = [
        duration(tmp_path / "crm", (ids[0], [])),
        duration(tmp_path / "dialer", ([], ids[1])),
    ]
    assert duration(tmp_path / "both", ids) < sum(alone)


def test_no_request_leaves_before_its_intent_is_readable_in_file_and_ledger(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world:
        watch = Watch(world)
        checked = []

        def look(request: httpx.Request) -> Exception | None:
            before = len(watch.batches)
            watch.note(request)
            if len(watch.batches) > before:
                checked.append(watch.batches[-1])
                (file,) = (tmp_path / "audit").glob("*.jsonl")
                assert_intended(world, file, watch.batches[-1])
            return None

        world.transport.before = look
        world.apply(
            declared(tasks(*range(6)), records(*range(6)), accounts=[crm(batch=2), dialer(batch=2)])
        )
        assert len(checked) == 6


def assert_intended(world: World, file: Path, ids: tuple[str, ...]) -> None:
    lines = file.read_bytes().splitlines()
    copies = read_copies(f"sqlite:///{world.folder / 'ledger.sqlite'}")
    assert copies
    assert copies.lines[file.stem] == lines
    intended = [
        tuple(item["id"] for item in event["items"])
        for event in map(json.loads, lines)
        if event["type"] == "batch.intent"
    ]
    assert ids in intended
