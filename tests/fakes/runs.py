"""Whole runs looked at: what was sent, what is true, what was told."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from reconciler.application.applied import Applied
from reconciler.audit.verify import Verified, verify
from reconciler.domain.absences import Declarations
from reconciler.domain.accounts import Account, Container
from reconciler.domain.document import document
from reconciler.domain.guarding.policies import Policy
from reconciler.ledger.copies import read_copies
from reconciler.planfile.read import SavedPlan, read_plan
from reconciler.planfile.write import write_plan
from reconciler.sandbox.seed import record_id, task_id
from reconciler.sandbox.store import Arrival
from tests.simulation import (
    UNLIMITED,
    World,
    declare,
    records_container,
    tasks_container,
)

MISSING = 900_000
"""From here on no task and no record of the sandbox has a number."""


def tasks(*numbers: int) -> list[str]:
    return [task_id(number) for number in numbers]


def records(*numbers: int) -> list[str]:
    return [record_id(number) for number in numbers]


def declared(
    tasks_: Iterable[str] = (),
    records_: Iterable[str] = (),
    *,
    accounts: Iterable[Account] = (),
    policies: Iterable[Policy] = (UNLIMITED,),
) -> Declarations:
    """Return declarations of tasks and of records of the first list."""
    columns: dict[Container, list[str]] = {}
    if tasks_ := list(tasks_):
        columns[tasks_container()] = tasks_
    if records_ := list(records_):
        columns[records_container()] = records_
    return declare(columns, accounts, policies)


def outcomes(applied: Applied) -> dict[str, int]:
    """Return how many targets ended in which outcome, without those that none did."""
    counts = Counter(settled.outcome.value for _, settled in applied.results.items())
    return dict(sorted(counts.items()))


def by_id(applied: Applied) -> dict[str, str]:
    return {
        address.rpartition("/")[2]: settled.outcome.value
        for address, settled in applied.results.items()
    }


def reasons(applied: Applied) -> set[str]:
    return {settled.reason for _, settled in applied.results.items()}


def deletions(world: World, system: str = "") -> list[Arrival]:
    """Return the deletions that reached a server."""
    return [
        arrival
        for arrival in world.store.arrivals()
        if (arrival.method == "DELETE" or arrival.path.endswith("DeleteTasks"))
        and arrival.system.startswith(system)
    ]


def alive(world: World) -> set[str]:
    """Return the ids of everything that exists now."""
    lists = (records_container(number).record_list for number in (0, 1))
    return world.store.task_ids().union(*(world.store.record_ids(one) for one in lists))


def events(world: World, applied: Applied) -> list[dict[str, Any]]:
    """Return what the audit file of a run tells."""
    lines = (world.folder / "audit" / f"{applied.run_id}.jsonl").read_bytes().splitlines()
    return [json.loads(line) for line in lines]


def of_type(told: Iterable[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in told if event["type"] == kind]


def audit_of(world: World) -> Verified:
    files = sorted((world.folder / "audit").glob("*.jsonl"))
    return verify(files, read_copies(f"sqlite:///{world.folder / 'ledger.sqlite'}"))


def saved(world: World, declarations: Declarations, name: str = "plan.jsonl") -> SavedPlan:
    """Plan now, and return the plan as it is read back from its file."""
    path = world.folder / name
    write_plan(document(world.plan(declarations)), path)
    return read_plan(path)


def check(world: World, applied: Applied, *, planned: Iterable[str] | None = None) -> None:
    """Hold what a run that ended says against what is true."""
    told = by_id(applied)
    there = alive(world)
    for target_id, outcome in told.items():
        if outcome in ("deleted", "already_absent"):
            assert target_id not in there, outcome
        if outcome in ("still_present", "failed"):
            assert target_id in there, outcome
    if planned is not None:
        assert sorted(told) == sorted(planned)
    tally = applied.results.tally()
    assert sum(tally.counts.values()) == len(told)
    assert audit_of(world).findings == []
    end = events(world, applied)[-1]
    assert end["type"] == "run.finished"
    assert end["exit_code"] == applied.exit_code
    assert {name: count for name, count in end["outcomes"].items() if count} == outcomes(applied)


@dataclass
class Watch:
    """Notes what a world is asked, in order; deletions and reads of single things by id."""

    world: World
    seen: list[tuple[str, float, tuple[str, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.transport.before = self.note

    def note(self, request: httpx.Request) -> Exception | None:
        path = request.url.path
        now = self.world.clock.monotonic()
        if path.endswith("DeleteTasks"):
            self.seen.append(("delete", now, tuple(json.loads(request.content)["TaskIds"])))
        elif request.method == "DELETE":
            ids = (one["id"] for one in json.loads(request.content))
            self.seen.append(("delete", now, tuple(ids)))
        elif path.endswith("Retrieve.GetById"):
            self.seen.append(("read", now, (request.url.params["id"],)))
        elif "/records/" in path:
            self.seen.append(("read", now, (Path(path).name,)))
        return None

    @property
    def batches(self) -> list[tuple[str, ...]]:
        return [ids for kind, _, ids in self.seen if kind == "delete"]

    def times_sent(self) -> Counter[str]:
        return Counter(one for ids in self.batches for one in ids)
