"""Start-up, and the loading of manifests, against plain Python."""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench.manifests import write_side_file, write_tasks
from tests.bench.measuring import command_seconds, program, row, seconds

_PLAINLY = "read, sort and hash the same file"


def start_up() -> None:
    """Print ``--help``, which is to be within four times ``import click``."""
    row(
        "reconciler --help",
        program("--help").seconds,
        "python -c 'import click'",
        command_seconds([sys.executable, "-c", "import click"]),
    )


def validation(folder: Path) -> None:
    """Print the loading of 100,000 ids in YAML, with their lines, and 1,000,000 in a side file."""
    in_yaml, aside = folder / "in-yaml", folder / "in-side-file"
    write_tasks(in_yaml, 100_000)
    write_side_file(aside, 1_000_000)
    row(
        "validate 100,000 ids in YAML",
        program("validate", str(in_yaml)).seconds,
        _PLAINLY,
        seconds(_plainly(in_yaml / "tasks.yaml")),
    )
    found = program("validate", str(aside))
    plainly = seconds(_plainly(aside / "ids.csv"))
    row("validate 1,000,000 ids in a side file", found.seconds, _PLAINLY, plainly)
    print(f"    peak memory {found.mebibytes:.0f} MiB")


def _plainly(path: Path) -> Callable[[], object]:
    def work() -> str:
        lines = sorted(path.read_text(encoding="utf-8").splitlines())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    return work
