"""Measures speed as ratios within one run: ``make bench``.

Every row is a figure, what it is held against, and their ratio; medians of three whole processes.
Nothing here fails a build: a shared machine is no judge. Rates are measured in virtual time and are
exact.
"""

import hashlib
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import structlog

from reconciler.cli.embedded import CREDENTIALS
from reconciler.domain.accounts import Account, System
from reconciler.domain.ways import Way
from reconciler.sandbox.faults import parse_faults
from reconciler.sandbox.seed import record_id, record_list_id, task_id
from reconciler.sandbox.serve import background
from tests.simulation import UNLIMITED, a_world, an_account, declare, tasks_container

_RUNS = 3
_LATENCIES = (50, 150, 300, 500)
"""Milliseconds."""
_OCTODNS_10_000 = 2.5
"""Seconds that octoDNS 1.22 took for 10,000 records on a two-core machine; recorded, not run."""
_TERRAFORM_10_000 = 233.0
"""Seconds that terraform took to plan 10,000 deletions on such a machine; recorded, not run."""


def _seconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _run(*arguments: str, environ: Mapping[str, str] | None = None) -> Callable[[], object]:
    def run() -> object:
        return subprocess.run(
            [sys.executable, *arguments],
            check=True,
            capture_output=True,
            env={**os.environ, **(environ or {})},  # noqa: TID251 - a child needs PATH
        )

    return run


def _row(what: str, figure: float, against: str, other: float) -> None:
    print(f"{what:<58} {figure:8.2f} s   {against:<40} {other:8.2f} s   {figure / other:6.2f}")


def start_up() -> None:
    """``--help`` within four times ``import click``."""
    _row(
        "reconciler --help",
        _seconds(_run("-m", "reconciler", "--help")),
        "python -c 'import click'",
        _seconds(_run("-c", "import click")),
    )


def validation(folder: Path, count: int) -> None:
    """Loading ids in YAML, with their lines, against plain Python on the same file."""
    manifests = folder / "in-yaml"
    _write_tasks(manifests, count)
    _row(
        f"validate {count:,} ids in YAML",
        _seconds(_run("-m", "reconciler", "validate", str(manifests))),
        _PLAINLY,
        _seconds(_plainly(manifests / "tasks.yaml")),
    )


def validation_of_side_files(folder: Path, count: int) -> None:
    """Loading ids in a side file against plain Python on the same file, and the memory it takes."""
    manifests = folder / "in-side-file"
    _write_side_file(manifests, count)
    _row(
        f"validate {count:,} ids in a side file",
        _seconds(_run("-m", "reconciler", "validate", str(manifests))),
        _PLAINLY,
        _seconds(_plainly(manifests / "ids.csv")),
    )
    print(f"  peak memory {_peak('validate', str(manifests)) // 1024} MiB")


_PLAINLY = "read, sort and hash the same file"


def _plainly(path: Path) -> Callable[[], object]:
    def work() -> str:
        lines = sorted(path.read_text(encoding="utf-8").splitlines())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    return work


def _peak(*arguments: str) -> int:
    """Return the most memory that the program takes, in KiB."""
    code = (
        "import resource, sys\n"
        "from reconciler.cli.main import main\n"
        "main(sys.argv[1:])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True
    )
    return int(ran.stderr.split()[-1])


def planning(folder: Path, count: int) -> float:
    """Planning deletions of a whole record list over loopback HTTP, start-up included."""
    manifests = folder / f"records-{count}"
    _write_records(manifests, count)
    faults = parse_faults(["talkdesk_limit=0"])
    with background(folder / f"data-{count}", records=count, tasks=10, faults=faults) as url:
        client_id, secret = CREDENTIALS[System.TALKDESK]
        environ = {
            "RECONCILER_ACME_DIALER_ENDPOINT": url,
            "RECONCILER_ACME_DIALER_CLIENT_ID": client_id,
            "RECONCILER_ACME_DIALER_CLIENT_SECRET": secret,
        }
        ledger = f"sqlite:///{folder / f'ledger-{count}.sqlite'}"
        plan = ("-m", "reconciler", "plan", str(manifests), "--ledger", ledger)
        return _seconds(_run(*plan, environ=environ))


def rates(folder: Path) -> Iterator[str]:
    """Reads in steady state against the most that limit and latency allow, in virtual time."""
    for number, latency in enumerate(_LATENCIES):
        place = folder / f"rate-{number}"
        place.mkdir()
        with a_world(place, f"common_latency_ms={latency}", tasks=250) as world:
            account = an_account(System.LEADSQUARED)
            ids = [task_id(n) for n in range(225)]
            world.way = Way.BY_ID
            world.plan(declare({tasks_container(): ids}, [account]))
            times = [one.time for one in world.store.arrivals()]
        yield _rate(times, account, latency)


def deletion_rates(folder: Path) -> Iterator[str]:
    """Deletions, 200 behind the first window's worth, as above."""
    for number, latency in enumerate(_LATENCIES):
        place = folder / f"deletions-{number}"
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


def _write_tasks(folder: Path, count: int) -> None:
    folder.mkdir()
    (folder / "account.yaml").write_text(_LEADSQUARED, encoding="utf-8")
    with (folder / "tasks.yaml").open("w", encoding="utf-8") as file:
        file.write(_head("AbsentTasks", "acme-crm") + "  tasks:\n")
        file.writelines(f"    - {task_id(n)}\n" for n in range(count))


def _write_side_file(folder: Path, count: int) -> None:
    folder.mkdir()
    head = _head("AbsentTasks", "acme-crm")
    manifest = f"{_LEADSQUARED}---\n{head}  tasksFrom: {{file: ids.csv}}\n"
    (folder / "all.yaml").write_text(manifest, encoding="utf-8")
    with (folder / "ids.csv").open("w", encoding="utf-8") as file:
        file.write("id\n")
        file.writelines(f"{task_id(n)}\n" for n in range(count))


def _write_records(folder: Path, count: int) -> None:
    folder.mkdir()
    (folder / "account.yaml").write_text(_TALKDESK, encoding="utf-8")
    (folder / "policy.yaml").write_text(_POLICY, encoding="utf-8")
    with (folder / "records.yaml").open("w", encoding="utf-8") as file:
        file.write(_head("AbsentRecords", "acme-dialer"))
        file.write(f"  recordList: {record_list_id()}\n  records:\n")
        file.writelines(f"    - id: {record_id(n)}\n" for n in range(count))


def _head(kind: str, account: str) -> str:
    return (
        f"apiVersion: reconciler/v1\nkind: {kind}\n"
        "metadata: {name: bench, owner: ops, reason: Bench}\n"
        f"spec:\n  account: {account}\n"
    )


_LEADSQUARED = """apiVersion: reconciler/v1
kind: Account
metadata: {name: acme-crm}
spec: {system: leadsquared, region: in21, tenant: "22824"}
"""
_TALKDESK = """apiVersion: reconciler/v1
kind: Account
metadata: {name: acme-dialer}
spec: {system: talkdesk, region: eu, tenant: acme, limits: {calls: 100000, per: 1s}}
"""
_POLICY = """apiVersion: reconciler/v1
kind: Policy
metadata: {name: raised}
spec:
  maxDeletes: 1000000
  maxDeletesPerDay: 1000000
  maxDeletePercent: 100
  allowEmptying: true
  canary: []
"""


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def main() -> None:
    """Print every figure."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with _folder() as folder:
        print(f"{'figure':<58} {'':>10}   {'held against':<40} {'':>10}    ratio")
        start_up()
        validation(folder, 100_000)
        validation_of_side_files(folder, 1_000_000)
        small, large = planning(folder, 1_000), planning(folder, 10_000)
        _row("plan of 10,000 deletions, HTTP and start-up included", large, "of 1,000", small)
        _row("the same", large, "octoDNS 1.22, 10,000 (recorded)", _OCTODNS_10_000)
        _row("the same", large, "terraform, 10,000 (recorded)", _TERRAFORM_10_000)
        print("reads in steady state, of what limit and latency allow:")
        for line in rates(folder):
            print(line)
        print("deletions, likewise:")
        for line in deletion_rates(folder):
            print(line)


if __name__ == "__main__":
    main()
