"""Plans, applies and manifests as steps of a GitHub job, and as reports for CI systems."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml
from sarif_pydantic import Sarif  # type: ignore[import-untyped]  # it has no py.typed

from reconciler.cli.reporting.repository import repository_here
from reconciler.cli.reporting.step_summary import LIMIT
from reconciler.planfile.read import read_plan
from tests.fakes.runner import commands
from tests.functional.test_step_outputs import told
from tests.functional.world import Inside, Ran

SUMMARY = "summary.md"
FORMATS = ("github", "junit", "sarif")


def in_job(world: Inside, *arguments: str, **env: str) -> Ran:
    """Run a command as a step that has a summary."""
    return world.run(*arguments, "--format", "github", env={"GITHUB_STEP_SUMMARY": SUMMARY, **env})


def summary(world: Inside) -> str:
    return (world.folder / SUMMARY).read_text(encoding="utf-8")


def data(text: str, form: str) -> dict[str, Any]:
    """Read a report with another program's reader; return what it says of places."""
    if form == "junit":
        return {"cases": [case for suite in JUnitXml.fromstring(text.encode()) for case in suite]}
    Sarif.model_validate_json(text)
    found: dict[str, Any] = json.loads(text)["runs"][0]
    return found


def test_a_plan_is_annotated_summarised_and_written_beside_itself(inside: Inside) -> None:
    (inside.folder / ".git").mkdir()
    ran = in_job(inside, "plan", "--out", "plan.jsonl")
    assert ran.code == 0
    found = commands(ran.out)
    assert [one.name for one in found[-6:]] == ["notice"] * 4 + ["group", "endgroup"]
    assert {one.name for one in found[:-6]} == {"warning"}
    assert [one.properties["file"] for one in found[-6:-2]] == [
        *["manifests/records.yaml"] * 2,
        *["manifests/tasks.yaml"] * 2,
    ]
    assert ran.last == "Plan: 4 to delete, 1 already absent, 0 protected, 0 held, 0 unknown."
    assert summary(inside).startswith("\n### Reconciler: 4 to delete\n")
    assert "reconciler apply --plan plan.jsonl" in summary(inside)
    copy = json.loads((inside.folder / "plan.json").read_text())
    assert copy == inside.run("show", "plan.jsonl", "--format", "json").json()
    text = (inside.folder / "plan.txt").read_text()
    shown = inside.run("show", "plan.jsonl", "--full").out
    assert [one for one in text.splitlines() if "Approve:" not in one] == shown.splitlines()
    for name in ("plan.jsonl", "plan.json", "plan.txt"):
        assert stat.S_IMODE((inside.folder / name).stat().st_mode) == 0o600


def test_the_copies_are_told_to_the_next_steps(inside: Inside) -> None:
    _, outputs = told(inside, "plan", "--format", "github", "--out", "plan.jsonl")
    assert outputs["json_plan_path"] == "plan.json"
    assert outputs["text_plan_path"] == "plan.txt"
    _, outputs = told(inside, "plan", "--format", "json", "--out", "other.jsonl")
    assert (outputs["json_plan_path"], outputs["text_plan_path"]) == ("", "")
    assert not (inside.folder / "other.json").exists()


@pytest.mark.parametrize(
    ("out", "copies"),
    [
        ("plan.json", ["plan.json.json", "plan.txt"]),
        ("plan.txt", ["plan.json", "plan.txt.txt"]),
        ("plan", ["plan.json", "plan.txt"]),
    ],
)
def test_a_copy_never_takes_the_place_of_the_plan(
    inside: Inside, out: str, copies: list[str]
) -> None:
    _, outputs = told(inside, "plan", "--format", "github", "--out", out)
    assert [outputs["json_plan_path"], outputs["text_plan_path"]] == copies
    assert read_plan(inside.folder / out).reviewed.digest == outputs["digest"]


def test_a_pull_request_is_not_told_to_apply_its_plan(inside: Inside) -> None:
    in_job(inside, "plan", "--out", "plan.jsonl", GITHUB_EVENT_NAME="pull_request")
    assert "This is a preview" in summary(inside)
    assert "reconciler apply" not in summary(inside)


def test_an_apply_is_annotated_and_summarised(inside: Inside) -> None:
    inside.saved_plan()
    ran = in_job(inside, "apply", "--plan", "plan.jsonl")
    (audit_file,) = inside.audit_files()
    assert ran.out.splitlines() == [
        "::group::Outcomes",
        f"Audit log: {audit_file.relative_to(inside.folder)}",
        "",
        "::endgroup::",
        ran.last,
    ]
    assert ran.err.startswith("Read afresh. Plan: 4 to delete")
    assert ran.last.startswith("Apply complete: 4 deleted, ")
    assert ran.last in summary(inside)
    resumed = in_job(inside, "resume")
    assert resumed.out == "Nothing to resume: no run was interrupted.\n"


def test_summaries_of_one_step_follow_each_other_within_what_github_takes(inside: Inside) -> None:
    (inside.folder / SUMMARY).write_text("x" * (LIMIT - 8000))
    in_job(inside, "plan")
    assert "### Reconciler: 4 to delete" in summary(inside)
    assert len(summary(inside).encode()) <= LIMIT
    before = summary(inside)
    (inside.folder / SUMMARY).write_text(before + "y" * (LIMIT - len(before.encode()) - 10))
    ran = in_job(inside, "plan")
    assert ran.code == 0
    assert ran.err.endswith(
        "Warning: GITHUB_STEP_SUMMARY has no room left: see the log of this step\n"
    )
    assert len(summary(inside).encode()) == LIMIT - 10


def test_a_summary_that_cannot_be_written_is_a_warning(inside: Inside) -> None:
    ran = in_job(inside, "validate", GITHUB_STEP_SUMMARY="no/such/file")
    assert ran.code == 0
    assert ran.err == "Warning: GITHUB_STEP_SUMMARY cannot be written: No such file or directory\n"


def test_other_formats_leave_the_summary_alone(inside: Inside) -> None:
    for form in ("text", "json", "junit", "sarif"):
        inside.run("validate", "--format", form, env={"GITHUB_STEP_SUMMARY": SUMMARY})
    assert not (inside.folder / SUMMARY).exists()


@pytest.mark.parametrize("form", ["junit", "sarif"])
def test_the_way_through_as_reports(inside: Inside, form: str) -> None:
    assert data(inside.run("validate", "--format", form).out, form)
    planned = inside.run("plan", "--out", "plan.jsonl", "--format", form)
    assert data(planned.out, form)
    shown = inside.run("show", "plan.jsonl", "--format", form, "--output", "report")
    assert (shown.code, shown.out) == (0, "")
    assert (inside.folder / "report").read_text() == planned.out
    applied = inside.run("apply", "--plan", "plan.jsonl", "--format", form)
    assert applied.code == 0
    assert data(applied.out, form)
    assert data(inside.run("resume", "--format", form).out, form)


@pytest.mark.parametrize("command", ["validate", "plan", "apply --auto-approve", "resume"])
@pytest.mark.parametrize("form", FORMATS)
def test_invalid_manifests_are_reported_by_every_command(
    inside: Inside, command: str, form: str
) -> None:
    inside.write("tasks.yaml", "kind: [")
    ran = inside.run(
        *command.split(),
        "--format",
        form,
        "--output",
        "report",
        env={"GITHUB_STEP_SUMMARY": SUMMARY},
    )
    assert (ran.code, ran.out) == (3, "")
    assert ran.err.startswith("manifests/tasks.yaml:1:")
    text = (inside.folder / "report").read_text()
    if form == "github":
        (one,) = commands(text)
        assert (one.name, one.properties["file"]) == ("error", "manifests/tasks.yaml")
        assert "### Reconciler: 1 problem" in summary(inside)
    elif form == "sarif":
        (result,) = data(text, form)["results"]
        assert result["ruleId"] == "invalid-manifest"
    else:
        cases = data(text, form)["cases"]
        assert [bool(case.result) for case in cases] == [False, False, True]


@pytest.mark.parametrize("form", FORMATS)
def test_wrong_usage_is_reported_too(inside: Inside, form: str) -> None:
    ran = inside.run("plan", "--nonsense", "--format", form)
    assert ran.code == 64
    assert "nonsense" in ran.out
    assert ran.err.startswith("Error: No such option '--nonsense'.")


def test_a_report_for_programs_is_all_that_a_quiet_command_says(inside: Inside) -> None:
    inside.write("tasks.yaml", "kind: [")
    for form in ("junit", "sarif"):
        ran = inside.run("plan", "--quiet", "--format", form)
        assert (ran.code, ran.err) == (3, "")
    assert inside.run("plan", "--quiet", "--format", "github").err


def test_what_a_change_brings_is_in_the_summary(inside: Inside) -> None:
    ran = in_job(inside, "validate")
    assert ran.out == "Valid: 5 absences in 2 manifests, 2 accounts.\n"
    assert summary(inside).splitlines()[1:4] == [
        "### Reconciler: the manifests are valid",
        "",
        "Valid: 5 absences in 2 manifests, 2 accounts.",
    ]


def test_places_are_told_from_the_top_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = tmp_path / "work/repo/crm"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    work, repo = tmp_path / "work", tmp_path / "work/repo"
    in_workspace = {"GITHUB_WORKSPACE": str(work)}
    assert repository_here(in_workspace).path("m/a.yaml") == "repo/crm/m/a.yaml"
    (tmp_path / ".git").mkdir()
    assert repository_here({}).path("m/a.yaml") == "work/repo/crm/m/a.yaml"
    assert repository_here(in_workspace).path("m/a.yaml") == "repo/crm/m/a.yaml"
    (repo / ".git").write_text("gitdir: elsewhere")
    assert repository_here(in_workspace).path("m/a.yaml") == "crm/m/a.yaml"
    assert repository_here({"GITHUB_WORKSPACE": "/elsewhere"}).path("m/a.yaml") == "crm/m/a.yaml"
