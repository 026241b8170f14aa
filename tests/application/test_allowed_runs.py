"""Allowances in whole runs: each opens one run and what takes it up, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.application.applying import Applied
from reconciler.application.closing import Closed
from reconciler.domain.absences import Declarations
from reconciler.domain.allowances import Allowance
from reconciler.domain.openings import openings
from reconciler.domain.plan import Plan
from reconciler.errors import ExitCode
from reconciler.ledger import journal
from reconciler.ledger.used_allowances import consume
from tests.fakes.allowances import an_allowance, keys_of, lifted_by, used, with_allowances
from tests.fakes.crash import Crash, Killed, dying
from tests.fakes.runs import (
    alive,
    declared,
    deletions,
    events,
    of_type,
    outcomes,
    records,
    saved,
    tasks,
)
from tests.simulation import UNLIMITED, World, a_world, an_account, tasks_container

CRM = an_account(tasks_container().system, batch=2)
THREE = replace(UNLIMITED, max_deletes=3)
SIX = an_allowance(max_deletes=6)


def six(*allowances: Allowance, first: int = 0) -> Declarations:
    """Return six tasks, which are three more than the policy allows."""
    targets = tasks(*range(first, first + 6))
    return with_allowances(declared(targets, accounts=[CRM], policies=[THREE]), *allowances)


def refused(world: World, run: Callable[[], Applied | Closed | None]) -> Plan:
    """Return the plan that guards refuse; nothing is sent, and no allowance used."""
    there, sent, before = alive(world), len(deletions(world)), used(world)
    applied = run()
    assert isinstance(applied, Applied)
    assert applied.exit_code is ExitCode.REFUSED
    assert (alive(world), len(deletions(world)), used(world)) == (there, sent, before)
    return applied.plan


def resumed(world: World, declarations: Declarations) -> Applied:
    done = world.resume(declarations)
    assert isinstance(done, Applied)
    return done


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


def test_without_an_allowance_nothing_is_sent(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        refused(world, lambda: world.apply(six()))


def test_an_allowance_opens_one_run_and_is_used_up_by_it(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        applied = world.apply(six(SIX))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 6})
        assert used(world) == {SIX.key: applied.run_id}
        assert lifted_by(applied.plan) == {"maxDeletes": "Allowance/once"}
        more = six(SIX, first=6)
        assert lifted_by(world.plan(more)) == {}
        refused(world, lambda: world.apply(more))
        # Another reason is another text, but not another allowance; another number is.
        refused(world, lambda: world.apply(six(replace(SIX, reason="More"), first=6)))
        assert world.apply(six(an_allowance(max_deletes=7), first=6)).exit_code is ExitCode.DONE


def test_a_ledger_that_began_in_this_run_says_that_it_may_have_been_used(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        first, second = (world.plan(six(SIX)).accounts[0] for _ in range(2))
        assert first.warnings == (
            (
                "acme-crm: the ledger began in this run, so it does not know whether "
                "Allowance/once was used before"
            ),
        )
        assert second.warnings == ()


def test_what_does_not_need_it_leaves_it_unused(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        few = with_allowances(declared(tasks(9), accounts=[CRM], policies=[THREE]), SIX)
        assert world.apply(few).exit_code is ExitCode.DONE
        assert used(world) == {}
        assert world.apply(six(SIX)).exit_code is ExitCode.DONE


def test_only_the_largest_is_used(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        some = [an_allowance("a", max_deletes=5), an_allowance("b", max_deletes=6)]
        applied = world.apply(six(*some))
        assert lifted_by(applied.plan) == {"maxDeletes": "Allowance/b"}
        assert set(used(world)) == {some[1].key}


def test_several_guards_may_need_several(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        strict = replace(THREE, max_deletes_per_day=2)
        some = [SIX, an_allowance("day", max_deletes_per_day=6)]
        applied = world.apply(replace(six(*some), policies=[strict]))
        assert outcomes(applied) == {"deleted": 6}
        assert lifted_by(applied.plan) == {
            "maxDeletes": "Allowance/once",
            "maxDeletesPerDay": "Allowance/day",
        }
        assert set(used(world)) == keys_of(some)


@pytest.mark.parametrize(
    "fields",
    [
        {"max_deletes": 5},
        {"max_deletes_per_day": 99},
        {"max_deletes": 6, "account": "acme-dialer"},
        {"max_deletes": 6, "expires": date(2026, 11, 21)},
        {"max_deletes": 6, "digest": "sha256:" + "0" * 64},
    ],
)
def test_what_is_too_small_for_something_else_or_expired_opens_nothing(
    tmp_path: Path, fields: dict[str, Any]
) -> None:
    with a_world(tmp_path) as world:
        refused(world, lambda: world.apply(six(an_allowance(**fields))))


def test_it_allows_on_its_last_day_and_not_on_the_next(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        last = an_allowance(max_deletes=6, expires=date(2026, 11, 22))
        world.clock.elapsed += 15 * 3600
        refused(world, lambda: world.apply(six(last)))
        world.clock.elapsed -= 1
        assert world.apply(six(last)).exit_code is ExitCode.DONE


def test_one_with_a_digest_opens_just_that_plan(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        digest = world.plan(six()).digest
        bound = an_allowance(max_deletes=999, digest=digest)
        refused(world, lambda: world.apply(six(bound, first=1)))
        assert world.apply(six(bound)).exit_code is ExitCode.DONE


def test_two_accounts_need_one_each_and_a_refusal_of_one_stops_both(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        both = declared(tasks(*range(6)), records(*range(6)), accounts=[CRM], policies=[THREE])
        theirs = an_allowance("theirs", "acme-dialer", max_deletes=6)
        refused(world, lambda: world.apply(with_allowances(both, SIX)))
        applied = world.apply(with_allowances(both, SIX, theirs))
        assert outcomes(applied) == {"deleted": 12}
        assert set(used(world)) == {SIX.key, theirs.key}


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


def test_the_command_line_holds_against_it(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        plan = refused(world, lambda: world.apply(six(SIX), max_deletes=4))
        (result,) = (one for one in plan.guards if one.guard == "maxDeletes")
        assert (result.limit, result.note, result.allowance) == (4, "lowered by --max-deletes", "")
        assert list(openings(plan)) == []


def test_the_audit_log_names_what_was_used(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        told = of_type(events(world, world.apply(six(SIX))), "guard.evaluated")
        assert {one["guard"]: one.get("allowance") for one in told} == {
            "maxDeletes": "Allowance/once",
            "maxDeletesPerDay": None,
            "maxDeletePercent": None,
            "allowEmptying": None,
        }


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


def leaving(crash: Crash) -> Callable[[httpx.Request], None]:
    """Let a run die when a deletion is about to leave."""

    def before(request: httpx.Request) -> None:
        if request.method == "DELETE" or request.url.path.endswith("DeleteTasks"):
            crash.happened = True
        if crash.happened:
            raise Killed

    return before


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
        strict = replace(THREE, max_deletes=3)
        one, other = six(SIX), six(SIX, first=6)
        world.apply(one, stop_after=0.0)
        world.set_faults("leadsquared_deleted=none")
        die(world, lambda: world.apply(other), deleted=1)
        world.set_faults()
        assert len(used(world)) == 1
        both = with_allowances(declared(tasks(*range(12)), accounts=[CRM], policies=[strict]), SIX)
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


def test_a_lowered_policy_holds_for_a_plan_made_before(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        targets = tasks(*range(6))
        reviewed = saved(world, declared(targets, accounts=[CRM]))
        lowered = declared(targets, accounts=[CRM], policies=[THREE])
        plan = refused(world, lambda: world.apply(lowered, saved=reviewed))
        (printed,) = openings(plan)
        assert printed["spec"]["digest"] == reviewed.footer["digest"]
        assert printed["spec"]["lifts"] == {"maxDeletes": 6}
        bound = an_allowance(max_deletes=6, digest=reviewed.footer["digest"])
        done = world.apply(with_allowances(lowered, bound), saved=reviewed)
        assert outcomes(done) == {"deleted": 6}


def test_what_has_a_name_already_is_offered_under_another(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        names = []
        allowances: list[Allowance] = []
        for _ in range(3):
            (printed,) = openings(world.plan(six(*allowances)))
            names.append(printed["metadata"]["name"])
            allowances.append(an_allowance(names[-1], where_max=1))
        begin = "open-acme-crm-" + world.plan(six()).digest.removeprefix("sha256:")[:8]
        assert names == [begin, f"{begin}-2", f"{begin}-3"]
