"""What is there on the machine that a job runs on, and what its steps write for others."""

import os
import sys
from pathlib import Path

from reconciler import __version__


def install(home: Path, root: Path) -> None:
    """Prepare what the action installs once per job, so that it finds its work done."""
    (home / "bin").mkdir(parents=True)
    (home / "bin/python").symlink_to(sys.executable)
    program = home / "bin/reconciler"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m reconciler "$@"\n')
    program.chmod(0o755)
    (home / "made-of").write_text(f"{__version__} {root}\n")


def inherited() -> dict[str, str]:
    """Return what a step inherits of this process."""
    names = ("PATH", "HOME", "LANG", "TMPDIR", "COVERAGE_PROCESS_START")
    environ = os.environ  # noqa: TID251 - what a child inherits
    found = {name: environ[name] for name in names if name in environ}
    return {**found, "PYTHONPATH": str(Path(__file__).parents[2])}


def assigned(path: Path) -> dict[str, str]:
    """Return what a step has written for its outputs, in both notations."""
    found: dict[str, str] = {}
    name = end = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if end and line == end:
            end = ""
        elif end:
            found[name] = f"{found[name]}\n{line}".lstrip("\n")
        elif "<<" in line.partition("=")[0]:
            name, _, end = line.partition("<<")
            found[name] = ""
        else:
            name, _, value = line.partition("=")
            found[name] = value
    return found
