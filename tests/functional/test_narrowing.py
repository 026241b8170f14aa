"""``--target`` and ``--exclude``: what is read, deleted, refused and written down."""

import hashlib
import json
import shlex
from typing import Any

import pytest

from reconciler.planfile.read import read_plan
from reconciler.sandbox.seed import record_id, task_id
from tests.functional.test_refusals import refused
from tests.functional.world import LIST, Inside, Ran, document

HOME = f"talkdesk/dialer/{LIST}/"
HEAD = "owner: ops, reason: Old"


def task(number: int) -> str:
    return f"leadsquared/crm/task/{task_id(number)}"


def record(number: int) -> str:
    return f"{HOME}record/{record_id(number)}"


def ruled(world: Inside) -> list[str]:
    """Add a rule for records, and return what it matches."""
    where = "where: {priority: [1], timezone: [Europe/Lisbon], max: 99}"
    spec = f"spec: {{account: dialer, recordList: {LIST}, {where}}}"
    world.write("rule.yaml", *document("AbsentRecords", "urgent", HEAD), spec)
    with world.store() as store:
        rows = store.records(LIST)
    return [
        str(row["id"])
        for row in rows
        if row["priority"] == 1 and row["timezone"] == "Europe/Lisbon"
    ]


def systems(world: Inside) -> set[str]:
    """Return the systems that were asked for anything."""
    return {one.system for one in world.arrivals()}


def only_crm(world: Inside) -> dict[str, str]:
    """Return an environment without the keys of the other account."""
    return {name: "" for name in world.env if name.startswith("RECONCILER_DIALER_CLIENT")}


def lines(ran: Ran) -> list[str]:
    return ran.out.splitlines()


def test_an_account_out_of_scope_is_not_asked_and_needs_no_keys(inside: Inside) -> None:
    for selectors in (("--target", "account/crm"), ("--exclude", "talkdesk/")):
        ran = inside.run("plan", *selectors, env=only_crm(inside))
        assert ran.code == 0, ran.err
        assert ran.last == "Plan: 2 to delete, 1 already absent, 0 protected, 0 held, 0 unknown."
        assert not [one for one in lines(ran) if "dialer" in one and "Narrowed" not in one]
    assert systems(inside) == {"leadsquared"}
    assert inside.run("plan", env=only_crm(inside)).code == 8


def test_what_a_plan_was_narrowed_to_is_one_line_of_it(inside: Inside) -> None:
    def told(*selectors: str) -> list[str]:
        ran = inside.run("plan", *selectors)
        assert ran.code == 0, ran.err
        return [one for one in lines(ran) if "arrowed" in one]

    assert told("--target", "account/crm", "--exclude", task(0)) == [
        f"Narrowed to account/crm, without {task(0)}."
    ]
    assert told("--target", "account/crm", "--target", f"{HOME}record/{record_id(0).upper()}") == [
        f"Narrowed to account/crm, {record(0)}."
    ]
    assert told("--exclude", "AbsentTasks/old-tasks", "--exclude=leadsquared/") == [
        "Narrowed to everything but AbsentTasks/old-tasks, leadsquared/."
    ]
    assert told() == []


def test_only_what_is_in_scope_is_deleted_and_the_log_says_what_that_was(inside: Inside) -> None:
    before = inside.live_records()
    selectors = ("--target", "account/crm", "--target", record(0), "--exclude", task(1))
    applied = inside.run("apply", "--auto-approve", *selectors)
    assert applied.code == 0, applied.err
    assert applied.last.startswith("Apply complete: 2 deleted, 0 already absent, ")
    assert f"\nNarrowed to account/crm, {record(0)}, without {task(1)}.\n" in applied.err
    assert task_id(0) not in inside.live_tasks()
    assert task_id(1) in inside.live_tasks()
    assert before - inside.live_records() == {record_id(0)}
    started = inside.events()[0]
    assert started["targets"] == ["account/crm", record(0)]
    assert started["excludes"] == [task(1)]
    assert started["deletions"] == 2
    # The table of manifests is whole; the items point into it.
    assert len(started["declared"]) == 2
    assert inside.run("audit", "verify").code == 0
    rest = inside.run("plan")
    assert rest.last == "Plan: 2 to delete, 3 already absent, 0 protected, 0 held, 0 unknown."


def test_the_log_has_no_more_selectors_than_were_given(inside: Inside) -> None:
    assert inside.run("apply", "--auto-approve", "--exclude", "account/crm").code == 0
    assert "targets" not in inside.events()[0]
    assert inside.events()[0]["excludes"] == ["account/crm"]


def test_a_narrowed_plan_file_narrows_its_apply_by_itself(inside: Inside) -> None:
    keys = only_crm(inside)
    selectors = ("--target", "leadsquared/crm/", "--exclude", task(1))
    planned = inside.run("plan", *selectors, "--out", "plan.jsonl", env=keys)
    assert "\nApprove: reconciler apply --plan plan.jsonl\n" in planned.out
    header = read_plan(inside.folder / "plan.jsonl").header
    assert (header["targets"], header["excludes"]) == (["leadsquared/crm/"], [task(1)])
    shown = inside.run("show", "plan.jsonl")
    narrowed = f"Narrowed to leadsquared/crm/, without {task(1)}."
    assert narrowed in lines(shown)
    assert shown.last == planned.last
    applied = inside.run("apply", "--plan", "plan.jsonl", env=keys)
    assert (applied.code, applied.err) == (0, f"Read afresh. {narrowed} {planned.last}\n")
    assert systems(inside) == {"leadsquared"}
    assert task_id(0) not in inside.live_tasks()
    assert task_id(1) in inside.live_tasks()
    assert inside.events()[0]["targets"] == ["leadsquared/crm/"]
    assert inside.events()[0]["excludes"] == [task(1)]
    assert inside.run("audit", "verify").code == 0
    refused(inside, 5, "The plan was applied before", "--plan", "plan.jsonl")


def test_the_command_that_approves_repeats_the_selectors(inside: Inside) -> None:
    planned = inside.run("plan", "--target", "account/dialer", "--exclude", record(0))
    (approve,) = [one for one in lines(planned) if one.startswith("Approve: ")]
    program, *command = shlex.split(approve.removeprefix("Approve: "))
    options = ["--target", "account/dialer", "--exclude", record(0), "--expect-digest"]
    assert (program, command[:-1]) == ("reconciler", ["apply", *options])
    refused(inside, 5, "The plan is not the approved one", *command[-2:])
    applied = inside.run(*command)
    assert applied.code == 0, applied.err
    assert record_id(1) not in inside.live_records()
    assert record_id(0) in inside.live_records()


def test_json_names_the_selectors_also_where_there_are_none(inside: Inside) -> None:
    whole = inside.run("plan", "--format", "json").json()
    assert (whole["targets"], whole["excludes"]) == ([], [])
    selectors = ("--exclude", task(0).replace(task_id(0), task_id(0).upper()), "--exclude", task(0))
    planned = inside.run("plan", *selectors, "--format", "json").json()
    assert (planned["targets"], planned["excludes"]) == ([], [task(0)])
    applied = inside.run("apply", "--auto-approve", *selectors, "--format", "json").json()
    assert (applied["targets"], applied["excludes"]) == ([], [task(0)])


def test_nothing_left_in_scope_is_no_change(inside: Inside) -> None:
    selectors = ("--target", "AbsentTasks/old-tasks", "--exclude", "account/crm")
    for command in (("plan",), ("apply", "--auto-approve")):
        ran = inside.run(*command, *selectors)
        assert (ran.code, ran.last) == (0, "No changes. 0 already absent, 0 protected.")
    assert inside.arrivals() == []


# -- refusals


@pytest.mark.parametrize("command", [("plan",), ("apply", "--auto-approve")])
def test_malformed_selectors_are_all_told_at_once(inside: Inside, command: tuple[str, ...]) -> None:
    words = ("--target", "crm", "--target", "account/crm", "--exclude", "Policy/default")
    ran = inside.run(*command, *words, "--target", "")
    assert (ran.code, ran.out) == (64, "")
    assert ran.err == (
        "Error: This selects nothing\n"
        "  --target crm\n"
        "  --target ''\n"
        "  --exclude Policy/default\n"
        "  hint: Write account/NAME, AbsentTasks/NAME, AbsentRecords/NAME, an address "
        "(leadsquared/ACCOUNT/task/ID, talkdesk/ACCOUNT/LIST/record/ID), or the beginning of an "
        "address up to a /.\n"
    )


@pytest.mark.parametrize("command", [("plan",), ("apply", "--auto-approve")])
def test_selectors_that_match_nothing_are_all_told_at_once(
    inside: Inside, command: tuple[str, ...]
) -> None:
    expired = f"{HEAD}, expires: 2026-01-01"
    spec = f"spec: {{account: crm, tasks: [{task_id(3)}]}}"
    inside.write("expired.yaml", *document("AbsentTasks", "spring", expired), spec)
    words = ("--target", task(3), "--exclude", "AbsentTasks/spring", "--target", "account/cmr")
    ran = inside.run(*command, *words)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err == (
        "Error: A selector matches nothing\n"
        f"  --target {task(3)}: nothing declared goes by it\n"
        "  --target account/cmr: no such account; did you mean crm?\n"
        "  --exclude AbsentTasks/spring: it declares nothing; its `expires` is 2026-01-01\n"
        "  hint: `reconciler plan` shows the address and the manifests of everything that is "
        "declared.\n"
    )
    assert inside.arrivals() == []
    assert inside.audit_files() == []


def test_selectors_beside_a_plan_are_refused(inside: Inside) -> None:
    inside.saved_plan()
    before = len(inside.arrivals())
    for option in ("--target", "--exclude"):
        told = refused(
            inside,
            64,
            "--target and --exclude do not go with --plan",
            *("--plan", "plan.jsonl", option, "account/crm"),
        )
        assert "hint: Make a new plan with them." in told
    assert len(inside.arrivals()) == before


def test_an_address_that_no_rule_selects_is_refused_before_anything_is_sent(
    inside: Inside,
) -> None:
    ruled(inside)
    for option in ("--target", "--exclude"):
        told = refused(
            inside, 64, "A selector matches nothing", "--auto-approve", option, record(2)
        )
        assert f"  {option} {record(2)}: nothing declares it\n" in told
        assert inside.run("plan", option, record(2)).code == 64
    # It was told only after the list was read, so that the log has the run.
    heads = [json.loads(one.read_text().splitlines()[0]) for one in inside.audit_files()]
    assert [one.get("targets", one.get("excludes")) for one in heads] == [[record(2)]] * 4
    assert inside.run("audit", "verify").code == 0


# -- plans that are older than what they are applied to


def narrowed_plan(world: Inside, *selectors: str) -> dict[str, Any]:
    ran = world.run("plan", *selectors, "--out", "plan.jsonl")
    assert ran.code == 0, ran.err
    return read_plan(world.folder / "plan.jsonl").footer["counts"]  # type: ignore[no-any-return]  # JSON


def test_what_a_rule_selected_and_is_gone_is_already_absent(inside: Inside) -> None:
    gone = ruled(inside)[0]
    assert narrowed_plan(inside, "--target", f"{HOME}record/{gone}")["delete"] == 1
    with inside.store() as store:
        store.remove_record(LIST, gone)
    applied = inside.run("apply", "--plan", "plan.jsonl")
    assert applied.code == 0, applied.err
    assert applied.last == "No changes. 0 already absent, 0 protected."
    assert inside.deletions() == []


def test_what_an_excluded_rule_selects_by_now_is_held(inside: Inside) -> None:
    ruled(inside)
    assert narrowed_plan(inside, "--exclude", "AbsentRecords/urgent", "--target", record(0))
    with inside.store() as store:
        store.update_record(LIST, record_id(0), priority=1, timezone="Europe/Lisbon")
    applied = inside.run("apply", "--plan", "plan.jsonl")
    assert (applied.code, inside.deletions()) == (7, [])
    reason = "held: nothing in scope selects it any more, so it differs from the reviewed plan"
    assert f"  · 1 not attempted: {reason}\n" in applied.out


def test_a_narrowed_plan_is_of_what_is_in_its_scope(inside: Inside) -> None:
    narrowed_plan(inside, "--target", "AbsentTasks/old-tasks")
    inside.declare(tasks=[0, 1, 999_999], records=[0, 1, 2, 3])
    more = f"spec: {{account: crm, tasks: [{task_id(5)}]}}"
    inside.write("more.yaml", *document("AbsentTasks", "more", HEAD), more)
    assert inside.run("apply", "--plan", "plan.jsonl").code == 0
    assert task_id(5) in inside.live_tasks()
    assert len(inside.deletions()) == 1


def test_a_narrowed_plan_of_other_absences_is_refused(inside: Inside) -> None:
    narrowed_plan(inside, "--target", "AbsentTasks/old-tasks")
    inside.declare(tasks=[0, 1, 2, 999_999], records=[0, 1])
    refused(inside, 5, "The plan is of other manifests", "--plan", "plan.jsonl")
    # Nothing is left of what it was narrowed to.
    inside.write("tasks.yaml", "# gone")
    refused(inside, 5, "The plan is of other accounts", "--plan", "plan.jsonl")


def test_what_is_declared_elsewhere_too_is_another_scope_if_it_is_to_be_met(
    inside: Inside,
) -> None:
    narrowed_plan(inside, "--target", "AbsentTasks/old-tasks")
    spec = f"spec: {{account: crm, tasks: [{task_id(0)}], expect: {{status: pending}}}}"
    inside.write("more.yaml", *document("AbsentTasks", "more", HEAD), spec)
    refused(inside, 5, "The plan is of other manifests", "--plan", "plan.jsonl")


def test_a_plan_of_an_older_version_was_not_narrowed(inside: Inside) -> None:
    plan = inside.saved_plan()
    covered, _, _ = plan.read_text().rpartition(',"checksum":')
    older = covered.replace('"targets":[],"excludes":[],', "", 1)
    checksum = hashlib.sha256(older.encode()).hexdigest()
    plan.write_text(f'{older},"checksum":"sha256:{checksum}"}}\n')
    assert "targets" not in read_plan(plan).header
    assert "Narrowed" not in inside.run("show", "plan.jsonl").out
    assert inside.run("apply", "--plan", "plan.jsonl").code == 0
    assert len(inside.deletions()) == 2
