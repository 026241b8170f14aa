"""Past runs: what lines say of targets, however a run ended."""

import json
from typing import Any

import pytest

from reconciler.audit.past import past_run
from reconciler.domain.proofs import Place

START = {
    "type": "run.started",
    "run_id": "r1",
    "time": "t0",
    "actor": "ada",
    "deletions": 3,
    "declared": [
        {"manifest": "AbsentTasks/a", "file": "a.yaml", "ticket": "T-1", "purpose": "hygiene"},
        {"manifest": "AbsentTasks/b", "file": "b.yaml", "ticket": "", "purpose": "hygiene"},
    ],
}
CHECKED = {"type": "tenant.checked", "time": "t0", "account": "crm", "system": "leadsquared"}


def lines(*events: dict[str, Any]) -> list[bytes]:
    return [json.dumps(one).encode() for one in (START, CHECKED, *events)]


def intent(*ids: str, number: int = 1, attempt: int = 1) -> dict[str, Any]:
    batch = {"account": "crm", "number": number, "attempt": attempt, "container": "task"}
    items = [{"id": one, "declared": [0, 1]} for one in ids]
    return {"type": "batch.intent", "time": "t1", "batch": batch, "items": items}


def settled(number: int = 1, attempt: int = 1, **outcomes: object) -> dict[str, Any]:
    batch = {"account": "crm", "number": number, "attempt": attempt}
    return {"type": "batch.settled", "time": "t2", "batch": batch, "outcomes": outcomes}


def told(*events: dict[str, Any]) -> dict[str, str]:
    return {one.address.rpartition("/")[2]: one.outcome for one in past_run(lines(*events)).treated}


def test_the_rest_is_what_is_not_named() -> None:
    found = told(intent("x", "y", "z"), settled(rest="deleted", failed=["y"]))
    assert found == {"x": "deleted", "y": "failed", "z": "deleted"}


def test_what_was_never_settled_is_unknown() -> None:
    run = past_run(lines(intent("x")))
    assert [(one.outcome, one.time) for one in run.treated] == [("unknown", "t1")]
    assert (run.finished, run.exit_code, run.outcomes) == ("", None, {"unknown": 1})


def test_of_several_attempts_the_last_one_counts() -> None:
    again = (intent("x", number=1, attempt=2), settled(attempt=2, rest="deleted"))
    assert told(intent("x"), settled(rest="not_attempted"), *again) == {"x": "deleted"}


def test_a_target_knows_its_manifests_and_tickets_once_each() -> None:
    (one,) = past_run(lines(intent("x"))).treated
    assert (one.manifests, one.tickets) == (("AbsentTasks/a", "AbsentTasks/b"), ("T-1",))


def test_a_recheck_is_told_by_what_it_found() -> None:
    end = {
        "type": "run.finished",
        "time": "t9",
        "outcomes": {"deleted": 0},
        "exit_code": 2,
        "rechecked": {"still_gone": 4, "returned": 1, "unknown": 0},
        "returned": ["leadsquared/crm/task/x"],
    }
    run = past_run([json.dumps(one).encode() for one in ({**START, "command": "recheck"}, end)])
    assert run.command == "recheck"
    assert run.rechecked == {"still_gone": 4, "returned": 1, "unknown": 0}
    assert run.outcomes == {}
    (one,) = run.treated
    assert (one.address, one.outcome, one.time) == ("leadsquared/crm/task/x", "returned", "t9")


def test_a_run_that_does_not_name_its_command_was_an_apply() -> None:
    run = past_run(lines())
    assert (run.command, run.rechecked) == ("apply", {})


def test_a_run_knows_where_its_accounts_were_reached() -> None:
    checked = {**CHECKED, "observed": "22824", "host": "h:1"}
    run = past_run([json.dumps(one).encode() for one in (START, checked)])
    assert run.places == {"crm": Place("22824", "h:1")}


@pytest.mark.parametrize("events", [[], [CHECKED]])
def test_lines_that_are_no_run_are_refused(events: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match="not the lines of a run"):
        past_run([json.dumps(one).encode() for one in events])
