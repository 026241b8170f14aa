"""Leases: one run at a time deletes in an account."""

import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, update

from reconciler.application.clock import stamp
from reconciler.application.ports import Clock
from reconciler.errors import LockedError, UnrecordedError
from reconciler.ledger.database import Database
from reconciler.ledger.schema import leases
from reconciler.ledger.upsert import upsert

LEASE_SECONDS = 90.0
"""Longer than any request may take, so that a dead holder's last one has landed or died."""
RENEW_EVERY = 20.0


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to delete in one account, as long as its token is the newest."""

    account: str
    token: int


class Leases:
    """The leases of one run."""

    def __init__(self, database: Database, run_id: str) -> None:
        """Hold nothing yet."""
        self.database = database
        self.run_id = run_id
        self.held: dict[str, Lease] = {}

    async def take(self, account: str, clock: Clock, patience: float) -> None:
        """Take the lease of an account; raises LockedError if another run keeps it that long.

        What is held already is kept in the meantime: waiting may take longer than a lease lasts.
        """
        deadline = clock.monotonic() + patience
        while True:
            with self.database.transaction(account) as connection:
                now = self.database.clock.time()
                holder = _other_holder(connection, account, now)
                if holder is None:
                    self.held[account] = self._write(connection, account, now)
                    return
            if clock.monotonic() >= deadline:
                raise LockedError(
                    "Another run holds the account",
                    detail=f"{account} is held by {holder}",
                    hint="Wait for it to end, or pass --lock-timeout.",
                )
            await clock.sleep(min(1.0, max(deadline - clock.monotonic(), 0.01)))
            self.renew()

    def _write(self, connection: Connection, account: str, now: float) -> Lease:
        values = {
            "run_id": self.run_id,
            "host": _machine(),
            "process": os.getpid(),
            "expires_at": now + LEASE_SECONDS,
        }
        statement = upsert(connection, leases).values(account=account, token=1, **values)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[leases.c.account], set_={"token": leases.c.token + 1, **values}
            )
        )
        token = connection.scalar(select(leases.c.token).where(leases.c.account == account))
        return Lease(account, int(token or 0))

    def renew(self) -> None:
        """Hold every lease for longer; raises LockedError when one was taken over."""
        with self.database.transaction() as connection:
            for lease in self.held.values():
                prolong(connection, lease, self.database.clock.time())

    def free(self) -> None:
        """Let every lease go."""
        with self.database.transaction() as connection:
            for lease in self.held.values():
                connection.execute(
                    update(leases).where(*_mine(lease)).values(expires_at=0.0, run_id="")
                )
        self.held.clear()

    async def keep(self, clock: Clock) -> None:
        """Renew the leases for as long as the run lasts; raises LockedError when one is lost.

        A ledger that cannot be reached now may be the next time, well before a lease runs out.
        """
        while True:
            await clock.sleep(RENEW_EVERY)
            with suppress(UnrecordedError):
                self.renew()


def prolong(connection: Connection, lease: Lease, now: float) -> None:
    """Renew a lease inside a transaction; raises LockedError when it is not ours any more."""
    result = connection.execute(
        update(leases).where(*_mine(lease)).values(expires_at=now + LEASE_SECONDS)
    )
    if result.rowcount != 1:
        raise LockedError(
            "The account was taken over by another run",
            detail=f"The lease of {lease.account} has a newer holder.",
            hint="Nothing was sent since. See what the other run did, then apply again.",
        )


def _mine(lease: Lease) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (leases.c.account == lease.account, leases.c.token == lease.token)


def _other_holder(connection: Connection, account: str, now: float) -> str | None:
    """Return who holds a lease, in words; None when nobody does."""
    row = connection.execute(
        select(leases).where(leases.c.account == account, leases.c.expires_at > now)
    ).one_or_none()
    if row is None or _is_dead(row.host, row.process):
        return None
    host = row.host.partition(" ")[0]
    return f"run {row.run_id} (process {row.process} on {host}) until {stamp(row.expires_at)}"


def _machine() -> str:
    """Return what tells where process numbers mean the same: host, its boot, and the container."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip())
        parts.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    return " ".join(parts)


def held_accounts(connection: Connection, now: float) -> set[str]:
    """Return the accounts that runs hold now, each at work as far as anybody can tell."""
    return {row.account for row in _living(connection, now)}


def living_runs(connection: Connection, now: float) -> set[str]:
    """Return the runs that hold an account now, each of them at work as far as anybody can tell."""
    return {row.run_id for row in _living(connection, now)}


def _living(connection: Connection, now: float) -> Sequence[Row[Any]]:
    rows = connection.execute(select(leases).where(leases.c.expires_at > now))
    return [row for row in rows if not _is_dead(row.host, row.process)]


def _is_dead(host: str, process: int) -> bool:
    """Say whether a holder surely does not run any more: it was a process of this machine."""
    if host != _machine():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Say whether a process has ended and nobody has asked how; a killed one in a container."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False  # without /proc it counts as alive, and its lease runs out
    return stat.rpartition(")")[2].split()[0] in {"Z", "X"}
