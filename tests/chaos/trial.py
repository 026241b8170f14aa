"""One trial: a server, several runners, kills at random moments, and what was promised."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event

from reconciler.sandbox.seed import record_id, task_id
from tests.chaos.course import Course
from tests.chaos.crew import ChaosWorld, Crew
from tests.chaos.evidence import Evidence, collect
from tests.chaos.promises import broken, fullest, resent, unfinished_only
from tests.chaos.settings import ACCOUNTS, LIMITS, POLICY, Setting
from tests.fakes.postgres import Postgres
from tests.functional.world import inherited

_BYSTANDERS = 15
"""Tasks, and records, that nobody declares."""
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a trial came to."""

    setting: Setting
    kills: int
    kills_at_work: int
    deletions: int
    fullest: dict[str, tuple[int, int]]
    """By account, the most calls and the most deletions that arrived in any window."""
    resent: int
    seconds: float
    broken: list[str] = field(default_factory=list)
    """Every promise that was not kept."""


def trial(
    setting: Setting,
    folder: Path,
    postgres: Postgres | None = None,
    give_up: Event | None = None,
) -> Figures:
    """Run one trial in an empty folder; with a server for the ledger if it is to be on one."""
    began = time.monotonic()
    url = postgres.fresh_url() if postgres else f"sqlite:///{folder / 'ledger.sqlite'}"
    checkout = folder / "checkout"
    (folder / "logs").mkdir()
    checkout.mkdir()
    with _serving(setting, folder, url) as address:
        world = _world(setting, checkout, address, url)
        chance = Random(setting.seed)  # noqa: S311 - the same moments for the same seed
        ids = _declared(setting)
        crew = Crew(world, setting, chance, folder / "logs")
        course = Course(setting, crew, world, ids, postgres, give_up or Event())
        try:
            faults = course.run()
        finally:
            crew.end()
        evidence = collect(world.data, world.audit, url, ids)
        faults += broken(evidence, setting)
        faults += unfinished_only(_verified(world), evidence)
    return _figures(crew, evidence, faults, time.monotonic() - began)


def _figures(crew: Crew, evidence: Evidence, faults: list[str], seconds: float) -> Figures:
    return Figures(
        setting=crew.setting,
        kills=crew.kills,
        kills_at_work=crew.kills_at_work,
        deletions=len(evidence.deletions),
        fullest={
            name: (fullest(evidence, system), fullest(evidence, system, deleting=True))
            for system, name in ACCOUNTS.items()
        },
        resent=len(resent(evidence)),
        seconds=seconds,
        broken=faults,
    )


def _declared(setting: Setting) -> frozenset[str]:
    """Return the ids that the manifests of a trial declare absent."""
    numbers = range(setting.targets)
    return frozenset([*map(task_id, numbers), *map(record_id, numbers)])


def _world(setting: Setting, checkout: Path, address: str, url: str) -> ChaosWorld:
    world = ChaosWorld(checkout, address, checkout.parent / "sandbox")
    world.setting = setting
    world.env |= {"RECONCILER_LEDGER": url, "PYTHONPATH": str(_ROOT)}
    numbers, limits = range(setting.targets), LIMITS.format(setting.calls, setting.deletions)
    policy = POLICY.format(setting.canary)
    world.declare(tasks=numbers, records=numbers, policy=policy, crm=limits, dialer=limits)
    return world


@contextmanager
def _serving(setting: Setting, folder: Path, url: str) -> Iterator[str]:
    options = {
        "data": str(folder / "sandbox"),
        "audit": str(folder / "checkout/.reconciler/audit"),
        "ledger": url,
        "tasks": setting.targets + _BYSTANDERS,
        "records": setting.targets + _BYSTANDERS,
        "faults": list(setting.faults),
        "seed": setting.seed,
        "slowest": setting.slowest,
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.server", json.dumps(options)],
        env={**inherited(), "PYTHONPATH": str(_ROOT)},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert server.stdout
    try:
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.communicate(timeout=30)


def _verified(world: ChaosWorld) -> list[tuple[str, str]]:
    """Return what ``audit verify`` finds, by run."""
    document = world.run("audit", "verify", "--format", "json").json()
    return [(Path(one["file"]).stem, one["message"]) for one in document["findings"]]
