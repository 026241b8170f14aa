"""A daily limit: what it does not leave is not begun, and what cannot be proven is not deleted."""

from pathlib import Path

import pytest

from reconciler.cli.commands.plan import exit_code
from reconciler.domain.absences import Declarations
from reconciler.domain.plan import Action
from reconciler.errors import ExitCode
from tests.fakes.plans import crm, dialer
from tests.fakes.runs import (
    MISSING,
    alive,
    check,
    declared,
    deletions,
    outcomes,
    reasons,
    records,
    tasks,
)
from tests.simulation import World, a_world

SIX = tasks(0, 1, 2, 3, 4, 5)


def six(daily: int) -> Declarations:
    return declared(SIX, accounts=[crm(daily=daily)])


def calls(world: World) -> int:
    return len(world.store.arrivals())


def test_a_reading_that_takes_more_calls_than_are_left_is_not_begun(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        # Who am I takes one of seven; six tasks and the random id take seven more.
        plan = world.plan(six(daily=7))
        (warning,) = plan.accounts[0].warnings
        assert warning == (
            "acme-crm: not everything was read: asking for 6 tasks by id takes 7 calls, and of "
            "limits.daily 6 are left; --read-by account, or a `lookup` that names their owner or "
            "lead, may take fewer, --target reads a part of them, and a day later all calls are "
            "back"
        )
        assert exit_code(plan, changes_count=False) is ExitCode.INCOMPLETE
        assert calls(world) == 1


def test_a_reading_that_takes_just_what_is_left_is_made(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        plan = world.plan(declared(tasks(0, 1, 2, 3, 4, MISSING), accounts=[crm(daily=8)]))
        assert [one.value for one, count in plan.counts().items() if count] == ["delete", "absent"]
        assert calls(world) == 8


def test_a_record_list_that_takes_more_pages_than_are_left_is_not_listed(tmp_path: Path) -> None:
    with a_world(tmp_path, records=120) as world:
        declarations = declared((), records(*range(60)), accounts=[dialer(page=5, daily=10)])
        plan = world.plan(declarations)
        (warning,) = plan.accounts[0].warnings
        assert "listing the whole record list takes 24 calls, and of limits.daily 8" in warning
        assert plan.counts()[Action.UNKNOWN] == 60
        assert exit_code(plan, changes_count=False) is ExitCode.INCOMPLETE
        # A token, and how many records there are.
        assert calls(world) == 2


@pytest.mark.parametrize(
    ("daily", "expected"),
    [
        (22, ExitCode.INCOMPLETE),
        # 8 calls to read, 8 to read again, 1 to delete, 6 to prove.
        (23, ExitCode.DONE),
    ],
)
def test_a_plan_that_cannot_be_applied_today_says_so(
    tmp_path: Path, daily: int, expected: ExitCode
) -> None:
    with a_world(tmp_path) as world:
        plan = world.plan(six(daily))
        assert exit_code(plan, changes_count=False) is expected
        told = (
            "acme-crm: applying takes about 15 calls, and of limits.daily 22 only 14 are left; "
            "narrow it with --target, or apply it when more are back"
        )
        assert plan.accounts[0].warnings == (() if expected is ExitCode.DONE else (told,))


@pytest.mark.parametrize("daily", [8, 9, 20])
def test_what_could_not_be_proven_today_is_not_deleted(tmp_path: Path, daily: int) -> None:
    with a_world(tmp_path) as world:
        before = alive(world)
        applied = world.apply(six(daily))
        assert applied.exit_code is ExitCode.INCOMPLETE
        assert (deletions(world), alive(world)) == ([], before)
        assert outcomes(applied) == {"not_attempted": 6}
        assert reasons(applied) == {
            "the daily limit leaves too few calls to delete it and to prove it"
        }
        assert calls(world) <= daily
        check(world, applied, planned=SIX)


def test_what_can_be_proven_today_is_deleted(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        applied = world.apply(six(daily=21))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 6})
        assert calls(world) <= 21


def test_one_account_without_calls_does_not_keep_another_from_its_work(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        accounts = [crm(daily=9), dialer()]
        applied = world.apply(declared(SIX, records(0, 1), accounts=accounts))
        assert outcomes(applied) == {"not_attempted": 6, "deleted": 2}
        assert applied.exit_code is ExitCode.INCOMPLETE
