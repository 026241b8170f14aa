"""From manifests to a proven deletion, as a user goes it."""

import json
import stat

from reconciler.sandbox.seed import record_id, task_id
from tests.functional.world import LIST, Inside, World


def test_what_is_declared_is_planned_shown_deleted_proven_and_never_touched_again(
    world: World,
) -> None:
    valid = world.run("validate")
    assert (valid.code, valid.out) == (0, "Valid: 5 absences in 2 manifests, 2 accounts.\n")
    assert world.arrivals() == []

    planned = world.run("plan", "--out", "plan.jsonl")
    assert planned.code == 0
    assert planned.last == "Plan: 4 to delete, 1 already absent, 0 protected, 0 held, 0 unknown."
    plan = world.folder / "plan.jsonl"
    assert stat.S_IMODE(plan.stat().st_mode) == 0o600
    shown = world.run("show", "plan.jsonl")
    assert (shown.code, shown.last) == (0, planned.last)
    assert world.deletions() == []

    applied = world.run("apply", "--plan", "plan.jsonl")
    assert (applied.code, applied.err) == (0, f"Read afresh. {planned.last}\n")
    (audit,) = world.audit_files()
    assert applied.out == (
        f"Audit log: .reconciler/audit/{audit.name}\n"
        "\n"
        "Apply complete: 4 deleted, 0 already absent, 0 still present, 0 failed, 0 unknown, "
        "0 not attempted.\n"
    )
    assert sorted((one.system, one.size) for one in world.deletions()) == [
        ("leadsquared", 2),
        ("talkdesk", 2),
    ]
    assert task_id(0) not in world.live_tasks()
    assert task_id(2) in world.live_tasks()
    assert record_id(1) not in world.live_records()
    assert record_id(2) in world.live_records()

    again = world.run("plan", "--expect-no-changes")
    assert (again.code, again.last) == (0, "No changes. 5 already absent, 0 protected.")
    verified = world.run("audit", "verify")
    assert verified.code == 0
    assert verified.out == (
        f"Audit log verified: 1 run, {len(world.events())} lines, 2 checkpoints (unsigned).\n"
    )

    second = world.run("apply", "--plan", "plan.jsonl")
    assert (second.code, second.out) == (5, "")
    head, when, hint = second.err.splitlines()
    assert head == "Error: The plan was applied before"
    assert when.startswith("  at 20")
    assert hint == "  hint: Make a new plan and have it reviewed."
    assert len(world.deletions()) == 2


def test_an_apply_with_nothing_to_do_ends_with_the_plans_line(inside: Inside) -> None:
    inside.declare(tasks=[999_999])
    applied = inside.run("apply", "--auto-approve")
    assert applied.code == 0
    assert applied.last == "No changes. 1 already absent, 0 protected."
    assert inside.deletions() == []


def test_a_digest_approves_just_the_plan_that_it_belongs_to(inside: Inside) -> None:
    digest = inside.run("plan", "--format", "json").json()["digest"]
    for wrong, code in (("sha256:" + "0" * 64, 5), ("", 64), ("sha256:0", 64)):
        assert inside.run("apply", "--expect-digest", wrong).code == code
        assert inside.run("apply", "--expect-digest", wrong, "--auto-approve").code == code
    assert inside.deletions() == []
    applied = inside.run("apply", "--expect-digest", digest)
    assert (applied.code, len(inside.deletions())) == (0, 2)


def test_without_a_policy_an_apply_begins_with_a_canary(inside: Inside) -> None:
    inside.declare(tasks=[0, 1, 2], policy="{}")
    assert inside.run("apply", "--auto-approve").code == 0
    assert [one.size for one in inside.deletions()] == [1, 2]


def test_how_to_approve_a_plan_is_told_but_not_to_automation(inside: Inside) -> None:
    saved = inside.run("plan", "--out", "my plan.jsonl")
    assert "\nApprove: reconciler apply --plan 'my plan.jsonl'\n" in saved.out
    unsaved = inside.run("plan", str(inside.folder / "manifests"))
    digest = inside.run("plan", "--format", "json").json()["digest"]
    command = f"reconciler apply {inside.folder}/manifests --expect-digest {digest}"
    assert f"\nDigest:  {digest}\n" in unsaved.out
    assert f"\nApprove: {command}\n" in unsaved.out
    automated = inside.run("plan", env={"RECONCILER_IN_AUTOMATION": "1"})
    assert "Approve:" not in automated.out


def test_automation_approves_what_is_listed_and_sees_the_plan_first(inside: Inside) -> None:
    applied = inside.run("apply", "--auto-approve")
    assert applied.code == 0
    assert f"  - leadsquared/crm/task/{task_id(0)} will be deleted\n" in applied.err
    assert applied.last.startswith("Apply complete: 4 deleted, ")
    assert "Approve:" not in applied.err


def test_changes_pending_are_exit_2_for_whoever_asks(inside: Inside) -> None:
    assert inside.run("plan", "--detailed-exitcode").code == 2
    pending = inside.run("plan", "--expect-no-changes", "--format", "json")
    assert pending.code == 2
    assert pending.json()["exit_code"] == 2
    assert pending.json()["failure_reason"] == "changes_pending"


def test_json_says_the_same_as_text_with_the_names_of_the_contract(inside: Inside) -> None:
    planned = inside.run("plan", "--format", "json", "--out", "plan.jsonl").json()
    shown = inside.run("show", "plan.jsonl", "--format", "json").json()
    assert planned == shown
    assert planned["type"] == "plan"
    assert planned["format_version"] == "1.0"
    assert planned["counts"] == {
        "delete": 4,
        "absent": 1,
        "protected": 0,
        "held": 0,
        "unknown": 0,
    }
    assert planned["applyable"] is True
    deleted = next(one for one in planned["items"] if one["id"] == record_id(0))
    assert deleted["address"] == f"talkdesk/dialer/{LIST}/record/{record_id(0)}"
    assert deleted["declared"] == [
        {
            "file": "manifests/records.yaml",
            "line": 8,
            "manifest": "AbsentRecords/old-records",
            "ticket": "OPS-1",
            "purpose": "hygiene",
        }
    ]
    applied = inside.run("apply", "--plan", "plan.jsonl", "--format", "json").json()
    assert applied["type"] == "apply"
    assert applied["digest"] == planned["digest"]
    assert applied["outcomes"]["deleted"] == 4
    assert {one["outcome"] for one in applied["items"]} == {"deleted"}
    assert (applied["exit_code"], applied["failure_reason"]) == (0, "")
    verified = inside.run("audit", "verify", "--format", "json").json()
    assert (verified["type"], verified["findings"]) == ("audit_verification", [])


def test_what_vanished_since_the_review_is_already_absent_and_what_changed_is_held(
    inside: Inside,
) -> None:
    inside.saved_plan()
    with inside.store() as store:
        store.remove_record(LIST, record_id(0))
        store.update_record(LIST, record_id(1), first_name="Somebody")
    applied = inside.run("apply", "--plan", "plan.jsonl")
    assert applied.code == 7
    assert applied.out.startswith(
        "  · 1 not attempted: differs from the reviewed plan\n"
        f"      talkdesk/dialer/{LIST}/record/{record_id(1)}\n"
    )
    assert applied.last == (
        "Apply incomplete: 2 deleted, 1 already absent, 0 still present, 0 failed, 0 unknown, "
        "1 not attempted."
    )
    assert record_id(1) in inside.live_records()


def test_output_goes_to_a_file_instead_of_stdout(inside: Inside) -> None:
    planned = inside.run("plan", "--format", "json", "--output", "plan.json")
    assert planned.out == ""
    assert json.loads((inside.folder / "plan.json").read_text())["type"] == "plan"
