"""Pacing: many calls at a time, never more than the limit in any window."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from reconciler.application.ports import OutOfCallsError
from reconciler.domain.accounts import Account
from reconciler.ledger.database import Database, open_database
from reconciler.ledger.pacer import Pacer
from reconciler.ledger.schema import slots, spent
from tests.fakes.plans import crm
from tests.fakes.windows import most_in_a_window
from tests.simulation import VirtualClock

ACCOUNT = crm(calls=5)


@pytest.fixture
def virtual() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def ledger(tmp_path: Path, virtual: VirtualClock) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'ledger.sqlite'}", virtual)
    yield database
    database.close()


async def call(pacer: Pacer, clock: VirtualClock, latency: float, arrivals: list[float]) -> None:
    async with pacer.reading():
        await asyncio.sleep(latency / 2)
        arrivals.append(clock.monotonic())
        await asyncio.sleep(latency / 2)


async def calls(pacers: list[Pacer], clock: VirtualClock, latencies: list[float]) -> list[float]:
    arrivals: list[float] = []
    async with asyncio.TaskGroup() as group:
        for number, latency in enumerate(latencies):
            pacer = pacers[number % len(pacers)]
            group.create_task(call(pacer, clock, latency, arrivals))
    return arrivals


@pytest.mark.parametrize("runners", [1, 2, 3])
def test_no_window_sees_more_calls_than_the_limit(
    ledger: Database, virtual: VirtualClock, runners: int
) -> None:
    pacers = [Pacer(ledger, ACCOUNT) for _ in range(runners)]
    latencies = [0.01 + (n * 37 % 100) / 40 for n in range(40)]
    arrivals = virtual.run(calls(pacers, virtual, latencies))
    assert len(arrivals) == 40
    assert most_in_a_window(arrivals, 5.0) == 5


def test_the_limit_is_used_up(ledger: Database, virtual: VirtualClock) -> None:
    arrivals = virtual.run(calls([Pacer(ledger, ACCOUNT)], virtual, [0.1] * 50))
    # Ten windows of five calls, each free again a window after the answer.
    assert arrivals[-1] == pytest.approx(9 * 5.11 + 0.05, abs=0.2)


def test_what_was_taken_ahead_is_given_back(ledger: Database, virtual: VirtualClock) -> None:
    pacer = Pacer(ledger, ACCOUNT)
    virtual.run(calls([pacer], virtual, [0.1]))
    pacer.flush()
    with ledger.transaction() as connection:
        held = connection.scalar(select(func.count()).select_from(slots))
        counted = connection.scalar(select(func.sum(spent.c.calls)))
    assert (held, counted, pacer.remaining()) == (1, 1, None)


def test_a_slot_taken_ahead_is_not_used_when_it_is_stale(
    ledger: Database, virtual: VirtualClock
) -> None:
    pacer = Pacer(ledger, ACCOUNT)

    async def slowly() -> list[float]:
        first = await calls([pacer], virtual, [0.1])
        await asyncio.sleep(2.0)
        return first + await calls([pacer], virtual, [0.1] * 9)

    arrivals = virtual.run(slowly())
    with ledger.transaction() as connection:
        assert connection.scalar(select(func.sum(spent.c.calls))) == len(arrivals)
    assert most_in_a_window(arrivals, 5.0) == 5


def test_an_answer_that_is_written_down_wakes_nobody_again(
    ledger: Database, virtual: VirtualClock
) -> None:
    pacer = Pacer(ledger, ACCOUNT)

    async def wait() -> float:
        await calls([pacer], virtual, [0.0])
        pacer.flush()
        await pacer.wait(3.0)
        return virtual.monotonic()

    assert virtual.run(wait()) == 3.0


def test_an_answer_wakes_who_waits_for_a_slot(ledger: Database, virtual: VirtualClock) -> None:
    pacer = Pacer(ledger, ACCOUNT)

    async def wait() -> float:
        under_way = asyncio.ensure_future(call(pacer, virtual, 1.0, []))
        await asyncio.sleep(0.5)
        await pacer.wait(3.0)
        await under_way
        return virtual.monotonic()

    assert virtual.run(wait()) == 1.0


def test_a_pause_holds_every_runner(ledger: Database, virtual: VirtualClock) -> None:
    one, other = Pacer(ledger, ACCOUNT), Pacer(ledger, ACCOUNT)

    async def paused() -> list[float]:
        one.pause(30.0)
        return await calls([one, other], virtual, [0.0] * 4)

    assert min(virtual.run(paused())) >= 30.0


def test_a_lesson_is_learned_by_every_runner(ledger: Database, virtual: VirtualClock) -> None:
    one, other = Pacer(ledger, ACCOUNT), Pacer(ledger, ACCOUNT)
    one.learn(2, 5.0, deleting=False)
    arrivals = virtual.run(calls([one, other], virtual, [0.01] * 8))
    assert most_in_a_window(arrivals, 5.0) == 2


def test_a_call_that_was_cut_off_holds_its_slot_for_a_window(
    ledger: Database, virtual: VirtualClock
) -> None:
    pacer = Pacer(ledger, ACCOUNT)

    async def cut() -> list[float]:
        before: list[float] = []
        tasks = [asyncio.ensure_future(call(pacer, virtual, 20.0, before)) for _ in range(5)]
        await asyncio.sleep(11.0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        return before + await calls([pacer], virtual, [0.0] * 5)

    arrivals = virtual.run(cut())
    assert arrivals[:5] == [10.0] * 5
    assert min(arrivals[5:]) >= 16.0


def test_a_caller_that_gives_up_waiting_takes_nothing_along(
    ledger: Database, virtual: VirtualClock
) -> None:
    pacer = Pacer(ledger, ACCOUNT)

    async def crowd() -> list[float]:
        arrivals: list[float] = []
        tasks = [asyncio.ensure_future(call(pacer, virtual, 0.1, arrivals)) for _ in range(30)]
        await asyncio.sleep(0.01)
        for task in tasks[:20]:
            task.cancel()
        await asyncio.wait(tasks)
        return arrivals

    arrivals = virtual.run(crowd())
    assert len(arrivals) == 10
    assert most_in_a_window(arrivals, 5.0) <= 5


def test_a_day_that_is_used_up_is_an_error(ledger: Database, virtual: VirtualClock) -> None:
    thrifty: Account = crm(calls=5, daily=3)
    arrivals: list[float] = []

    async def spend() -> None:
        for _ in range(4):
            await call(Pacer(ledger, thrifty), virtual, 0.1, arrivals)

    with pytest.raises(OutOfCallsError) as raised:
        virtual.run(spend())
    assert str(raised.value) == "acme-crm has spent 3 of 3 calls in 24 hours (limits.daily)"
    assert len(arrivals) == 0 or len(arrivals) <= 3


# -- what is left of a day


def test_without_a_daily_limit_nothing_is_counted_down(ledger: Database) -> None:
    assert Pacer(ledger, ACCOUNT).remaining() is None


def test_what_is_left_is_what_nobody_has_called(ledger: Database, virtual: VirtualClock) -> None:
    thrifty = crm(calls=5, daily=10)
    pacer = Pacer(ledger, thrifty)
    left: list[int | None] = [pacer.remaining()]

    async def spend() -> None:
        for _ in range(3):
            await call(pacer, virtual, 0.1, [])
            left.append(pacer.remaining())

    virtual.run(spend())
    # What it took ahead counts as left, for it may still be used.
    assert left == [10, 9, 8, 7]
    assert [*pacer._stock]  # noqa: SLF001 - else this shows nothing
    pacer.flush()
    assert pacer.remaining() == 7


def test_what_another_runner_took_ahead_is_not_left(
    ledger: Database, virtual: VirtualClock
) -> None:
    thrifty = crm(calls=5, daily=10)
    one, other = Pacer(ledger, thrifty), Pacer(ledger, thrifty)
    virtual.run(call(one, virtual, 0.1, []))
    assert (one.remaining(), other.remaining()) == (9, 5)
    one.flush()
    assert (one.remaining(), other.remaining()) == (9, 9)


def test_there_are_never_fewer_than_none_left(ledger: Database, virtual: VirtualClock) -> None:
    virtual.run(calls([Pacer(ledger, crm(calls=5, daily=10))], virtual, [0.1] * 6))
    assert Pacer(ledger, crm(calls=5, daily=4)).remaining() == 0


def test_a_day_later_all_of_it_is_left_again(ledger: Database, virtual: VirtualClock) -> None:
    thrifty = crm(calls=5, daily=10)
    pacer = Pacer(ledger, thrifty)
    virtual.run(calls([pacer], virtual, [0.1] * 6))
    pacer.flush()
    assert pacer.remaining() == 4
    virtual.elapsed += 25 * 3600
    assert pacer.remaining() == 10
    assert Pacer(ledger, crm("other", calls=5, daily=10)).remaining() == 10
