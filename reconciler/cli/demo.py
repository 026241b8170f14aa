"""``reconciler demo``."""

import shutil
import subprocess
import sys
from pathlib import Path

import click

from reconciler.cli.options import Options, common_options, manifests_argument
from reconciler.errors import ExitCode, ReconcilerError, UsageError

_FOLDER = Path(".reconciler/demo")
_PLAN = "plan.jsonl"


@click.command()
@manifests_argument
@common_options
def demo(options: Options, manifests: Path) -> int:
    """Validate, plan, apply, plan again and verify the audit log, on a fresh sandbox."""
    folder = manifests.resolve()
    if not folder.is_dir():
        raise UsageError("There is no such folder of manifests", detail=str(manifests))
    try:
        shutil.rmtree(_FOLDER, ignore_errors=True)
        _FOLDER.mkdir(parents=True)
    except OSError as error:
        raise ReconcilerError("The demo cannot write", detail=f"{_FOLDER}: {error}") from error
    shown = _shown(folder)
    steps = [
        ["validate", shown, "--sandbox"],
        ["plan", shown, "--sandbox", "--out", _PLAN],
        ["apply", shown, "--sandbox", "--plan", _PLAN],
        ["plan", shown, "--sandbox", "--expect-no-changes"],
        ["audit", "verify", "--sandbox"],
    ]
    for arguments in steps:
        options.front.put([f"\n$ reconciler {' '.join(arguments)}\n"])
        color = ["--color", options.front.color]
        if options.front.color == "auto" and options.front.colored(sys.stdout):
            color = ["--color", "always"]
        result = subprocess.run(  # noqa: S603 - this program, with fixed arguments
            [sys.executable, "-m", "reconciler", *arguments, *color],
            cwd=_FOLDER,
            check=False,
        )
        if result.returncode:
            return result.returncode
    return ExitCode.DONE


def _shown(folder: Path) -> str:
    """Return the manifests' path as the steps see it, which run in the demo's folder."""
    try:
        inside = folder.relative_to(Path.cwd())
    except ValueError:
        return str(folder)
    return str(Path(*[".."] * len(_FOLDER.parts)) / inside)
