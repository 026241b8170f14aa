"""``reconciler demo``."""

import shutil
import subprocess
import sys
from pathlib import Path

import click

from reconciler.cli.options import Command, Options, common_options, manifests_argument
from reconciler.errors import ExitCode, ReconcilerError, UsageError

_FOLDER = Path(".reconciler/demo")
_PLAN = "plan.jsonl"


@click.command(cls=Command)
@manifests_argument
@common_options
def demo(options: Options, manifests: Path) -> int:
    """Validate, plan, apply, plan again and verify the audit log, on a fresh sandbox."""
    folder = manifests.resolve()
    if not folder.is_dir():
        raise UsageError("There is no such folder of manifests", detail=str(manifests))
    if options.front.format != "text" or options.front.output:
        raise UsageError("demo shows text on stdout, nothing else")
    try:
        if _FOLDER.exists():
            shutil.rmtree(_FOLDER)
        _FOLDER.mkdir(parents=True)
    except OSError as error:
        raise ReconcilerError(
            "The demo cannot write", detail=f"{_FOLDER}: {error.strerror}"
        ) from error
    shown = _shown(folder)
    steps = [
        ["validate", shown, "--sandbox"],
        ["plan", shown, "--sandbox", "--out", _PLAN],
        ["apply", shown, "--sandbox", "--plan", _PLAN],
        ["plan", shown, "--sandbox", "--expect-no-changes"],
        ["audit", "verify", "--sandbox"],
    ]
    for number, arguments in enumerate(steps):
        gap = "\n" if number else ""
        options.front.put([f"{gap}$ reconciler {' '.join(arguments)}\n"])
        if code := _run(arguments, options):
            return code
    return ExitCode.DONE


def _run(arguments: list[str], options: Options) -> int:
    color = ["--color", options.front.color]
    if options.front.color == "auto" and options.front.colored(sys.stdout):
        color = ["--color", "always"]
    result = subprocess.run(  # noqa: S603 - this program, with fixed arguments
        [sys.executable, "-m", "reconciler", *arguments, *color],
        cwd=_FOLDER,
        check=False,
    )
    # A child that a signal ended has a negative code.
    return 128 - result.returncode if result.returncode < 0 else result.returncode


def _shown(folder: Path) -> str:
    """Return the manifests' path as the steps see it, which run in the demo's folder."""
    try:
        inside = folder.relative_to(Path.cwd())
    except ValueError:
        return str(folder)
    return str(Path(*[".."] * len(_FOLDER.parts)) / inside)
