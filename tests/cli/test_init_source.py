"""Where ``init`` says that workflows get this program from."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.cli.origin import default_branch_of, origin_of, remote_of
from reconciler.cli.starting.source import PLACEHOLDER, Source, source_told, written_source

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def checked_out(url: str = "", commit: str = "") -> Callable[[Path], tuple[str, str]]:
    return lambda _folder: (url, commit)


def from_git(url: str, commit: str = COMMIT) -> str:
    return json.dumps({"url": url, "vcs_info": {"vcs": "git", "commit_id": commit}})


EDITABLE = json.dumps({"url": "file:///srv/tool", "dir_info": {"editable": True}})


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/reconciler",
        "https://github.com/acme/reconciler.git",
        "https://somebody@github.com/acme/reconciler.git",
        "ssh://git@github.com/acme/reconciler.git",
        "git@github.com:acme/reconciler.git",
    ],
)
def test_a_repository_on_github_is_known_however_it_is_spelled(url: str) -> None:
    expected = Source("acme/reconciler", COMMIT)
    assert source_told(from_git(url), checked_out()) == expected
    assert source_told(EDITABLE, checked_out(url, COMMIT)) == expected


@pytest.mark.parametrize(
    "direct_url",
    [
        "{}",
        from_git("https://example.com/acme/reconciler.git"),
        from_git("https://github.com/acme/reconciler.git", "main"),
        from_git("https://github.com.example.com/acme/reconciler.git"),
        json.dumps({"url": "file:///srv/tool", "dir_info": {}}),
        EDITABLE,
    ],
)
def test_nothing_else_is_guessed(direct_url: str) -> None:
    found = source_told(direct_url, checked_out())
    assert found == PLACEHOLDER


@pytest.mark.parametrize("text", ["acme/reconciler", "acme/reconciler@main", f"acme@{COMMIT}", ""])
def test_what_is_written_names_a_repository_and_a_whole_commit(text: str) -> None:
    assert written_source(text) is None
    assert written_source(f"acme/reconciler@{COMMIT}") == Source("acme/reconciler", COMMIT)


def test_a_checkout_tells_its_remote_its_commit_and_its_branch(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(["git", "-C", str(tmp_path), *identity, *arguments], check=True)  # noqa: S607 - git, as found

    assert (remote_of(tmp_path), default_branch_of(tmp_path)) == ("", "")
    git("init", "--quiet", "--initial-branch", "trunk")
    git("commit", "--quiet", "--allow-empty", "--message", "Begin")
    git("remote", "add", "origin", "git@github.com:acme/reconciler.git")
    assert remote_of(tmp_path) == "git@github.com:acme/reconciler.git"
    assert default_branch_of(tmp_path) == "trunk"
    git("update-ref", "refs/remotes/origin/main", "HEAD")
    git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    assert default_branch_of(tmp_path) == "main"
    direct_url = json.dumps({"url": tmp_path.as_uri(), "dir_info": {"editable": True}})
    found = source_told(direct_url, lambda folder: (remote_of(folder), origin_of(folder).commit))
    assert found == Source("acme/reconciler", origin_of(tmp_path).commit)
