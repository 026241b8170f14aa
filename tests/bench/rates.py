"""Rates in steady state against the most that limit and latency allow, in virtual time: exact."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from reconciler.domain.accounts import Account, System
from reconciler.domain.ways import Way
from reconciler.sandbox.seed import task_id
from tests.simulation import UNLIMITED, a_world, an_account, declare, tasks_container

_LATENCIES = (50, 150, 300, 500)
"""Milliseconds."""


def rates(folder: Path) -> None:
    """Print the rates of reads and of deletions."""
    print("reads in steady state, of what limit and latency allow:")
    for text in _reads(folder):
        print(text)
    print("deletions, likewise:")
    for text in _deletions(folder):
        print(text)


def _reads(folder: Path) -> Iterator[str]:
    for latency in _LATENCIES:
        place = folder / f"reads-{latency}"
        place.mkdir()
        with a_world(place, f"common_latency_ms={latency}", tasks=250) as world:
            account = an_account(System.LEADSQUARED)
            ids = [task_id(n) for n in range(225)]
            world.way = Way.BY_ID
            world.plan(declare({tasks_container(): ids}, [account]))
            times = [one.time for one in world.store.arrivals()]
        yield _rate(times, account, latency)


def _deletions(folder: Path) -> Iterator[str]:
    """Yield the rate of 200 deletions behind the first window's worth."""
    for latency in _LATENCIES:
        place = folder / f"deletions-{latency}"
        place.mkdir()
        with a_world(place, f"common_latency_ms={latency}", tasks=250) as world:
            account = an_account(System.LEADSQUARED, batch=1)
            ids = [task_id(n) for n in range(account.limits.calls + 200)]
            world.apply(declare({tasks_container(): ids}, [account], [UNLIMITED]))
            arrivals = world.store.arrivals()
            times = [one.time for one in arrivals if one.path.endswith("DeleteTasks")]
        yield _rate(times, account, latency)


def _rate(times: Sequence[float], account: Account, latency: int) -> str:
    """Tell a rate behind the first window's worth of calls, and the share of what is allowed."""
    limits = account.limits
    per_second = (len(times) - 1 - limits.calls) / (times[-1] - times[limits.calls])
    most = limits.calls / (limits.per + latency / 1000)
    return f"  at {latency:3} ms: {per_second:.3f} of {most:.3f} calls/s, {per_second / most:.1%}"
