"""The rolling day: what an account lost in 24 hours counts, over runs, kills and narrowing."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from reconciler.domain.absences import Declarations
from reconciler.domain.guarding.guards import GuardResult, Verdict
from reconciler.domain.narrowing.scope import narrow
from reconciler.domain.narrowing.selectors import targeting_of
from reconciler.domain.plan import Plan
from reconciler.errors import ExitCode
from reconciler.sandbox.seed import record_list_id
from tests.fakes.crash import Killed, dying
from tests.fakes.runs import (
    alive,
    declared,
    deletions,
    events,
    of_type,
    outcomes,
    records,
    tasks,
)
from tests.simulation import UNLIMITED, World, a_world, an_account, tasks_container

FOUR = replace(UNLIMITED, max_deletes_per_day=4)
DAY = 24 * 3600
CRM = an_account(tasks_container().system, batch=2)


def a_day(*numbers: int, of_records: tuple[int, ...] = ()) -> Declarations:
    return declared(tasks(*numbers), records(*of_records), accounts=[CRM], policies=[FOUR])


def per_day(plan: Plan, account: str = "acme-crm") -> GuardResult:
    (result,) = (
        one
        for one in plan.guards
        if (one.guard, one.scope) == ("maxDeletesPerDay", f"account/{account}")
    )
    return result


def before(world: World, *numbers: int) -> int:
    """Return how many a plan of further tasks counts before its own."""
    targets = numbers or (30,)
    return per_day(world.plan(a_day(*targets))).observed - len(targets)


def test_runs_add_up_and_accounts_do_not(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.clock.elapsed += DAY + 1  # the ledger begins now
        assert world.apply(a_day(0, 1, of_records=(0, 1, 2, 3))).exit_code is ExitCode.DONE
        assert world.apply(a_day(2)).exit_code is ExitCode.DONE
        there = alive(world)
        applied = world.apply(a_day(3, 4))
        assert (applied.exit_code, alive(world)) == (ExitCode.REFUSED, there)
        assert per_day(applied.plan) == replace(
            per_day(applied.plan),
            verdict=Verdict.VIOLATED,
            limit=4,
            observed=5,
        )
        assert per_day(applied.plan).note.startswith("3 of them before; counted since 2026-11-23T")
        assert world.apply(a_day(3)).exit_code is ExitCode.DONE


def test_a_plan_shows_what_an_apply_is_held_to(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.apply(a_day(0, 1, 2))
        planned = per_day(world.plan(a_day(3, 4)))
        assert planned == per_day(world.apply(a_day(3, 4)).plan)
        assert planned.verdict is Verdict.VIOLATED


def test_what_was_deleted_a_day_ago_counts_no_more(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.apply(a_day(0, 1, 2))
        world.clock.elapsed += DAY / 2
        world.apply(a_day(3))
        world.clock.elapsed += DAY / 2
        result = per_day(world.plan(a_day(4, 5)))
        # The ledger has seen a whole day by now.
        assert (result.observed, result.verdict, result.note) == (
            3,
            Verdict.PASSED,
            "1 of them before",
        )
        assert world.apply(a_day(4, 5, 6)).exit_code is ExitCode.DONE


def lose_sight(world: World) -> None:
    """Let nothing be read once something was deleted."""

    def cut(request: httpx.Request) -> Exception | None:
        reads = not request.url.path.endswith("DeleteTasks")
        return httpx.ReadError("gone") if reads and deletions(world) else None

    world.transport.before = cut


@pytest.mark.parametrize(
    ("fault", "break_it", "became", "counted"),
    [
        ("leadsquared_deleted=none", None, {"still_present": 4}, 4),
        ("common_flicker=0", lose_sight, {"unknown": 4}, 4),
        ("common_failures=leadsquared_delete:1-:400", None, {"failed": 4}, 0),
        # Refused as a whole, and sent again in halves.
        ("common_failures=leadsquared_delete:1:400", None, {"deleted": 4}, 4),
        # Not executed, and sent again as it was.
        ("common_failures=leadsquared_delete:1:429", None, {"deleted": 4}, 4),
        ("common_failures=leadsquared_delete:1:500_after", None, {"deleted": 4}, 4),
    ],
)
def test_whatever_may_have_been_executed_counts_once(
    tmp_path: Path,
    fault: str,
    break_it: Callable[[World], None] | None,
    became: dict[str, int],
    counted: int,
) -> None:
    with a_world(tmp_path, fault) as world:
        if break_it:
            break_it(world)
        one_batch = replace(a_day(0, 1, 2, 3), accounts={CRM.name: an_account(CRM.system)})
        assert outcomes(world.apply(one_batch)) == became
        world.set_faults()
        assert before(world) == counted


def test_what_was_gone_when_its_batch_came_does_not_count(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:

        def vanish(request: httpx.Request) -> None:
            if request.method == "DELETE":
                world.store.remove_record(record_list_id(0), records(0)[0])

        world.transport.before = vanish
        mine = declared((), records(0, 1), policies=[FOUR])
        assert outcomes(world.apply(mine)) == {"already_absent": 1, "deleted": 1}
        another = declared((), records(5), policies=[FOUR])
        assert per_day(world.plan(another), "acme-dialer").observed == 2


def test_open_batches_of_a_killed_run_count_and_so_they_do_when_settled(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        with dying(world, 10**9) as crash:

            def after(_: object) -> None:
                if deletions(world):
                    crash.happened = True
                    raise Killed

            world.transport.after = after
            with pytest.raises(Killed):
                world.apply(a_day(0, 1, 2))
        assert before(world) == 2
        assert world.apply(a_day(30, 31, 32)).exit_code is ExitCode.REFUSED
        assert before(world) == 2
        # What is left of it is as much as was approved, and goes on.
        world.resume(a_day(0, 1, 2))
        assert before(world) == 3


def test_what_a_refused_run_would_have_deleted_does_not_count(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        assert world.apply(a_day(*range(9))).exit_code is ExitCode.REFUSED
        assert (deletions(world), before(world)) == ([], 0)


def test_narrowing_a_plan_into_parts_does_not_stretch_the_day(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        whole = a_day(0, 1, 2, 3, 4)
        addresses = [f"leadsquared/acme-crm/task/{one}" for one in tasks(0, 1, 2, 3, 4)]
        first, rest = (
            narrow(whole, targeting_of(some, ())) for some in (addresses[:3], addresses[3:])
        )
        assert world.apply(first).exit_code is ExitCode.DONE
        there = alive(world)
        assert world.apply(rest).exit_code is ExitCode.REFUSED
        assert alive(world) == there


def test_a_clock_that_was_set_back_forgets_nothing(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.clock.elapsed += DAY
        world.apply(a_day(0, 1, 2))
        world.clock.elapsed -= DAY
        assert before(world) == 3


def test_the_audit_log_says_what_was_counted_before(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.apply(a_day(0, 1, 2))
        told = of_type(events(world, world.apply(a_day(3, 4))), "guard.evaluated")
        (event,) = (one for one in told if one["guard"] == "maxDeletesPerDay")
        assert (event["verdict"], event["observed"], event["limit"]) == ("violated", 5, 4)
        assert event["note"].startswith("3 of them before; counted since ")
