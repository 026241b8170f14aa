"""A small GitHub: it interprets workflow files, and runs every step of theirs for real.

What is emulated is written from GitHub's documentation: jobs and their needs, conditions, matrices,
outputs, environments with their secrets and reviewers, reusable workflows, which get only the
secrets that are passed on by name, composite actions, artifacts, pull requests from forks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.workflows.actions import Artifacts
from tests.workflows.expressions import common_functions, filled, wanted
from tests.workflows.jobs import Job, JobRan

_RIGHTS = {"none": 0, "read": 1, "write": 2}


@dataclass(frozen=True, kw_only=True)
class Event:
    """What starts a run."""

    name: str
    sha: str
    ref: str = "refs/heads/main"
    payload: Mapping[str, Any] = field(default_factory=dict)
    fork: bool = False
    """Whether it comes from a fork: then there are no secrets, and the token may only read."""


@dataclass(kw_only=True)
class Run:
    """One run of a workflow."""

    number: int
    event: Event
    artifacts: Artifacts
    jobs: dict[str, JobRan] = field(default_factory=dict)

    @property
    def result(self) -> str:
        results = {one.result for one in self.jobs.values()}
        return "failure" if "failure" in results else "success"

    @property
    def results(self) -> dict[str, str]:
        return {name: one.result for name, one in self.jobs.items()}

    @property
    def log(self) -> str:
        return "\n".join(step.log for job in self.jobs.values() for step in job.steps)


@dataclass(kw_only=True)
class Hub:
    """One repository on it, and the tools whose workflows and actions it uses."""

    folder: Path
    remote: Path
    repository: str
    token: str
    api_url: str
    tools: Mapping[str, Path]
    """Checkouts of other repositories by OWNER/REPO."""
    environments: Mapping[str, Mapping[str, str]]
    """The secrets of each environment."""
    variables: dict[str, str] = field(default_factory=dict)
    base_env: Mapping[str, str] = field(default_factory=dict)
    approve: Callable[[str, str], bool] = lambda _environment, _job: True
    """What reviewers say when a job asks for an environment."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: count(1))

    def run(self, workflow: Path, event: Event, **inputs: str) -> Run:
        """Run a workflow file of the repository, or of a tool as if it were the repository's."""
        number = next(self._numbers)
        artifacts = Artifacts(self.folder / f"artifacts-{number}")
        run = Run(number=number, event=event, artifacts=artifacts)
        _Workflow(hub=self, run=run, file=workflow, inputs=inputs).execute()
        return run


@dataclass(kw_only=True)
class _Workflow:
    """One workflow file in one run: the one that was started, or one that it calls."""

    hub: Hub
    run: Run
    file: Path
    inputs: Mapping[str, Any]
    passed: Mapping[str, str] | None = None
    """The secrets that the caller passes on; None where nobody called."""
    granted: Mapping[str, str] | None = None
    """The rights that the caller grants."""
    prefix: str = ""

    def __post_init__(self) -> None:
        self.text = YAML(typ="safe").load(self.file.read_text(encoding="utf-8"))
        self.root = self.file.parents[2]
        self.results: dict[str, dict[str, Any]] = {}

    def execute(self) -> str:
        for name, job in self.text["jobs"].items():
            self.results[name] = self._job(job)
        results = {one["result"] for one in self.results.values()}
        return "failure" if "failure" in results else "success"

    def _job(self, job: Mapping[str, Any]) -> dict[str, Any]:
        needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
        context = {**self.context(), "needs": {name: self.results[name] for name in needs}}
        if not self._wanted(str(job.get("if", "success()")), context):
            # The name is not filled in where there is no matrix to fill it with.
            self.run.jobs[f"{self.prefix}{job['name']}"] = JobRan(result="skipped")
            return {"result": "skipped", "outputs": {}}
        functions = common_functions()
        legs = filled(job.get("strategy", {}), context, functions).get("matrix", {})
        ended = [
            self._leg(job, {**context, "matrix": matrix}) for matrix in legs.get("include", [{}])
        ]
        results = {one["result"] for one in ended}
        return {**ended[-1], "result": "failure" if "failure" in results else "success"}

    def _wanted(self, condition: str, context: Mapping[str, Any]) -> bool:
        results = [one["result"] for one in context["needs"].values()]
        return wanted(
            condition,
            context,
            failed="failure" in results,
            succeeded=all(one == "success" for one in results),
        )

    def _leg(self, job: Mapping[str, Any], context: dict[str, Any]) -> dict[str, Any]:
        functions = common_functions()
        name = self.prefix + filled(job["name"], context, functions)
        rights = {**self.text["permissions"], **job.get("permissions", {})}
        self._check_rights(name, rights)
        if "uses" in job:
            return self._call(job, context, name, rights)
        environment = filled(job.get("environment", ""), context, functions)
        if environment:
            self.hub.asked.append((environment, name))
            if not self.hub.approve(environment, name):
                self.run.jobs[name] = JobRan(result="failure", environment=environment)
                return {"result": "failure", "outputs": {}}
        context["secrets"] = self._secrets(environment)
        ran = Job(
            hub=self.hub,
            run=self.run,
            root=self.root,
            job=job,
            context=context,
            shell=self.text["defaults"]["run"]["shell"],
        ).execute()
        ran.environment = environment
        self.run.jobs[name] = ran
        return {"result": ran.result, "outputs": ran.outputs}

    def _call(
        self, job: Mapping[str, Any], context: dict[str, Any], name: str, rights: Mapping[str, str]
    ) -> dict[str, Any]:
        """Run a reusable workflow: OWNER/REPO/PATH@COMMIT."""
        owner, repository, path = str(job["uses"]).split("@")[0].split("/", 2)
        file = self.hub.tools[f"{owner}/{repository}"] / path
        declared = YAML(typ="safe").load(file.read_text(encoding="utf-8"))["on"]["workflow_call"]
        functions = common_functions()
        given = filled(job.get("with", {}), context, functions)
        context["secrets"] = self._secrets("")
        passed = filled(job.get("secrets", {}), context, functions)
        if unknown := (set(given) - set(declared["inputs"])) | (
            set(passed) - set(declared["secrets"])
        ):
            raise AssertionError(f"{path} knows no {unknown}")
        defaults = {key: one.get("default", "") for key, one in declared["inputs"].items()}
        called = _Workflow(
            hub=self.hub,
            run=self.run,
            file=file,
            inputs={**defaults, **given},
            passed=passed,
            granted=rights,
            prefix=f"{name} / ",
        )
        return {"result": called.execute(), "outputs": {}}

    def _check_rights(self, name: str, rights: Mapping[str, str]) -> None:
        for right, level in rights.items() if self.granted is not None else ():
            if _RIGHTS[level] > _RIGHTS[(self.granted or {}).get(right, "none")]:
                raise AssertionError(f"{name} asks for {right}: {level}, which is not granted")

    def _secrets(self, environment: str) -> dict[str, str]:
        """Return what is secret in a job: the environment's, as far as the caller names them."""
        if self.run.event.fork:
            return {}
        if environment and environment not in self.hub.environments:
            raise AssertionError(f"{environment} would be made now, without any protection")
        own = self.hub.environments[environment] if environment else {}
        if self.passed is None:
            return dict(own)
        return {name: own.get(name, value) for name, value in self.passed.items()}

    def context(self) -> dict[str, Any]:
        """Return what expressions see in every job of this file."""
        event = self.run.event
        return {
            "github": {
                "event": {"repository": {"default_branch": "main"}, **event.payload},
                "event_name": event.name,
                "ref": event.ref,
                "repository": self.hub.repository,
                "run_attempt": "1",
                "run_id": str(self.run.number),
                "sha": event.sha,
                "token": "read-only" if event.fork else self.hub.token,
            },
            "inputs": self.inputs,
            "vars": self.hub.variables,
            "secrets": {},
            "needs": {},
        }
