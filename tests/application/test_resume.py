"""Resuming: what an interrupted run left is settled, and only what everybody still says deleted."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from reconciler.application.applied import Applied
from reconciler.application.closing import Closed
from reconciler.domain.absences import Declarations
from reconciler.domain.guarding.policies import Policy
from reconciler.domain.outcomes import Outcome
from reconciler.errors import ExitCode, LockedError, StaleError
from reconciler.ledger.approvals import interrupted
from reconciler.ledger.database import open_database
from reconciler.ledger.leases import Leases
from tests.fakes.crash import Killed, dying
from tests.fakes.runs import (
    Watch,
    alive,
    audit_of,
    by_id,
    declared,
    deletions,
    events,
    outcomes,
    reasons,
    records,
    saved,
    tasks,
)
from tests.simulation import (
    UNLIMITED,
    World,
    a_world,
    an_account,
    declare,
    records_container,
    tasks_container,
)

CRM = an_account(tasks_container().system, batch=2)
TARGETS = tasks(*range(6))
DECLARED = declared(TARGETS, accounts=[CRM])


def die_behind(world: World, deletions_done: int, declarations: Declarations = DECLARED) -> None:
    """Run until the server has acted on so many deletions, and no answer to the last was seen."""
    with dying(world, 10**9) as crash:

        def after(_: object) -> None:
            if len(deletions(world)) >= deletions_done:
                crash.happened = True
                raise Killed

        world.transport.after = after
        with pytest.raises(Killed):
            world.apply(declarations)


def resumed(world: World, declarations: Declarations = DECLARED) -> Applied:
    done = world.resume(declarations)
    assert isinstance(done, Applied)
    return done


def test_without_an_interrupted_run_there_is_nothing_to_resume(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        assert world.resume(DECLARED) is None
        world.apply(DECLARED)
        assert world.resume(DECLARED) is None


def test_a_killed_run_is_settled_and_brought_to_its_end(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        watch = Watch(world)
        die_behind(world, 1)
        before = alive(world)
        world.transport.before = watch.note
        done = resumed(world)
        assert (done.exit_code, outcomes(done)) == (ExitCode.DONE, {"deleted": 6})
        assert before - alive(world) <= set(TARGETS)
        assert set(TARGETS).isdisjoint(alive(world))
        for target in TARGETS:
            about = [kind for kind, _, ids in watch.seen if target in ids]
            assert ("delete", "delete") not in set(pairwise(about)), about
        (started, *_) = events(world, done)
        assert started["command"] == "resume"
        assert started["found_dead"] == started["takes_up"]
        assert len(started["takes_up"]) == 1
        assert audit_of(world).findings == []
        assert world.resume(DECLARED) is None


def test_what_is_not_declared_any_more_is_left_alone(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        die_behind(world, 1)
        there = alive(world).intersection(TARGETS)
        dropped = max(there)
        done = resumed(world, declared(set(TARGETS) - {dropped}, accounts=[CRM]))
        assert by_id(done)[dropped] == "not_attempted"
        assert alive(world).intersection(TARGETS) == {dropped}
        assert sorted(by_id(done)) == sorted(TARGETS)


def test_what_was_declared_since_is_held(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        die_behind(world, 1)
        (more,) = tasks(9)
        done = resumed(world, declared([*TARGETS, more], accounts=[CRM]))
        assert more in alive(world)
        assert more not in by_id(done)
        assert outcomes(done) == {"deleted": 6}


def test_what_has_changed_since_is_held(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        die_behind(world, 1)
        changed = max(alive(world).intersection(TARGETS))
        world.store.update_task(changed, Name="another")
        done = resumed(world)
        assert by_id(done)[changed] == "not_attempted"
        assert changed in alive(world)
        assert "differs from the reviewed plan" in reasons(done)


def test_without_a_declaration_left_only_what_was_sent_is_settled(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        die_behind(world, 1)
        sent = len(deletions(world))
        nothing = declare({}, accounts=[CRM], policies=[UNLIMITED])
        done = resumed(world, nothing)
        assert len(deletions(world)) == sent
        assert outcomes(done) == {"deleted": 2, "not_attempted": 4}
        assert done.exit_code is ExitCode.INCOMPLETE


def test_settling_alone_deletes_nothing_and_leaves_the_rest_to_be_taken_up(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world:
        die_behind(world, 1)
        sent = len(deletions(world))
        closed = world.resume(DECLARED, settle_only=True)
        assert isinstance(closed, Closed)
        assert (dict(closed.counts), closed.exit_code) == ({Outcome.DELETED: 2}, ExitCode.DONE)
        assert len(deletions(world)) == sent
        assert audit_of(world).findings == []
        assert outcomes(resumed(world)) == {"deleted": 6}


def test_what_cannot_be_read_stays_open(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        die_behind(world, 1)
        world.set_faults("common_failures=leadsquared_get:1-:503,leadsquared_list:1-:503")
        closed = world.resume(DECLARED, settle_only=True)
        assert isinstance(closed, Closed)
        assert (dict(closed.counts), closed.exit_code) == (
            {Outcome.UNKNOWN: 2},
            ExitCode.INCOMPLETE,
        )
        world.set_faults()
        assert outcomes(resumed(world)) == {"deleted": 6}


def test_a_resume_that_is_killed_is_resumed(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        die_behind(world, 1)
        with dying(world, 40), pytest.raises(Killed):
            world.resume(DECLARED)
        done = resumed(world)
        assert outcomes(done) == {"deleted": 6}
        database = open_database(world.session(DECLARED).ledger_url, world.clock)
        assert interrupted(database) == []
        database.close()


def test_a_run_whose_time_was_up_is_taken_up(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        first = world.apply(DECLARED, stop_after=0.0)
        assert outcomes(first) == {"not_attempted": 6}
        assert outcomes(resumed(world)) == {"deleted": 6}


@pytest.mark.parametrize("refusing", ["guard", "brake"])
def test_what_was_refused_or_braked_is_not_taken_up(tmp_path: Path, refusing: str) -> None:
    with a_world(tmp_path) as world:
        if refusing == "guard":
            world.apply(DECLARED, max_deletes=1)
        else:
            world.set_faults("leadsquared_deleted=none")
            limited = Policy(name="p", place="p:1", canary=(1,))
            assert world.apply(declared(TARGETS, accounts=[CRM], policies=[limited])).braked
        assert world.resume(DECLARED) is None


def test_an_approval_that_has_expired_is_settled_and_given_up(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        die_behind(world, 1)
        sent = len(deletions(world))
        world.clock.elapsed += 24 * 3600
        closed = world.resume(DECLARED)
        assert isinstance(closed, Closed)
        assert len(deletions(world)) == sent
        assert world.resume(DECLARED) is None


def test_a_policy_of_today_may_make_it_expire_sooner(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        die_behind(world, 1)
        world.clock.elapsed += 3600
        soon = replace(UNLIMITED, plan_ttl=3600)
        closed = world.resume(declared(TARGETS, accounts=[CRM], policies=[soon]))
        assert isinstance(closed, Closed)


def test_guards_of_today_hold_for_what_is_left(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        die_behind(world, 1)
        sent = len(deletions(world))
        strict = Policy(name="p", place="p:1", max_deletes=3)
        done = resumed(world, declared(TARGETS, accounts=[CRM], policies=[strict]))
        assert done.exit_code is ExitCode.REFUSED
        assert len(deletions(world)) == sent


def test_a_saved_plan_goes_on_by_its_own_terms(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        reviewed = saved(world, DECLARED)
        with dying(world, 10**9) as crash:

            def after(_: object) -> None:
                if deletions(world):
                    crash.happened = True
                    raise Killed

            world.transport.after = after
            with pytest.raises(Killed):
                world.apply(DECLARED, saved=reviewed)
        needs_plan = replace(UNLIMITED, require_plan=True)
        done = resumed(world, declared(TARGETS, accounts=[CRM], policies=[needs_plan]))
        assert (done.exit_code, outcomes(done)) == (ExitCode.DONE, {"deleted": 6})
        (started, *_) = events(world, done)
        assert started["plan_digest"] == reviewed.footer["digest"]


def test_a_saved_plan_that_is_applied_once_more_takes_its_runs_up(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        reviewed = saved(world, DECLARED)
        world.apply(DECLARED, saved=reviewed, stop_after=0.0)
        done = world.apply(DECLARED, saved=reviewed)
        assert outcomes(done) == {"deleted": 6}
        assert world.resume(DECLARED) is None


def test_several_runs_are_taken_up_at_once(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        lists = {records_container(): records(0, 1)}
        other = declare(lists, policies=[UNLIMITED])
        world.apply(DECLARED, stop_after=0.0)
        world.apply(other, stop_after=0.0)
        both = declared(TARGETS, records(0, 1), accounts=[CRM])
        done = resumed(world, both)
        assert outcomes(done) == {"deleted": 8}


def test_a_container_that_nothing_was_approved_in_is_not_read(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        first, second = records_container(0), records_container(1)
        world.apply(declare({first: records(0, 1)}, policies=[UNLIMITED]), stop_after=0.0)
        both = declare({first: records(0, 1), second: tasks(0)}, policies=[UNLIMITED])
        begun = len(world.transport.requests)
        assert outcomes(resumed(world, both)) == {"deleted": 2}
        asked = [path for _, _, path in world.transport.requests[begun:]]
        assert [path for path in asked if second.record_list in path] == []


def test_another_tenant_is_refused_and_nothing_is_sent(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        die_behind(world, 1)
        sent = len(deletions(world))
        stranger = replace(CRM, tenant="99999")
        with pytest.raises(StaleError, match="of other accounts"):
            world.resume(declared(TARGETS, accounts=[stranger]))
        assert len(deletions(world)) == sent


def test_another_host_is_refused_and_nothing_is_asked(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        die_behind(world, 1)
        asked = len(world.transport.requests)
        with pytest.raises(StaleError, match="of other accounts"):
            world.resume(declared(TARGETS, accounts=[replace(CRM, region="us11")]))
        assert len(world.transport.requests) == asked


def test_what_was_gone_before_it_was_sent_stays_already_absent(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        some = records(0, 1, 2)
        dialer = an_account(records_container().system, batch=1, delete_calls=1, per=5.0)
        declarations = declared(records_=some, accounts=[dialer])
        removed: list[str] = []

        def before(request: httpx.Request) -> Exception | None:
            if request.method == "DELETE" and not removed:
                removed.append(json.loads(request.content)[0]["id"])
                world.store.remove_record(records_container().record_list, removed[0])
            return None

        world.transport.before = before
        first = world.apply(declarations, stop_after=4.0)
        assert by_id(first)[removed[0]] == "already_absent"
        done = resumed(world, declarations)
        assert outcomes(done) == {"already_absent": 1, "deleted": 2}
        assert by_id(done)[removed[0]] == "already_absent"


def test_what_others_hold_does_not_keep_the_rest_from_being_taken_up(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        lists = {records_container(): records(0, 1)}
        world.apply(DECLARED, stop_after=0.0)
        world.apply(declare(lists, policies=[UNLIMITED]), stop_after=0.0)
        both = declared(TARGETS, records(0, 1), accounts=[CRM])
        database = open_database(world.session(both).ledger_url, world.clock)
        other = Leases(database, "r-another")
        world.clock.run(other.take("acme-dialer", world.clock, 0.0))
        assert outcomes(resumed(world, both)) == {"deleted": 6}
        # What is held is waited for where it is all there is: its holder may be dead.
        with pytest.raises(LockedError):
            world.resume(both)
        other.free()
        database.close()
        assert outcomes(resumed(world, both)) == {"deleted": 2}


def test_what_keeps_another_run_from_being_resumed_leaves_a_plan_used_up(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        reviewed = saved(world, DECLARED)
        world.apply(DECLARED, saved=reviewed, stop_after=0.0)
        done = world.resume(DECLARED, codes=[ExitCode.STALE])
        assert isinstance(done, Applied)
        assert (done.exit_code, outcomes(done)) == (ExitCode.STALE, {"deleted": 6})
        assert events(world, done)[-1]["exit_code"] == ExitCode.STALE
        with pytest.raises(StaleError, match="was applied before"):
            world.apply(DECLARED, saved=reviewed)
