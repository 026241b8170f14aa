"""One trial: a server, several runners, kills at random moments; then what was promised is checked.

Moments are drawn from the seed, but how far a process is by then is not: a seed repeats the kind of
a trial, not its course.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from reconciler.sandbox.seed import record_id, task_id
from tests.chaos.crew import ChaosWorld, Crew
from tests.chaos.evidence import Ledger, collect, truth
from tests.chaos.promises import broken, fullest, resent, unfinished_only
from tests.chaos.recorder import requests
from tests.chaos.settings import ACCOUNTS, LIMITS, POLICY, Setting
from tests.fakes.postgres import Postgres
from tests.functional.world import inherited

_BYSTANDERS = 15
"""Tasks, and records, that nobody declares."""
_ROOT = Path(__file__).parents[2]
_LONGEST = 900.0
_LAST_RUNS = 4


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


def trial(setting: Setting, folder: Path, postgres: Postgres | None = None) -> Figures:
    """Run one trial in an empty folder; with a server for the ledger if it is to be on one."""
    began = time.monotonic()
    url = postgres.fresh_url() if postgres else f"sqlite:///{folder / 'ledger.sqlite'}"
    checkout = folder / "checkout"
    (folder / "logs").mkdir()
    checkout.mkdir()
    with _serving(setting, folder, url) as address:
        world = _world(setting, checkout, address, url)
        chance = Random(setting.seed)  # noqa: S311 - the same moments for the same seed
        crew = Crew(world, setting, chance, folder / "logs")
        course = _Course(setting, crew, world, postgres)
        try:
            faults = course.run()
        finally:
            crew.end()
        evidence = collect(world.data, world.audit, url, declared(setting))
        faults += broken(evidence, setting)
        faults += unfinished_only(_verified(world), evidence)
    return Figures(
        setting=setting,
        kills=crew.kills,
        kills_at_work=crew.kills_at_work,
        deletions=len(evidence.deletions),
        fullest={
            name: (fullest(evidence, system), fullest(evidence, system, deleting=True))
            for system, name in ACCOUNTS.items()
        },
        resent=len(resent(evidence)),
        seconds=time.monotonic() - began,
        broken=faults,
    )


def declared(setting: Setting) -> frozenset[str]:
    """Return the ids that the manifests of a trial declare absent."""
    numbers = range(setting.targets)
    return frozenset([*map(task_id, numbers), *map(record_id, numbers)])


def _announced(world: ChaosWorld) -> int:
    """Return how many batches were announced in the audit files so far."""
    files = world.audit.glob("*.jsonl")
    return sum(path.read_bytes().count(b'"type":"batch.intent"') for path in files)


def _arrived(world: ChaosWorld) -> int:
    """Return how many deletions have arrived so far."""
    return sum(bool(one.deletes) for one in requests(world.data / "requests.jsonl"))


def _always(_: ChaosWorld) -> float:
    """Grow at every look: there is nothing to wait for."""
    return time.monotonic()


_MOMENTS: Sequence[tuple[Callable[[ChaosWorld], float], float, float]] = (
    # Announced, and not sent or on its way; arrived, and not answered.
    *[(_announced, 0.0, 0.05)] * 3,
    *[(_arrived, 0.0, 0.1)] * 3,
    # Answered, and not proven gone; in the middle of the windows that follow.
    *[(_arrived, 0.1, 1.0)] * 2,
    *[(_arrived, 2.0, 4.0)] * 2,
    # Starting, recovering, reading.
    *[(_always, 0.0, 5.0)] * 2,
)
"""What is waited for before a kill, and between how many seconds and how many it comes then."""


@dataclass
class _Course:
    """What happens in a trial, from the first start to the last run."""

    setting: Setting
    crew: Crew
    world: ChaosWorld
    postgres: Postgres | None

    def run(self) -> list[str]:
        """Kill as often as wanted, or until all is done; return what was wrong meanwhile."""
        faults: list[str] = []
        stops_at = {
            self.setting.kills * (n + 1) // (self.setting.stops + 1)
            for n in range(self.setting.stops)
        }
        deadline = time.monotonic() + _LONGEST
        while self.crew.kills < self.setting.kills and not self._done():
            if self._wait_for_a_moment(deadline):
                self.crew.kill()
                faults += self._files_follow()
                if self.crew.kills in stops_at and self.postgres:
                    self.postgres.stop_at_once()
                    time.sleep(self.crew.chance.uniform(0.2, 1.5))
                    self.postgres.start_again()
            if time.monotonic() > deadline:
                return [*faults, f"not done after {_LONGEST:g} s"]
        while not self._done() and time.monotonic() < deadline:
            self.crew.keep()
            time.sleep(0.1)
        self.crew.finish()
        return [*faults, *self.crew.surprises, *self._last_run()]

    def _wait_for_a_moment(self, deadline: float) -> bool:
        """Keep the runners going until somebody should die; say whether there is anything left."""
        chance = self.crew.chance
        count, least, most = chance.choice(_MOMENTS)
        before = count(self.world)
        self._keep_until(lambda: count(self.world) > before, deadline)
        ends = time.monotonic() + chance.uniform(least, most)
        self._keep_until(lambda: time.monotonic() > ends, deadline)
        return not self._done()

    def _keep_until(self, happened: Callable[[], bool], deadline: float) -> None:
        while not happened() and not self._done() and time.monotonic() < deadline:
            self.crew.keep()
            time.sleep(0.02)

    def _done(self) -> bool:
        gone_at = truth(self.world.data)
        return all(gone_at[one] < float("inf") for one in declared(self.setting))

    def _files_follow(self) -> Iterator[str]:
        """Check that no audit file says anything that the ledger does not."""
        there = {path.stem: path.read_bytes() for path in self.world.audit.glob("*.jsonl")}
        lines = Ledger.read(self.world.env["RECONCILER_LEDGER"]).lines if there else {}
        for run_id, content in there.items():
            copy = b"".join(line + b"\n" for line in lines.get(run_id, []))
            if not copy.startswith(content):
                yield f"the audit file of {run_id} is ahead of the ledger, or another"

    def _last_run(self) -> list[str]:
        """Let one more run settle what is left; a deletion may still be on its way at first."""
        said = ""
        for _ in range(_LAST_RUNS):
            last = self.world.run("apply", "--auto-approve", "--lock-timeout", "60s")
            if last.code == 0:
                return []
            said = f"{last.code}:\n{last.err[-2000:]}{last.out[-500:]}"
        return [f"the last run ended with {said}"]


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
