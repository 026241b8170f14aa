"""Atlassian, April 2022: 883 customer sites deleted in 23 minutes.

A script was to remove one app from sites. It was given the ids of the sites instead, and the
interface deleted whatever an id stood for; reviewers had seen ids only.

Here only what the type's own listing showed alive is ever sent, the author's expectations are
held against what was found, and the first batch has one target.
"""

from pathlib import Path

import pytest

from reconciler.errors import ExitCode
from reconciler.sandbox.seed import lead_id, task_type_id, user_id
from tests.accidents.scenes import (
    LIST,
    SECOND_LIST,
    absent_records,
    absent_tasks,
    declared,
    nothing_sent,
)
from tests.fakes.numbers import of_second_list, told
from tests.fakes.runs import (
    Watch,
    alive,
    by_id,
    check,
    deletions,
    outcomes,
    reasons,
    records,
    tasks,
)
from tests.simulation import a_world


def test_ids_of_leads_users_types_and_records_are_not_sent_as_tasks(tmp_path: Path) -> None:
    (task,), strangers = tasks(0), [lead_id(0), user_id(1), task_type_id(2), *records(3)]
    with a_world(tmp_path) as world:
        before, watch = alive(world), Watch(world)
        applied = world.apply(declared(tmp_path, absent_tasks(task, *strangers)))
        assert watch.batches == [(task,)]
        assert before - alive(world) == {task}
        assert applied.exit_code is ExitCode.DONE
        check(world, applied, planned=[task])


def test_ids_of_another_record_list_are_not_sent_to_this_one(tmp_path: Path) -> None:
    strangers = [of_second_list(0), *tasks(0), LIST, SECOND_LIST]
    with a_world(tmp_path) as world, nothing_sent(world):
        applied = world.apply(declared(tmp_path, absent_records(*strangers)))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {})


def test_a_row_that_says_it_is_of_another_list_proves_nothing_alive_in_this_one(
    tmp_path: Path,
) -> None:
    # The interface accepts both kinds, as theirs did: whatever it answers with must fit.
    (target,) = records(0)
    with a_world(tmp_path) as world, nothing_sent(world):
        told(world, target, lambda row: row.update(record_list_id=SECOND_LIST))
        applied = world.apply(declared(tmp_path, absent_records(target)))
        assert applied.exit_code is ExitCode.INCOMPLETE


def test_what_is_not_what_its_author_took_it_for_is_held(tmp_path: Path) -> None:
    # Tasks of the four types take turns; the author meant meetings.
    expecting = absent_tasks(*tasks(1, 2, 3), more=", expect: {type: [Meeting]}")
    with a_world(tmp_path) as world:
        applied = world.apply(declared(tmp_path, expecting))
        assert by_id(applied) == {tasks(1)[0]: "deleted"}
        assert set(tasks(2, 3)) <= alive(world)


@pytest.mark.parametrize("system", ["leadsquared", "talkdesk"])
def test_deletions_without_the_planned_effect_end_with_the_first_batch_of_one(
    tmp_path: Path, system: str
) -> None:
    manifest = {
        "leadsquared": absent_tasks(*tasks(*range(12))),
        "talkdesk": absent_records(*records(*range(30))),
    }[system]
    with a_world(tmp_path, f"{system}_deleted=none") as world:
        before = alive(world)
        applied = world.apply(declared(tmp_path, manifest))
        assert [one.size for one in deletions(world)] == [1]
        assert applied.exit_code is ExitCode.BAD_OUTCOME
        assert any(one.startswith("brake: canary batch 1") for one in reasons(applied))
        assert alive(world) == before


def test_a_list_that_loses_more_than_was_named_is_left_after_one(tmp_path: Path) -> None:
    with a_world(tmp_path, "talkdesk_deleted=extra") as world:
        before = alive(world)
        applied = world.apply(declared(tmp_path, absent_records(*records(*range(30)))))
        assert [one.size for one in deletions(world)] == [1]
        assert len(before - alive(world)) == 2
        assert outcomes(applied) == {"deleted": 1, "not_attempted": 29}
        assert any("holds 2 fewer after canary batches of 1" in one for one in reasons(applied))
