"""The course of a trial: moments are waited for, somebody dies, others go on.

Moments are drawn from the seed, but how far a process is by then is not: a seed repeats the kind of
a trial, not its course.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event

from tests.chaos.crew import ChaosWorld, Crew
from tests.chaos.evidence import Ledger, truth
from tests.chaos.settings import Setting
from tests.fakes.postgres import Postgres

_LONGEST = 900.0
_LAST_RUNS = 4


def _announced(world: ChaosWorld) -> int:
    """Return how many batches were announced in the audit files so far."""
    files = world.audit.glob("*.jsonl")
    return sum(path.read_bytes().count(b'"type":"batch.intent"') for path in files)


def _arrived(world: ChaosWorld) -> int:
    """Return how many deletions have arrived so far."""
    record = world.data / "requests.jsonl"
    told = record.read_bytes() if record.exists() else b""
    return told.count(b"\n") - told.count(b'"deletes": []')


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
class Course:
    """What happens in a trial, from the first start to the last run."""

    setting: Setting
    crew: Crew
    world: ChaosWorld
    declared: frozenset[str]
    postgres: Postgres | None
    give_up: Event
    _ends_at: float = field(default_factory=lambda: time.monotonic() + _LONGEST)

    def run(self) -> list[str]:
        """Kill as often as wanted, or until all is done; return what was wrong meanwhile."""
        faults: list[str] = []
        stops_at = {
            self.setting.kills * (n + 1) // (self.setting.stops + 1)
            for n in range(self.setting.stops)
        }
        while self.crew.kills < self.setting.kills and not self._over():
            if self._wait_for_a_moment():
                self.crew.kill()
                faults += self._files_follow()
                if self.crew.kills in stops_at and self.postgres:
                    self.postgres.stop_at_once()
                    time.sleep(self.crew.chance.uniform(0.2, 1.5))
                    self.postgres.start_again()
        self._keep_until(lambda: False)
        if not self._done():
            return [*faults, *self.crew.surprises, f"not done after {_LONGEST:g} s"]
        self.crew.finish()
        return [*faults, *self.crew.surprises, *self._last_run()]

    def _wait_for_a_moment(self) -> bool:
        """Keep the runners going until somebody should die; say whether there is anything left."""
        chance = self.crew.chance
        count, least, most = chance.choice(_MOMENTS)
        before = count(self.world)
        self._keep_until(lambda: count(self.world) > before)
        ends = time.monotonic() + chance.uniform(least, most)
        self._keep_until(lambda: time.monotonic() > ends)
        return not self._over()

    def _keep_until(self, happened: Callable[[], bool]) -> None:
        while not happened() and not self._over():
            self.crew.keep()
            time.sleep(0.03)

    def _over(self) -> bool:
        """Whether all is done, or nobody wants to wait for it any longer."""
        return self._done() or time.monotonic() > self._ends_at or self.give_up.is_set()

    def _done(self) -> bool:
        gone_at = truth(self.world.data)
        return all(gone_at[one] < float("inf") for one in self.declared)

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
