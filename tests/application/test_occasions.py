"""Occasions: when, and by which approval, a whole run may begin; by the policies of today."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from reconciler.application.applied import Applied
from reconciler.application.clock import utc
from reconciler.cli.runs.approving import check_saved_plan
from reconciler.domain.absences import Declarations
from reconciler.domain.guarding.openings import openings
from reconciler.domain.guarding.policies import Policy
from reconciler.domain.guarding.windows import Window
from reconciler.domain.plan import Plan
from reconciler.errors import ExitCode, StaleError
from tests.fakes.allowances import CRM, an_allowance, lifted_by, refused, used, with_allowances
from tests.fakes.runs import declared, outcomes, records, saved, tasks
from tests.simulation import EPOCH, UNLIMITED, a_world

TARGETS = tasks(0, 1)
RESTING = replace(UNLIMITED, cool_off=1800)
ONLY_PLANS = replace(UNLIMITED, require_plan=True)
# The world begins on a Sunday, at nine.
WEEKDAYS = Window(
    days=("mon", "tue", "wed", "thu", "fri"), begins=time(8), ends=time(18), timezone="UTC"
)
WINDOWS = replace(UNLIMITED, windows=(WEEKDAYS,))


def by(policy: Policy, targets: list[str] = TARGETS) -> Declarations:
    return declared(targets, accounts=[CRM], policies=[policy])


def notes(plan: Plan) -> dict[str, str]:
    """Return what the guards said that refuse."""
    return {one.guard: one.note for one in plan.violated}


def test_the_policy_of_today_says_how_old_a_plan_may_be(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        reviewed = saved(world, by(UNLIMITED))
        world.clock.elapsed += 3600
        session = world.session(by(replace(UNLIMITED, plan_ttl=3600)))
        with pytest.raises(StaleError) as raised:
            check_saved_plan(reviewed, session, None)
        assert raised.value.summary == "The plan has expired"
        check_saved_plan(reviewed, world.session(by(replace(UNLIMITED, plan_ttl=3601))), None)


def test_a_longer_life_of_today_does_not_revive_a_plan(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        short, long = replace(UNLIMITED, plan_ttl=60), replace(UNLIMITED, plan_ttl=7 * 86_400)
        reviewed = saved(world, by(short))
        world.clock.elapsed += 60
        with pytest.raises(StaleError):
            check_saved_plan(reviewed, world.session(by(long)), None)


def test_a_plan_expires_when_the_first_of_its_accounts_says_so(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        policies = [
            replace(UNLIMITED, plan_ttl=7200),
            Policy(name="dialer", place="p:2", accounts=("acme-dialer",), plan_ttl=600),
        ]
        both = declared(TARGETS, records(0), accounts=[CRM], policies=policies)
        alone = declared(TARGETS, accounts=[CRM], policies=policies)
        for declarations, seconds in ((both, 600), (alone, 7200)):
            plan = world.plan(declarations)
            assert plan.expires_at - plan.created_at == timedelta(seconds=seconds)


def test_a_plan_that_has_not_rested_is_refused_until_it_has(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        reviewed = saved(world, by(UNLIMITED))
        world.clock.elapsed += 1000
        plan = refused(world, lambda: world.apply(by(RESTING), saved=reviewed))
        assert notes(plan) == {"coolOff": "the reviewed plan rests until 2026-11-22T09:30:00Z"}
        world.clock.elapsed = 1800
        assert world.apply(by(RESTING), saved=reviewed).exit_code is ExitCode.DONE


def test_what_is_printed_for_a_plan_that_rests_opens_it_at_once(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        reviewed = saved(world, by(UNLIMITED))
        plan = refused(world, lambda: world.apply(by(RESTING), saved=reviewed))
        (printed,) = openings(plan)
        digest = reviewed.footer["digest"]
        assert printed["spec"] == {
            "account": "acme-crm",
            "lifts": {"coolOff": "0m"},
            "digest": digest,
        }
        opened = an_allowance(cool_off=0, digest=digest)
        applied = world.apply(with_allowances(by(RESTING), opened), saved=reviewed)
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 2})
        assert set(used(world)) == {opened.key}


def test_nothing_rests_where_there_is_no_plan_to_rest(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        assert world.apply(by(RESTING)).exit_code is ExitCode.DONE


def test_only_a_reviewed_plan_is_applied_where_one_is_required(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        words = {"requirePlan": "only apply --plan is allowed"}
        plan = refused(world, lambda: world.apply(by(ONLY_PLANS)))
        assert (notes(plan), list(openings(plan))) == (words, [])
        digest = plan.digest
        plan = refused(world, lambda: world.apply(by(ONLY_PLANS), expected_digest=digest))
        assert notes(plan) == words
        reviewed = saved(world, by(ONLY_PLANS))
        assert world.apply(by(ONLY_PLANS), saved=reviewed).exit_code is ExitCode.DONE


def test_what_nobody_reviewed_in_a_file_is_not_resumed_where_that_is_required(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world:
        world.apply(by(UNLIMITED), stop_after=0.0)
        assert notes(refused(world, lambda: world.resume(by(ONLY_PLANS)))) == {
            "requirePlan": "only apply --plan is allowed"
        }
        # Nor by being taken up together with what somebody did review.
        others = by(UNLIMITED, tasks(2, 3))
        world.apply(others, saved=saved(world, others), stop_after=0.0)
        refused(world, lambda: world.resume(by(ONLY_PLANS, tasks(0, 1, 2, 3))))


def test_plans_that_are_taken_up_together_rest_as_long_as_the_youngest(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        reviewed = saved(world, by(UNLIMITED))
        world.apply(by(UNLIMITED), saved=reviewed, stop_after=0.0)
        world.clock.elapsed = 1500
        others = by(UNLIMITED, tasks(2, 3))
        younger = saved(world, others, "younger.jsonl")
        world.apply(others, saved=younger, stop_after=0.0)
        world.clock.elapsed = 2000
        rested = younger.made_at + timedelta(seconds=1800)
        both = by(RESTING, tasks(0, 1, 2, 3))
        assert notes(refused(world, lambda: world.resume(both))) == {
            "coolOff": f"the reviewed plan rests until {rested:%Y-%m-%dT%H:%M:%SZ}"
        }
        world.clock.elapsed = 1500 + 1900
        done = world.resume(both)
        assert isinstance(done, Applied)
        assert outcomes(done) == {"deleted": 4}


@pytest.mark.parametrize("ticketed", [True, False])
def test_a_manifest_without_a_ticket_is_refused_where_one_is_required(
    tmp_path: Path, *, ticketed: bool
) -> None:
    with a_world(tmp_path) as world:
        declarations = by(replace(UNLIMITED, require_ticket=True))
        if ticketed:
            assert world.apply(declarations).exit_code is ExitCode.DONE
            return
        bare = [replace(one, ticket="") for one in declarations.manifests]
        absences = [replace(one, manifests=bare) for one in declarations.absences]
        without = replace(declarations, manifests=bare, absences=absences)
        plan = refused(world, lambda: world.apply(without))
        assert notes(plan) == {"requireTicket": "2 declared by a manifest without a ticket"}
        assert list(openings(plan)) == []
        reviewed = saved(world, without)
        refused(world, lambda: world.apply(without, saved=reviewed))


def test_closed_windows_refuse_and_say_when_they_open(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        closed = {"windows": "closed, opens at 2026-11-23T08:00:00Z"}
        assert notes(refused(world, lambda: world.apply(by(WINDOWS)))) == closed
        # A plan is made at any time, and says so too.
        plan = world.plan(by(WINDOWS))
        assert plan.violated == ()
        assert closed["windows"] in {one.note for one in plan.guards}
        monday = datetime(2026, 11, 23, 8, tzinfo=UTC).timestamp()
        world.clock.elapsed = monday - EPOCH - 1
        assert utc(world.clock.time()).second == 59
        refused(world, lambda: world.apply(by(WINDOWS)))
        world.clock.elapsed = monday - EPOCH
        assert world.apply(by(WINDOWS)).exit_code is ExitCode.DONE


def test_an_allowance_opens_closed_windows_for_one_run(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        plan = refused(world, lambda: world.apply(by(WINDOWS)))
        (printed,) = openings(plan)
        assert printed["spec"]["lifts"] == {"windows": True}
        opened = an_allowance(windows=(), digest=printed["spec"]["digest"])
        applied = world.apply(with_allowances(by(WINDOWS), opened))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 2})
        assert lifted_by(applied.plan) == {"windows": "Allowance/once"}
        assert set(used(world)) == {opened.key}
        again = with_allowances(by(WINDOWS, tasks(2, 3)), opened)
        refused(world, lambda: world.apply(again))
