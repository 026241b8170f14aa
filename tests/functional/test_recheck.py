"""``recheck``: what was proven gone is read again, and what has returned is reported."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.errors import UnrecordedError
from reconciler.ledger.journal import Journal
from reconciler.sandbox.seed import record_id, task_id
from tests.fakes.postgres import fresh_url
from tests.functional.world import LIST, SECOND_LIST, WIDE, Inside, Ran, document

TASKS = [f"leadsquared/crm/task/{task_id(n)}" for n in (0, 1)]
RECORDS = [f"talkdesk/dialer/{LIST}/record/{record_id(n)}" for n in (0, 1)]


@pytest.fixture
def applied(inside: Inside) -> Inside:
    """A world in which two tasks and two records were deleted."""
    assert inside.run("apply", "--auto-approve").code == 0
    return inside


def run_ids(world: Inside) -> list[str]:
    return [path.stem for path in world.audit_files()]


def newest(world: Inside) -> list[dict[str, Any]]:
    """Return the lines of the newest audit file."""
    lines = world.audit_files()[-1].read_text().splitlines()
    return [json.loads(line) for line in lines]


def bring_back(world: Inside, *, task: int | None = None, record: int | None = None) -> None:
    with world.store() as store:
        if task is not None:
            store.add_task(task_id(task), OwnerId=store.tasks()[0]["OwnerId"])
        if record is not None:
            store.add_record(LIST, record_id(record))


def sound(world: Inside) -> bool:
    return world.run("audit", "verify").code == 0


def test_what_is_still_gone_is_counted_and_nothing_is_deleted(applied: Inside) -> None:
    before = len(applied.deletions())
    told = applied.run("recheck")
    assert told.code == 0, told.err
    audit_file = f".reconciler/audit/{run_ids(applied)[-1]}.jsonl"
    assert told.out == (
        f"Audit log: {audit_file}\n\nRecheck: 4 still gone, 0 returned, 0 unknown.\n"
    )
    assert len(applied.deletions()) == before
    assert sound(applied)


def test_what_has_returned_is_told_with_the_run_that_proved_it_gone(applied: Inside) -> None:
    (run_id,) = run_ids(applied)
    bring_back(applied, task=1, record=0)
    before = len(applied.deletions())
    told = applied.run("recheck")
    assert told.code == 2, told.err
    assert told.last == "Recheck: 2 still gone, 2 returned, 0 unknown."
    first, second, _ = told.out.split("\n\n", 2)
    for block, address, manifest in (
        (first, TASKS[1], "AbsentTasks/old-tasks"),
        (second, RECORDS[0], "AbsentRecords/old-records"),
    ):
        head, proven, declared = block.splitlines()
        assert head == f"  + {address} has returned"
        assert proven.startswith("      proven gone 20")
        assert proven.endswith(f"Z by run {run_id}")
        assert declared == f"      declared then by {manifest}, OPS-1"
    assert len(applied.deletions()) == before
    assert newest(applied)[-1]["returned"] == [TASKS[1], RECORDS[0]]
    assert sound(applied)


def test_what_has_returned_stays_on_record_until_it_is_deleted_again(applied: Inside) -> None:
    bring_back(applied, task=1)
    for _ in range(2):
        assert applied.run("recheck").last == "Recheck: 3 still gone, 1 returned, 0 unknown."
    assert applied.run("apply", "--auto-approve").code == 0
    assert applied.run("recheck").last == "Recheck: 4 still gone, 0 returned, 0 unknown."


def test_json_has_everything_that_was_asked_about(applied: Inside) -> None:
    (run_id,) = run_ids(applied)
    bring_back(applied, task=1)
    ran = applied.run("recheck", "--format", "json", "--exclude", RECORDS[1])
    assert ran.code == 2
    document_ = ran.json()
    rechecked = run_ids(applied)[-1]
    answers = [item.pop("evidence") for item in document_["items"]]
    assert all(one["by"] and one["answer"] for one in answers)
    times = {item.pop("proven_at")[:2] for item in document_["items"]}
    assert times == {"20"}
    common = {"reason": "", "proven_by": run_id, "tickets": ["OPS-1"]}
    tasks, records = ["AbsentTasks/old-tasks"], ["AbsentRecords/old-records"]
    states = dict.fromkeys((*TASKS, RECORDS[0]), "still_gone") | {TASKS[1]: "returned"}
    assert document_ == {
        "type": "recheck",
        "format_version": "1.0",
        "run_id": rechecked,
        "audit_file": f".reconciler/audit/{rechecked}.jsonl",
        "of_run": "",
        "targets": [],
        "excludes": [RECORDS[1]],
        "counts": {"still_gone": 2, "returned": 1, "unknown": 0},
        "warnings": [],
        "items": [
            {
                "address": address,
                "state": states[address],
                "manifests": tasks if address in TASKS else records,
                **common,
            }
            for address in [*sorted(TASKS), RECORDS[0]]
        ],
        "errors": [],
        "exit_code": 2,
        "failure_reason": "changes_pending",
    }


def test_what_cannot_be_read_is_unknown_and_never_called_gone(
    opened_inside: Callable[..., Inside],
) -> None:
    # The apply asks six times by id and never lists.
    world = opened_inside("common_failures=leadsquared_get:7-:400,leadsquared_list:1-:400")
    world.declare(tasks=[0, 1, 999_999], records=[0, 1])
    assert world.run("apply", "--auto-approve").code == 0
    bring_back(world, record=0)
    told = world.run("recheck")
    assert told.code == 7
    assert told.last == "Recheck: 1 still gone, 1 returned, 2 unknown."
    assert f"  + {RECORDS[0]} has returned\n" in told.out
    assert "  ? 2 unknown: " in told.out
    assert all(f"      {one}\n" in told.out for one in TASKS)
    assert newest(world)[-1]["rechecked"] == {"still_gone": 1, "returned": 1, "unknown": 2}
    assert sound(world)


def test_an_account_that_does_not_answer_is_unknown_as_a_whole(
    opened_inside: Callable[..., Inside],
) -> None:
    world = opened_inside("common_failures=leadsquared_whoami:2-:400")
    world.declare(tasks=[0, 1], records=[0])
    assert world.run("apply", "--auto-approve").code == 0
    told = world.run("recheck")
    assert (told.code, told.last) == (7, "Recheck: 1 still gone, 0 returned, 2 unknown.")
    checked = [one["account"] for one in newest(world) if one["type"] == "tenant.checked"]
    assert checked == ["dialer"]
    assert sound(world)


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        (["--target", "account/crm"], TASKS),
        (["--target", "AbsentRecords/old-records"], RECORDS),
        (
            ["--target", TASKS[0].upper().replace("LEADSQUARED/CRM/TASK", "leadsquared/crm/task")],
            TASKS[:1],
        ),
        (["--target", "talkdesk/", "--target", TASKS[1]], [TASKS[1], *RECORDS]),
        (["--exclude", "AbsentTasks/old-tasks"], RECORDS),
        (["--target", "leadsquared/crm/", "--exclude", TASKS[0]], TASKS[1:]),
    ],
)
def test_it_is_narrowed_by_what_was_proven_gone(
    applied: Inside, options: list[str], asked: list[str]
) -> None:
    applied.declare()
    before = len(applied.arrivals())
    ran = applied.run("recheck", *options, "--format", "json")
    assert ran.code == 0, ran.err
    assert [one["address"] for one in ran.json()["items"]] == sorted(asked)
    systems = {one.system for one in applied.arrivals()[before:]}
    assert systems == {one.partition("/")[0] for one in asked}
    head = newest(applied)[0]
    words = [one.lower() if "/task/" in one.lower() else one for one in options[1::2]]
    assert [*head.get("targets", []), *head.get("excludes", [])] == words


@pytest.mark.parametrize(
    "selector",
    [
        "account/nobody",
        "AbsentTasks/new",
        f"leadsquared/crm/task/{task_id(7)}",
        f"talkdesk/dialer/{SECOND_LIST}/",
        f"talkdesk/dialer/{LIST}/where/records.yaml:1",
    ],
)
def test_a_selector_that_matches_nothing_is_wrong_usage(applied: Inside, selector: str) -> None:
    before = len(applied.arrivals())
    ran = applied.run("recheck", "--target", TASKS[0], "--exclude", selector)
    assert ran.code == 64
    assert f"--exclude {selector}: nothing that was proven gone goes by it" in ran.err
    assert len(applied.arrivals()) == before
    assert len(applied.audit_files()) == 1


def test_one_run_is_rechecked_by_its_id(applied: Inside) -> None:
    applied.declare(tasks=[2])
    assert applied.run("apply", "--auto-approve").code == 0
    first, second = run_ids(applied)
    assert applied.run("recheck", "--run", second).last.startswith("Recheck: 1 still gone")
    assert newest(applied)[0]["of_run"] == second
    assert applied.run("recheck", "--run", first).last.startswith("Recheck: 4 still gone")
    assert applied.run("recheck").last.startswith("Recheck: 5 still gone")
    nothing = applied.run("recheck", "--run", run_ids(applied)[-1])
    assert nothing.code == 0
    assert f"Nothing is on record as proven gone by run {run_ids(applied)[-2]}.\n" in nothing.out


def test_a_run_that_the_ledger_does_not_know_is_wrong_usage(applied: Inside) -> None:
    ran = applied.run("recheck", "--run", "x")
    assert ran.code == 64
    assert "The ledger knows no such run" in ran.err


def test_an_account_that_is_not_declared_any_more_is_not_read(applied: Inside) -> None:
    applied.write(
        "accounts.yaml",
        *document("Account", "dialer"),
        f"spec: {{system: talkdesk, region: eu, tenant: acme, limits: {WIDE}}}",
    )
    applied.write("tasks.yaml", "")
    before = len(applied.arrivals())
    for name in list(applied.env):
        if name.startswith("RECONCILER_CRM"):
            del applied.env[name]
    told = applied.run("recheck")
    assert told.code == 7
    assert "  ? 2 unknown: account crm is not declared any more\n" in told.out
    assert told.last == "Recheck: 2 still gone, 0 returned, 2 unknown."
    assert {one.system for one in applied.arrivals()[before:]} == {"talkdesk"}
    assert applied.run("recheck", "--exclude", "account/crm").code == 0
    assert sound(applied)


def test_a_name_that_is_of_another_system_now_is_not_read(applied: Inside) -> None:
    applied.write(
        "accounts.yaml",
        *document("Account", "crm"),
        f"spec: {{system: talkdesk, region: eu, tenant: acme, limits: {WIDE}}}",
    )
    applied.write("tasks.yaml", "")
    applied.write("records.yaml", "")
    for name in list(applied.env):
        if name.startswith(("RECONCILER_CRM", "RECONCILER_DIALER")):
            del applied.env[name]
    told = applied.run("recheck", "--target", "leadsquared/")
    assert told.code == 7
    assert "  ? 2 unknown: account crm is one of talkdesk now\n" in told.out


def test_another_place_than_it_was_proven_gone_in_says_nothing(
    opened_inside: Callable[..., Inside],
) -> None:
    first = opened_inside()
    first.declare(tasks=[0, 1])
    assert first.run("apply", "--auto-approve").code == 0
    second = opened_inside()
    told = second.run("recheck")
    assert told.code == 7
    here, there = (world.url.removeprefix("http://") for world in (second, first))
    words = f"proven gone in tenant 22824 at {there}, and the account is tenant 22824 at {here} now"
    assert f"  ? 2 unknown: {words}\n" in told.out
    assert told.last == "Recheck: 0 still gone, 0 returned, 2 unknown."
    assert sound(second)


def test_a_wrong_tenant_ends_it_before_anything_is_read(applied: Inside) -> None:
    applied.declare(tasks=[0], tenant="99999")
    before = len(applied.arrivals())
    ran = applied.run("recheck")
    assert (ran.code, ran.out) == (8, "")
    assert "The key belongs to another organisation" in ran.err
    asked = [one.path.rpartition("/")[2] for one in applied.arrivals()[before:]]
    assert sorted(asked) == ["UserByAccessKey.Get", "token"]
    start, end = newest(applied)
    assert start["command"] == "recheck"
    assert (end["exit_code"], end["failure_reason"]) == (8, "identity")
    assert end["rechecked"] == {"still_gone": 0, "returned": 0, "unknown": 4}
    assert sound(applied)


def test_a_new_ledger_says_that_it_remembers_nothing(inside: Inside) -> None:
    ran = inside.run("recheck")
    assert ran.code == 0
    words = (
        "Nothing is on record as proven gone by any run of this ledger.\n"
        "Warning: the ledger began in this run, so it remembers nothing that was proven gone\n"
    )
    assert ran.out.startswith(words)
    assert ran.last == "Recheck: 0 still gone, 0 returned, 0 unknown."
    assert inside.arrivals() == []
    again = inside.run("recheck")
    assert "Nothing is on record" in again.out
    assert "Warning" not in again.out
    assert sound(inside)


@pytest.mark.parametrize("taken", ["ledger.sqlite", "audit"])
def test_where_nothing_can_be_written_nothing_is_read(inside: Inside, taken: str) -> None:
    place = inside.folder / ".reconciler" / taken
    place.parent.mkdir()
    if taken == "audit":
        place.write_text("")
    else:
        place.mkdir()
    ran = inside.run("recheck")
    assert (ran.code, ran.out) == (74, "")
    assert inside.arrivals() == []


def test_what_was_read_is_told_even_if_it_cannot_be_written_down(
    applied: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise UnrecordedError("The audit log cannot be written", detail="No space left")

    bring_back(applied, task=1)
    monkeypatch.setattr(Journal, "finish", fail)
    told = applied.run("recheck")
    assert told.code == 74
    assert "Error: The audit log cannot be written\n" in told.err
    assert f"  + {TASKS[1]} has returned\n" in told.out
    assert told.last == "Recheck: 3 still gone, 1 returned, 0 unknown."
    document_ = applied.run("recheck", "--format", "json").json()
    assert (document_["exit_code"], document_["failure_reason"]) == (74, "unrecorded")
    assert [one["detail"] for one in document_["errors"]] == ["No space left"]


def test_history_tells_a_recheck_by_what_it_found(applied: Inside) -> None:
    bring_back(applied, task=1)
    assert applied.run("recheck").code == 2
    told = applied.run("history")
    head, _, _, counted = told.out.splitlines()[:4]
    assert head == f"Run {run_ids(applied)[-1]}: recheck"
    assert counted == "  of 4 targets proven gone before: 3 still gone, 1 returned, 0 unknown"
    recheck, apply = applied.run("history", "--format", "json").json()["runs"]
    assert recheck["command"] == "recheck"
    assert recheck["rechecked"] == {"still_gone": 3, "returned": 1, "unknown": 0}
    assert (apply["command"], apply["rechecked"]) == ("apply", {})
    of_target = applied.run("history", "--target", TASKS[1])
    assert of_target.out.count("Run ") == 2
    assert f"    returned       {TASKS[1]}  20" in of_target.out


def test_it_goes_over_postgresql(inside: Inside) -> None:
    inside.env["RECONCILER_LEDGER"] = fresh_url()
    assert inside.run("apply", "--auto-approve").code == 0
    bring_back(inside, record=1)
    told: Ran = inside.run("recheck")
    assert (told.code, told.last) == (2, "Recheck: 3 still gone, 1 returned, 0 unknown.")
    assert sound(inside)


def test_nothing_personal_is_written(applied: Inside) -> None:
    with applied.store() as store:
        store.add_record(LIST, record_id(0), first_name="Wilhelmina", phone_number="+19995550123")
    ran = applied.run("recheck", "--format", "json", "-v", "-v")
    assert ran.code == 2
    files = [path.read_bytes() for path in applied.folder.rglob("*") if path.is_file()]
    for content in (*files, ran.out.encode(), ran.err.encode()):
        assert b"Wilhelmina" not in content
        assert b"9995550123" not in content
