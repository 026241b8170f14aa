"""What is refused before anything is sent, and what the refusal says."""

import json
import sqlite3
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.planfile.read import read_plan
from reconciler.planfile.write import write_plan
from tests.functional.world import WIDE, Inside, World


def refused(world: World, code: int, summary: str, *arguments: str, **env: str) -> str:
    """Apply, expect a refusal with nothing sent, and return what stderr said."""
    reasons = {
        1: "runtime_error",
        3: "invalid",
        4: "refused",
        5: "plan_stale",
        8: "identity",
        9: "locked",
        64: "usage",
        74: "unrecorded",
    }
    before = len(world.deletions())
    told = world.run("apply", *arguments, env=env)
    assert (told.code, told.out) == (code, "")
    assert f"Error: {summary}\n" in told.err
    document = world.run("apply", *arguments, "--format", "json", env=env).json()
    assert document["type"] == "error"
    assert document["summary"] == summary
    assert document["exit_code"] == code
    assert document["failure_reason"] == reasons[code]
    assert len(world.deletions()) == before
    return told.err


def test_nobody_who_approves_is_wrong_usage(inside: Inside) -> None:
    told = refused(inside, 64, "Nothing approves this apply")
    assert "hint: Pass --plan FILE, --expect-digest DIGEST or --auto-approve." in told
    assert inside.arrivals() == []


def test_a_plan_file_that_is_not_there_is_wrong_usage(inside: Inside) -> None:
    told = inside.run("apply", "--plan", "missing.jsonl")
    assert told.code == 64
    assert "missing.jsonl" in told.err


def test_a_plan_that_was_damaged_anywhere_is_refused(inside: Inside) -> None:
    plan = inside.saved_plan()
    whole = plan.read_bytes()
    lines = whole.splitlines(keepends=True)
    edited = whole.replace(b'"action":"absent"', b'"action":"delete"')
    damages = {
        "empty": b"",
        "cut in the middle of a line": whole[:-10],
        "without its end": b"".join(lines[:-1]),
        "without an item": b"".join([lines[0], *lines[2:]]),
        "items in another order": b"".join([lines[0], lines[2], lines[1], *lines[3:]]),
        "an action edited": edited,
        "something behind it": whole + b"\n",
        "not text": b"\xff\xfe" + whole,
        "not JSON": b"{" + whole,
        "one line, and a list": b"[]\n",
        **{
            f"a bit of byte {at}": whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
            for at in range(0, len(whole), len(whole) // 12)
        },
    }
    before = len(inside.arrivals())
    for damage, content in damages.items():
        plan.write_bytes(content)
        told = inside.run("apply", "--plan", "plan.jsonl")
        assert (damage, told.code) == (damage, 5)
        assert "Error: The plan file is damaged\n" in told.err
        assert inside.run("show", "plan.jsonl").code == 5
    assert len(inside.arrivals()) == before


def rewritten(path: Path, **header: Any) -> None:  # noqa: ANN401 - any value of a header
    """Write a plan file anew with other values in its header, and the checksum that fits."""
    saved = read_plan(path)
    document = saved.document()
    items = [dict(item) for item in document.items(None)]
    document.header.update(header)
    document.footer.pop("checksum")
    write_plan(type(document)(document.header, document.footer, lambda _: iter(items)), path)


def test_an_expired_plan_is_shown_but_not_applied(inside: Inside) -> None:
    plan = inside.saved_plan()
    past = (datetime(2026, 1, 2, tzinfo=UTC) - timedelta(days=1)).isoformat()
    rewritten(plan, expires_at=past)
    told = refused(inside, 5, "The plan has expired", "--plan", "plan.jsonl")
    assert "at 2026-01-01T00:00:00Z" in told
    shown = inside.run("show", "plan.jsonl")
    assert shown.code == 0
    assert shown.out.startswith("Warning: this plan expired at 2026-01-01T00:00:00Z\n\n")


def test_a_plan_of_another_format_is_refused(inside: Inside) -> None:
    rewritten(inside.saved_plan(), format_version="2.0")
    refused(inside, 5, "The plan file is of another format", "--plan", "plan.jsonl")


@pytest.mark.parametrize(
    "declared",
    [
        {"tasks": [0, 1], "records": [0, 1]},
        {"tasks": [0, 1, 2, 999_999], "records": [0, 1]},
        {"tasks": [0, 1, 999_999], "records": [0, 2]},
    ],
)
def test_a_plan_of_other_absences_is_refused(inside: Inside, declared: Any) -> None:  # noqa: ANN401 - keywords
    inside.saved_plan()
    inside.declare(**declared)
    refused(inside, 5, "The plan is of other manifests", "--plan", "plan.jsonl")


def test_a_plan_of_fewer_accounts_is_refused(inside: Inside) -> None:
    inside.saved_plan()
    inside.declare(tasks=[0, 1, 999_999])
    told = refused(inside, 5, "The plan is of other accounts", "--plan", "plan.jsonl")
    assert "planned for dialer: talkdesk, tenant acme, 127.0.0.1:" in told


def test_policies_files_and_comments_may_change_after_the_review(inside: Inside) -> None:
    inside.saved_plan()
    inside.declare(tasks=[999_999, 1, 0], records=[1, 0], policy="{maxDeletes: 7}")
    inside.write("other/records.yaml", (inside.folder / "manifests/records.yaml").read_text())
    (inside.folder / "manifests/records.yaml").write_text("# moved\n")
    assert inside.run("apply", "--plan", "plan.jsonl").code == 0


def test_a_plan_for_another_tenant_or_host_is_refused(inside: Inside) -> None:
    inside.saved_plan()
    elsewhere = {"RECONCILER_CRM_ENDPOINT": "https://crm.example.com"}
    told = refused(inside, 5, "The plan is of other accounts", "--plan", "plan.jsonl", **elsewhere)
    assert "declared now crm: leadsquared, tenant 22824, crm.example.com" in told
    inside.declare(tasks=[0, 1, 999_999], records=[0, 1], tenant="99999")
    told = refused(inside, 5, "The plan is of other accounts", "--plan", "plan.jsonl")
    assert "declared now crm: leadsquared, tenant 99999, 127.0.0.1:" in told


def test_a_plan_of_the_sandbox_is_refused_elsewhere(inside: Inside) -> None:
    assert inside.run("plan", "--sandbox", "--out", "plan.jsonl").code == 0
    told = refused(inside, 5, "The plan is of other accounts", "--plan", "plan.jsonl")
    assert "planned for crm: leadsquared, tenant 22824, sandbox" in told
    assert inside.arrivals() == []


def test_another_digest_than_the_files_is_refused(inside: Inside) -> None:
    inside.saved_plan()
    digest = "sha256:" + "0" * 64
    refused(
        inside,
        5,
        "The plan is not the approved one",
        *("--plan", "plan.jsonl", "--expect-digest", digest),
    )


def test_a_plan_written_with_a_key_that_is_gone_is_refused(inside: Inside) -> None:
    key = {"RECONCILER_PII_KEY": "first"}
    assert inside.run("plan", "--out", "plan.jsonl", env=key).code == 0
    refused(inside, 5, "The plan was made with another key", "--plan", "plan.jsonl")
    both = {"RECONCILER_PII_KEY": "second\nfirst"}
    assert inside.run("apply", "--plan", "plan.jsonl", env=both).code == 0


def test_another_tenant_is_refused_before_anything_is_read(inside: Inside) -> None:
    inside.declare(tasks=[0], records=[0], tenant="99999")
    for command in (["plan"], ["apply", "--auto-approve"]):
        told = inside.run(*command)
        assert (told.code, told.out) == (8, "")
        assert "22824" in told.err
        assert "99999" in told.err
    assert not any("Retrieve" in one.path for one in inside.arrivals())
    assert inside.deletions() == []


@pytest.mark.parametrize("name", ["CRM_SECRET_KEY", "DIALER_CLIENT_SECRET"])
def test_wrong_keys_are_refused_without_being_shown(inside: Inside, name: str) -> None:
    wrong = {f"RECONCILER_{name}": "hunter2-not-it"}
    told = inside.run("apply", "--auto-approve", env=wrong)
    assert told.code == 8
    assert "hunter2" not in told.out + told.err
    assert inside.deletions() == []


def test_missing_keys_are_all_named_with_a_hint_at_the_sandbox(inside: Inside) -> None:
    none = {name: "" for name in inside.env if name.endswith(("_KEY", "_ID", "_SECRET"))}
    told = refused(inside, 8, "Credentials are missing", "--auto-approve", **none)
    assert told == (
        "Error: Credentials are missing\n"
        "  RECONCILER_CRM_ACCESS_KEY is not set\n"
        "  RECONCILER_CRM_SECRET_KEY is not set\n"
        "  RECONCILER_DIALER_CLIENT_ID is not set\n"
        "  RECONCILER_DIALER_CLIENT_SECRET is not set\n"
        "  hint: Set them, or NAME_FILE with a path. To try things out, pass --sandbox.\n"
    )
    assert inside.arrivals() == []


def test_keys_of_accounts_that_nothing_is_declared_in_are_not_needed(inside: Inside) -> None:
    inside.declare(tasks=[0])
    none = {"RECONCILER_DIALER_CLIENT_SECRET": "", "RECONCILER_DIALER_CLIENT_ID": ""}
    assert inside.run("plan", env=none).code == 0


def test_a_guard_shows_the_whole_plan_and_sends_nothing_to_any_account(inside: Inside) -> None:
    inside.declare(tasks=[0, 1], records=[0], policy="{maxDeletes: 1}")
    planned = inside.run("plan", "--out", "plan.jsonl")
    assert planned.code == 4
    assert "  violated       maxDeletes        account/crm: 2 of at most 1\n" in planned.out
    assert planned.last == "Plan: 3 to delete, 0 already absent, 0 protected, 0 held, 0 unknown."
    for approval in (["--auto-approve"], ["--plan", "plan.jsonl"]):
        applied = inside.run("apply", *approval)
        assert applied.code == 4
        assert "  violated       maxDeletes        account/crm: 2 of at most 1\n" in applied.err
        assert "  · 3 not attempted: a guard refused\n" in applied.out
        assert applied.last.startswith("Apply incomplete: 0 deleted, ")
    assert inside.deletions() == []
    assert inside.run("audit", "verify").code == 0


def test_the_command_line_can_only_lower_the_cap(inside: Inside) -> None:
    assert inside.run("apply", "--auto-approve", "--max-deletes", "1").code == 4
    inside.declare(tasks=[0, 1], records=[0], policy="{maxDeletes: 1}")
    assert inside.run("apply", "--auto-approve", "--max-deletes", "9").code == 4
    assert inside.deletions() == []
    inside.declare(tasks=[0], records=[0])
    assert inside.run("apply", "--auto-approve", "--max-deletes", "1").code == 0


def test_deleting_everything_that_a_list_holds_is_refused(
    opened_inside: Callable[..., Inside],
) -> None:
    world = opened_inside(records=3)
    world.declare(records=[0, 1, 2])
    planned = world.run("plan")
    assert planned.code == 4
    assert "would delete all of 3" in planned.out


def test_an_account_that_another_run_holds_is_left_alone(inside: Inside) -> None:
    assert inside.run("plan").code == 0
    holder = "INSERT INTO leases (account, token, run_id, host, process, expires_at)"
    with sqlite3.connect(inside.folder / ".reconciler/ledger.sqlite") as ledger:
        ledger.execute(f"{holder} VALUES ('crm', 1, 'RUN', 'elsewhere', 1, 9e9)")
    ledger.close()
    told = refused(inside, 9, "Another run holds the account", "--auto-approve")
    assert "RUN" in told


@pytest.mark.parametrize("option", ["--ledger", "--audit-dir"])
def test_what_cannot_be_written_down_is_not_sent(inside: Inside, option: str) -> None:
    (inside.folder / "file").write_text("")
    value = "sqlite:///file/ledger.sqlite" if option == "--ledger" else "file/audit"
    told = inside.run("apply", "--auto-approve", option, value)
    assert told.code == 74
    assert inside.deletions() == []


def test_a_plan_without_a_ledger_warns_and_goes_on(inside: Inside) -> None:
    (inside.folder / "file").write_text("")
    planned = inside.run("plan", "--ledger", "sqlite:///file/ledger.sqlite")
    assert planned.code == 0
    assert "Warning: no ledger, so the rate limit holds within this process only: " in planned.out


def test_a_plan_that_cannot_be_saved_says_so(inside: Inside) -> None:
    (inside.folder / "file").write_text("")
    assert inside.run("plan", "--out", "file/plan.jsonl").code == 64
    assert inside.arrivals() == []
    (inside.folder / "folder").mkdir()
    (inside.folder / "folder").chmod(stat.S_IRUSR)
    (inside.folder / "plan.jsonl").mkdir()
    assert inside.run("plan", "--out", "plan.jsonl").code == 64


def test_what_cannot_be_read_is_unknown_and_nothing_of_that_account_is_deleted(
    opened_inside: Callable[..., Inside],
) -> None:
    broken = "common_failures=leadsquared_get:3-:400,leadsquared_list:1-:400"
    world = opened_inside(broken)
    world.declare(tasks=[0, 1], records=[0], crm=WIDE)
    planned = world.run("plan", "--format", "json")
    assert planned.code == 7
    assert planned.json()["counts"]["unknown"] > 0
    assert planned.json()["failure_reason"] == "incomplete"
    applied = world.run("apply", "--auto-approve")
    assert applied.code == 7
    assert not [one for one in world.deletions() if one.system == "leadsquared"]


def test_what_is_still_there_is_a_bad_outcome(opened_inside: Callable[..., Inside]) -> None:
    world = opened_inside("leadsquared_deleted=none", "talkdesk_deleted=none")
    world.declare(tasks=[0], records=[0])
    applied = world.run("apply", "--auto-approve")
    assert applied.code == 6
    assert "  ! 2 still present: still seen although the API accepted the deletion\n" in applied.out
    assert applied.last == (
        "Apply incomplete: 0 deleted, 0 already absent, 2 still present, 0 failed, 0 unknown, "
        "0 not attempted."
    )
    finished = json.loads(world.audit_files()[0].read_text().splitlines()[-1])
    assert (finished["exit_code"], finished["failure_reason"]) == (6, "bad_outcomes")
