"""Ends a run as `kill -9` does: at some step nothing more of it happens."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import httpx
import pytest
from sqlalchemy import Connection, update

from reconciler.audit.checkpoints import Checkpoint, CheckpointFile
from reconciler.audit.file import AuditFile
from reconciler.ledger.database import Database, open_database
from reconciler.ledger.schema import leases
from tests.simulation import World


class Killed(BaseException):
    """The process is gone."""


class Crash:
    """Counts the steps of a run behind its reading, and lets it die at one.

    A step is behind a commit, in the middle of a line or a checkpoint or behind it, before a
    deletion leaves, or before its answer is seen.
    """

    def __init__(self, world: World, dies_at: int) -> None:
        self._audit = world.folder / "audit"
        self._left = dies_at
        self.happened = False

    def step(self) -> None:
        """Die if it is time; whatever is dead stays so."""
        self._left -= self._audit.exists()
        if self._left <= 0:
            self.happened = True
        if self.happened:
            raise Killed

    def deleting(self, request: httpx.Request) -> Exception | None:
        if request.method == "DELETE" or request.url.path.endswith("DeleteTasks"):
            self.step()
        elif self.happened:
            raise Killed
        return None


@contextmanager
def dying(world: World, dies_at: int) -> Iterator[Crash]:
    """Let whatever runs inside die at a step, and bury it."""
    crash = Crash(world, dies_at)
    transaction, append = Database.transaction, AuditFile.append

    @contextmanager
    def dying_transaction(self: Database, alone: str = "") -> Iterator[Connection]:
        if crash.happened:
            raise Killed
        with transaction(self, alone) as connection:
            yield connection
        crash.step()

    def dying_append(self: AuditFile, line: bytes) -> None:
        try:
            crash.step()
        except Killed:
            with self.path.open("ab") as file:
                file.write(line[: len(line) // 2])
            raise
        append(self, line)
        crash.step()

    note = CheckpointFile.append

    def dying_note(self: CheckpointFile, size: int, head: str) -> None:
        try:
            crash.step()
        except Killed:
            with self.path.open("ab") as file:
                file.write(Checkpoint("torn", size, head).text[:20])
            raise
        note(self, size, head)
        crash.step()

    world.transport.before = world.transport.after = crash.deleting
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Database, "transaction", dying_transaction)
        patched.setattr(AuditFile, "append", dying_append)
        patched.setattr(CheckpointFile, "append", dying_note)
        yield crash
    world.transport.before = world.transport.after = lambda _: None
    if crash.happened:
        _bury(world)


def _bury(world: World) -> None:
    """Let the ledger see that the holder of the leases runs no more."""
    database = open_database(f"sqlite:///{world.folder / 'ledger.sqlite'}", world.clock)
    with database.transaction() as connection:
        connection.execute(update(leases).values(process=_dead_process()))
    database.close()


@cache
def _dead_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        return child.pid
