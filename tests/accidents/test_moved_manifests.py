"""Flux, issues 3316, 3949 and 2421: somebody renamed a declaration, or moved it to another place,
and what it stood for was collected as garbage. The maintainers: that is expected.

Here the language is the inverse. A manifest names what must not exist, so that one that is renamed,
moved or removed deletes nothing, and what it names is known by its id and not by its file.
"""

from pathlib import Path

import pytest

from reconciler.domain.plan import Action
from reconciler.errors import ExitCode
from tests.accidents.scenes import (
    absent_records,
    absent_tasks,
    declared,
    nothing_sent,
    protection,
    read,
    tasks_where,
    written,
)
from tests.fakes.runs import alive, outcomes, records, saved, tasks
from tests.simulation import a_world

TASKS, RECORDS = tasks(0, 1), records(0, 1)
BOTH = absent_tasks(*TASKS) + absent_records(*RECORDS)


def test_a_manifest_that_is_removed_deletes_nothing(tmp_path: Path) -> None:
    with a_world(tmp_path) as world, nothing_sent(world):
        assert world.plan(declared(tmp_path, BOTH)).counts()[Action.DELETE] == 4
        applied = world.apply(declared(tmp_path))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {})
        assert world.plan(declared(tmp_path)).counts()[Action.DELETE] == 0


@pytest.mark.parametrize("left", [absent_tasks(), absent_tasks(*TASKS[:1]), ""])
def test_an_entry_that_is_taken_out_is_kept_and_nothing_goes_in_its_stead(
    tmp_path: Path, left: str
) -> None:
    with a_world(tmp_path) as world:
        world.plan(declared(tmp_path, BOTH))
        before = alive(world)
        world.apply(declared(tmp_path, left))
        assert before - alive(world) == {one for one in TASKS if one in left}


def test_a_manifest_that_is_moved_and_renamed_is_the_same_plan(tmp_path: Path) -> None:
    here = read(written(tmp_path / "here", BOTH, name="old.yaml"))
    renamed = BOTH.replace("name: old-", "name: renamed-")
    there = read(written(tmp_path / "there", renamed, name="other/place/new.yaml"))
    with a_world(tmp_path) as world:
        reviewed = saved(world, here)
        assert world.plan(there).digest == reviewed.footer["digest"]
        before = alive(world)
        applied = world.apply(there, saved=reviewed)
        assert before - alive(world) == {*TASKS, *RECORDS}
        assert applied.exit_code is ExitCode.DONE


def test_a_manifest_that_is_moved_after_its_apply_sends_nothing(tmp_path: Path) -> None:
    rule = tasks_where("owner: [former.two@example.com]")
    with a_world(tmp_path) as world:
        world.apply(read(written(tmp_path / "here", BOTH, rule, name="old.yaml")))
        with nothing_sent(world):
            world.apply(read(written(tmp_path / "there", BOTH, rule, name="else/where.yaml")))
            world.apply(declared(tmp_path))


def test_a_protection_that_is_moved_and_renamed_still_protects(tmp_path: Path) -> None:
    tree = written(tmp_path / "manifests", BOTH)
    keep = protection(f"account: acme-crm, tasks: [{TASKS[0]}]", "renamed")
    written(tree, keep, name="far/away/keep.yaml")
    with a_world(tmp_path) as world:
        world.apply(read(tree))
        assert {*TASKS, *RECORDS} & alive(world) == {TASKS[0]}
