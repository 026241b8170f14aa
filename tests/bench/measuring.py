"""Whole processes timed, and rows of figures printed."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

RUNS = 3


@dataclass(frozen=True, slots=True)
class Taken:
    """What a process took."""

    seconds: float
    mebibytes: float = 0.0
    """The most memory it held; 0 for a process that is not this program."""


def seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """Return the median of how long some work takes."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def command_seconds(command: Sequence[str], *, runs: int = RUNS, cwd: Path | None = None) -> float:
    """Return the median of what a command takes, start-up included; raises if it fails."""
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True, cwd=cwd), runs)


def program(*arguments: str, runs: int = RUNS, environ: Mapping[str, str] | None = None) -> Taken:
    """Return the medians of what this program takes, start-up included; raises if it fails."""
    peaks = list[float]()

    def run() -> None:
        ran = subprocess.run(
            [sys.executable, "-c", _TELLING_ITS_PEAK, *arguments],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **(environ or {})},  # noqa: TID251 - a child needs PATH
        )
        peaks.append(int(ran.stderr.split()[-1]) / 1024)

    return Taken(seconds(run, runs), statistics.median(peaks))


# What the kernel tells a parent of its child begins with what the parent held when it forked.
_TELLING_ITS_PEAK = """
import atexit, resource, runpy, sys

def tell():
    try:
        with open("/proc/self/status") as file:
            peak = next(line.split()[1] for line in file if line.startswith("VmHWM"))
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(peak, file=sys.stderr)

atexit.register(tell)
runpy.run_module("reconciler", run_name="__main__", alter_sys=True)
"""


def row(what: str, figure: float, against: str, other: float) -> None:
    """Print a figure, what it is held against, and their ratio."""
    print(f"{what:<58} {figure:8.2f} s   {against:<40} {other:8.2f} s   {figure / other:6.2f}")
