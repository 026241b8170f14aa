"""Taking up: an approval lasts until its deletions are made, and covers nothing beside them."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from reconciler.application.applied import Applied
from reconciler.application.stopping import Stop
from reconciler.cli.runs.apply_run import hold_and_apply
from reconciler.cli.runs.approving import terms_of
from reconciler.cli.runs.holding import holding
from reconciler.cli.runs.wish import Wish
from reconciler.cli.session import Session
from reconciler.domain.absences import Declarations
from reconciler.domain.guarding.policies import Policy
from reconciler.domain.plan import Action
from reconciler.errors import ExitCode, InterruptedRunError, StaleError
from reconciler.ledger.approvals import interrupted
from reconciler.ledger.database import open_database
from reconciler.ledger.schema import approvals
from reconciler.sandbox.seed_data import TASK_TYPES
from tests.application.test_task_rules import declare, where
from tests.fakes.runs import (
    alive,
    by_id,
    declared,
    outcomes,
    records,
    saved,
    tasks,
)
from tests.simulation import World, a_world

TARGETS = tasks(*range(6))
DECLARED = declared(TARGETS)
UNREADABLE = "common_failures=leadsquared_get:1-:503,leadsquared_list:1-:503"


def resumed(world: World, declarations: Declarations = DECLARED) -> Applied:
    done = world.resume(declarations)
    assert isinstance(done, Applied)
    return done


def test_a_plan_that_resume_brought_to_its_end_was_applied_before(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        reviewed = saved(world, DECLARED)
        world.apply(DECLARED, saved=reviewed, stop_after=0.0)
        assert resumed(world).exit_code is ExitCode.DONE
        with pytest.raises(StaleError, match="applied before"):
            world.apply(DECLARED, saved=reviewed)


def test_what_resume_could_not_read_stays_to_be_taken_up(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.apply(DECLARED, stop_after=0.0)
        world.set_faults(UNREADABLE)
        assert resumed(world).exit_code is ExitCode.INCOMPLETE
        world.set_faults()
        assert outcomes(resumed(world)) == {"deleted": 6}


def test_what_is_taken_up_is_kept_once(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.apply(DECLARED, stop_after=0.0)
        world.set_faults(UNREADABLE)
        done = resumed(world)
        database = open_database(world.session(DECLARED).ledger_url, world.clock)
        with database.transaction() as connection:
            kept = connection.scalars(select(approvals.c.run_id)).all()
        database.close()
        assert kept == [done.run_id]


def test_what_a_guard_refuses_is_not_told_to_be_resumed(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        both = declared(TARGETS, records(0, 1))
        world.apply(both, stop_after=0.0, max_deletes=6)
        world.set_faults(UNREADABLE)
        strict = Policy(name="p", place="p:1", max_deletes=1)
        done = resumed(world, declared(TARGETS, records(0, 1), policies=[strict]))
        assert done.plan.violated
        assert not done.interrupted


def test_what_was_left_in_an_account_that_is_declared_once_more_is_taken_up(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world:
        both = declared(TARGETS, records(0, 1))
        world.apply(both, stop_after=0.0)
        without = declared((), records(0, 1))
        done = resumed(world, without)
        assert by_id(done) == {
            **dict.fromkeys(TARGETS, "not_attempted"),
            **dict.fromkeys(records(0, 1), "deleted"),
        }
        assert set(TARGETS) <= alive(world)
        assert outcomes(resumed(world, both)) == {"deleted": 8}


def test_nobody_approves_what_may_not_be_sent_when_they_are_asked(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        both = declared(TARGETS, records(0, 1))
        # Some tasks are seen, the others are not: nothing is sent to their account.
        world.set_faults("common_failures=leadsquared_get:4-:503,leadsquared_list:1-:503")
        first = world.apply(both, stop_after=0.0)
        counts = first.plan.counts()
        assert counts[Action.UNKNOWN]
        assert counts[Action.DELETE] > 2
        world.set_faults()
        assert outcomes(resumed(world, both)) == {"deleted": 2}
        assert set(TARGETS) <= alive(world)


def test_the_strictest_terms_hold_for_whoever_takes_it_up_in_turn(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.apply(DECLARED, stop_after=0.0, max_deletes=7)
        world.clock.elapsed += 1.0
        other = declared((), records(0, 1))
        world.apply(other, stop_after=0.0)
        both = declared(TARGETS, records(0, 1))
        world.set_faults(UNREADABLE)
        resumed(world, both)
        database = open_database(world.session(both).ledger_url, world.clock)
        (left,) = interrupted(database)
        database.close()
        assert left.terms.max_deletes == 7


def waiting(world: World) -> Session:
    """Return a session that waits for whoever holds its accounts."""
    session = world.session(DECLARED)
    return replace(session, options=replace(session.options, lock_timeout=600.0))


def test_a_plan_that_is_applied_by_two_at_once_is_applied_by_one(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        reviewed = saved(world, DECLARED)
        sites = world.sites(DECLARED)
        wish = Wish(reviewed=reviewed.reviewed, terms=terms_of(reviewed, None, skip_unknown=False))

        async def apply() -> ExitCode:
            database = open_database(waiting(world).ledger_url, world.clock)
            try:
                done = await hold_and_apply(waiting(world), wish, sites, database, Stop())
            except StaleError as error:
                return error.exit_code
            finally:
                database.close()
            return done.exit_code

        async def both() -> list[ExitCode]:
            return list(await asyncio.gather(apply(), apply()))

        assert sorted(world.clock.run(both())) == [ExitCode.DONE, ExitCode.STALE]


def test_a_stop_ends_the_waiting_for_an_account_that_another_run_holds(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        database = open_database(waiting(world).ledger_url, world.clock)
        stop = Stop()

        async def ask() -> None:
            await world.clock.sleep(2.0)
            stop.ask(ExitCode.TERMINATED)

        async def work() -> None:
            async with holding(waiting(world), ["acme-crm"], database, Stop()):
                asking = asyncio.ensure_future(ask())
                with pytest.raises(InterruptedRunError):
                    async with holding(waiting(world), ["acme-crm"], database, stop):
                        pass
                await asking

        world.clock.run(work())
        database.close()
        assert world.clock.elapsed == 2.0


def test_what_only_a_rule_matches_is_held_once_the_rule_is_not_unattended_any_more(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world:
        rule = where(type=f"[{TASK_TYPES[0][0]}]")
        world.apply(declare(tmp_path, rule), stop_after=0.0)
        there = alive(world)
        today = declare(tmp_path, rule.replace("unattended: true", "unattended: false"))
        assert set(outcomes(resumed(world, today))) == {"not_attempted"}
        assert alive(world) == there
