"""Stopping: no new batch, a little time for what is in flight, and an honest account of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from reconciler.application.pool import each
from reconciler.application.stopping import Stop, unless_stopped, until_stopped
from reconciler.errors import ExitCode, InterruptedRunError
from tests.fakes.plans import crm, dialer
from tests.fakes.runs import (
    Watch,
    alive,
    audit_of,
    by_id,
    check,
    declared,
    deletions,
    events,
    of_type,
    records,
    tasks,
)
from tests.simulation import VirtualClock, World, a_world

IDS = [*tasks(*range(30)), *records(*range(30))]
SLOW = declared(IDS[:30], IDS[30:], accounts=[crm(batch=2, calls=10), dialer(batch=2, calls=5)])


def at(world: World, seconds: float, code: ExitCode) -> Callable[[Stop], Awaitable[None]]:
    async def ask(stop: Stop) -> None:
        await world.clock.sleep(seconds)
        stop.ask(code)

    return ask


@pytest.mark.parametrize("moment", [0.0, 0.05, 1.0, 4.0])
def test_a_stop_before_the_first_deletion_ends_at_once_and_sends_nothing(
    tmp_path: Path, moment: float
) -> None:
    with a_world(tmp_path, "common_latency_ms=400") as world:
        before = alive(world)
        with pytest.raises(InterruptedRunError) as raised:
            world.apply(SLOW, stop=at(world, moment, ExitCode.TERMINATED))
        assert raised.value.exit_code is ExitCode.TERMINATED
        assert (deletions(world), alive(world)) == ([], before)
        (log,) = (tmp_path / "audit").glob("*.jsonl")
        told = [json.loads(line) for line in log.read_bytes().splitlines()]
        assert [event["type"] for event in told] == ["run.started", "run.finished"]
        assert (told[-1]["exit_code"], audit_of(world).findings) == (143, [])
        assert world.clock.elapsed <= moment + 1.0
        # The leases are free, and so are the slots.
        world.set_faults()
        assert world.apply(declared(tasks(0), records(0))).exit_code is ExitCode.DONE


@pytest.mark.parametrize("later", [0.0, 0.2, 0.4, 1.0, 3.0, 7.0, 15.0])
@pytest.mark.parametrize("fault", ["common_latency_ms=400", "common_latency_ms=5000"])
def test_a_stop_in_the_middle_begins_nothing_new_and_ends_soon(
    tmp_path: Path, later: float, fault: str
) -> None:
    with a_world(tmp_path, fault) as world:
        asked_at: list[float] = []

        async def ask(stop: Stop) -> None:
            while not deletions(world):
                await world.clock.sleep(0.1)
            await world.clock.sleep(later)
            asked_at.append(world.clock.time())
            stop.ask(ExitCode.INTERRUPTED)

        watch = Watch(world)
        applied = world.apply(SLOW, stop=ask)
        assert applied.exit_code is ExitCode.INTERRUPTED
        assert world.clock.time() - asked_at[0] <= 3.1
        assert all(arrival.time <= asked_at[0] for arrival in deletions(world))
        told = by_id(applied)
        sent = {one for ids in watch.batches for one in ids}
        assert {told[one] for one in IDS if one not in sent} <= {"not_attempted"}
        assert {told[one] for one in sent} <= {"deleted", "unknown"}
        check(world, applied, planned=IDS)
        # And the next run brings it to its end.
        world.set_faults()
        again = world.apply(SLOW)
        assert again.exit_code is ExitCode.DONE
        assert set(IDS).isdisjoint(alive(world))
        assert audit_of(world).findings == []


def test_what_hangs_when_it_is_to_end_is_cut_off_and_unknown(tmp_path: Path) -> None:
    with a_world(tmp_path, "common_failures=leadsquared_delete:1-:hang_after") as world:
        targets = declared(tasks(*range(6)), accounts=[crm(batch=2)])
        applied = world.apply(targets, stop=at(world, 10.0, ExitCode.INTERRUPTED))
        assert applied.exit_code is ExitCode.INTERRUPTED
        assert set(by_id(applied).values()) == {"unknown"}
        assert world.clock.elapsed == pytest.approx(13.0, abs=0.1)
        answers = of_type(events(world, applied), "batch.response")
        assert [one["note"] for one in answers] == ["stopped before the answer came"] * 3
        check(world, applied, planned=tasks(*range(6)))
        world.set_faults()
        again = world.apply(targets)
        assert again.nothing_to_delete
        found = of_type(events(world, again), "recovery.settled")
        assert [one["outcomes"] for one in found] == [
            {"deleted": list(ids)} for ids in _pairs(sorted(tasks(*range(6))))
        ]


def _pairs(ids: list[str]) -> list[list[str]]:
    return [ids[start : start + 2] for start in range(0, len(ids), 2)]


def test_a_pause_between_attempts_does_not_hold_a_stop_up(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:

        def refuse(request: httpx.Request) -> Exception | None:
            deleting = request.url.path.endswith("DeleteTasks")
            return httpx.ConnectError("refused") if deleting else None

        world.transport.before = refuse
        applied = world.apply(declared(tasks(0)), stop=at(world, 20.0, ExitCode.INTERRUPTED))
        assert applied.exit_code is ExitCode.INTERRUPTED
        assert by_id(applied) == {tasks(0)[0]: "not_attempted"}
        assert world.clock.elapsed <= 23.1
        check(world, applied)


def test_a_stop_while_proving_leaves_the_rest_unknown(tmp_path: Path) -> None:
    with a_world(tmp_path, "leadsquared_delete_delay=60") as world:
        targets = tasks(*range(4))
        applied = world.apply(declared(targets), stop=at(world, 30.0, ExitCode.INTERRUPTED))
        assert applied.exit_code is ExitCode.INTERRUPTED
        assert by_id(applied) == dict.fromkeys(targets, "unknown")
        check(world, applied, planned=targets)


def test_the_first_reason_to_stop_stays() -> None:
    stop = Stop()
    assert not stop.requested
    stop.ask(ExitCode.TERMINATED)
    stop.ask(ExitCode.INTERRUPTED)
    assert (stop.requested, stop.code) == (True, ExitCode.TERMINATED)


def test_work_that_changes_nothing_has_let_go_when_it_is_stopped() -> None:
    clock, stop, left = VirtualClock(), Stop(), []

    async def work() -> None:
        try:
            await asyncio.sleep(60.0)
        finally:
            await asyncio.sleep(0.5)
            left.append(clock.monotonic())

    async def both() -> None:
        asyncio.get_running_loop().call_later(2.0, stop.ask, ExitCode.INTERRUPTED)
        with pytest.raises(InterruptedRunError):
            await unless_stopped(work(), stop)
        assert left == [2.5]

    clock.run(both())


@pytest.mark.parametrize(("takes", "ends"), [(2.9, 3.9), (3.1, 4.0), (99.0, 4.0)])
def test_work_that_deletes_has_three_seconds_more(takes: float, ends: float) -> None:
    clock, stop = VirtualClock(), Stop()

    async def both() -> None:
        asyncio.get_running_loop().call_later(1.0, stop.ask, ExitCode.INTERRUPTED)
        await until_stopped(asyncio.sleep(1.0 + takes), stop)

    clock.run(both())
    assert clock.monotonic() == pytest.approx(ends)


@pytest.mark.parametrize("wait", [unless_stopped, until_stopped])
def test_what_work_raises_is_raised(wait: Callable[..., Awaitable[None]]) -> None:
    async def fail() -> None:
        await asyncio.sleep(1.0)
        raise KeyError("bug")

    with pytest.raises(KeyError):
        VirtualClock().run(wait(fail(), Stop()))


def test_so_many_at_once_and_each_once() -> None:
    clock, done, most, now = VirtualClock(), [], 0, 0

    async def work(item: int) -> None:
        nonlocal most, now
        now += 1
        most = max(most, now)
        await asyncio.sleep(1.0)
        now -= 1
        done.append(item)

    clock.run(each(range(10), work, at_once=4))
    assert (sorted(done), most, clock.monotonic()) == (list(range(10)), 4, 3.0)


def test_the_first_error_ends_all_and_comes_as_itself() -> None:
    clock, done = VirtualClock(), []

    async def work(item: int) -> None:
        await asyncio.sleep(item)
        if item == 2:
            raise KeyError("bug")
        done.append(item)

    async def nested(_: int) -> None:
        await each(range(9), work, at_once=9)

    with pytest.raises(KeyError):
        clock.run(each([1], nested, at_once=1))
    assert (done, clock.monotonic()) == ([0, 1], 2.0)
