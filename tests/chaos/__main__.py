"""The large trials: ``make chaos``. Prints a row for each, and fails if a promise was not kept."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from traceback import format_exc
from typing import Any

from tests.chaos.settings import FAILING, Setting
from tests.chaos.trial import Figures, trial
from tests.fakes.postgres import Postgres

_AT_ONCE = 2
_SLOW: Any = {"deadline": None, "kills": 10, "targets": 16, "calls": 15}
"""Every kill costs half a minute."""
_COLUMNS = "{:<24}{:>6}{:>7}{:>9}{:>8}{:>12}{:>12}{:>8}{:>6}  {}"
_HEAD = (
    *("trial", "seed", "kills", "at work", "deletes", "crm/2s", "dialer/2s", "resent", "s"),
    "verdict",
)


def settings(seed: int) -> list[tuple[str, Setting]]:
    """Return every trial with its name; the longest ones first."""
    sqlite = Setting(ledger="sqlite", seed=seed, kills=20, targets=36, deadline=1.5)
    postgresql = replace(sqlite, ledger="postgresql", stops=1)
    found = [
        ("sqlite, as it is", replace(sqlite, **_SLOW)),
        ("postgresql, as it is", replace(postgresql, **_SLOW)),
        ("postgresql, machines", replace(postgresql, machines=True)),
        ("sqlite, failing", replace(sqlite, faults=FAILING)),
        ("postgresql, failing", replace(postgresql, faults=FAILING)),
        ("sqlite, canaries", replace(sqlite, canary="[1, 2, 3]")),
        ("postgresql, canaries", replace(postgresql, canary="[1, 2, 3]")),
        *[("sqlite", sqlite), ("postgresql", postgresql)] * 2,
    ]
    return [(name, replace(one, seed=seed + n)) for n, (name, one) in enumerate(found)]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first trial")
    parser.add_argument("--only", default="", help="trials whose name begins like this")
    wanted = parser.parse_args(arguments)
    chosen = [one for one in settings(wanted.seed) if one[0].startswith(wanted.only)]
    print(_COLUMNS.format(*_HEAD), flush=True)
    give_up = Event()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        trials = [pool.submit(_run, *one, give_up) for one in chosen]
        try:
            ran = [one.result() for one in trials]
        except KeyboardInterrupt:
            give_up.set()
            pool.shutdown(cancel_futures=True)
            return 130
    figures = [one for one in ran if one]
    kills, at_work = sum(one.kills for one in figures), sum(one.kills_at_work for one in figures)
    print(f"{kills} kills, {at_work} of them of a run that held an account")
    return 1 if None in ran or any(one.broken for one in figures) else 0


def _run(name: str, setting: Setting, give_up: Event) -> Figures | None:
    """Run one trial and print what it came to; None if it could not be run."""
    folder = Path(tempfile.mkdtemp(prefix="reconciler-chaos-"))
    try:
        postgres = Postgres() if setting.ledger == "postgresql" else None
        figures = trial(setting, folder, postgres, give_up)
    except Exception:  # noqa: BLE001 - the other trials go on
        print(f"{name}, seed {setting.seed}, in {folder}:\n{format_exc()}", flush=True)
        return None
    print(_row(name, figures), flush=True)
    if figures.broken:
        lines = [f"  {one}" for one in figures.broken[:20]]
        print("\n".join([*lines, f"  everything is in {folder}"]), flush=True)
    else:
        shutil.rmtree(folder)
    return figures


def _row(name: str, figures: Figures) -> str:
    windows = ["{} + {}".format(*figures.fullest[one]) for one in ("crm", "dialer")]
    return _COLUMNS.format(
        *(name, figures.setting.seed, figures.kills, figures.kills_at_work, figures.deletions),
        *(*windows, figures.resent, round(figures.seconds)),
        f"{len(figures.broken)} broken" if figures.broken else "kept",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
