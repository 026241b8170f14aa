"""The actions of others that our workflows use, as far as they use them."""

import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any


def git(folder: Path, *arguments: str) -> str:
    """Run git as somebody, without the settings of this machine."""
    identity = ("-c", "user.name=contributor", "-c", "user.email=contributor@example.com")
    done = subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments],  # noqa: S607 - git, as found
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@dataclass
class Artifacts:
    """What steps of one run have uploaded, by its id."""

    folder: Path
    names: dict[str, str] = field(default_factory=dict)
    _ids: Any = field(default_factory=lambda: count(101))

    def contents(self, name: str) -> dict[str, str]:
        """Return the files of an artifact by their paths in it."""
        (number,) = [number for number, one in self.names.items() if one == name]
        root = self.folder / number
        return {
            one.relative_to(root).as_posix(): one.read_text(encoding="utf-8")
            for one in sorted(root.rglob("*"))
            if one.is_file()
        }

    def upload(self, workspace: Path, given: dict[str, Any]) -> dict[str, str]:
        """Keep files; returns the outputs of the step."""
        name, patterns = given["name"], str(given["path"]).split()
        if name in self.names.values():
            raise AssertionError(f"there is an artifact {name} already")
        hidden = given.get("include-hidden-files", False)
        found = [
            file
            for pattern in patterns
            for one in workspace.glob(pattern)
            for file in ([one] if one.is_file() else sorted(one.rglob("*")))
            if file.is_file() and (hidden or not _is_hidden(file.relative_to(workspace)))
        ]
        if not found:
            return {}
        # The way to all that was asked for is left out, as upload-artifact does.
        alone = len(patterns) == 1 and "*" in patterns[0]
        root = found[0].parent if alone else workspace
        number = str(next(self._ids))
        self.names[number] = name
        for file in found:
            target = self.folder / number / file.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        return {"artifact-id": number}

    def download(self, workspace: Path, given: dict[str, Any]) -> None:
        """Fetch what was kept, by its id."""
        shutil.copytree(
            self.folder / str(given["artifact-ids"]), workspace / given["path"], dirs_exist_ok=True
        )


def check_out(remote: Path, workspace: Path, sha: str, given: dict[str, Any]) -> None:
    """Fetch a commit, as deep as is asked for."""
    if given.get("persist-credentials") is not False:
        raise AssertionError("credentials are not to stay in the checkout")
    git(workspace, "init", "--quiet")
    git(workspace, "remote", "add", "origin", remote.as_uri())
    depth = str(given.get("fetch-depth", 1))
    git(workspace, "fetch", "--quiet", "--depth", depth, "origin", sha)
    git(workspace, "checkout", "--quiet", "--detach", sha)


def set_up_python() -> dict[str, str]:
    """Find a Python."""
    return {"python-path": sys.executable}


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
