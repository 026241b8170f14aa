"""``find``: what it refuses before anything is read. What it finds is in tests/functional."""

import os
from pathlib import Path

import pytest

from reconciler.cli.main import main
from reconciler.manifests.finding.asking import conditions_on

LIST = "b3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10"
TREE = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: crm}
spec: {system: leadsquared, region: in21, tenant: acme1}
---
apiVersion: reconciler/v1
kind: Account
metadata: {name: dialer}
spec: {system: talkdesk, region: us, tenant: acme}
---
apiVersion: reconciler/v1
kind: AbsentTasks
metadata: {name: found-tasks, owner: ops, reason: Twice}
spec: {account: crm, tasks: []}
"""
TASKS = ("tasks", "--account", "crm")
RECORDS = ("records", "--account", "dialer", "--record-list", LIST)


class Ran:
    """What one call within this process came to."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        self.code = main(["find", *arguments])
        self.out, self.err = capsys.readouterr()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [one for one in os.environ if one.startswith("RECONCILER_")]:  # noqa: TID251 - what would make a difference
        monkeypatch.delenv(name)
    Path("manifests").mkdir()
    Path("manifests/a.yaml").write_text(TREE)
    Path("ids.txt").write_text("0017abfa-c100-11e5-9340-06c7eb5c8385\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            TASKS,
            (
                "Error: Without a condition everything would match\n"
                "  hint: Name one, such as owner=VALUE, or give --ids-from FILE.\n"
            ),
        ),
        (
            (*RECORDS, "manifests"),
            (
                "Error: Without a condition everything would match\n"
                "  hint: Name one, such as priority=VALUE, or give --ids-from FILE.\n"
            ),
        ),
        (
            (*TASKS, "status:completed"),
            (
                "Error: Without a condition everything would match\n"
                "  status:completed is neither NAME=VALUE nor a folder\n"
                "  hint: Name one, such as owner=VALUE, or give --ids-from FILE.\n"
            ),
        ),
        (
            (*TASKS, "state=completed"),
            "Error: There is no such condition\n  state\n  hint: Did you mean `status`?\n",
        ),
        (
            (*TASKS, "status=pending", "--status", "completed"),
            "Error: A condition is given twice\n  status\n",
        ),
        (
            (*TASKS, "status=pending", "manifests", "more"),
            (
                "Error: More than one folder\n  manifests, more\n"
                "  hint: A condition is NAME=VALUE; the only other word is the manifests folder.\n"
            ),
        ),
        (
            ("tasks", "--account", "cmr", "status=pending"),
            (
                "Error: The manifests declare no leadsquared account of that name\n  cmr\n"
                "  hint: Did you mean `crm`?\n"
            ),
        ),
        (
            ("records", "--account", "crm", "--record-list", LIST, "priority=1"),
            (
                "Error: The manifests declare no talkdesk account of that name\n  crm\n"
                "  hint: Declared: `dialer`.\n"
            ),
        ),
        (
            (*TASKS, "status=done", "completedBefore=soon", "--owner", "a\nb"),
            "Error: This cannot be asked for\n  owner: Must be one line. ",
        ),
        (
            (*TASKS, "status=pending", "--name", "found-tasks"),
            (
                "Error: There is AbsentTasks/found-tasks already\n"
                "  hint: Give another --name, such as found-tasks-2.\n"
            ),
        ),
        (
            (*TASKS, "--ids-from", "ids.txt", "--purpose", "gdpr_erasure"),
            (
                "Error: The purpose gdpr_erasure needs a ticket\n"
                "  hint: Give --ticket, or another --purpose.\n"
            ),
        ),
        (
            (*TASKS, "status=pending", "--purpose", "ccpa_delete"),
            "Error: The purpose ccpa_delete needs a ticket\n",
        ),
        ((*TASKS, "--ids-from", "missing.txt"), "Error: Invalid value for '--ids-from'"),
        ((*TASKS, "--ids-from", "manifests/a.yaml", "--ticket", "T"), "Error: --ids-from names"),
        (("tasks", "status=pending"), "Error: Missing option '--account'."),
        (("records", "--account", "dialer", "priority=1"), "Error: Missing option '--record-list'"),
        ((*TASKS, "--priority", "1"), "Error: No such option '--priority'"),
    ],
)
def test_what_cannot_be_asked_for_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    ran = Ran(capsys, *arguments)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith(told)


@pytest.mark.parametrize(("command", "noun"), [(TASKS, "task"), (RECORDS, "record")])
def test_every_condition_is_an_option_too(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...], noun: str
) -> None:
    told = Ran(capsys, *command, "--help").out
    for asked in conditions_on(noun):
        kebab = "".join(f"-{one.lower()}" if one.isupper() else one for one in asked.key)
        option = "--task-owner" if asked.key == "owner" else f"--{kebab}"
        assert f"  {option} " in told


@pytest.mark.parametrize("noun", ["tasks", "records"])
def test_help_says_of_a_condition_what_it_asks_for_and_no_more(
    capsys: pytest.CaptureFixture[str], noun: str
) -> None:
    told = Ran(capsys, noun, "--help").out
    assert "time." in told
    assert "quoted" not in told
    # How times are written is said once, for all of them.
    assert told.count("730d ago") == 1
    assert f"  {noun} " in Ran(capsys, "--help").out
    assert "..." not in Ran(capsys, "--help").out.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "a.txt",
            "14155550104\n",
            (
                "a.txt:1:1: Not the id of a record.\n"
                "    hint: An id is a GUID such as 0017abfa-c100-11e5-9340-06c7eb5c8385. A phone "
                "number is `+` and digits, as in +14155550100.\n"
            ),
        ),
        (
            "a.txt",
            "# nobody\n",
            "a.txt: The file lists nothing.\n    hint: Name something in it.\n",
        ),
        (
            "a.csv",
            "Name;Phone Number\nX;+14155550104\n",
            (
                "a.csv:1: The header lacks `id`, `phone_number`, or `external_provider` and "
                "`external_id`.\n"
                "    hint: Rename the column in the first line; other columns may stay.\n"
            ),
        ),
    ],
)
def test_hints_on_a_request_speak_of_no_manifest(
    capsys: pytest.CaptureFixture[str], name: str, content: str, told: str
) -> None:
    Path(name).write_text(content)
    ran = Ran(capsys, *RECORDS, "--ids-from", name, "--ticket", "GDPR-9")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == f"{told}\nError: 1 problem in the configuration\n"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_request_is_cut_at_whatever_its_header_is_cut_at(
    capsys: pytest.CaptureFixture[str], delimiter: str
) -> None:
    Path("a.csv").write_text(f"name{delimiter}phone_number\nX{delimiter}+14155550104\n")
    # The file is sound, so that keys are what lacks.
    assert Ran(capsys, *RECORDS, "--ids-from", "a.csv", "--ticket", "GDPR-9").code == 8


def test_a_request_without_a_ticket_is_an_ordinary_clean_up(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("a.csv").write_text("phone_number\n+14155550104\n")
    # It is not refused; keys are what lacks.
    assert Ran(capsys, *RECORDS, "--ids-from", "a.csv").code == 8


def test_without_keys_no_account_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, *TASKS, "status=pending")
    assert (ran.code, ran.out) == (8, "")
    assert "RECONCILER_CRM_ACCESS_KEY is not set" in ran.err
    assert "DIALER" not in ran.err
