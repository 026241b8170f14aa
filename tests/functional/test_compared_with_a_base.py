"""``plan --base``: both commits over one reading, shown, saved and applied."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.seed import record_id, task_id
from tests.functional.world import LIST, WIDE, Inside, Ran, document, inherited

GIT = shutil.which("git") or ""
pytestmark = pytest.mark.skipif(not GIT, reason="git is not installed")

TASK, RECORD = "leadsquared/crm/task/", f"talkdesk/dialer/{LIST}/record/"
APPROVE = "Approve: reconciler apply --plan plan.jsonl\n"
INVALID = (
    "the base's manifests are not valid, so nothing can be compared "
    "(manifests/broken.yaml:1:1: A document must be a mapping.)"
)


def git(world: Inside, *arguments: str) -> str:
    done = subprocess.run(
        [GIT, "-c", "user.name=ops", "-c", "user.email=ops@example.com", *arguments],
        cwd=world.folder,
        env={name: value for name, value in inherited().items() if not name.startswith("GIT_")},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.strip()


def committed(world: Inside) -> str:
    """Commit the manifests as they are and return the commit."""
    if not Path(world.folder, ".git").exists():
        git(world, "init", "-q", "-b", "main", ".")
    git(world, "add", "manifests")
    git(world, "commit", "-q", "-m", "Change")
    return git(world, "rev-parse", "HEAD")


def protect(world: Inside, *numbers: int) -> None:
    ids = ", ".join(task_id(number) for number in numbers)
    head = document("Protection", "keep", "owner: ops, reason: Needed")
    world.write("keep.yaml", *head, f"spec: {{account: crm, tasks: [{ids}]}}")


@pytest.fixture
def changed(inside: Inside) -> tuple[Inside, str]:
    """A world whose last commit protects task 1 and declares other things than its files do."""
    inside.declare(tasks=[0, 1, 3, 999_999], records=[0, 1])
    protect(inside, 1)
    commit = committed(inside)
    Path(inside.folder, "manifests/keep.yaml").unlink()
    inside.declare(tasks=[0, 1, 2, 999_999], records=[1], policy="{maxDeletes: 600}")
    return inside, commit


def marks(items: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    return {one["address"]: (one["action"], one["change"]) for one in items}


def told(item: dict[str, Any]) -> dict[str, Any]:
    """Return what a base may not change: reading for two may go another way."""
    return {name: item[name] for name in item if name not in {"change", "evidence"}}


def last_lines(ran: Ran) -> str:
    """Return what follows the items."""
    return ran.out[ran.out.index("Withdrawn") :].partition("Guards:")[0]


def test_a_plan_says_what_the_change_brings(changed: tuple[Inside, str]) -> None:
    world, commit = changed
    ran = world.run("plan", "--base", "main")
    assert ran.code == 0, ran.err
    assert ran.out.startswith(
        f"""\
Loosened:
  Policy/default, account crm: 1
    ! maxDeletes of crm: 500 becomes 600  manifests/accounts.yaml:11
  Policy/default, account dialer: 1
    ! maxDeletes of dialer: 500 becomes 600  manifests/accounts.yaml:11
  Protection/keep, account crm: 1
    ! task {task_id(1)}: is no longer protected  manifests/keep.yaml:4 in the base

Reconciler will make these declared targets absent:

Account crm: 3 to delete, 1 already absent
"""
    )
    assert f"  - {TASK}{task_id(0)} will be deleted\n" in ran.out
    assert f"  - {TASK}{task_id(1)} will be deleted (introduced)\n" in ran.out
    assert f"  - {TASK}{task_id(2)} will be deleted (introduced)\n" in ran.out
    assert f"  - {RECORD}{record_id(1)} will be deleted\n" in ran.out
    assert (
        last_lines(ran)
        == f"""\
Withdrawn, so that nothing is done about it:
  leadsquared/crm/task
    = {task_id(3)}  manifests/tasks.yaml:9 in the base, still there
  talkdesk/dialer/{LIST}/record
    = {record_id(0)}  manifests/records.yaml:8 in the base, still there

Compared with main ({commit[:12]}): 2 introduced, 3 pre-existing, 2 withdrawn, 3 loosened.

Warning: crm is reached at {world.url}, from the environment, instead of \
https://api-in21.leadsquared.com
Warning: dialer is reached at {world.url}, from the environment, instead of \
https://api.talkdeskapp.eu

"""
    )
    assert ran.last == "Plan: 4 to delete, 1 already absent, 0 protected, 0 held, 0 unknown."


def test_the_plan_is_the_one_without_a_base(changed: tuple[Inside, str]) -> None:
    world, commit = changed
    alone = world.run("plan", "--format", "json").json()
    beside = world.run("plan", "--format", "json", "--base", "main").json()
    own = [one for one in beside["items"] if one["change"] != "withdrawn"]
    assert list(map(told, own)) == list(map(told, alone["items"]))
    same = ("counts", "guards", "applyable", "digest", "scope", "exit_code", "failure_reason")
    assert [beside[name] for name in same] == [alone[name] for name in same]
    assert beside.keys() - alone.keys() == {"base", "loosened", "changes"}
    assert beside["base"] == {"ref": "main", "commit": commit}
    assert beside["changes"] == {
        "introduced": 2,
        "pre-existing": 3,
        "withdrawn": 2,
        "loosened": 3,
    }
    validated = world.run("validate", "--format", "json", "--base", "main").json()
    assert beside["loosened"] == validated["changes"]["loosened"]
    assert marks(beside["items"]) == {
        f"{TASK}{task_id(0)}": ("delete", "pre-existing"),
        f"{TASK}{task_id(1)}": ("delete", "introduced"),
        f"{TASK}{task_id(2)}": ("delete", "introduced"),
        f"{TASK}{task_id(3)}": ("none", "withdrawn"),
        f"{TASK}{task_id(999_999)}": ("absent", "pre-existing"),
        f"{RECORD}{record_id(0)}": ("none", "withdrawn"),
        f"{RECORD}{record_id(1)}": ("delete", "pre-existing"),
    }


def test_a_saved_one_is_shown_as_it_was_and_deletes_exactly_its_deletions(
    changed: tuple[Inside, str],
) -> None:
    world, _ = changed
    ran = world.run("plan", "--base", "main", "--out", "plan.jsonl")
    shown = world.run("show", "plan.jsonl")
    assert shown.out == ran.out.replace(APPROVE, "")
    as_json = world.run("show", "plan.jsonl", "--format", "json").json()
    fresh = world.run("plan", "--base", "main", "--format", "json").json()
    assert as_json["items"] == fresh["items"]
    assert as_json["changes"] == fresh["changes"]
    tasks, records = world.live_tasks(), world.live_records()
    applied = world.run("apply", "--plan", "plan.jsonl")
    assert applied.code == 0, applied.err
    assert applied.last.startswith("Apply complete: 4 deleted, 0 already absent, ")
    assert tasks - world.live_tasks() == {task_id(0), task_id(1), task_id(2)}
    assert records - world.live_records() == {record_id(1)}


def test_without_a_base_nothing_is_said_of_one(changed: tuple[Inside, str]) -> None:
    world, _ = changed
    ran = world.run("plan", "--out", "plan.jsonl")
    for word in ("Loosened", "introduced", "Withdrawn", "Compared"):
        assert word not in ran.out
    lines = [json.loads(one) for one in Path(world.folder, "plan.jsonl").read_text().splitlines()]
    assert not {"base", "loosened"} & lines[0].keys()
    assert not any("change" in one for one in lines)
    assert "changes" not in lines[-1]


def test_everything_is_introduced_where_the_base_declares_nothing(inside: Inside) -> None:
    Path(inside.folder, "README.md").write_text("x")
    git(inside, "init", "-q", "-b", "main", ".")
    git(inside, "add", "README.md")
    git(inside, "commit", "-q", "-m", "Begin")
    found = inside.run("plan", "--base", "HEAD", "--format", "json").json()
    assert found["changes"] == {
        "introduced": 5,
        "pre-existing": 0,
        "withdrawn": 0,
        # The policy of either account sends no canaries, which the default does.
        "loosened": 2,
    }


def test_what_is_withdrawn_as_a_whole_needs_no_account_and_no_credentials(inside: Inside) -> None:
    committed(inside)
    Path(inside.folder, "manifests/records.yaml").unlink()
    for name in ("RECONCILER_DIALER_CLIENT_ID", "RECONCILER_DIALER_CLIENT_SECRET"):
        del inside.env[name]
    found = inside.run("plan", "--base", "main", "--format", "json")
    assert found.code == 0, found.err
    assert [one["name"] for one in found.json()["accounts"]] == ["crm"]
    assert {one.system for one in inside.arrivals()} == {"leadsquared"}
    withdrawn = [one for one in found.json()["items"] if one["change"] == "withdrawn"]
    assert [one["address"] for one in withdrawn] == [RECORD + record_id(n) for n in (0, 1)]
    assert not any({"live", "evidence"} & one.keys() for one in withdrawn)
    told = inside.run("plan", "--base", "main").out
    assert f"    = {record_id(0)}  manifests/records.yaml:8 in the base\n" in told


def test_a_base_that_is_not_valid_is_a_warning_and_the_plan_is_made(inside: Inside) -> None:
    inside.write("broken.yaml", "- no")
    commit = committed(inside)
    Path(inside.folder, "manifests/broken.yaml").unlink()
    ran = inside.run("plan", "--base", "main", "--out", "plan.jsonl")
    assert ran.code == 0, ran.err
    assert f"\nWarning: {INVALID}\n" in ran.out
    assert "introduced" not in ran.out
    assert "Compared" not in ran.out
    assert inside.run("show", "plan.jsonl").out == ran.out.replace(APPROVE, "")
    found = inside.run("plan", "--base", "main", "--format", "json").json()
    assert found["base"] == {"ref": "main", "commit": commit, "error": INVALID}
    assert not {"loosened", "changes"} & found.keys()
    assert not any("change" in one for one in found["items"])
    assert inside.run("apply", "--plan", "plan.jsonl").code == 0


@pytest.mark.parametrize("reference", ["nowhere", "0" * 40, "", "--all"])
def test_a_base_that_the_clone_lacks_is_wrong_usage_before_any_call(
    inside: Inside, reference: str
) -> None:
    committed(inside)
    ran = inside.run("plan", f"--base={reference}", "--out", "plan.jsonl")
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith("Error: The clone lacks the base\n")
    assert inside.arrivals() == []
    assert not Path(inside.folder, "plan.jsonl").exists()


def test_outside_of_a_repository_a_base_is_wrong_usage_before_any_call(inside: Inside) -> None:
    ran = inside.run("plan", "--base", "main")
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith("Error: --base needs a git repository\n")
    assert inside.arrivals() == []


def test_only_a_plan_is_compared(inside: Inside) -> None:
    committed(inside)
    ran = inside.run("apply", "--base", "main", "--auto-approve")
    assert (ran.code, ran.out) == (64, "")
    assert "No such option '--base'" in ran.err
    assert inside.arrivals() == []


def test_what_an_account_allows_more_is_told_with_its_place(inside: Inside) -> None:
    inside.declare(tasks=[0], crm=WIDE.replace("{", "{daily: 9000, "))
    committed(inside)
    inside.declare(tasks=[0])
    assert inside.run("plan", "--base", "main").out.startswith(
        """\
Loosened:
  Account/crm, account crm: 1
    ! account crm: limits.daily 9000 becomes unlimited  manifests/accounts.yaml:2

"""
    )


def test_what_is_withdrawn_or_no_longer_protected_shows_nobody_s_number(inside: Inside) -> None:
    gone, kept = "+14155559198", "+14155559197"
    numbers = document("AbsentRecords", "numbers", "owner: ops, reason: Opted out")
    entries = f"records: [{{phoneNumber: '{gone}'}}]"
    inside.write("n.yaml", *numbers, f"spec: {{account: dialer, recordList: {LIST}, {entries}}}")
    keep = document("Protection", "keep", "owner: ops, reason: Needed")
    listed = f"records: [{{phoneNumber: '{kept}'}}]"
    inside.write("k.yaml", *keep, f"spec: {{account: dialer, {listed}}}")
    committed(inside)
    for name in ("n.yaml", "k.yaml"):
        Path(inside.folder, "manifests", name).unlink()
    told = [
        inside.run("plan", "--base", "main", "--full", "--out", "plan.jsonl").out,
        inside.run("plan", "--base", "main", "--format", "json").out,
        Path(inside.folder, "plan.jsonl").read_text(),
    ]
    assert "    ! phone number ***9197: is no longer protected  manifests/k.yaml:4 in " in told[0]
    assert "    = manifests/n.yaml:4 in the base, absent\n" in told[0]
    for text in told:
        assert gone[-7:] not in text
        assert kept[-7:] not in text


def test_relative_times_mean_the_same_on_both_sides(inside: Inside) -> None:
    def rule(days: int) -> list[str]:
        head = document("AbsentTasks", "rule", "owner: ops, reason: Old")
        where = f"{{status: pending, createdBefore: {days}d ago, max: 99}}"
        return [*head, f"spec: {{account: crm, where: {where}}}"]

    inside.write("rule.yaml", *rule(20))
    committed(inside)
    found = inside.run("plan", "--base", "main", "--format", "json").json()
    assert found["changes"]["pre-existing"] == len(found["items"]) > 5
    inside.write("rule.yaml", *rule(30))
    found = inside.run("plan", "--base", "main", "--format", "json").json()
    assert list(found["relative_times"]) == ["30d ago"]
    assert found["loosened"] == []
    assert found["changes"]["introduced"] == 0


def test_the_base_is_narrowed_as_the_plan_is(changed: tuple[Inside, str]) -> None:
    world, commit = changed
    compared = ("plan", "--base", commit, "--format", "json")
    tasks = world.run(*compared, "--target", "account/crm").json()
    assert marks(tasks["items"]) == {
        TASK + task_id(0): ("delete", "pre-existing"),
        TASK + task_id(1): ("delete", "introduced"),
        TASK + task_id(2): ("delete", "introduced"),
        TASK + task_id(3): ("none", "withdrawn"),
        TASK + task_id(999_999): ("absent", "pre-existing"),
    }
    # What is loosened concerns a reviewer wherever it is.
    assert len(tasks["loosened"]) == len(world.run(*compared).json()["loosened"])
    rest = world.run(*compared, "--exclude", "AbsentTasks/old-tasks").json()
    assert marks(rest["items"]) == {
        RECORD + record_id(0): ("none", "withdrawn"),
        RECORD + record_id(1): ("delete", "pre-existing"),
    }
