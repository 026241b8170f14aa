"""Argo CD, issues 9227 and 18780: a small change to the template from which applications are made
left most of those in production without one, and they were deleted with all they ran.

Here a rule says how much it may match at most, a share limits it besides, what it matches is
deleted only as it was reviewed, and an edit makes a reviewed plan void.
"""

from pathlib import Path

import pytest

from reconciler.domain.plan import Action
from reconciler.errors import ExitCode
from reconciler.sandbox.seed import record_id
from tests.accidents.scenes import (
    LIST,
    absent_tasks,
    declared,
    nothing_sent,
    records_where,
)
from tests.fakes.runs import alive, by_id, outcomes, saved, tasks
from tests.functional.world import Inside, document
from tests.simulation import a_world

NARROW, WIDE = "priority: [1], timezone: [Europe/Lisbon]", "priority: [1, 5, 7, 10, 11]"


@pytest.mark.parametrize(
    ("most", "violated"),
    [(10, {"where.max", "maxDeletePercent", "allowEmptying"}), (500, {"maxDeletePercent"})],
)
def test_a_rule_that_matches_far_more_after_an_edit_is_refused_whole(
    tmp_path: Path, most: int, violated: set[str]
) -> None:
    with a_world(tmp_path) as world, nothing_sent(world):
        before = world.plan(declared(tmp_path, records_where(NARROW, most=most)))
        assert (before.counts()[Action.DELETE], before.violated) == (6, ())
        applied = world.apply(declared(tmp_path, records_where(WIDE, most=most)))
        assert violated <= {one.guard for one in applied.plan.violated}
        assert (applied.exit_code, outcomes(applied)) == (
            ExitCode.REFUSED,
            {"not_attempted": 120},
        )


def test_the_manifests_beside_a_rule_that_is_refused_wait_too(tmp_path: Path) -> None:
    documents = [absent_tasks(*tasks(0, 1)), records_where(NARROW, most=5)]
    with a_world(tmp_path) as world, nothing_sent(world):
        assert world.apply(declared(tmp_path, *documents)).exit_code is ExitCode.REFUSED


def test_what_a_rule_matches_since_the_review_is_held(tmp_path: Path) -> None:
    declarations = declared(tmp_path, records_where(NARROW, unattended=False))
    with a_world(tmp_path) as world:
        reviewed = saved(world, declarations)
        new = record_id(77_777)
        world.store.add_record(LIST, new, priority=1, timezone="Europe/Lisbon")
        before = alive(world)
        applied = world.apply(declarations, saved=reviewed)
        assert len(before - alive(world)) == 6
        assert new in alive(world)
        assert by_id(applied).get(new) is None
        assert applied.plan.counts()[Action.HELD] == 1


def test_what_a_rule_matches_is_held_where_nobody_reviews(tmp_path: Path) -> None:
    with a_world(tmp_path) as world, nothing_sent(world):
        applied = world.apply(declared(tmp_path, records_where(NARROW, unattended=False)))
        assert applied.plan.counts()[Action.HELD] == 6


@pytest.mark.parametrize("edit", ["priority: [1, 5]", "priority: [1], timezone: [Asia/Kolkata]"])
def test_a_plan_of_the_rule_before_its_edit_is_void(inside: Inside, edit: str) -> None:
    def write(conditions: str) -> None:
        head = document("AbsentRecords", "rule", "owner: ops, reason: Old")
        where = f"where: {{{conditions}, max: 500}}"
        inside.write("rule.yaml", *head, f"spec: {{account: dialer, recordList: {LIST}, {where}}}")

    write("priority: [1]")
    inside.saved_plan()
    write(edit)
    ran = inside.run("apply", "--plan", "plan.jsonl")
    assert (ran.code, ran.out) == (5, "")
    assert "Error: The plan is of other manifests\n" in ran.err
    assert inside.deletions() == []
