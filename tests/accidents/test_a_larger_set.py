"""AWS S3, February 2017: a region of the internet went away with one command.

One argument of it was mistyped, so that it removed far more servers than was meant, and the tool
removed them as fast as it could.

Here the number is limited absolutely and by share, by default; what stands on the command line can
narrow only; and a word that selects nothing is an error and not nothing. The default of 500 is the
one of Microsoft Entra's protection against accidental deletions.
"""

from pathlib import Path

import pytest

from reconciler.domain.guarding.guards import Verdict
from reconciler.errors import ExitCode
from reconciler.sandbox.seed import task_id
from tests.accidents.scenes import absent_records, absent_tasks, declared, nothing_sent, policy
from tests.fakes.runs import outcomes, records, tasks
from tests.functional.world import Inside
from tests.simulation import a_world


@pytest.mark.parametrize(("count", "verdict"), [(500, Verdict.PASSED), (501, Verdict.VIOLATED)])
def test_without_any_policy_a_run_deletes_at_most_500_of_an_account(
    tmp_path: Path, count: int, verdict: Verdict
) -> None:
    with a_world(tmp_path, "leadsquared_limit=0", tasks=501) as world, nothing_sent(world):
        plan = world.plan(declared(tmp_path, absent_tasks(*tasks(*range(count)))))
        (guard,) = [one for one in plan.guards if one.guard == "maxDeletes"]
        assert (guard.verdict, guard.limit, guard.observed) == (verdict, 500, count)


@pytest.mark.parametrize(
    ("there", "going", "violated"),
    [(120, 31, "maxDeletePercent"), (9, 9, "allowEmptying"), (600, 501, "maxDeletes")],
)
def test_a_set_that_is_larger_than_it_may_be_is_refused_whole(
    tmp_path: Path, there: int, going: int, violated: str
) -> None:
    with a_world(tmp_path, "talkdesk_limit=0", records=there) as world, nothing_sent(world):
        applied = world.apply(declared(tmp_path, absent_records(*records(*range(going)))))
        assert violated in {one.guard for one in applied.plan.violated}
        assert (applied.exit_code, outcomes(applied)) == (
            ExitCode.REFUSED,
            {"not_attempted": going},
        )


def test_a_cap_of_one_account_stops_them_all(tmp_path: Path) -> None:
    both = absent_tasks(*tasks(0, 1, 2)) + absent_records(*records(0))
    with a_world(tmp_path) as world, nothing_sent(world):
        applied = world.apply(declared(tmp_path, both, policy("maxDeletes: 2")))
        assert applied.exit_code is ExitCode.REFUSED


def test_no_number_on_the_command_line_raises_a_cap(inside: Inside) -> None:
    inside.declare(tasks=[0, 1], policy="{maxDeletes: 1}")
    assert inside.run("apply", "--auto-approve", "--max-deletes", "9999").code == 4
    inside.declare(tasks=[0, 1])
    assert inside.run("apply", "--auto-approve", "--max-deletes", "1").code == 4
    assert inside.deletions() == []


@pytest.mark.parametrize(
    "typo",
    [
        ("--target", "account/cmr"),
        ("--target", f"leadsquared/crm/task/{task_id(5)}"),
        ("--target", "leadsquared/crm/tas"),
        ("--target", ""),
        # An exclusion that selects nothing would leave in what was to be left out.
        ("--exclude", "account/dailer"),
        ("--exclude", "AbsentRecords/old-record"),
        ("--exclude", ""),
        ("--max-deletes", "-1"),
        ("--max-deletes", ""),
    ],
    ids=" ".join,
)
def test_a_mistyped_argument_is_wrong_usage_and_never_everything(
    inside: Inside, typo: tuple[str, ...]
) -> None:
    ran = inside.run("apply", "--auto-approve", *typo)
    assert (ran.code, ran.out) == (64, "")
    assert inside.arrivals() == []
