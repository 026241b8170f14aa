"""Brakes: too many failures end an account; only what was read back counts as one."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import time
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from reconciler.domain.absences import Declarations
from reconciler.domain.accounts import Account
from reconciler.domain.guarding.policies import Policy
from reconciler.domain.guarding.windows import Window
from reconciler.errors import ExitCode
from reconciler.sandbox.seed import phone_number
from tests.fakes.numbers import (
    ACCOUNTS,
    SECOND,
    as_declared,
    loaded,
    manifest,
    number,
    of_second_list,
)
from tests.fakes.plans import crm, dialer
from tests.fakes.runs import (
    Watch,
    alive,
    by_id,
    check,
    declared,
    deletions,
    events,
    of_type,
    outcomes,
    reasons,
    records,
    tasks,
)
from tests.simulation import EPOCH, UNLIMITED, World, a_world, declare, records_container

FAST = ("leadsquared_limit=0", "talkdesk_limit=0")
"""The servers refuse nothing."""


def some(
    tasks_: Iterable[str] = (),
    records_: Iterable[str] = (),
    *,
    accounts: Iterable[Account] = (),
    **policy: object,
) -> Declarations:
    """Return declarations under a policy without canaries; ``policy`` has its other fields."""
    changed: Policy = replace(UNLIMITED, **policy)  # type: ignore[arg-type]  # fields by name
    return declared(tasks_, records_, accounts=accounts, policies=[changed])


class Refusing(httpx.AsyncBaseTransport):
    """Carries requests; of records to delete it refuses some by name, and deletes the others."""

    def __init__(self, world: World, refused: Iterable[str]) -> None:
        self._world, self._inner, self._refused = world, world.transport, set(refused)
        self.batches: list[int] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "DELETE":
            return await self._inner.handle_async_request(request)
        ids = [one["id"] for one in json.loads(request.content)]
        self.batches.append(len(ids))
        named = [one for one in ids if one in self._refused]
        for one in set(ids).difference(named):
            self._world.store.remove_record(records_container().record_list, one)
        answer = {
            "total_deleted": len(ids) - len(named),
            "total_errors": len(named),
            "has_errors": bool(named),
            "_embedded": {"reason": {"in_use": named}} if named else {},
        }
        return httpx.Response(200, json=answer)


def refusing(world: World, refused: Iterable[str]) -> Refusing:
    transport = Refusing(world, refused)
    world.transport = transport  # type: ignore[assignment]  # any transport will do
    return transport


# -- the share of failures


@pytest.mark.parametrize(
    ("failing", "percent", "sent", "code"),
    [
        (5, 5, 200, ExitCode.BAD_OUTCOME),
        (6, 5, 100, ExitCode.BAD_OUTCOME),
        (0, 0, 200, ExitCode.DONE),
        (1, 0, 100, ExitCode.BAD_OUTCOME),
        (99, 99, 200, ExitCode.BAD_OUTCOME),
        (100, 99, 100, ExitCode.BAD_OUTCOME),
        (100, 100, 200, ExitCode.BAD_OUTCOME),
    ],
)
def test_more_failures_than_allowed_end_the_account_and_as_many_do_not(
    tmp_path: Path, failing: int, percent: int, sent: int, code: ExitCode
) -> None:
    ids = sorted(records(*range(200)))
    with a_world(tmp_path, *FAST, records=200) as world:
        transport = refusing(world, ids[:failing])
        account = dialer(batch=10, calls=100)
        applied = world.apply(some((), ids, accounts=[account], max_failure_percent=percent))
        assert sum(transport.batches) == sent
        assert applied.exit_code is code
        expected = {"failed": failing, "deleted": sent - failing, "not_attempted": 200 - sent}
        assert outcomes(applied) == {name: count for name, count in expected.items() if count}
        told = f"brake: {failing} of 100 attempted deletions failed or are still present or unknown"
        assert any(one.startswith(told) for one in reasons(applied)) is (sent < 200)
        check(world, applied, planned=ids)


def test_fewer_than_a_hundred_are_never_judged(tmp_path: Path) -> None:
    ids = sorted(records(*range(99)))
    with a_world(tmp_path, *FAST) as world:
        refusing(world, ids)
        applied = world.apply(some((), ids, accounts=[dialer(batch=9)]))
        assert outcomes(applied) == {"failed": 99}


def test_canaries_count_as_attempts(tmp_path: Path) -> None:
    ids = sorted(records(*range(200)))
    with a_world(tmp_path, *FAST, records=200) as world:
        transport = refusing(world, ids[:30])
        applied = world.apply(some((), ids, canary=(1, 10, 100)))
        assert transport.batches == [1, 10, 100]
        assert outcomes(applied) == {"failed": 30, "deleted": 81, "not_attempted": 89}
        assert any(one.startswith("brake: 30 of 111") for one in reasons(applied))


@pytest.mark.parametrize("batch", [10, 50, 100])
def test_a_storm_of_errors_is_stopped_after_a_hundred_targets(tmp_path: Path, batch: int) -> None:
    faults = (*FAST, "common_failures=talkdesk_delete:1-:500", "common_latency_ms=200")
    ids = records(*range(300))
    with a_world(tmp_path, *faults, records=300) as world:
        before = alive(world)
        applied = world.apply(some((), ids, accounts=[dialer(batch=batch, calls=100)]))
        assert sum(one.size for one in deletions(world)) == 100
        assert alive(world) == before
        assert outcomes(applied) == {"still_present": 100, "not_attempted": 200}
        assert applied.exit_code is ExitCode.BAD_OUTCOME
        check(world, applied, planned=ids)


def test_a_storm_of_refusals_of_whole_batches_is_stopped_too(tmp_path: Path) -> None:
    faults = (*FAST, "common_failures=leadsquared_delete:1-:400")
    ids = tasks(*range(160))
    with a_world(tmp_path, *faults, tasks=160) as world:
        applied = world.apply(some(ids, accounts=[crm(calls=1000)]))
        # One batch; what was cut out of it when a hundred had failed is not sent any more.
        assert outcomes(applied) == {"failed": 100, "not_attempted": 60}
        assert applied.exit_code is ExitCode.BAD_OUTCOME
        check(world, applied, planned=ids)


def test_one_lost_answer_does_not_stop_a_run_whose_deletions_are_proven(tmp_path: Path) -> None:
    faults = (*FAST, "common_failures=talkdesk_delete:1:500_after")
    ids = records(*range(300))
    with a_world(tmp_path, *faults, records=300) as world:
        applied = world.apply(some((), ids, max_failure_percent=0))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 300})
        told = [
            (event["type"].removeprefix("batch."), event["batch"]["number"])
            for event in events(world, applied)
            if event["type"] in ("batch.intent", "batch.settled")
        ]
        # Nothing else leaves before it is read what became of the first.
        assert told[:3] == [("intent", 1), ("settled", 1), ("intent", 2)]
        check(world, applied, planned=ids)


def test_answers_that_are_always_lost_slow_a_run_down_and_do_not_stop_it(tmp_path: Path) -> None:
    faults = (*FAST, "common_failures=leadsquared_delete:1-:502_after", "common_latency_ms=50")
    ids = tasks(*range(300))
    with a_world(tmp_path, *faults, tasks=300) as world:
        watch = Watch(world)
        applied = world.apply(some(ids, accounts=[crm(batch=20, calls=1000)]))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 300})
        assert set(watch.times_sent().values()) == {1}
        check(world, applied, planned=ids)


def test_what_was_cut_out_of_a_batch_waits_until_a_suspicion_is_cleared(tmp_path: Path) -> None:
    failures = "common_failures=leadsquared_delete:1:400,leadsquared_delete:2:500_after"
    ids = tasks(*range(300))
    with a_world(tmp_path, *FAST, failures, tasks=300) as world:
        applied = world.apply(some(ids, accounts=[crm(calls=1000)]))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 300})
        assert [one.size for one in deletions(world)] == [300, 150, 150]
        intents = of_type(events(world, applied), "batch.intent")
        assert [one["batch"]["number"] for one in intents] == [1, 2, 3]
        first, second, third = (one.time for one in deletions(world))
        assert first == second
        # The job of the second runs two seconds after its answer.
        assert third - second >= 2.0
        check(world, applied, planned=ids)


@pytest.mark.parametrize("failure", ["429", "load_shedding"])
def test_too_fast_is_no_failure(tmp_path: Path, failure: str) -> None:
    with a_world(tmp_path, f"common_failures=talkdesk_delete:1-9:{failure}", records=300) as world:
        applied = world.apply(some((), records(*range(300)), max_failure_percent=0))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 300})


def test_a_connection_that_is_never_made_is_no_failure(tmp_path: Path) -> None:
    with a_world(tmp_path, records=200) as world:
        left = [httpx.ConnectError("refused")] * 5

        def before(request: httpx.Request) -> Exception | None:
            return left.pop() if request.method == "DELETE" and left else None

        world.transport.before = before
        applied = world.apply(some((), records(*range(200)), max_failure_percent=0))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 200})


def test_a_brake_in_one_account_does_not_stop_another(tmp_path: Path) -> None:
    faults = (*FAST, "common_failures=talkdesk_delete:1-:500")
    ids = tasks(*range(150)), records(*range(150))
    with a_world(tmp_path, *faults, tasks=150, records=150) as world:
        accounts = [crm(batch=10), dialer(batch=10)]
        applied = world.apply(some(*ids, accounts=accounts))
        told = by_id(applied)
        assert {told[one] for one in ids[0]} == {"deleted"}
        assert Counter(told[one] for one in ids[1]) == {"still_present": 100, "not_attempted": 50}
        assert applied.exit_code is ExitCode.BAD_OUTCOME
        check(world, applied, planned=[*ids[0], *ids[1]])


def test_a_container_that_fails_ends_the_others_of_its_account(tmp_path: Path) -> None:
    ids = [records(*range(150)), records(*range(1_000_000, 1_000_020))]
    lists = [records_container(0), records_container(1)]
    with a_world(tmp_path, *FAST, records=150) as world:
        transport = refusing(world, ids[0])
        declarations = declare(dict(zip(lists, ids, strict=True)), [dialer(batch=50)], [UNLIMITED])
        applied = world.apply(declarations)
        assert sum(transport.batches) <= 120
        assert outcomes(applied)["not_attempted"] >= 50
        assert applied.exit_code is ExitCode.BAD_OUTCOME


# -- windows


def until(minutes: int, zone: str = "UTC") -> tuple[Window, ...]:
    """Return a window that is open when a run begins, on a Sunday at nine, and closes later."""
    return (Window(days=("sun",), begins=time(8), ends=time(9, minutes), timezone=zone),)


CLOSED = "outside of the windows of the policy, which open next at 2026-11-29 08:00 UTC"


def test_a_window_that_closes_ends_the_sending_and_what_was_sent_is_proven(tmp_path: Path) -> None:
    ids = tasks(*range(60))
    with a_world(tmp_path, "leadsquared_delete_delay=30", "common_latency_ms=100") as world:
        account = crm(batch=1, delete_calls=2)
        applied = world.apply(some(ids, accounts=[account], windows=until(1)))
        assert applied.exit_code is ExitCode.REFUSED
        sent = [one.time for one in deletions(world)]
        assert EPOCH < max(sent) < EPOCH + 60
        assert outcomes(applied) == {"deleted": len(sent), "not_attempted": 60 - len(sent)}
        assert len(sent) > 10
        assert reasons(applied) == {"", CLOSED}
        check(world, applied, planned=ids)


def test_a_window_that_closes_behind_the_last_batch_changes_nothing(tmp_path: Path) -> None:
    with a_world(tmp_path, "leadsquared_delete_delay=100") as world:
        applied = world.apply(some(tasks(*range(60)), windows=until(1)))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 60})


def test_nothing_is_sent_in_a_closed_window(tmp_path: Path) -> None:
    monday = (Window(days=("mon",), begins=time(8), ends=time(9), timezone="Europe/Lisbon"),)
    with a_world(tmp_path) as world:
        applied = world.apply(some(tasks(0, 1), windows=monday))
        assert (applied.exit_code, deletions(world)) == (ExitCode.REFUSED, [])
        assert reasons(applied) == {"a guard refused"}
        (guard,) = (one for one in applied.plan.guards if one.guard == "windows")
        assert guard.note == "closed, opens at 2026-11-23T08:00:00Z"
        check(world, applied)


def test_a_batch_that_waits_for_a_slot_when_the_window_closes_is_not_sent(tmp_path: Path) -> None:
    with a_world(tmp_path, *FAST) as world:
        account = crm(batch=1, calls=100, delete_calls=1, per=90.0)
        applied = world.apply(some(tasks(0, 1), accounts=[account], windows=until(1)))
        assert len(deletions(world)) == 1
        assert outcomes(applied) == {"deleted": 1, "not_attempted": 1}
        assert applied.exit_code is ExitCode.REFUSED
        # It is not waited for a slot any longer than the window is open.
        assert world.clock.elapsed < 62


def test_a_batch_is_not_sent_again_in_a_closed_window(tmp_path: Path) -> None:
    faults = ("common_failures=leadsquared_delete:1-:429", "leadsquared_retry_after=25")
    with a_world(tmp_path, *faults) as world:
        applied = world.apply(some(tasks(0), windows=until(1)))
        assert {one.time < EPOCH + 60 for one in deletions(world)} == {True}
        assert 1 < len(deletions(world)) < 10
        assert (reasons(applied), applied.exit_code) == ({CLOSED}, ExitCode.REFUSED)
        check(world, applied)


def test_the_halves_of_a_refused_batch_are_not_sent_in_a_closed_window(tmp_path: Path) -> None:
    with a_world(tmp_path, *FAST, "common_failures=leadsquared_delete:1:400") as world:
        account = crm(calls=100, delete_calls=1, per=90.0)
        applied = world.apply(some(tasks(*range(4)), accounts=[account], windows=until(1)))
        assert [one.size for one in deletions(world)] == [4]
        assert outcomes(applied) == {"not_attempted": 4}
        assert (reasons(applied), applied.exit_code) == ({CLOSED}, ExitCode.REFUSED)
        check(world, applied)


AGAIN = Window(days=("sun",), begins=time(9, 3), ends=time(23), timezone="UTC")


def test_what_was_turned_away_is_not_sent_when_a_window_opens_again(tmp_path: Path) -> None:
    with a_world(tmp_path, "leadsquared_delete_delay=200", *FAST) as world:
        account = crm(batch=1, calls=100, delete_calls=1, per=90.0, settle_within=600.0)
        windows = (*until(1), AGAIN)
        applied = world.apply(some(tasks(0, 1, 2), accounts=[account], windows=windows))
        assert world.clock.elapsed > 180
        assert len(deletions(world)) == 1
        assert reasons(applied) == {"", CLOSED.replace("29 08:00", "22 09:03")}


def test_only_what_is_to_be_sent_asks_whether_a_window_is_open(tmp_path: Path) -> None:
    with a_world(tmp_path, "leadsquared_delete_delay=200", *FAST) as world:
        account = crm(settle_within=600.0)
        windows = (*until(1), AGAIN)
        targets = some(tasks(0, 1), accounts=[account], canary=(1,), windows=windows)
        applied = world.apply(targets)
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 2})
        assert deletions(world)[1].time > EPOCH + 180


# -- side by side


def test_the_containers_of_an_account_proceed_side_by_side(tmp_path: Path) -> None:
    ids = [records(*range(30)), records(*range(1_000_000, 1_000_020))]
    lists = [records_container(0), records_container(1)]
    with a_world(tmp_path, *FAST, "common_latency_ms=2000") as world:
        account = dialer(calls=1000, batch=10)
        applied = world.apply(declare(dict(zip(lists, ids, strict=True)), [account], [UNLIMITED]))
        assert applied.exit_code is ExitCode.DONE
        assert [one.size for one in deletions(world)] == [10] * 5
        # None waits for the answer to another.
        assert len({one.time for one in deletions(world)}) == 1


def test_one_container_is_proven_while_another_is_still_sent_to(tmp_path: Path) -> None:
    lists = [records_container(0), records_container(1)]
    ids = [records(*range(100)), records(1_000_000, 1_000_001)]
    with a_world(tmp_path, *FAST) as world:
        account = dialer(calls=1000, delete_calls=2, batch=2)
        declarations = declare(dict(zip(lists, ids, strict=True)), [account], [UNLIMITED])
        applied = world.apply(declarations)
        settled = [one["time"] for one in of_type(events(world, applied), "batch.settled")]
        intents = [one["time"] for one in of_type(events(world, applied), "batch.intent")]
        assert min(settled) < max(intents)
        assert outcomes(applied) == {"deleted": 102}
        check(world, applied)


@pytest.mark.parametrize(("limit", "most"), [(3, 3), (30, 30), (200, 64)])
def test_as_many_batches_are_under_way_as_the_limit_allows(
    tmp_path: Path, limit: int, most: int
) -> None:
    ids = tasks(*range(100))
    with a_world(tmp_path, *FAST, "common_latency_ms=2000", tasks=100) as world:
        watch = Watch(world)
        account = crm(batch=1, calls=200, delete_calls=limit)
        applied = world.apply(some(ids, accounts=[account]))
        sent = Counter(at for kind, at, _ in watch.seen if kind == "delete")
        assert sent[min(sent)] == most
        assert outcomes(applied) == {"deleted": 100}


def test_declared_batches_of_one_list_go_one_behind_the_other(tmp_path: Path) -> None:
    limits = "tenant: acme, limits: {calls: 99, batch: 1}}"
    accounts = ACCOUNTS.replace("tenant: acme}", limits)
    with a_world(tmp_path, *FAST, "common_latency_ms=500") as world:
        declarations = loaded(tmp_path, as_declared(*map(number, range(3, 7))), accounts=accounts)
        applied = world.apply(declarations)
        assert outcomes(applied) == {"deleted": 8}
        times = [one.time for one in deletions(world)]
        # The answer of one, the reading for the next.
        assert [later - earlier >= 1.0 for earlier, later in pairwise(times)] == [True] * 3
        assert phone_number(3) not in str(reasons(applied))


def test_what_is_declared_is_resolved_when_what_goes_by_id_was_answered(tmp_path: Path) -> None:
    limits = "tenant: acme, limits: {calls: 99, batch: 2}}"
    accounts = ACCOUNTS.replace("tenant: acme}", limits)
    slow = ("common_failures=talkdesk_delete:1:hang_after", "common_hang_seconds=15")
    ids = [f"id: {of_second_list(number)}" for number in range(12, 18)]
    with a_world(tmp_path, *FAST, *slow) as world:
        declarations = loaded(
            tmp_path,
            manifest(*ids, record_list=SECOND, name="by-id"),
            as_declared(number(3)),
            accounts=accounts,
        )
        applied = world.apply(declarations)
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 8})
        told = [
            (event["type"].removeprefix("batch."), event["batch"]["number"])
            for event in events(world, applied)
            if event["type"] in ("batch.intent", "batch.response")
        ]
        # The first answer is late, and what is declared waits for it.
        assert told.index(("response", 1)) < told.index(("intent", 4))
        assert len(told) == 8
