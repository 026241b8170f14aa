"""The files of GitHub and GitLab that ``init`` writes, held against checkers and our workflows."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.cli.main import main

ROOT = Path(__file__).parents[2]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAMES = ("apply", "drift", "plan", "retire")


@pytest.fixture(autouse=True)
def written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder as ``init`` leaves it."""
    monkeypatch.chdir(tmp_path)
    uses = ("--uses", f"acme/reconciler@{COMMIT}", "--owners", "@acme/crm")
    assert main(["init", "deep/er", "--github", "--gitlab", "--account", "acme-crm", *uses]) == 0
    capsys.readouterr()


def loaded(path: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(Path(path).read_text(encoding="utf-8"))
    return found


def passes(program: str, *arguments: str) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name(program)), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflows_pass_the_strictest_audit() -> None:
    passes("zizmor", "--quiet", "--no-progress", "--persona", "pedantic", "--offline", ".github")


def test_the_files_are_what_github_and_gitlab_read() -> None:
    workflows = [f".github/workflows/reconciler-{name}.yml" for name in NAMES]
    passes("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    jobs = (".gitlab-ci.yml", ".gitlab/reconciler.gitlab-ci.yml")
    passes("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", *jobs)


@pytest.mark.parametrize("name", NAMES)
def test_a_workflow_calls_ours_with_what_it_asks_for(name: str) -> None:
    caller = loaded(f".github/workflows/reconciler-{name}.yml")
    called = loaded(ROOT / f".github/workflows/{name}.yml")
    (job,) = caller["jobs"].values()
    assert caller["permissions"] == {}
    assert job["uses"] == f"acme/reconciler/.github/workflows/{name}.yml@{COMMIT}"
    assert job["permissions"] == rights(called["jobs"])
    call = called["on"]["workflow_call"]
    assert set(job["with"]) <= set(call["inputs"])
    assert job["with"]["manifests"] == "deep/er"
    assert job["secrets"] == {"RECONCILER_KEYS": "${{ secrets.RECONCILER_KEYS }}"}
    assert set(job["secrets"]) == set(call["secrets"])
    # By the same events as our own, if they are not those of a call.
    events = set(called["on"]) - {"workflow_call"}
    assert set(caller["on"]) == events


def rights(jobs: Mapping[str, Any]) -> dict[str, str]:
    """Return what the jobs of a workflow are granted together."""
    found: dict[str, str] = {}
    for job in jobs.values():
        for right, level in job["permissions"].items():
            found[right] = max(level, found.get(right, "read"))  # "write" sorts behind "read"
    return found


def test_the_default_branch_is_named_and_only_its_manifests_start_an_apply() -> None:
    push = loaded(".github/workflows/reconciler-apply.yml")["on"]["push"]
    assert push == {"branches": ["main"], "paths": ["deep/er/**"]}


def test_what_decides_about_deletions_is_owned() -> None:
    heading = "# What decides about deletions: a change needs the approval of its owners.\n"
    governance = "/deep/er/governance/ @acme/crm\n"
    assert Path(".github/CODEOWNERS").read_text() == f"{heading}{governance}/.github/ @acme/crm\n"
    assert Path(".gitlab/CODEOWNERS").read_text() == (
        f"{heading}{governance}/.gitlab-ci.yml @acme/crm\n/.gitlab/ @acme/crm\n"
    )


def test_on_gitlab_only_started_jobs_of_the_default_branch_apply() -> None:
    jobs = loaded(".gitlab/reconciler.gitlab-ci.yml")
    apply = {**jobs[".reconciler-apply"], **jobs["reconciler-apply-acme-crm"]}
    assert [rule["when"] for rule in apply["rules"]] == ["manual"]
    assert all("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" in one["if"] for one in apply["rules"])
    assert '--expect-digest "$DIGEST"' in "".join(apply["script"])
    assert apply["needs"] == ["reconciler-plan-acme-crm"]
    assert apply["variables"] == {"ACCOUNT": "acme-crm"}
    assert (apply["environment"], apply["resource_group"]) == (
        {"name": "reconciler-$ACCOUNT"},
        "reconciler-$ACCOUNT",
    )
    deleting = [name for name, job in jobs.items() if "reconciler apply" in str(job.get("script"))]
    assert deleting == [".reconciler-apply"]


def test_on_gitlab_a_merge_request_from_elsewhere_gets_no_job_with_keys() -> None:
    jobs = loaded(".gitlab/reconciler.gitlab-ci.yml")
    of_merge_requests = {
        name: job
        for name, job in jobs.items()
        if any("merge_request_event" in rule["if"] for rule in job.get("rules", []))
    }
    assert set(of_merge_requests) == {"reconciler-validate", "reconciler-preview"}
    assert "environment" not in of_merge_requests["reconciler-validate"]
    (rule,) = of_merge_requests["reconciler-preview"]["rules"]
    assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID" in rule["if"]
    assert rule["when"] == "manual"


def test_no_variable_of_gitlab_is_one_that_the_program_refuses() -> None:
    text = Path(".gitlab/reconciler.gitlab-ci.yml").read_text(encoding="utf-8")
    known = {"RECONCILER_IN_AUTOMATION", "RECONCILER_ACTOR", "RECONCILER_CI_URL"}
    known.add("RECONCILER_PULL_REQUEST")
    words = text.replace(":", " ").replace("$", " ").split()
    assert {word for word in words if word.startswith("RECONCILER_")} == known
