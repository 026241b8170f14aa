"""Allowances of runs that die: used by the first intent, and good for whoever takes the run up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.errors import ExitCode
from reconciler.ledger import journal
from reconciler.ledger.used_allowances import consume
from tests.fakes.allowances import (
    CRM,
    SIX,
    THREE,
    an_allowance,
    refused,
    resumed,
    six,
    used,
    with_allowances,
)
from tests.fakes.crash import Crash, Killed, dying
from tests.fakes.runs import declared, deletions, outcomes, records, saved, tasks
from tests.simulation import World, a_world


def die(
    world: World,
    run: Callable[[], object],
    *,
    deleted: int,
) -> None:
    """Let a run die once the server has acted on so many deletions."""
    with dying(world, 10**9) as crash:

        def after(_: object) -> None:
            if len(deletions(world)) >= deleted:
                crash.happened = True
                raise Killed

        world.transport.after = after
        with pytest.raises(Killed):
            run()


def leaving(crash: Crash) -> Callable[[httpx.Request], None]:
    """Let a run die when a deletion is about to leave."""

    def before(request: httpx.Request) -> None:
        if request.method == "DELETE" or request.url.path.endswith("DeleteTasks"):
            crash.happened = True
        if crash.happened:
            raise Killed

    return before


def test_an_account_whose_first_batch_was_not_sent_keeps_its_own(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        both = declared(tasks(*range(6)), records(*range(6)), accounts=[CRM], policies=[THREE])
        theirs = an_allowance("theirs", "acme-dialer", max_deletes=6)
        both = with_allowances(both, SIX, theirs)

        with dying(world, 10**9) as crash:
            world.transport.before = leaving(crash)
            with pytest.raises(Killed):
                world.apply(both)
        # The request of one of them was about to leave; the other may have been as far.
        assert {SIX.key, theirs.key} >= set(used(world)) > set()
        assert outcomes(resumed(world, both)) == {"deleted": 12}
        assert set(used(world)) == {SIX.key, theirs.key}


def test_a_run_that_dies_in_the_transaction_of_its_first_intent_uses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_world(tmp_path) as world:

        def die_after(*args: Any, **fields: Any) -> None:  # noqa: ANN401 - passed on
            consume(*args, **fields)
            raise Killed

        with dying(world, 10**9) as crash, monkeypatch.context() as patched:
            patched.setattr(journal, "consume", die_after)
            with pytest.raises(Killed):
                world.apply(six(SIX))
            crash.happened = True
        assert (used(world), deletions(world)) == ({}, [])
        assert b"batch.intent" not in b"".join(
            one.read_bytes() for one in (tmp_path / "audit").glob("*.jsonl")
        )
        # Another run may have it, and then the one that died is too late.
        assert world.apply(six(SIX, first=6)).exit_code is ExitCode.DONE
        refused(world, lambda: world.resume(six(SIX)))


def test_a_run_that_dies_behind_its_first_intent_has_used_it(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        with dying(world, 10**9) as crash:
            world.transport.before = leaving(crash)
            with pytest.raises(Killed):
                world.apply(six(SIX))
        assert (set(used(world)), deletions(world)) == ({SIX.key}, [])
        refused(world, lambda: world.apply(six(SIX)))
        assert outcomes(resumed(world, six(SIX))) == {"deleted": 6}


def test_it_serves_those_who_take_the_run_up_and_whoever_takes_up_these(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        # Of six none is deleted: what remains needs it all the time.
        with_six = six(SIX)
        world.set_faults("leadsquared_deleted=none")
        die(world, lambda: world.apply(with_six), deleted=1)
        (first,) = used(world).values()
        die(world, lambda: world.resume(with_six), deleted=2)
        refused(world, lambda: world.apply(with_six))
        world.set_faults()
        done = resumed(world, with_six)
        assert (outcomes(done), done.exit_code) == ({"deleted": 6}, ExitCode.DONE)
        assert used(world) == {SIX.key: first}


def test_it_serves_the_same_plan_file_again_and_no_other(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        with_six = six(SIX)
        reviewed = saved(world, with_six)
        world.clock.elapsed += 1
        again = saved(world, with_six, "again.jsonl")
        world.set_faults("leadsquared_deleted=none")
        die(world, lambda: world.apply(with_six, saved=reviewed), deleted=1)
        world.set_faults()
        refused(world, lambda: world.apply(with_six, saved=again))
        assert outcomes(world.apply(with_six, saved=reviewed)) == {"deleted": 6}


def test_what_one_of_two_runs_used_does_not_open_both_at_once(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        # The first is killed before it needs its allowance, which another uses then.
        one, other = six(SIX), six(SIX, first=6)
        world.apply(one, stop_after=0.0)
        world.set_faults("leadsquared_deleted=none")
        die(world, lambda: world.apply(other), deleted=1)
        world.set_faults()
        assert len(used(world)) == 1
        both = with_allowances(declared(tasks(*range(12)), accounts=[CRM], policies=[THREE]), SIX)
        refused(world, lambda: world.resume(both))
        twelve = an_allowance("twelve", max_deletes=12)
        done = resumed(world, with_allowances(both, SIX, twelve))
        assert outcomes(done) == {"deleted": 12}


def test_runs_of_two_accounts_are_taken_up_by_what_opened_each(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        mine = six()
        theirs = declared((), records(*range(6)), policies=[THREE])
        bound = an_allowance(max_deletes=6, digest=world.plan(mine).digest)
        other = an_allowance(
            "theirs", "acme-dialer", max_deletes=6, digest=world.plan(theirs).digest
        )
        world.apply(with_allowances(mine, bound), stop_after=0.0)
        world.apply(with_allowances(theirs, other), stop_after=0.0)
        both = declared(tasks(*range(6)), records(*range(6)), accounts=[CRM], policies=[THREE])
        done = resumed(world, with_allowances(both, bound, other))
        assert outcomes(done) == {"deleted": 12}
        assert set(used(world)) == {bound.key, other.key}
