"""``apply --results``, ``--stop-after`` and ``--skip-unknown``."""

import csv
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.sandbox.seed import record_id, task_id
from tests.functional.world import LIST, WIDE, Inside, document

MISSING = 999_999


def rows(world: Inside, name: str = "out.csv") -> list[dict[str, str]]:
    with Path(world.folder, name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_is_a_row_for_every_outcome(inside: Inside) -> None:
    applied = inside.run("apply", "--auto-approve", "--results", "out.csv")
    assert applied.code == 0, applied.err
    found = {one["target"]: one for one in rows(inside)}
    assert set(found) == {
        *(f"leadsquared/crm/task/{task_id(n)}" for n in (0, 1)),
        *(f"talkdesk/dialer/{LIST}/record/{record_id(n)}" for n in (0, 1)),
    }
    one = found[f"leadsquared/crm/task/{task_id(0)}"]
    assert one.pop("time").startswith("20")
    assert one == {
        "target": f"leadsquared/crm/task/{task_id(0)}",
        "outcome": "deleted",
        "reason": "",
        "evidence": "by id: 200 []",
        "manifest": "AbsentTasks/old-tasks",
        "ticket": "OPS-1",
        "note": "",
    }
    assert stat.S_IMODE((inside.folder / "out.csv").stat().st_mode) == 0o600


def test_a_note_that_looks_like_a_formula_is_none(inside: Inside) -> None:
    head = document("AbsentTasks", "noted", "owner: ops, reason: Not needed")
    entry = f"    - {{id: {task_id(5)}, note: '=HYPERLINK(1)'}}"
    inside.write("noted.yaml", *head, "spec:", "  account: crm", "  tasks:", entry)
    assert inside.run("apply", "--auto-approve", "--results", "out.csv").code == 0
    (one,) = [one for one in rows(inside) if one["target"].endswith(task_id(5))]
    assert one["note"] == "'=HYPERLINK(1)"


def test_what_a_guard_refuses_has_rows_too(inside: Inside) -> None:
    inside.declare(tasks=[0, 1], policy="{maxDeletes: 1}")
    assert inside.run("apply", "--auto-approve", "--results", "out.csv").code == 4
    assert {one["outcome"] for one in rows(inside)} == {"not_attempted"}
    assert {one["reason"] for one in rows(inside)} == {"a guard refused"}


@pytest.mark.parametrize("name", ["no/such/folder/out.csv", "link.csv"])
def test_a_file_that_cannot_be_written_is_found_before_anything_is_read(
    inside: Inside, name: str
) -> None:
    (inside.folder / "link.csv").symlink_to("elsewhere.csv")
    refused = inside.run("apply", "--auto-approve", "--results", name)
    assert refused.code == 64
    assert "--results cannot be written there" in refused.err
    assert inside.arrivals() == []


def test_a_disk_that_fills_up_ends_the_rows_and_not_the_run(inside: Inside) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    applied = inside.run("apply", "--auto-approve", "--results", "/dev/full")
    assert applied.code == 1
    assert "The results cannot be written any more" in applied.err
    assert applied.last.startswith("Apply incomplete: 4 deleted")


def test_no_batch_is_sent_after_the_time(inside: Inside) -> None:
    stopped = inside.run("apply", "--auto-approve", "--stop-after", "0s")
    assert stopped.code == 7
    assert inside.deletions() == []
    assert stopped.last.endswith("4 not attempted.")
    assert inside.run("apply", "--auto-approve", "--stop-after", "1h").code == 0
    assert inside.run("apply", "--auto-approve", "--stop-after", "soon").code == 64


def test_what_was_sent_in_time_is_proven_after_it(opened_inside: Callable[..., Inside]) -> None:
    world = opened_inside("leadsquared_delete_delay=1")
    slow = "{calls: 6, per: 1s, batch: 1, settleWithin: 20s}"
    world.declare(tasks=range(14), crm=slow, dialer=WIDE)
    stopped = world.run("apply", "--auto-approve", "--stop-after", "4s", "--format", "json")
    assert stopped.code == 7
    counted = stopped.json()["outcomes"]
    assert counted["deleted"] + counted["not_attempted"] == 14
    assert counted["deleted"] == len(world.deletions()) > 0
    assert counted["not_attempted"] > 0
    reasons = {one["reason"] for one in stopped.json()["items"]} - {""}
    assert reasons == {"the time was used up (--stop-after)"}
    assert len(world.live_tasks()) == 60 - counted["deleted"]


def test_what_was_seen_alive_may_go_although_something_is_unknown(
    opened_inside: Callable[..., Inside],
) -> None:
    broken = (
        "common_failures=leadsquared_get:3:400,leadsquared_list:1-:400,leadsquared_users:1-:400"
    )
    world = opened_inside(broken)
    world.declare(tasks=[0, 1, 2], crm=WIDE, dialer=WIDE)
    planned = world.run("plan", "--format", "json")
    assert planned.code == 7
    world = opened_again(world, opened_inside, broken)
    skipped = world.run("apply", "--auto-approve", "--skip-unknown", "--format", "json")
    assert skipped.code == 7
    assert skipped.json()["counts"]["unknown"] == 1
    assert skipped.json()["outcomes"]["deleted"] == 2


def opened_again(world: Inside, opened: Callable[..., Inside], broken: str) -> Inside:
    """Serve the same tasks once more, whose third reading by id fails again."""
    again = opened(broken)
    world.env.update(again.env)
    return world
