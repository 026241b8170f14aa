"""The jobs that ``init --gitlab`` writes, their scripts run for real."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reconciler.sandbox import credentials
from reconciler.sandbox.seed import task_id
from tests.fakes.gitlab import PROJECT, GitLab, serving
from tests.workflows.actions import git
from tests.workflows.conftest import COMMIT, TOOL, Team
from tests.workflows.machine import inherited, install

MERGE_REQUEST = 7


@dataclass
class Pipeline:
    """Jobs by their names, each with what it extends, in one checkout after the other."""

    team: Team
    jobs: Mapping[str, Any]
    gitlab: GitLab
    variables: dict[str, str] = field(default_factory=dict)

    def job(self, name: str) -> dict[str, Any]:
        own = dict(self.jobs[name])
        parent = self.job(own["extends"]) if "extends" in own else {}
        variables = {**parent.get("variables", {}), **own.get("variables", {})}
        return {**parent, **own, "variables": variables}

    def run(self, name: str, **variables: str) -> tuple[int, str]:
        """Run the script of a job; what is installed before it is there already."""
        job, home = self.job(name), self.team.hub.folder / "installed"
        if not home.exists():
            install(home, Path())
        known = {**self.variables, "CI_PROJECT_ID": PROJECT, **variables}
        own = {key: _expanded(str(value), known) for key, value in job["variables"].items()}
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])],  # noqa: S607 - bash, as found
            cwd=self.team.folder,
            env={**inherited(), **known, **own, "PATH": f"{home}/bin:{inherited()['PATH']}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout


def _expanded(value: str, known: Mapping[str, str]) -> str:
    return known.get(value.removeprefix("$"), "") if value.startswith("$") else value


def test_a_merge_request_is_validated_previewed_applied_and_watched(team: Team) -> None:
    team.reconciler("init", "--gitlab", "--uses", f"{TOOL}@{COMMIT}")
    (team.folder / "manifests/crm/example.yaml").unlink()
    jobs = YAML(typ="safe").load((team.folder / ".gitlab/reconciler.gitlab-ci.yml").read_text())
    team.commit("Begin on GitLab")
    base = git(team.folder, "rev-parse", "HEAD")
    team.declare_tasks(0)
    merged = team.commit("Declare")
    gitlab = GitLab()
    with serving(gitlab) as url:
        keys = team.hub.environments["reconciler-crm"]["RECONCILER_KEYS"].splitlines()
        of_environment = {f"RECONCILER_{name}": value for name, _, value in map(_parted, keys)}
        variables = {
            **of_environment,
            "GITLAB_CI": "true",
            "GITLAB_TOKEN": gitlab.token,
            "CI_API_V4_URL": f"{url}/api/v4",
            "CI_COMMIT_SHA": merged,
            "CI_JOB_URL": "https://gitlab.test/job/1",
        }
        pipeline = Pipeline(team, jobs, gitlab, variables)
        gitlab.add_merge_request(MERGE_REQUEST, sha=merged)
        request = {
            "CI_MERGE_REQUEST_IID": str(MERGE_REQUEST),
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        }
        without_keys = dict.fromkeys(of_environment, "")
        code, told = pipeline.run("reconciler-validate", **request, **without_keys)
        assert (code, "Valid: 1 absence in 1 manifest, 2 accounts." in told) == (0, True), told

        code, told = pipeline.run("reconciler-preview", **request)
        assert (code, "Plan: 1 to delete" in told) == (0, True), told
        assert {"plan.html", "plan.jsonl", "plan.xml"} <= {
            one.name for one in team.folder.iterdir()
        }
        (preview,) = gitlab.notes_of(MERGE_REQUEST)

        code, told = pipeline.run("reconciler-drift")
        assert (code, [one["state"] for one in gitlab.issues.values()]) == (2, ["opened"]), told
        assert team.deletions() == 0

        code, told = pipeline.run("reconciler-plan-crm")
        assert code == 0, told
        (digest,) = re.findall(r"^Digest: +(sha256:[0-9a-f]{64})$", told, re.MULTILINE)
        # A plan is applied by the digest that somebody read, and no other.
        code, told = pipeline.run("reconciler-apply-crm")
        assert (code, told) == (
            64,
            "Start the job with the variable DIGEST, which reconciler-plan-crm printed.\n",
        )
        code, told = pipeline.run("reconciler-apply-crm", DIGEST=f"sha256:{'0' * 64}")
        assert (code, team.deletions()) == (5, 0), told
        code, told = pipeline.run("reconciler-apply-crm", DIGEST=digest)
        assert (code, "Apply complete: 1 deleted" in told) == (0, True), told
        assert task_id(0) not in team.live_tasks()
        notes = gitlab.notes_of(MERGE_REQUEST)
        assert " state=superseded -->" in notes[0]["body"]
        assert (notes[0]["id"], len(notes)) == (preview["id"], 2)
        assert "1 deleted" in notes[1]["body"]

        code, told = pipeline.run("reconciler-drift")
        assert (code, [one["state"] for one in gitlab.issues.values()]) == (0, ["closed"]), told
    assert credentials.SECRET_KEY not in told


def _parted(line: str) -> tuple[str, str, str]:
    return line.partition("=")
