"""Killed at any step: what was left open is settled by reading first, and nothing is lost."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from reconciler.application.recovering import LANDED
from reconciler.audit.findings import Kind
from reconciler.errors import ExitCode, IdentityError
from reconciler.ledger.copies import read_copies
from tests.fakes.crash import Killed, dying
from tests.fakes.runs import (
    Watch,
    alive,
    audit_of,
    by_id,
    declared,
    deletions,
    events,
    of_type,
    outcomes,
    records,
    saved,
    tasks,
)
from tests.simulation import EPOCH, World, a_world, an_account, tasks_container

TARGETS = [*tasks(0, 1), *records(0)]
DECLARED = declared(tasks(0, 1), records(0))
SHARDS = 4


def intended(world: World) -> set[str]:
    """Return every id that the ledger's lines announce to be sent."""
    copies = read_copies(f"sqlite:///{world.folder / 'ledger.sqlite'}")
    lines = [line for run in copies.lines.values() for line in run] if copies else []
    told = [json.loads(line) for line in lines]
    return {item["id"] for event in of_type(told, "batch.intent") for item in event["items"]}


def in_files(world: World) -> set[str]:
    """Return every id that a whole line of a file announces to be sent."""
    found = set()
    for path in (world.folder / "audit").glob("*.jsonl"):
        *whole, _ = path.read_bytes().split(b"\n")
        told = [json.loads(line) for line in whole]
        found |= {item["id"] for one in of_type(told, "batch.intent") for item in one["items"]}
    return found


def check_after_death(world: World, before: set[str], watch: Watch) -> None:
    sent = {one for ids in watch.batches for one in ids}
    assert sent <= intended(world)
    assert sent <= in_files(world)
    assert before - alive(world) <= sent <= set(TARGETS)
    kinds = {finding.kind for finding in audit_of(world).findings}
    assert kinds <= {Kind.OPEN}


def check_recovery(world: World, watch: Watch) -> None:
    second = world.apply(DECLARED)
    assert second.exit_code is ExitCode.DONE
    assert set(by_id(second).values()) <= {"deleted"}
    assert set(TARGETS).isdisjoint(alive(world))
    # Nobody sends a target again without having read it since.
    for target in TARGETS:
        about = [kind for kind, _, ids in watch.seen if target in ids]
        assert ("delete", "delete") not in set(pairwise(about)), about
    # The files are what the ledger says, and the second run accounts for the dead one.
    assert audit_of(world).findings == []


@pytest.mark.parametrize("shard", range(SHARDS))
def test_wherever_a_run_is_killed_the_next_one_settles_and_ends_it(
    tmp_path: Path, shard: int
) -> None:
    died, step = True, shard + 1
    while died:
        folder = tmp_path / str(step)
        folder.mkdir()
        with a_world(folder, tasks=4, records=10) as world:
            before = alive(world)
            watch = Watch(world)
            died = _run_watched(world, watch, step)
            check_after_death(world, before, watch)
            world.transport.before = watch.note
            check_recovery(world, watch)
        step += SHARDS


def _run_watched(world: World, watch: Watch, step: int) -> bool:
    """Note what really leaves; a request before which the run dies does not."""
    with dying(world, step) as crash:
        before = world.transport.before

        def note(request: httpx.Request) -> Exception | None:
            before(request)
            return watch.note(request)

        world.transport.before = note
        try:
            world.apply(DECLARED)
        except Killed:
            assert crash.happened
    return crash.happened


def die_behind_the_first_deletion(world: World) -> None:
    """Run until the server has acted on the first deletion, and no answer was seen."""
    with dying(world, 10**9) as crash:

        def after(_: httpx.Request) -> Exception | None:
            if deletions(world):
                crash.happened = True
                raise Killed
            return None

        world.transport.after = after
        with pytest.raises(Killed):
            world.apply(DECLARED)


def test_what_was_sent_to_another_place_is_not_looked_for_here(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        die_behind_the_first_deletion(world)
        copied = replace(an_account(tasks_container().system), tenant="22825")
        world.set_faults("leadsquared_tenant=22825")
        second = world.apply(declared(tasks(0, 1), records(0), accounts=[copied]))
        (found,) = of_type(events(world, second), "recovery.settled")
        assert set(found["outcomes"]) == {"unknown"}


def test_what_an_interrupted_run_deleted_is_found_out_by_reading(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        reviewed = saved(world, DECLARED)
        before = alive(world)
        die_behind_the_first_deletion(world)
        watch = Watch(world)
        second = world.apply(DECLARED, saved=reviewed)
        assert second.exit_code is ExitCode.DONE
        assert outcomes(second) == {"deleted": 3}
        assert before - alive(world) == set(TARGETS)
        found = of_type(events(world, second), "recovery.settled")
        assert found
        for event in found:
            assert sum(event["evidence"].values()) == len(event["outcomes"].get("deleted", []))
        settled_deleted = {one for event in found for one in event["outcomes"].get("deleted", [])}
        # What the dead run deleted is not sent once more, and counted as deleted all the same.
        assert settled_deleted
        assert settled_deleted.isdisjoint({one for ids in watch.batches for one in ids})
        reason = {
            address.rpartition("/")[2]: settled.reason
            for address, settled in second.results.items()
        }
        assert {reason[one] for one in settled_deleted} == {"by an interrupted run"}
        # Its last request had the time to land, or die, before anybody looked.
        sent_at = next(one.time for one in deletions(world))
        looked_at = min(at for kind, at, _ in watch.seen if kind == "read")
        assert looked_at >= sent_at - EPOCH + LANDED


def test_a_batch_that_cannot_be_read_stays_open_for_the_run_after(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        die_behind_the_first_deletion(world)
        broken = ("leadsquared_get", "leadsquared_list", "talkdesk_get", "talkdesk_list")
        world.set_faults("common_failures=" + ",".join(f"{one}:1-:503" for one in broken))
        second = world.apply(DECLARED)
        assert second.exit_code is ExitCode.INCOMPLETE
        open_ones = of_type(events(world, second), "recovery.started")
        assert open_ones
        world.set_faults()
        third = world.apply(DECLARED)
        assert third.exit_code is ExitCode.DONE
        assert of_type(events(world, third), "recovery.started")
        fourth = world.apply(DECLARED)
        assert not of_type(events(world, fourth), "recovery.started")


def test_a_wrong_tenant_is_found_before_anything_is_recovered(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        die_behind_the_first_deletion(world)
        world.set_faults("leadsquared_tenant=999")
        before = len(world.store.arrivals())
        with pytest.raises(IdentityError):
            world.apply(declared(tasks(0, 1, 2)))
        (asked,) = world.store.arrivals()[before:]
        assert asked.path == "/v2/Authentication.svc/UserByAccessKey.Get"


def test_a_damaged_file_of_a_dead_run_is_left_alone_and_warned_of(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        die_behind_the_first_deletion(world)
        (file,) = (tmp_path / "audit").glob("*.jsonl")
        file.write_bytes(b"changed\n")
        second = world.apply(DECLARED)
        assert second.exit_code is ExitCode.DONE
        assert second.plan.warnings == (
            f"{file} is not as the ledger remembers it; see reconciler audit verify",
        )
        assert file.read_bytes() == b"changed\n"
