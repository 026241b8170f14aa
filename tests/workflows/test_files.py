"""What holds for every workflow and for the action, by reading them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.errors import ExitCode, weightiest

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTION = ROOT / ".github/actions/reconciler"
ENVIRONMENTS = ROOT / ".github/actions/environments"
REUSABLE = {"apply", "drift", "plan", "retire"}
USES = re.compile(
    r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\$/\.github/actions/(reconciler|environments)"
)


def loaded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return found


def jobs() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in WORKFLOWS:
        for name, job in loaded(path)["jobs"].items():
            yield f"{path.stem}.{name}", job


def steps() -> Iterator[Mapping[str, Any]]:
    for _, job in jobs():
        yield from job["steps"]
    for folder in (ACTION, ENVIRONMENTS):
        yield from loaded(folder / "action.yml")["runs"]["steps"]


def test_there_are_the_workflows_that_the_contract_names() -> None:
    assert {path.stem for path in WORKFLOWS} == {"check", *REUSABLE}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_is_given_nothing_but_what_its_jobs_ask_for(path: Path) -> None:
    found, text = loaded(path), path.read_text(encoding="utf-8")
    assert found["permissions"] == {}
    assert "pull_request_target" not in text
    assert "workflow_run" not in text
    assert "inherit" not in text
    assert re.search(r"actions/cache|^\s+cache:", text, re.MULTILINE) is None


def test_every_job_is_granted_the_least() -> None:
    assert {name: job["permissions"] for name, job in jobs()} == {
        "apply.plan": {"actions": "read", "contents": "read"},
        "apply.apply": {"contents": "read", "pull-requests": "write"},
        "check.test": {"contents": "read"},
        "check.required": {},
        "drift.drift": {"actions": "read", "contents": "read", "issues": "write"},
        "plan.validate": {"contents": "read"},
        "plan.plan": {"contents": "read", "pull-requests": "write"},
        "retire.retire": {"actions": "read", "contents": "write", "pull-requests": "write"},
    }


def test_every_job_with_keys_is_in_an_environment_and_every_other_is_not() -> None:
    environments = {name: job.get("environment") for name, job in jobs()}
    assert environments == {
        "apply.plan": "${{ inputs.environment || 'reconciler-main' }}",
        "apply.apply": "${{ inputs.environment-prefix || 'reconciler-' }}${{ matrix.account }}",
        "check.test": None,
        "check.required": None,
        "drift.drift": "${{ inputs.environment || 'reconciler-main' }}",
        "plan.validate": None,
        "plan.plan": "${{ inputs.environment || 'reconciler-plan' }}",
        "retire.retire": "${{ inputs.environment || 'reconciler-main' }}",
    }
    for name, job in jobs():
        assert ("secrets." in str(job)) == (environments[name] is not None)


def test_there_is_one_secret() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (*WORKFLOWS, ACTION / "action.yml")]
    assert set(re.findall(r"secrets\.(\w+)", "".join(texts))) == {"RECONCILER_KEYS"}


def test_jobs_with_keys_wait_for_a_variable_and_for_the_default_branch_or_no_fork() -> None:
    conditions = {name: job["if"] for name, job in jobs() if "secrets." in str(job)}
    variables = {
        name: re.findall(r"vars\.(\w+) == 'true'", condition)
        for name, condition in conditions.items()
    }
    assert variables == {
        "apply.plan": ["RECONCILER_APPLY"],
        "apply.apply": [],  # needs the other
        "drift.drift": ["RECONCILER_DRIFT"],
        "plan.plan": ["RECONCILER_PLAN"],
        "retire.retire": ["RECONCILER_RETIRE"],
    }
    on_main = "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)"
    assert {name for name, condition in conditions.items() if on_main in condition} == {
        *("apply.plan", "drift.drift", "retire.retire")
    }
    own = "github.event.pull_request.head.repo.full_name == github.repository"
    assert own in conditions["plan.plan"]


def test_no_job_of_the_default_branch_uses_keys_before_it_saw_that_they_are_protected() -> None:
    for name in ("apply", "drift", "retire"):
        job = next(iter(loaded(ROOT / f".github/workflows/{name}.yml")["jobs"].values()))
        (check,) = [n for n, one in enumerate(job["steps"]) if "/environments" in str(one)]
        assert job["steps"][check]["with"]["planning"] == job["environment"]
        assert "if" not in job["steps"][check]
        assert "secrets." not in str(job["steps"][: check + 1])


def test_an_account_is_applied_by_one_job_at_a_time_and_never_cut_off() -> None:
    apply = loaded(ROOT / ".github/workflows/apply.yml")["jobs"]["apply"]
    assert apply["concurrency"] == {
        "group": "reconciler-${{ matrix.account }}",
        "cancel-in-progress": False,
    }
    assert apply["strategy"]["fail-fast"] is False


def test_what_is_applied_is_the_plan_that_was_made_before_and_no_other() -> None:
    jobs = loaded(ROOT / ".github/workflows/apply.yml")["jobs"]
    (applied,) = [
        step
        for job in jobs.values()
        for step in job["steps"]
        if step.get("with", {}).get("command") == "apply"
    ]
    arguments = applied["with"]["arguments"]
    assert "--plan plans/${{ matrix.account }}.jsonl" in arguments
    assert "--expect-digest ${{ matrix.digest }}" in arguments
    assert "--auto-approve" not in arguments
    deleting = re.compile(r"command: (apply|resume)\b")
    texts = {path.stem: path.read_text(encoding="utf-8") for path in WORKFLOWS}
    assert [name for name, text in texts.items() if deleting.search(text)] == ["apply"]


def test_every_action_is_pinned_and_ours_is_that_of_the_same_commit() -> None:
    for path in (*WORKFLOWS, ACTION / "action.yml"):
        text = path.read_text(encoding="utf-8")
        used = re.findall(r"^ +(?:- )?uses: (.*)$", text, re.MULTILINE)
        assert used
        assert [one for one in used if not USES.fullmatch(one)] == []


def test_no_script_has_an_expression_in_it() -> None:
    scripts = [step["run"] for step in steps() if "run" in step]
    assert scripts
    assert [one for one in scripts if "${{" in one] == []


def test_no_checkout_keeps_its_credentials() -> None:
    checkouts = [one for one in steps() if str(one.get("uses", "")).startswith("actions/checkout@")]
    assert len(checkouts) == 7
    assert all(one["with"]["persist-credentials"] is False for one in checkouts)


@pytest.mark.parametrize("name", sorted(REUSABLE))
def test_a_reusable_workflow_runs_the_same_where_it_is_not_called(name: str) -> None:
    path = ROOT / f".github/workflows/{name}.yml"
    text, call = path.read_text(encoding="utf-8"), loaded(path)["on"]["workflow_call"]
    assert call["secrets"]["RECONCILER_KEYS"]["required"] is False
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(call["inputs"])
    for key, declared in call["inputs"].items():
        if declared["type"] == "string":
            # Without a call there are no inputs: the default stands at each place, too.
            used = re.findall(rf"inputs\.{key}(?![\w-])( \|\| '[^']*')?", text)
            assert set(used) == {f" || '{declared['default']}'"}


def test_the_action_gives_every_input_to_its_script_by_the_environment() -> None:
    action = loaded(ACTION / "action.yml")
    run = action["runs"]["steps"][-1]
    assert run["run"].startswith("exec ")
    handed = {*re.findall(r"inputs\.([\w-]+)", str(action["runs"]))}
    assert handed == set(action["inputs"])
    assert all(
        f"steps.run.outputs.{name}" in one["value"] for name, one in action["outputs"].items()
    )


def test_the_action_knows_the_order_of_exit_codes() -> None:
    text = (ACTION / "each.py").read_text(encoding="utf-8")
    found = re.search(r"PRECEDENCE = \(([\d, ]+)\)", text)
    assert found
    codes = [ExitCode(int(one)) for one in found[1].split(",")]
    assert set(codes) == set(ExitCode)
    assert [weightiest(codes[at:]) for at in range(len(codes))] == codes


def test_the_page_names_every_input_of_the_action_and_every_variable() -> None:
    page = (ROOT / "docs/reference/pull-requests.md").read_text(encoding="utf-8")
    inputs = page.partition("| Input | Meaning |")[2].partition("\n\n")[0]
    named = {name for row in inputs.splitlines() for name in re.findall(r"`([a-z-]+)`", row)}
    assert set(loaded(ACTION / "action.yml")["inputs"]) <= named
    for name in ("PLAN", "APPLY", "DRIFT", "RETIRE"):
        assert f"`RECONCILER_{name}`" in page


def test_the_action_hands_on_every_output_of_the_program() -> None:
    page = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    table = page.partition("| Output | From | Value |")[2].partition("\n\n")[0]
    cells = [row.split("|")[1] for row in table.splitlines()[2:]]
    told = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert set(loaded(ACTION / "action.yml")["outputs"]) == {*told, "plans"}
