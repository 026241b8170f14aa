"""A ledger, an audit file or a lease that is lost under way: nothing more is sent."""

import errno
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from reconciler.application.stopping import Stop
from reconciler.audit.findings import Kind
from reconciler.errors import ExitCode, LockedError, UnrecordedError
from reconciler.ledger.database import Database, open_database
from reconciler.ledger.leases import LEASE_SECONDS, Leases
from reconciler.ledger.schema import leases
from tests.fakes.plans import crm, dialer
from tests.fakes.runs import (
    Watch,
    alive,
    audit_of,
    by_id,
    check,
    declared,
    deletions,
    records,
    tasks,
)
from tests.simulation import World, a_world

TARGETS = [*tasks(*range(6)), *records(*range(6))]
DECLARED = declared(TARGETS[:6], TARGETS[6:], accounts=[crm(batch=2), dialer(batch=2)])


class Disk:
    """Fails from some write to the audit log on, for a time."""

    def __init__(self, fails_at: int, call: str) -> None:
        self._left = fails_at
        self.failed_after: int | None = None
        self._call = call
        self._real: Callable[..., int] = getattr(os, call)
        self.world: World | None = None

    def __call__(self, *arguments: object) -> int:
        self._left -= 1
        if self._left <= 0:
            if self.failed_after is None and self.world:
                self.failed_after = len(deletions(self.world))
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._real(*arguments)


@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize("fails_at", [1, 7, *range(9, 29, 3), 28])
def test_when_the_audit_log_cannot_be_written_any_more_nothing_more_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, fails_at: int
) -> None:
    with a_world(tmp_path, "common_latency_ms=300") as world:
        disk = Disk(fails_at, call)
        disk.world = world
        watch = Watch(world)
        with monkeypatch.context() as patched:
            patched.setattr(os, call, disk)
            try:
                applied = world.apply(DECLARED)
            except UnrecordedError:
                assert deletions(world) == []
                return
        assert applied.exit_code is ExitCode.UNRECORDED
        assert [type(error) for error in applied.trouble] == [UnrecordedError]
        assert len(deletions(world)) == disk.failed_after
        told, sent = by_id(applied), {one for ids in watch.batches for one in ids}
        assert sorted(told) == sorted(TARGETS)
        # What left is unknown unless it was proven, what did not was not attempted.
        assert {told[one] for one in sent} <= {"unknown", "deleted"}
        assert {told[one] for one in TARGETS if one not in sent} <= {"not_attempted", "unknown"}
        assert {finding.kind for finding in audit_of(world).findings} == {Kind.OPEN}
        # With room on the disk the next run completes the file and the work.
        again = world.apply(DECLARED)
        assert again.exit_code is ExitCode.DONE
        assert set(TARGETS).isdisjoint(alive(world))
        messages = {finding.message for finding in audit_of(world).findings}
        assert messages <= {"the run has not finished"}


def test_a_full_disk_before_the_first_line_ends_the_run_with_nothing_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_world(tmp_path) as world:
        monkeypatch.setattr(os, "write", Disk(1, "write"))
        with pytest.raises(UnrecordedError) as raised:
            world.apply(DECLARED)
        assert raised.value.exit_code is ExitCode.UNRECORDED
        assert deletions(world) == []


def taken_over(world: World) -> Callable[[Stop], Awaitable[None]]:
    """Let another run take one account over once something was sent."""

    async def meanwhile(_: Stop) -> None:
        while not deletions(world, "leadsquared"):
            await world.clock.sleep(0.05)
        database = open_database(f"sqlite:///{world.folder / 'ledger.sqlite'}", world.clock)
        with database.transaction() as connection:
            statement = update(leases).where(leases.c.account == "acme-crm")
            connection.execute(statement.values(token=leases.c.token + 1, run_id="other"))
        database.close()

    return meanwhile


def test_a_run_whose_account_is_taken_over_sends_nothing_more_and_says_what_it_knows(
    tmp_path: Path,
) -> None:
    targets = tasks(*range(40))
    with a_world(tmp_path, "common_latency_ms=500") as world:
        watch = Watch(world)
        declarations = declared(targets, accounts=[crm(batch=1, calls=5)])
        applied = world.apply(declarations, stop=taken_over(world))
        assert applied.exit_code is ExitCode.LOCKED
        assert [type(error) for error in applied.trouble] == [LockedError]
        sent = {one for ids in watch.batches for one in ids}
        assert 0 < len(sent) <= 5
        told = by_id(applied)
        assert {one for one in targets if told[one] == "not_attempted"} == set(targets) - sent
        assert {told[one] for one in sent} <= {"unknown", "deleted"}
        check(world, applied, planned=targets)


def test_a_lease_is_kept_for_as_long_as_the_run_lasts(tmp_path: Path) -> None:
    with a_world(tmp_path, "leadsquared_delete_delay=300") as world:
        refused: list[float] = []

        async def meanwhile(_: Stop) -> None:
            database = open_database(f"sqlite:///{world.folder / 'ledger.sqlite'}", world.clock)
            try:
                while True:
                    await world.clock.sleep(30.0)
                    with pytest.raises(LockedError):
                        await Leases(database, "other").take("acme-crm", world.clock, 0.0)
                    refused.append(world.clock.monotonic())
            finally:
                database.close()

        targets = declared(tasks(0), accounts=[crm(settle_within=400.0)])
        applied = world.apply(targets, stop=meanwhile)
        assert applied.exit_code is ExitCode.DONE
        assert len(refused) >= 10


@pytest.mark.parametrize("fails_at", range(16, 56, 5))
def test_when_the_ledger_cannot_be_written_any_more_nothing_more_is_sent(
    tmp_path: Path, fails_at: int
) -> None:
    with a_world(tmp_path, "common_latency_ms=300") as world:
        watch = Watch(world)
        sent_before: list[int] = []
        with failing_ledger(fails_at, lambda: sent_before.append(len(deletions(world)))):
            try:
                code = world.apply(DECLARED).exit_code
            except UnrecordedError as error:
                code = error.exit_code
        assert code is ExitCode.UNRECORDED
        # The intents that were committed before may have left, and no other one.
        assert len(deletions(world)) <= sent_before[0] + 1
        assert {finding.kind for finding in audit_of(world).findings} <= {Kind.OPEN}
        sent = {one for ids in watch.batches for one in ids}
        world.clock.elapsed += LEASE_SECONDS
        again = world.apply(DECLARED)
        assert again.exit_code is ExitCode.DONE
        assert set(TARGETS).isdisjoint(alive(world))
        for target in sent:
            about = [kind for kind, _, ids in watch.seen if target in ids]
            assert ("delete", "delete") not in set(pairwise(about))


@contextmanager
def failing_ledger(fails_at: int, failed: Callable[[], None]) -> Iterator[None]:
    """Let every transaction fail from some one on."""
    left, transaction = fails_at, Database.transaction

    @contextmanager
    def failing(self: Database, alone: str = "") -> Iterator[Connection]:
        nonlocal left
        left -= 1
        if left <= 0:
            failed()
            raise UnrecordedError("The ledger cannot be written", detail="disk full")
        with transaction(self, alone) as connection:
            yield connection

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Database, "transaction", failing)
        yield
