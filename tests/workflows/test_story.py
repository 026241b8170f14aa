"""From a pull request to its deletions and beyond, by the workflows themselves."""

from reconciler.sandbox.seed import record_id, task_id
from tests.workflows.actions import git
from tests.workflows.conftest import PULL, Team

VALIDATE, PREVIEW = "Reconciler / Validate", "Reconciler / Plan"
CRM, DIALER = "Reconciler / Apply crm, 2 to delete", "Reconciler / Apply dialer, 1 to delete"


def test_a_change_is_previewed_merged_approved_applied_watched_and_retired(team: Team) -> None:
    team.declare_tasks(0, 1)
    team.declare_records(0)
    merged = team.propose()

    previewed = team.on_pull_request(merged)
    assert previewed.results == {VALIDATE: "success", PREVIEW: "success"}
    assert team.hub.asked == [("reconciler-plan", PREVIEW)]
    (comment,) = team.github.comments_of(PULL)
    assert "3 to delete" in comment["body"]
    assert "3 to delete" in previewed.jobs[PREVIEW].summary
    assert set(previewed.artifacts.contents("reconciler-plan-1")) == {"plan.html", "plan.jsonl"}
    assert team.github.labels_of(PULL)

    team.merge()
    before = team.on_main("drift")
    assert before.result == "success"
    assert "::warning::Something is there although it is declared absent" in before.log
    (issue,) = _issues(team)
    assert issue["state"] == "open"
    assert team.deletions() == 0

    team.hub.asked.clear()
    applied = team.on_main("apply", "push")
    assert applied.results == {
        "Reconciler / Plan": "success",
        CRM: "success",
        DIALER: "success",
    }
    assert team.hub.asked == [
        ("reconciler-main", "Reconciler / Plan"),
        ("reconciler-crm", CRM),
        ("reconciler-dialer", DIALER),
    ]
    assert not {task_id(0), task_id(1)} & team.live_tasks()
    assert record_id(0) not in team.live_records()
    for account in ("crm", "dialer"):
        files = set(applied.artifacts.contents(f"reconciler-audit-{account}-1"))
        assert {"results.csv", "run.html"} <= files
        assert [one for one in files if one.startswith(".reconciler/audit/")]
    closed, *told = team.github.comments_of(PULL)
    assert closed["id"] == comment["id"]
    assert [" state=superseded -->" in closed["body"], len(told)] == [True, 2]
    assert all(" state=applied -->" in one["body"] for one in told)
    assert ["2 deleted" in told[0]["body"], "1 deleted" in told[1]["body"]] == [True, True]
    assert team.github.labels_of(PULL) == ["reconciler: applied"]

    after = team.on_main("drift")
    assert after.result == "success"
    assert "::warning::Something is there" not in after.log
    (issue,) = _issues(team)
    assert issue["state"] == "closed"

    team.set_input("retire", "older-than", "0s")
    retired = team.on_main("retire")
    assert retired.result == "success"
    (proposal,) = [one for one in team.github.issues.values() if one.get("head")]
    assert (proposal["head"], proposal["base"]) == ("reconciler/retire", "main")
    assert "crm/copies.yaml" in proposal["body"]
    changed = git(team.hub.remote, "diff", "--name-status", "main", "reconciler/retire")
    assert changed.splitlines() == [
        "D\tmanifests/crm/copies.yaml",
        "D\tmanifests/dialer/moved.yaml",
    ]
    again = team.on_main("retire")
    assert again.result == "success"
    assert [one["head"] for one in team.github.issues.values() if one.get("head")] == [
        "reconciler/retire"
    ]
    for run in (previewed, before, applied, after, retired, again):
        assert [one for one in team.secrets if one in run.log] == []


def _issues(team: Team) -> list[dict[str, object]]:
    return [
        one
        for one in team.github.issues.values()
        if "pull_request" not in one and not one.get("head")
    ]
