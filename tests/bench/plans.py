"""Plans of deletions over loopback HTTP against the sandbox, start-up included."""

from collections.abc import Callable
from pathlib import Path

from reconciler.cli.embedded import CREDENTIALS
from reconciler.domain.accounts import System
from reconciler.sandbox.faults import parse_faults
from reconciler.sandbox.serve import background
from tests.bench.manifests import write_records, write_records_aside
from tests.bench.measuring import RUNS, Taken, program
from tests.bench.peers import TERRAFORM_RECORDED, octodns, terraform

_TERRAFORM_COUNT = 10_000


def plans(folder: Path, *, large: bool) -> None:
    """Print what plans of 10,000 to 1,000,000 deletions take, and what others take for them."""
    ten, hundred = (_planned(folder, count, RUNS) for count in (10_000, 100_000))
    _told("plan of 10,000 deletions over HTTP", ten)
    _against("octoDNS 1.22, the same run", octodns(folder / "octodns-10", 10_000, runs=RUNS), ten)
    _against_terraform(folder / "terraform", ten, measured=large)
    _told("plan of 100,000 deletions", hundred)
    _against(
        "octoDNS 1.22, the same run", octodns(folder / "octodns-100", 100_000, runs=1), hundred
    )
    if large:
        _growth(folder)


def _growth(folder: Path) -> None:
    """Print how a plan grows from 100,000 to 1,000,000 targets, both from a side file."""
    few, many = (_planned(folder, n, 1, write_records_aside) for n in (100_000, 1_000_000))
    _told("plan of 100,000 deletions from a side file", few)
    _told("plan of 1,000,000 deletions from a side file", many)
    print(f"    {many.seconds / few.seconds:.1f} times as long for 10 times as many")


def _planned(
    folder: Path, count: int, runs: int, write: Callable[[Path, int], None] = write_records
) -> Taken:
    place = folder / f"{write.__name__}-{count}"
    place.mkdir()
    write(place / "manifests", count)
    faults = parse_faults(["talkdesk_limit=0"])
    with background(place / "data", records=count, tasks=10, faults=faults) as url:
        client_id, secret = CREDENTIALS[System.TALKDESK]
        environ = {
            "RECONCILER_ACME_DIALER_ENDPOINT": url,
            "RECONCILER_ACME_DIALER_CLIENT_ID": client_id,
            "RECONCILER_ACME_DIALER_CLIENT_SECRET": secret,
        }
        ledger = f"sqlite:///{place / 'ledger.sqlite'}"
        plan = ("plan", str(place / "manifests"), "--ledger", ledger)
        return program(*plan, runs=runs, environ=environ)


def _told(what: str, found: Taken) -> None:
    print(f"{what:<58} {found.seconds:8.2f} s   {found.mebibytes:6.0f} MiB")


def _against(who: str, theirs: float | None, ours: Taken) -> None:
    if theirs is None:
        print(f"    {who}: not installed; make bench does it")
        return
    print(f"    {who}: {theirs:.2f} s, {theirs / ours.seconds:.1f} times as long")


def _against_terraform(folder: Path, ours: Taken, *, measured: bool) -> None:
    theirs = terraform(folder, _TERRAFORM_COUNT) if measured else None
    if theirs is None:
        _against("terraform, recorded and not run", TERRAFORM_RECORDED, ours)
    else:
        _against("terraform", theirs, ours)
