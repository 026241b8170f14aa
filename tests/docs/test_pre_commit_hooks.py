"""The hooks for pre-commit: what it reads of them, and that they do what they say."""

import re
import shlex
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.cli.main import main

REPOSITORY = Path(__file__).parents[2]
HOOKS: list[dict[str, Any]] = YAML(typ="safe").load(
    (REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
)
COMMANDS = {one["id"]: shlex.split(one["entry"]) for one in HOOKS}
MESSY = """\
kind: Policy
apiVersion: reconciler/v1
metadata: {name: default}
spec: {maxDeletes: 100}
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the manifests of this one."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(REPOSITORY / "manifests", tmp_path / "manifests")
    return tmp_path


def run(hook: str, *arguments: str) -> int:
    """Run a hook as pre-commit does: its entry, then the arguments of whoever uses it."""
    program, *words = COMMANDS[hook]
    assert (
        program in tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["scripts"]
    )
    return main([*words, *arguments])


def test_the_hooks_are_what_pre_commit_asks_for() -> None:
    assert [one["id"] for one in HOOKS] == ["reconciler-validate", "reconciler-fmt"]
    for one in HOOKS:
        assert set(one) == {
            "id",
            "name",
            "description",
            "entry",
            "language",
            "files",
            "pass_filenames",
        }
        # A manifest alone says nothing: all of them are read, whichever was changed.
        assert (one["language"], one["pass_filenames"]) == ("python", False)


def test_they_run_when_a_manifest_or_a_side_file_is_changed() -> None:
    for one in HOOKS:
        assert re.search(one["files"], "manifests/crm/ids/imported-twice.csv")
        assert re.search(one["files"], "manifests/crm/old.yaml")
        assert not re.search(one["files"], "docs/manifests/old.yaml")


def test_validate_passes_what_is_valid_and_nothing_else(checkout: Path) -> None:
    assert run("reconciler-validate") == 0
    (checkout / "manifests/broken.yaml").write_text("kind: [")
    assert run("reconciler-validate") == 3


def test_fmt_rewrites_what_is_not_in_its_layout(checkout: Path) -> None:
    assert run("reconciler-fmt", "--check") == 0
    messy = checkout / "manifests/governance/policy.yaml"
    messy.write_text(MESSY)
    assert run("reconciler-fmt", "--check") == 2
    assert run("reconciler-fmt") == 0
    # pre-commit fails a hook that has changed a file.
    assert messy.read_text() != MESSY


def test_another_folder_is_an_argument(checkout: Path) -> None:
    (checkout / "manifests").rename(checkout / "absent")
    assert run("reconciler-validate") == 3
    assert run("reconciler-validate", "absent") == 0
    assert run("reconciler-fmt", "absent", "--check") == 0
