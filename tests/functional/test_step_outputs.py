"""Outputs: what the steps of a GitHub job after ours are told."""

import os
import re
import stat
from pathlib import Path
from typing import NoReturn

import pytest

from reconciler.cli.front import Front
from reconciler.cli.reporting.github_step import outputs_text, tell_outputs
from reconciler.cli.reporting.step_outputs import plan_outputs
from reconciler.errors import ExitCode, InterruptedRunError
from tests.functional.world import Inside, Ran
from tests.views.documents import document, task

TOLD = Path("told")


def outputs(path: Path) -> dict[str, str]:
    """Read outputs as the runner does: the last value of a name counts."""
    found: dict[str, str] = {}
    lines = iter(path.read_text(encoding="utf-8").split("\n"))
    for line in lines:
        if heredoc := re.fullmatch(r"(\w+)<<(.+)", line):
            value = list(iter(lambda: next(lines), heredoc[2]))
            found[heredoc[1]] = "\n".join(value)
        elif line:
            name, _, value_of_line = line.partition("=")
            found[name] = value_of_line
    return found


def told(world: Inside, *arguments: str) -> tuple[Ran, dict[str, str]]:
    """Run a command as a step of its own; return what it told the next ones."""
    path = world.folder / TOLD
    path.unlink(missing_ok=True)
    ran = world.run(*arguments, env={"GITHUB_OUTPUT": str(path)})
    return ran, outputs(path)


def test_the_way_through_tells_every_step(inside: Inside) -> None:
    ran, found = told(inside, "validate")
    assert found == {
        "accounts": '["crm", "dialer"]',
        "exit_code": "0",
        "failure_reason": "",
    }
    ran, planned = told(inside, "plan", "--out", "plan.jsonl", "--detailed-exitcode")
    digest = planned["digest"]
    assert digest.startswith("sha256:")
    assert digest in ran.out
    expected = {
        "changes": "true",
        "to_delete": "4",
        "already_absent": "1",
        "protected": "0",
        "held": "0",
        "unknown": "0",
        "blocked": "false",
        "plan_path": "plan.jsonl",
        "json_plan_path": "",
        "text_plan_path": "",
        "plan_hash": digest,
        "digest": digest,
        "accounts": '["crm", "dialer"]',
        "run_id": "",
        "exit_code": "2",
        "failure_reason": "changes_pending",
    }
    assert planned == expected
    ran, shown = told(inside, "show", "plan.jsonl")
    assert shown == {**expected, "exit_code": "0", "failure_reason": ""}
    ran, applied = told(inside, "apply", "--plan", "plan.jsonl")
    (audit_file,) = inside.audit_files()
    assert applied == {
        **expected,
        "already_absent": "0",
        "run_id": audit_file.stem,
        "audit_file": str(audit_file.relative_to(inside.folder)),
        "deleted": "4",
        "still_present": "0",
        "failed": "0",
        "not_attempted": "0",
        "exit_code": "0",
        "failure_reason": "",
    }
    ran, again = told(inside, "apply", "--auto-approve")
    assert ran.last == "No changes. 5 already absent, 0 protected."
    assert (again["changes"], again["already_absent"], again["accounts"]) == ("false", "5", "[]")
    ran, nothing = told(inside, "resume")
    assert ran.last == "Nothing to resume: no run was interrupted."
    assert set(nothing) == set(applied)
    assert (nothing["run_id"], nothing["deleted"], nothing["digest"]) == ("", "0", "")


@pytest.mark.parametrize(
    ("action", "changes"),
    [("delete", "true"), ("held", "true"), ("absent", "false"), ("unknown", "false")],
)
def test_what_is_held_is_a_change_and_what_is_unknown_is_none(action: str, changes: str) -> None:
    assert plan_outputs(document(task(1, action)))["changes"] == changes


def test_a_stopped_command_tells_it_too(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_path: Path) -> NoReturn:
        raise InterruptedRunError(ExitCode.TERMINATED)

    inside.saved_plan()
    monkeypatch.setattr("reconciler.cli.commands.show.read_plan", stop)
    ran, found = told(inside, "show", "plan.jsonl")
    assert ran.code == 143
    assert found == {"exit_code": "143", "failure_reason": "terminated"}


def test_what_a_guard_refuses_is_blocked(inside: Inside) -> None:
    inside.declare(tasks=[0, 1], policy="{maxDeletes: 1}")
    ran, found = told(inside, "plan")
    assert (found["blocked"], found["changes"], found["accounts"]) == ("true", "true", '["crm"]')
    assert (found["exit_code"], found["failure_reason"]) == ("4", "refused")
    ran, found = told(inside, "apply", "--auto-approve")
    assert ran.code == 4
    assert (found["blocked"], found["deleted"], found["not_attempted"]) == ("true", "0", "2")
    assert not inside.deletions()


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("plan", "--nonsense"), "64", "usage"),
        (("apply",), "64", "usage"),
        (("plan", "nowhere"), "3", "invalid"),
        (("history",), "0", ""),
        (("--help",), "0", ""),
        ((), "64", "usage"),
    ],
)
def test_every_command_tells_how_it_ended(
    inside: Inside, arguments: tuple[str, ...], code: str, reason: str
) -> None:
    ran, found = told(inside, *arguments)
    assert str(ran.code) == code
    assert found == {"exit_code": code, "failure_reason": reason}


def test_a_bug_is_told_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / TOLD))
    monkeypatch.chdir(tmp_path)
    from reconciler.cli import main as program  # noqa: PLC0415 - only this test breaks it

    monkeypatch.setitem(program._COMMANDS, "runs_told", "")  # noqa: SLF001 - a command that cannot be
    with pytest.raises(ModuleNotFoundError):
        program.main(["runs_told"])
    assert outputs(tmp_path / TOLD) == {"exit_code": "1", "failure_reason": "runtime_error"}


def test_outputs_are_appended_to_those_of_earlier_commands(inside: Inside) -> None:
    path = inside.folder / TOLD
    path.write_text("mine=kept\n")
    inside.run("validate", env={"GITHUB_OUTPUT": str(path)})
    assert outputs(path)["mine"] == "kept"
    assert outputs(path)["exit_code"] == "0"


def test_outputs_that_cannot_be_written_are_a_warning_and_no_other_exit_code(
    inside: Inside,
) -> None:
    ran = inside.run("validate", env={"GITHUB_OUTPUT": "no/such/file"})
    assert ran.code == 0
    assert ran.err == "Warning: GITHUB_OUTPUT cannot be written: No such file or directory\n"


def test_no_value_sets_another_output(tmp_path: Path) -> None:
    hostile = "a\ndigest=sha256:forged\n\rend\nx<<end\n"
    text = outputs_text({"plan_path": hostile, "digest": "sha256:true"})
    (tmp_path / TOLD).write_bytes(text.encode())
    found = outputs(tmp_path / TOLD)
    assert set(found) == {"plan_path", "digest"}
    assert found["digest"] == "sha256:true"
    first, second = (outputs_text({"a": hostile}).splitlines()[0] for _ in range(2))
    assert first != second


def test_a_name_that_is_no_text_is_written_all_the_same(tmp_path: Path) -> None:
    front = Front(environ={"GITHUB_OUTPUT": str(tmp_path / TOLD)})
    front.outputs["plan_path"] = os.fsdecode(b"plan-\xff.jsonl")
    tell_outputs(front, 0)
    assert outputs(tmp_path / TOLD)["plan_path"] == "plan-\\udcff.jsonl"
    assert stat.S_ISREG((tmp_path / TOLD).stat().st_mode)
