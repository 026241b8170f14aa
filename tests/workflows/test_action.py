"""The action's scripts: what the program is given, and what it is not."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler import __version__
from tests.workflows.machine import inherited
from tests.workflows.step import PLANNING, Step, started
from tests.workflows.test_files import ACTION, ROOT


@pytest.fixture
def step(tmp_path: Path) -> Step:
    return Step(tmp_path)


def test_the_inputs_become_arguments_and_nothing_in_them_is_expanded(
    step: Step, tmp_path: Path
) -> None:
    ended = step.run(
        ACTION_COMMAND="audit verify",
        ACTION_ARGUMENTS="--a 'b c' $HOME `id` $(touch ran) ; * --d",
        ACTION_MANIFESTS="-x y",
    )
    expected = [
        "audit",
        "verify",
        "--a",
        "b c",
        "$HOME",
        "`id`",
        "$(touch",
        "ran)",
        ";",
        "*",
        "--d",
    ]
    assert ended.told["arguments"] == [*expected, "--", "-x y"]
    assert not (tmp_path / "ran").exists()


def test_the_program_knows_of_the_job_and_gets_no_input(step: Step) -> None:
    ended = step.run(
        GITHUB_SERVER_URL="https://github.test",
        GITHUB_REPOSITORY="acme/absences",
        GITHUB_RUN_ID="5",
        GITHUB_RUN_ATTEMPT="2",
        GITHUB_TRIGGERING_ACTOR="bea",
        GITHUB_REF="refs/pull/7/merge",
        ACTION_TOKEN="ghs_x",  # noqa: S106 - nobody's
    )
    assert ended.told["environ"] == {
        "GITHUB_TOKEN": "ghs_x",
        "GITHUB_TRIGGERING_ACTOR": "bea",
        "RECONCILER_ACTOR": "bea",
        "RECONCILER_CI_URL": "https://github.test/acme/absences/actions/runs/5/attempts/2",
        "RECONCILER_IN_AUTOMATION": "1",
        "RECONCILER_PULL_REQUEST": "7",
    }


def test_keys_are_masked_before_the_program_has_them(step: Step) -> None:
    given = (
        "# of the environment\r\n\r\nCRM_ACCESS_KEY=u$r=50%\r\n RECONCILER_CRM_SECRET_KEY = s p \n"
        "CRM_ENDPOINT=http://127.0.0.1:1\nPII_KEY=new\nPII_KEY=old\n"
        "LEDGER=postgresql://me:p%40ss@db/x\nACTOR=bot"
    )
    ended = step.run(ACTION_KEYS=given, RECONCILER_IN_AUTOMATION="yes")
    masked = ["u$r=50%25", "s p", "new", "old", "postgresql://me:p%2540ss@db/x", "p%2540ss", "p@ss"]
    assert ended.lines[:-1] == [f"::add-mask::{one}" for one in masked]
    assert ended.told["environ"] == {
        "RECONCILER_ACTOR": "bot",
        "RECONCILER_CRM_ACCESS_KEY": "u$r=50%",
        "RECONCILER_CRM_ENDPOINT": "http://127.0.0.1:1",
        "RECONCILER_CRM_SECRET_KEY": "s p",
        "RECONCILER_IN_AUTOMATION": "yes",
        "RECONCILER_LEDGER": "postgresql://me:p%40ss@db/x",
        "RECONCILER_PII_KEY": "new\nold",
    }


@pytest.mark.parametrize("command", ["comment p.jsonl", "history", "show", "fmt", "validate"])
def test_a_command_that_reaches_no_account_has_no_key_of_one(step: Step, command: str) -> None:
    given = "CRM_ACCESS_KEY=u\nSIGNING_KEY=s\nAUDIT_DIR=d\nLEDGER=l\nPII_KEY=p"
    ended = step.run(ACTION_COMMAND=command, ACTION_ARGUMENTS="--run plan", ACTION_KEYS=given)
    assert ended.lines[:-1] == [f"::add-mask::{one}" for one in "uslp"]
    keys = {"RECONCILER_LEDGER": "l", "RECONCILER_PII_KEY": "p"}
    about = {"RECONCILER_ACTOR": "contributor", "RECONCILER_IN_AUTOMATION": "1"}
    assert ended.told["environ"] == {**keys, **about}
    others = step.run(ACTION_COMMAND="audit verify", ACTION_KEYS=given)
    assert "RECONCILER_CRM_ACCESS_KEY" in others.told["environ"]


def test_a_url_that_cannot_be_read_is_refused_once_all_is_masked(step: Step) -> None:
    given = "CRM_ACCESS_KEY=u\nLEDGER=postgresql://me:p%40ss@[::1/db\nPII_KEY=p"
    ended = step.run(ACTION_KEYS=given)
    masked = ["u", "postgresql://me:p%2540ss@[::1/db", "p%2540ss", "p@ss", "p"]
    assert ended.lines == [
        *(f"::add-mask::{one}" for one in masked),
        "::error title=reconciler::LEDGER of the keys is not a URL that can be read",
    ]
    assert (ended.code, ended.outputs) == (64, "exit_code=64\nfailure_reason=usage\n")


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (
            {"ACTION_KEYS": "A=hidden\nhidden"},
            "Line 2 of the keys is not NAME=VALUE, NAME of A-Z, 0-9, _",
        ),
        ({"ACTION_KEYS": "a=hidden"}, "Line 1 of the keys is not NAME=VALUE, NAME of A-Z, 0-9, _"),
        ({"ACTION_KEYS": "A="}, "Line 1 of the keys is not NAME=VALUE, NAME of A-Z, 0-9, _"),
        ({"ACTION_KEYS": "A=hidden\nA=hidden"}, "Line 2 of the keys names A once more"),
        (
            {"ACTION_ARGUMENTS": "'"},
            "The arguments cannot be parted into words: No closing quotation",
        ),
        (
            {"ACTION_ACCOUNTS": '["a b"]'},
            "The input accounts is not a JSON list of accounts",
        ),
        ({"ACTION_ACCOUNTS": "x"}, "The input accounts is not a JSON list of accounts"),
    ],
)
def test_what_cannot_be_used_is_told_without_quoting_it(
    step: Step, variables: dict[str, str], message: str
) -> None:
    ended = step.run(**variables)
    assert (ended.code, ended.lines) == (64, [f"::error title=reconciler::{message}"])
    assert ended.outputs == "exit_code=64\nfailure_reason=usage\n"


def test_the_process_of_the_step_becomes_the_program_so_that_signals_reach_it(step: Step) -> None:
    with started(step) as process:
        os.kill(process.pid, signal.SIGTERM)  # to this process only, as the runner does
        assert process.communicate(timeout=60)[0] == ""
        assert process.returncode == 143


def test_a_signal_is_handed_on_to_the_program_of_an_account(step: Step) -> None:
    with started(step, ACTION_ACCOUNTS='["crm", "dialer"]') as process:
        os.kill(process.pid, signal.SIGTERM)
        assert process.communicate(timeout=60)[0] == ""  # and no other account is begun
        assert process.returncode == 143


@pytest.mark.parametrize(("left", "code"), [(["dialer", "empty"], 143), ([], 0)])
def test_a_signal_between_two_accounts_begins_no_other(
    step: Step, left: list[str], code: int
) -> None:
    stop = "signal.signal(signal.SIGTERM, signal.SIG_IGN); os.kill(os.getppid(), signal.SIGTERM)"
    program = PLANNING.replace("import os, sys", f"import os, signal, sys; {stop}")
    ended = step.run(program, ACTION_ACCOUNTS=json.dumps(["crm", *left]))
    assert (ended.code, ended.lines) == (code, ["Account crm:", "planning crm"])
    reason = "terminated" if code else ""
    assert f"\nexit_code={code}\nfailure_reason={reason}\n" in ended.outputs


def test_a_signal_before_the_first_account_begins_none() -> None:
    script = """\
import os, signal, sys
from each import run_for_each
def accounts():
    os.kill(os.getpid(), signal.SIGTERM)
    yield "crm"
sys.exit(run_for_each(accounts(), [sys.executable, "-c", "print('begun')"], os.environ))
"""
    done = subprocess.run(
        [sys.executable, "-B", "-c", script],
        env={**inherited(), "PYTHONPATH": str(ACTION)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "")


def test_with_accounts_the_program_runs_once_for_each_and_is_told_as_one(step: Step) -> None:
    ended = step.run(
        PLANNING,
        ACTION_ACCOUNTS='["crm", "dialer", "empty", "late"]',
        ACTION_ARGUMENTS="--out plans/{account}.jsonl",
        ACTION_MANIFESTS="manifests",
    )
    names = ("crm", "dialer", "empty", "late")
    assert ended.code == 7
    assert ended.lines == [line for one in names for line in (f"Account {one}:", f"planning {one}")]
    assert ended.summary == "".join(f"### {one}\n" for one in names)
    plans = [{"account": "crm", "digest": "sha256:crm", "to_delete": 3}]
    assert ended.outputs == (
        "to_delete=9\nalready_absent=0\nprotected=0\nheld=0\nunknown=1\n"
        "changes=true\nblocked=true\nexit_code=7\nfailure_reason=incomplete\n"
        f'accounts=["crm", "dialer", "late"]\nplans={json.dumps(plans)}\n'
    )


def test_the_selector_of_an_account_stands_before_the_folder(step: Step) -> None:
    ended = step.run(
        ACTION_ACCOUNTS='["crm"]',
        ACTION_ARGUMENTS="--out {account}.jsonl",
        ACTION_MANIFESTS="{account}",
    )
    told = json.loads(ended.lines[1])
    assert told["arguments"] == [
        *("plan", "--out", "crm.jsonl", "--target", "account/crm", "--", "{account}")
    ]


def test_a_summary_too_large_for_github_is_left_out_and_that_is_said(step: Step) -> None:
    program = PLANNING.replace('f"### {account}\\n"', '"x" * 500_000')
    ended = step.run(program, ACTION_ACCOUNTS='["crm", "empty"]')
    note = "\n### empty\n\nNo room is left here: the plan is in the artifact.\n"
    assert ended.summary == "x" * 500_000 + note


def test_the_program_is_installed_by_hashes_once_per_job(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    python = tmp_path / "python"
    python.write_text(
        "#!/bin/sh\n"
        f'echo "$@" >>{shlex.quote(str(calls))}\n'
        'if [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; fi\n'
    )
    python.chmod(0o755)
    environ = {**inherited(), "PYTHON": str(python), "RUNNER_TEMP": str(tmp_path / "temp")}
    for _ in range(2):
        subprocess.run(["bash", str(ACTION / "install.sh")], env=environ, check=True)  # noqa: S607 - bash, as found
    pip = "-I -m pip --quiet --disable-pip-version-check --no-input install"
    assert calls.read_text().splitlines() == [
        f"-m venv {tmp_path}/temp/reconciler",
        f"{pip} --only-binary :all: --require-hashes --requirement {ROOT}/requirements/run.txt",
        f"{pip} --no-deps --no-build-isolation {ROOT}",
    ]
    assert (tmp_path / "temp/reconciler/made-of").read_text() == f"{__version__} {ROOT}\n"
