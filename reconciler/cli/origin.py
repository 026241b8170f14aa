"""Where the manifests stand in git, asked of the git command."""

import shutil
import subprocess
from pathlib import Path

from reconciler.domain.plan import Origin

_SECONDS = 20


def origin_of(folder: Path) -> Origin:
    """Return commit, ref and whether there are uncommitted changes; empty outside git."""
    git = shutil.which("git")
    if git is None:
        return Origin()
    commit = _ask(git, folder, "rev-parse", "HEAD")
    if not commit:
        return Origin()
    return Origin(
        commit=commit,
        ref=_ask(git, folder, "symbolic-ref", "--short", "-q", "HEAD"),
        dirty=bool(_ask(git, folder, "status", "--porcelain", "--", ".")),
    )


def remote_of(folder: Path) -> str:
    """Return the URL of the folder's remote `origin`; empty where there is none."""
    git = shutil.which("git")
    return "" if git is None else _ask(git, folder, "remote", "get-url", "origin")


def default_branch_of(folder: Path) -> str:
    """Return the default branch, as the remote told when it was cloned; otherwise a usual name."""
    git = shutil.which("git")
    head = "" if git is None else _ask(git, folder, "symbolic-ref", "refs/remotes/origin/HEAD")
    if branch := head.removeprefix("refs/remotes/origin/"):
        return branch
    return "" if git is None else _ask(git, folder, "symbolic-ref", "--short", "-q", "HEAD")


def _ask(git: str, folder: Path, *arguments: str) -> str:
    try:
        # Without our environment: git needs none of the secrets in it. --no-optional-locks:
        # asking must not write.
        result = subprocess.run(  # noqa: S603 - a fixed program and fixed arguments
            [git, "--no-optional-locks", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            env={"PATH": str(Path(git).parent), "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        # The commit is for people to find the manifests again; a plan does not depend on it.
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""
