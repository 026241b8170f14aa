"""``history``: what the ledger says of past runs, on either engine."""

import re

import pytest

from reconciler.sandbox.seed import record_id, task_id
from tests.fakes.postgres import fresh_url
from tests.functional.world import LIST, Inside

TASK = f"leadsquared/crm/task/{task_id(0)}"


@pytest.fixture(params=["sqlite", "postgresql"])
def lived(request: pytest.FixtureRequest, inside: Inside) -> Inside:
    """A world in which a guard refused once, and then everything was deleted."""
    if request.param == "postgresql":
        inside.env["RECONCILER_LEDGER"] = fresh_url()
    inside.env["RECONCILER_ACTOR"] = "ada"
    assert inside.run("apply", "--auto-approve", "--max-deletes", "1").code == 4
    assert inside.run("apply", "--auto-approve").code == 0
    return inside


def test_runs_are_listed_the_newest_first(lived: Inside) -> None:
    told = lived.run("history")
    assert told.code == 0, told.err
    shape = re.sub(r"\d{8}T\d{9}Z-[0-9a-f]{8}|20\d\d-[-0-9T:.]+Z", "…", told.out)
    assert shape == (
        "Run …\n"
        "  started … by ada\n"
        "  ended …, exit code 0\n"
        "  of 4 deletions: 4 deleted\n"
        "\n"
        "Run …\n"
        "  started … by ada\n"
        "  ended …, exit code 4 (refused)\n"
        "  of 4 deletions: 4 not attempted\n"
        "\n"
        "2 runs.\n"
    )
    runs = lived.run("history", "--format", "json").json()["runs"]
    assert [one["exit_code"] for one in runs] == [0, 4]


def test_one_run_is_told_with_every_target(lived: Inside) -> None:
    newest = lived.run("history", "--format", "json").json()["runs"][0]
    (run,) = lived.run("history", "--run", newest["run_id"], "--format", "json").json()["runs"]
    assert run == newest
    assert {
        one["address"]: (one["outcome"], one["manifests"], one["tickets"]) for one in run["targets"]
    } == {
        **{
            f"leadsquared/crm/task/{task_id(n)}": ("deleted", ["AbsentTasks/old-tasks"], ["OPS-1"])
            for n in (0, 1)
        },
        **{
            f"talkdesk/dialer/{LIST}/record/{record_id(n)}": (
                "deleted",
                ["AbsentRecords/old-records"],
                ["OPS-1"],
            )
            for n in (0, 1)
        },
    }
    unknown = lived.run("history", "--run", "x")
    assert unknown.code == 64
    assert "The ledger knows no such run" in unknown.err


def test_a_target_is_found_in_the_run_that_sent_it(lived: Inside) -> None:
    told = lived.run("history", "--target", TASK)
    assert told.out.count("Run ") == 1
    assert re.search(rf"    deleted +{TASK}  20\S+Z  AbsentTasks/old-tasks, OPS-1\n", told.out)
    assert lived.run("history", "--target", TASK[:-1]).out == "0 runs.\n"


@pytest.mark.parametrize(
    ("option", "value", "runs"),
    [
        ("--ticket", "OPS-1", 1),
        ("--ticket", "OPS-2", 0),
        ("--since", "1d", 2),
        ("--since", "2020-01-01", 2),
        ("--since", "2999-01-01", 0),
        ("--since", "0s", 0),
    ],
)
def test_runs_are_chosen_by_ticket_and_time(
    lived: Inside, option: str, value: str, runs: int
) -> None:
    told = lived.run("history", option, value, "--format", "json").json()
    assert len(told["runs"]) == runs


@pytest.mark.parametrize("value", ["2026-02-30", "yesterday", ""])
def test_a_time_that_is_none_is_wrong_usage(inside: Inside, value: str) -> None:
    assert inside.run("history", "--since", value).code == 64


def test_without_a_ledger_there_is_no_history_and_none_is_made(inside: Inside) -> None:
    assert inside.run("history").out == "0 runs.\n"
    assert not (inside.folder / ".reconciler").exists()
