"""Leases: one run at a time, fenced when it was taken over."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, update

from reconciler.errors import LockedError, UnrecordedError
from reconciler.ledger.database import Database
from reconciler.ledger.leases import LEASE_SECONDS, Lease, Leases
from reconciler.ledger.schema import leases as rows
from tests.fakes.clocks import SetClock


def take(leases: Leases, clock: SetClock, patience: float = 0.0) -> Lease:
    asyncio.run(leases.take("acme", clock, patience))
    return leases.held["acme"]


def a_dead_process() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def rewrite(database: Database, **values: str | int) -> None:
    with database.transaction() as connection:
        connection.execute(update(rows).values(**values))


def test_a_second_run_is_refused_and_told_who_holds_the_account(
    database: Database, clock: SetClock
) -> None:
    take(Leases(database, "first"), clock)
    with pytest.raises(LockedError) as raised:
        take(Leases(database, "second"), clock)
    assert raised.value.detail == (
        f"acme is held by run first (process {os.getpid()} on {socket.gethostname()}) "
        "until 2026-11-22T09:01:30.000Z"
    )


def test_another_account_is_free(database: Database, clock: SetClock) -> None:
    take(Leases(database, "first"), clock)
    other = Leases(database, "second")
    asyncio.run(other.take("other", clock, 0.0))
    assert other.held == {"other": Lease("other", 1)}


def test_a_lease_that_was_freed_is_given_to_the_next(database: Database, clock: SetClock) -> None:
    first, second = Leases(database, "first"), Leases(database, "second")
    take(first, clock)
    first.free()
    assert (take(second, clock), first.held) == (Lease("acme", 2), {})


def test_waiting_for_a_lease_ends_when_it_is_freed(database: Database, clock: SetClock) -> None:
    first, second = Leases(database, "first"), Leases(database, "second")
    take(first, clock)

    async def both() -> None:
        waiting = asyncio.ensure_future(second.take("acme", clock, 60.0))
        await asyncio.sleep(0)
        first.free()
        await waiting

    asyncio.run(both())
    assert second.held == {"acme": Lease("acme", 2)}


def test_patience_ends(database: Database, clock: SetClock) -> None:
    take(Leases(database, "first"), clock)
    with pytest.raises(LockedError):
        take(Leases(database, "second"), clock, patience=60.0)
    assert 60.0 <= clock.monotonic() < LEASE_SECONDS


def test_what_is_held_is_kept_while_another_account_is_waited_for(
    database: Database, clock: SetClock
) -> None:
    first, second = Leases(database, "first"), Leases(database, "second")
    take(second, clock)

    class Renewing(SetClock):
        async def sleep(self, seconds: float) -> None:
            clock.now += seconds
            self.now += seconds
            second.renew()

    async def both() -> None:
        await first.take("able", clock, 0.0)
        await first.take("acme", Renewing(), 2 * LEASE_SECONDS)

    with pytest.raises(LockedError, match="Another run holds"):
        asyncio.run(both())
    with pytest.raises(LockedError):
        asyncio.run(Leases(database, "third").take("able", clock, 0.0))


def test_an_expired_lease_is_taken_over_and_its_holder_fenced(
    database: Database, clock: SetClock
) -> None:
    first, second = Leases(database, "first"), Leases(database, "second")
    take(first, clock)
    clock.now += LEASE_SECONDS - 0.1
    with pytest.raises(LockedError):
        take(second, clock)
    clock.now += 0.2
    assert take(second, clock) == Lease("acme", 2)
    with pytest.raises(LockedError, match="taken over"):
        first.renew()
    first.free()
    second.renew()


def test_a_renewed_lease_lasts(database: Database, clock: SetClock) -> None:
    first = Leases(database, "first")
    take(first, clock)
    clock.now += LEASE_SECONDS - 1.0
    first.renew()
    clock.now += LEASE_SECONDS - 1.0
    with pytest.raises(LockedError):
        take(Leases(database, "second"), clock)


def test_a_late_holder_that_nobody_followed_may_go_on(database: Database, clock: SetClock) -> None:
    first = Leases(database, "first")
    take(first, clock)
    clock.now += 10 * LEASE_SECONDS
    first.renew()
    with pytest.raises(LockedError):
        take(Leases(database, "second"), clock)


def test_the_lease_of_a_dead_process_of_this_machine_is_taken_at_once(
    database: Database, clock: SetClock
) -> None:
    take(Leases(database, "first"), clock)
    rewrite(database, process=a_dead_process())
    assert take(Leases(database, "second"), clock) == Lease("acme", 2)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="this system shows no zombies in /proc")
def test_a_holder_that_was_killed_and_not_waited_for_is_dead_too(
    database: Database, clock: SetClock
) -> None:
    take(Leases(database, "first"), clock)
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    rewrite(database, process=child.pid)
    assert take(Leases(database, "second"), clock).token == 2
    child.wait()


def test_a_process_of_another_machine_is_not_taken_for_dead(
    database: Database, clock: SetClock
) -> None:
    take(Leases(database, "first"), clock)
    rewrite(database, process=a_dead_process(), host="elsewhere")
    with pytest.raises(LockedError):
        take(Leases(database, "second"), clock)


def test_a_process_of_somebody_else_is_alive(
    database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_ours(_process: int, _signal: int) -> None:
        raise PermissionError

    take(Leases(database, "first"), clock)
    monkeypatch.setattr(os, "kill", not_ours)
    with pytest.raises(LockedError):
        take(Leases(database, "second"), clock)


def test_leases_are_renewed_for_as_long_as_the_run_lasts(
    database: Database, clock: SetClock
) -> None:
    first = Leases(database, "first")
    take(first, clock)
    rounds = 0

    class Ticking(SetClock):
        async def sleep(self, seconds: float) -> None:
            nonlocal rounds
            clock.now += seconds
            rounds += 1
            if rounds > 10:
                raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(first.keep(Ticking()))
    with database.transaction() as connection:
        until = connection.scalar(select(rows.c.expires_at))
    assert until == clock.now - 20.0 + LEASE_SECONDS


def test_renewing_outlasts_a_ledger_that_cannot_be_reached_for_a_while(
    database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Leases(database, "first")
    take(first, clock)
    renew = first.renew
    rounds = 0

    def failing_at_first() -> None:
        nonlocal rounds
        rounds += 1
        if rounds < 3:
            raise UnrecordedError("The ledger cannot be written")
        renew()
        if rounds == 4:
            raise LockedError("The account was taken over by another run")

    monkeypatch.setattr(first, "renew", failing_at_first)
    with pytest.raises(LockedError):
        asyncio.run(first.keep(clock))
    with database.transaction() as connection:
        until = connection.scalar(select(rows.c.expires_at))
    assert until == clock.now + LEASE_SECONDS
