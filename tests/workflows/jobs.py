"""One job of a run: its steps, each in a real shell."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from tests.workflows.actions import check_out, set_up_python
from tests.workflows.expressions import common_functions, filled, text_of, wanted
from tests.workflows.machine import assigned, install

if TYPE_CHECKING:
    from tests.workflows.hub import Hub, Run

_SHELLS = {"bash": ("bash", "--noprofile", "--norc", "-eo", "pipefail")}
_FILES = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH")


@dataclass
class StepRan:
    """What became of one step."""

    name: str
    outcome: str
    conclusion: str
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""


@dataclass
class JobRan:
    """What became of one job."""

    result: str
    environment: str = ""
    steps: list[StepRan] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    workspace: Path = Path()

    def step(self, name: str) -> StepRan:
        (found,) = [one for one in self.steps if one.name == name]
        return found


@dataclass(kw_only=True)
class Job:
    """A job that is being run."""

    hub: "Hub"
    run: "Run"
    root: Path
    """The checkout of the repository that the workflow file belongs to."""
    job: Mapping[str, Any]
    context: Mapping[str, Any]
    shell: str

    def __post_init__(self) -> None:
        folder = self.hub.folder / f"job-{self.run.number}-{len(self.run.jobs)}"
        self.workspace, self.temp = folder / "work", folder / "temp"
        self.workspace.mkdir(parents=True)
        self.temp.mkdir()
        self.masks: list[str] = []
        self.ran = JobRan(result="success", workspace=self.workspace)
        self._count = 0
        install(self.temp / "reconciler", self.root)

    def execute(self) -> JobRan:
        context = {**self.context, "runner": {"temp": str(self.temp)}}
        done = self._steps(self.job["steps"], context, {})
        self.ran.steps = done
        self.ran.result = _result(done)
        steps = {"steps": _by_id(self.job["steps"], done)}
        outputs = filled(self.job.get("outputs", {}), {**context, **steps}, common_functions())
        # GitHub leaves out what looks like a secret.
        self.ran.outputs = {
            name: text_of(value)
            for name, value in outputs.items()
            if not any(mask in text_of(value) for mask in self.masks)
        }
        return self.ran

    def _steps(
        self, steps: list[Mapping[str, Any]], context: Mapping[str, Any], env: Mapping[str, str]
    ) -> list[StepRan]:
        done: list[StepRan] = []
        for step in steps:
            known = {**context, "steps": _by_id(steps, done)}
            name = step.get("name") or step.get("uses") or step.get("id") or "run"
            if self._wanted(str(step.get("if", "success()")), known, done):
                done.append(self._step(name, step, known, env))
            else:
                done.append(StepRan(name, "skipped", "skipped"))
        return done

    def _wanted(self, condition: str, context: Mapping[str, Any], done: list[StepRan]) -> bool:
        failed = _result(done) == "failure"
        return wanted(condition, context, failed=failed, succeeded=not failed)

    def _step(
        self,
        name: str,
        step: Mapping[str, Any],
        context: Mapping[str, Any],
        env: Mapping[str, str],
    ) -> StepRan:
        functions = common_functions()
        given = filled(step.get("with", {}), context, functions)
        own = filled(step.get("env", {}), context, functions)
        env = {**env, **{name: text_of(value) for name, value in own.items()}}
        uses = str(step.get("uses", ""))
        outputs: dict[str, str] = {}
        log, failed = "", False
        if uses.startswith("$/"):
            inner, outputs = self._composite(self.root / uses[2:], given, context, env)
            log, failed = "\n".join(one.log for one in inner), _result(inner) == "failure"
        elif uses:
            outputs = self._foreign(uses, given)
        else:
            code, log, outputs = self._shell(step, context, env)
            failed = code != 0
        outcome = "failure" if failed else "success"
        forgiven = failed and step.get("continue-on-error", False)
        return StepRan(name, outcome, "success" if forgiven else outcome, outputs, log)

    def _composite(
        self,
        folder: Path,
        given: dict[str, Any],
        context: Mapping[str, Any],
        env: Mapping[str, str],
    ) -> tuple[list[StepRan], dict[str, str]]:
        action = YAML(typ="safe").load((folder / "action.yml").read_text(encoding="utf-8"))
        if unknown := set(given) - set(action["inputs"]):
            raise AssertionError(f"{folder} knows no {unknown}")
        inputs = {
            name: text_of(given.get(name, one.get("default", "")))
            for name, one in action["inputs"].items()
        }
        github = {**context["github"], "action_path": str(folder)}
        # An action sees neither secrets nor variables.
        within = {"github": github, "inputs": inputs, "runner": context["runner"]}
        env = {**env, "GITHUB_ACTION_PATH": str(folder)}
        steps = action["runs"]["steps"]
        done = self._steps(steps, within, env)
        values = {name: one["value"] for name, one in action.get("outputs", {}).items()}
        told = filled(values, {**within, "steps": _by_id(steps, done)}, common_functions())
        return done, {name: text_of(value) for name, value in told.items()}

    def _foreign(self, uses: str, given: dict[str, Any]) -> dict[str, str]:
        match uses.partition("@")[0]:
            case "actions/checkout":
                check_out(self.hub.remote, self.workspace, self.run.event.sha, given)
            case "actions/setup-python":
                return set_up_python()
            case "actions/upload-artifact":
                return self.run.artifacts.upload(self.workspace, given)
            case "actions/download-artifact":
                self.run.artifacts.download(self.workspace, given)
            case other:
                raise AssertionError(f"{other} is not emulated")
        return {}

    def _shell(
        self, step: Mapping[str, Any], context: Mapping[str, Any], env: Mapping[str, str]
    ) -> tuple[int, str, dict[str, str]]:
        """Run a script; returns its exit code, its log without masks, and its outputs."""
        self._count += 1
        folder = self.temp / f"step-{self._count}"
        folder.mkdir()
        script = folder / "script.sh"
        script.write_text(filled(step["run"], context, common_functions()), encoding="utf-8")
        files = {name: folder / name for name in _FILES}
        for file in files.values():
            file.touch()
        directory = filled(step.get("working-directory", "."), context, common_functions())
        done = subprocess.run(
            [*_SHELLS[step.get("shell", self.shell)], str(script)],
            cwd=self.workspace / directory,
            env={**self._variables(), **env, **{key: str(file) for key, file in files.items()}},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        self.ran.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        lines = done.stdout.splitlines()
        mask = "::add-mask::"
        self.masks += [one.removeprefix(mask) for one in lines if one.startswith(mask)]
        log = "\n".join(one for one in lines if not one.startswith(mask))
        return done.returncode, log, assigned(files["GITHUB_OUTPUT"])

    def _variables(self) -> dict[str, str]:
        hub, event = self.hub, self.run.event
        return {
            **hub.base_env,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": "contributor",
            "GITHUB_API_URL": hub.api_url,
            "GITHUB_EVENT_NAME": event.name,
            "GITHUB_REF": event.ref,
            "GITHUB_REPOSITORY": hub.repository,
            "GITHUB_REPOSITORY_OWNER": hub.repository.split("/", maxsplit=1)[0],
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": str(self.run.number),
            "GITHUB_SERVER_URL": "https://github.test",
            "GITHUB_SHA": event.sha,
            "GITHUB_TRIGGERING_ACTOR": "contributor",
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
        }


def _result(done: list[StepRan]) -> str:
    return "failure" if any(one.conclusion == "failure" for one in done) else "success"


def _by_id(steps: list[Mapping[str, Any]], done: list[StepRan]) -> dict[str, dict[str, Any]]:
    return {
        step["id"]: {"outputs": ran.outputs, "outcome": ran.outcome, "conclusion": ran.conclusion}
        for step, ran in zip(steps, done, strict=False)
        if "id" in step
    }
