"""What the workflows do not do, and what they say then."""

import pytest

from reconciler.sandbox.seed import record_id, task_id
from tests.workflows.conftest import PULL, Team

VALIDATE, PLAN = "Reconciler / Validate", "Reconciler / Plan"
APPLY = "Reconciler / Apply ${{ matrix.account }}, ${{ matrix.to_delete }} to delete"


def test_a_pull_request_from_a_fork_is_validated_without_secrets_and_not_planned(
    team: Team,
) -> None:
    team.declare_tasks(0)
    run = team.on_pull_request(team.propose(), fork=True)
    assert run.results == {VALIDATE: "success", PLAN: "skipped"}
    assert team.hub.asked == []
    assert team.github.comments_of(PULL) == []
    assert team.deletions() == 0


def test_manifests_that_are_not_valid_are_told_and_nothing_is_planned(team: Team) -> None:
    team.write("manifests/crm/copies.yaml", "apiVersion: reconciler/v1\nkind: AbsentTask\n")
    team.write("manifests/crm/policy.yaml", "apiVersion: reconciler/v1\nkind: Policy\n")
    run = team.on_pull_request(team.propose())
    assert run.results == {VALIDATE: "failure", PLAN: "skipped"}
    told = run.jobs[VALIDATE].step("Are they valid, and what do they change?")
    assert (told.outputs["exit_code"], told.outputs["failure_reason"]) == ("3", "invalid")
    assert "::error file=manifests/crm/copies.yaml,line=2" in told.log
    assert "file=manifests/crm/policy.yaml" in told.log


def test_a_plan_that_a_guard_refuses_fails_and_comments_and_holds_up_no_other_account(
    team: Team,
) -> None:
    team.declare_tasks(0, 1)
    team.declare_records(0)
    policy = team.folder / "manifests/governance/policy.yaml"
    policy.write_text(policy.read_text().replace("maxDeletes: 500 ", "maxDeletes: 1 "))
    previewed = team.on_pull_request(team.propose())
    assert previewed.results == {VALIDATE: "success", PLAN: "failure"}
    told = previewed.jobs[PLAN].step("What would be deleted?")
    assert (told.outputs["exit_code"], told.outputs["failure_reason"]) == ("4", "refused")
    assert told.outputs["blocked"] == "true"
    assert previewed.jobs[PLAN].step("Comment").outcome == "success"
    (comment,) = team.github.comments_of(PULL)
    assert "maxDeletes" in comment["body"]

    team.merge()
    applied = team.on_main("apply", "push")
    dialer = "Reconciler / Apply dialer, 1 to delete"
    assert applied.results == {PLAN: "failure", dialer: "success"}
    assert task_id(0) in team.live_tasks()
    assert record_id(0) not in team.live_records()


def test_nothing_is_planned_for_accounts_whose_plans_nobody_would_have_to_approve(
    team: Team,
) -> None:
    team.declare_tasks(0)
    team.propose()
    team.merge()
    team.github.reviewed.clear()
    run = team.on_main("apply", "push")
    assert run.results == {PLAN: "failure", APPLY: "skipped"}
    assert "::error::The environment reconciler-crm has no required reviewers\n" in run.log
    assert run.jobs[PLAN].step("What would be deleted?").outcome == "skipped"

    team.set_input("apply", "unreviewed", "true")
    assert team.on_main("apply", "push").result == "success"
    assert task_id(0) not in team.live_tasks()


def test_no_key_is_used_while_every_branch_may_use_an_environment(team: Team) -> None:
    team.declare_tasks(0)
    team.declare_records(0)
    team.propose()
    team.merge()
    team.github.confined.clear()
    team.github.reviewed.remove("reconciler-crm")
    run = team.on_main("apply", "push")
    assert run.results == {PLAN: "failure", APPLY: "skipped"}
    branches = "no deployment branches: every branch may use it"
    assert [one for one in run.log.splitlines() if one.startswith("::error::")] == [
        f"::error::The environment reconciler-main has {branches}",
        f"::error::The environment reconciler-crm has no required reviewers, and {branches}",
        f"::error::The environment reconciler-dialer has {branches}",
    ]
    for name, job, step in (
        ("drift", "Reconciler / Drift", "What is there although it is declared absent?"),
        ("retire", "Reconciler / Retire", "Take out what is done"),
    ):
        other = team.on_main(name)
        assert other.results == {job: "failure"}
        assert f"::error::The environment reconciler-main has {branches}" in other.log
        assert other.jobs[job].step(step).outcome == "skipped"

    # Doing without reviewers is not doing without that.
    team.set_input("apply", "unreviewed", "true")
    team.github.confined = {"reconciler-main", "reconciler-dialer"}
    run = team.on_main("apply", "push")
    assert [one for one in run.log.splitlines() if one.startswith("::error::")] == [
        f"::error::The environment reconciler-crm has {branches}",
    ]
    assert team.deletions() == 0


def test_a_plan_that_is_not_approved_is_not_applied(team: Team) -> None:
    team.declare_tasks(0)
    team.propose()
    team.merge()
    team.hub.approve = lambda environment, _job: environment != "reconciler-crm"
    run = team.on_main("apply", "push")
    assert run.results == {PLAN: "success", "Reconciler / Apply crm, 1 to delete": "failure"}
    assert team.deletions() == 0


@pytest.mark.parametrize("team", [("leadsquared_deleted=none",)], indirect=True)
def test_what_is_still_there_fails_the_job_and_its_audit_log_is_kept_all_the_same(
    team: Team,
) -> None:
    team.declare_tasks(0)
    team.propose()
    team.merge()
    run = team.on_main("apply", "push")
    job = run.jobs["Reconciler / Apply crm, 1 to delete"]
    told = job.step("Delete what it says").outputs
    assert (job.result, told["failure_reason"], told["exit_code"]) == (
        "failure",
        "bad_outcomes",
        "6",
    )
    kept = run.artifacts.contents("reconciler-audit-crm-1")
    audit = {f".reconciler/audit/{told['run_id']}.{one}" for one in ("jsonl", "checkpoints")}
    assert set(kept) == {*audit, "results.csv", "run.html"}
    assert ",still_present," in kept["results.csv"]
    (comment,) = team.github.comments_of(PULL)
    assert "1 still present" in comment["body"]
    assert task_id(0) in team.live_tasks()


def test_a_halt_between_plan_and_approval_stops_the_job(team: Team) -> None:
    team.declare_tasks(0)
    team.propose()
    team.merge()

    def halted(environment: str, _job: str) -> bool:
        if environment == "reconciler-crm":
            team.reconciler("halt", "--reason", "Wait", "--ledger", team.ledger)
        return True

    team.hub.approve = halted
    run = team.on_main("apply", "push")
    job = run.jobs["Reconciler / Apply crm, 1 to delete"]
    told = job.step("Delete what it says").outputs
    assert (job.result, told["failure_reason"], told["exit_code"]) == ("failure", "refused", "4")
    assert team.deletions() == 0


def test_without_their_variables_the_jobs_with_keys_do_nothing(team: Team) -> None:
    team.hub.variables.clear()
    team.declare_tasks(0)
    merged = team.propose()
    assert team.on_pull_request(merged).results == {VALIDATE: "success", PLAN: "skipped"}
    team.merge()
    for name in ("apply", "drift", "retire"):
        assert set(team.on_main(name).results.values()) == {"skipped"}
    assert team.hub.asked == []


def test_on_another_branch_nothing_is_applied(team: Team) -> None:
    team.declare_tasks(0)
    team.propose()
    team.merge()
    for name in ("apply", "drift", "retire"):
        assert set(team.on_branch(name, "change").results.values()) == {"skipped"}
    assert team.hub.asked == []
