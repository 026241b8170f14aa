"""A plan of the sandbox, told on a pull request, applied, and told as that."""

import pytest

from tests.fakes.github import GitHub, serving
from tests.functional.world import Inside


@pytest.fixture
def github() -> GitHub:
    server = GitHub()
    server.add_pull(7)
    return server


def test_a_plan_is_told_applied_and_closed(inside: Inside, github: GitHub) -> None:
    with serving(github) as url:
        inside.env |= {
            "GITHUB_API_URL": url,
            "GITHUB_REPOSITORY": github.repository,
            "GITHUB_TOKEN": github.token,
            "RECONCILER_ACTOR": "ada",
        }
        keyless = {
            name: "" for name in inside.env if name.endswith(("_KEY", "_CLIENT_ID", "_SECRET"))
        }
        inside.saved_plan()
        to = ("comment", "plan.jsonl", "--provider", "github", "--to", "7")
        posted = inside.run(*to, env=keyless)
        assert (posted.code, posted.err) == (0, "")
        (comment,) = github.comments_of(7)
        assert "**Plan: 4 to delete, 1 already absent, " in comment["body"]
        assert "| `AbsentTasks/old-tasks` | `manifests/tasks.yaml` | `OPS-1` |" in comment["body"]
        assert comment["body"].count("\n- leadsquared/crm/task/") == 2
        assert comment["body"].count("\n- talkdesk/dialer/") == 2
        shown = inside.run("show", "plan.jsonl", "--format", "markdown")
        assert shown.out.startswith("### Reconciler: 4 to delete\n")

        applied = inside.run("apply", "--plan", "plan.jsonl", "--format", "markdown")
        assert applied.out.startswith("### Reconciler: applied\n\n**Apply complete: 4 deleted, ")
        run_id = inside.events()[0]["run_id"]
        closed = inside.run(*to, "--run", run_id, env=keyless)
        assert (closed.code, closed.out) == (0, f"Updated: {comment['html_url']}\n")
        (comment,) = github.comments_of(7)
        marker, heading, _, last, _, run, *_ = comment["body"].splitlines()
        assert marker.endswith(" state=applied -->")
        assert heading == "### Reconciler: applied"
        assert last.startswith("**Apply complete: 4 deleted, 0 already absent, ")
        assert run == f"- Run: `{run_id}`, by `ada`"
        assert "<summary>The plan as it was reviewed</summary>" in comment["body"]
        assert "another plan" not in comment["body"]
        assert github.labels_of(7) == ["reconciler: applied"]

        again = inside.run(*to, "--run", run_id, env=keyless)
        assert again.out == f"Unchanged: {comment['html_url']}\n"


def test_nothing_left_to_delete_is_told_in_markdown(inside: Inside) -> None:
    assert inside.run("apply", "--auto-approve").code == 0
    page = inside.run("plan", "--format", "markdown")
    assert page.code == 0
    assert page.out.startswith("### Reconciler: no changes\n\n**No changes. 5 already absent, ")
    resumed = inside.run("resume", "--format", "markdown")
    assert resumed.out.startswith("### Reconciler: resumed\n\n**Nothing to resume")
