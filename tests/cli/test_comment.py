"""``comment``: where it posts, by what it knows that, and how it ends when it cannot."""

import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from reconciler.cli import commenting
from reconciler.cli.ci import job_of, run_url
from reconciler.cli.commenting import Message
from reconciler.cli.main import main
from reconciler.domain.digest import Identity, approval_digest
from reconciler.domain.document import PlanDocument
from reconciler.forges.thread import superseded
from reconciler.planfile.write import write_plan
from reconciler.views.markdown.plan import LIMIT
from reconciler.views.presentation import Presentation
from tests.fakes.forge import Failure
from tests.fakes.github import GitHub, serving
from tests.fakes.gitlab import GitLab
from tests.planfile.test_plan_file import FINGERPRINT, plan_of
from tests.views.documents import guard, record, task
from tests.views.test_markdown_apply import a_run

SHA = "0123456789abcdef0123456789abcdef01234567"


class Place:
    """A working directory with a plan, and an environment."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.patch = patch
        self.server = GitHub()
        self.gitlab = GitLab()

    def save(self, plan: PlanDocument) -> None:
        write_plan(plan, self.folder / "plan.jsonl")

    def env(self, **values: str) -> None:
        for name, value in values.items():
            self.patch.setenv(name, value)

    def run(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
        code = main(["comment", "plan.jsonl", *arguments])
        out, err = capsys.readouterr()
        return code, out, err


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    stamina.set_testing(True, attempts=2, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A plan with something to delete, and an environment that says nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    for name in list(os.environ):  # noqa: TID251 - what a CI set must not be inherited
        if name.startswith(("GITHUB_", "GITLAB_", "CI_", "GH_", "RECONCILER_")) or name == "CI":
            monkeypatch.delenv(name)
    place = Place(tmp_path, monkeypatch)
    place.save(plan_of(task(1), task(2), record(3, "absent")))
    return place


@pytest.fixture
def at_github(bare: Place) -> Iterator[Place]:
    """The same in a job of GitHub, for a pull request."""
    bare.server.add_pull(7, sha=SHA)
    with serving(bare.server) as url:
        bare.env(
            GITHUB_ACTIONS="true",
            GITHUB_API_URL=url,
            GITHUB_REPOSITORY=bare.server.repository,
            GITHUB_TOKEN=bare.server.token,
            GITHUB_SERVER_URL="https://github.test",
            GITHUB_RUN_ID="123",
            GITHUB_REF="refs/pull/7/merge",
        )
        yield bare


@pytest.fixture
def at_gitlab(bare: Place) -> Iterator[Place]:
    """The same in a job of GitLab, for a merge request."""
    bare.gitlab.add_merge_request(7, sha=SHA)
    with serving(bare.gitlab) as url:
        bare.env(
            GITLAB_CI="true",
            CI_API_V4_URL=f"{url}/api/v4",
            CI_PROJECT_ID=bare.gitlab.project,
            GITLAB_TOKEN=bare.gitlab.token,
            CI_PIPELINE_URL="https://gitlab.test/acme/absences/-/pipelines/5",
            CI_MERGE_REQUEST_IID="7",
        )
        yield bare


def test_a_job_of_a_pull_request_posts_there(
    at_github: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = at_github.run(capsys)
    (comment,) = at_github.server.comments_of(7)
    assert (code, out, err) == (0, f"Posted: {comment['html_url']}\n", "")
    marker, heading, _, last, *_ = comment["body"].splitlines()
    assert marker.startswith("<!-- reconciler:key=all v=1 plan=sha256:")
    assert heading == "### Reconciler: 2 to delete"
    assert last == "**Plan: 2 to delete, 1 already absent, 0 protected, 0 held, 0 unknown.**"
    assert "This is a preview, which is never applied" in comment["body"]
    run = "https://github.test/acme/absences/actions/runs/123"
    assert f"`plan.jsonl`, kept by [this run](<{run}>)" in comment["body"]
    assert at_github.server.labels_of(7) == ["reconciler: deletes"]


def test_a_job_of_a_merge_request_posts_there(
    at_gitlab: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = at_gitlab.run(capsys)
    (note,) = at_gitlab.gitlab.notes_of(7)
    url = f"https://gitlab.test/acme/absences/-/merge_requests/7#note_{note['id']}"
    assert (code, out, err) == (0, f"Posted: {url}\n", "")
    assert "[this run](<https://gitlab.test/acme/absences/-/pipelines/5>)" in note["body"]
    assert at_gitlab.gitlab.merge_requests[7]["labels"] == ["reconciler: deletes"]
    assert at_gitlab.gitlab.commands == []


def test_as_json_it_says_what_was_done(
    at_github: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    for result in ("posted", "unchanged"):
        code, out, _ = at_github.run(capsys, "--format", "json")
        assert code == 0
        (comment,) = at_github.server.comments_of(7)
        assert json.loads(out) == {
            "type": "comment",
            "format_version": "1.0",
            "result": result,
            "url": comment["html_url"],
            "number": 7,
            "exit_code": 0,
            "failure_reason": "",
        }


def test_elsewhere_the_commit_says_which_pull_request_it_is(
    at_github: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    at_github.env(GITHUB_REF="refs/heads/main", GITHUB_SHA=SHA)
    assert at_github.run(capsys)[0] == 0
    (comment,) = at_github.server.comments_of(7)
    assert "```sh\nreconciler apply --plan plan.jsonl\n```" in comment["body"]
    assert "preview" not in comment["body"]
    at_github.env(GITHUB_SHA="f" * 40)
    words = "No pull or merge request belongs to this commit: nothing was posted.\n"
    assert at_github.run(capsys) == (0, words, "")
    at_github.env(GITHUB_SHA="")
    assert at_github.run(capsys) == (0, words, "")
    assert len(at_github.server.comments) == 1


def test_how_a_plan_of_the_sandbox_is_applied_is_told_with_the_sandbox(
    at_github: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = plan_of(task(1))
    for account in plan.header["accounts"]:
        account["host"] = "sandbox"
    identities = [
        Identity(one["name"], one["system"], one["tenant"], one["host"])
        for one in plan.header["accounts"]
    ]
    plan.footer["digest"] = approval_digest(identities, [(task(1)["address"], FINGERPRINT)])
    at_github.save(plan)
    at_github.env(GITHUB_REF="refs/heads/main", GITHUB_SHA=SHA)
    assert at_github.run(capsys)[0] == 0
    (comment,) = at_github.server.comments_of(7)
    assert "```sh\nreconciler apply --sandbox --plan plan.jsonl\n```" in comment["body"]


@pytest.mark.parametrize(
    ("plan", "label"),
    [
        (plan_of(task(1)), "deletes"),
        (plan_of(task(1, "absent")), "no changes"),
        (plan_of(task(1), task(2, "unknown")), "incomplete"),
        (plan_of(task(1, "held")), "incomplete"),
    ],
)
def test_one_label_says_what_the_plan_comes_to(
    at_github: Place, capsys: pytest.CaptureFixture[str], plan: PlanDocument, label: str
) -> None:
    at_github.server.issues[7]["labels"] = [{"name": "reconciler: blocked"}, {"name": "bug"}]
    at_github.save(plan)
    assert at_github.run(capsys)[0] == 0
    assert at_github.server.labels_of(7) == ["bug", f"reconciler: {label}"]


def test_a_refused_plan_is_labelled_as_that(
    at_github: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = plan_of(task(1))
    plan.footer["guards"] = [guard("maxDeletes", "account/crm", "violated")]
    at_github.save(plan)
    assert at_github.run(capsys)[0] == 0
    assert at_github.server.labels_of(7) == ["reconciler: blocked"]


def test_a_label_that_cannot_be_set_does_not_lose_the_comment(
    at_github: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    at_github.server.failures.append(Failure(403, path="/labels", times=None))
    code, out, err = at_github.run(capsys)
    assert code == 0
    assert out.startswith("Posted: ")
    assert err.startswith("Warning: GitHub (GET /repos/acme/absences/issues/7/labels): 403")
    assert len(at_github.server.comments) == 1


def test_off_posts_nothing(at_github: Place, capsys: pytest.CaptureFixture[str]) -> None:
    words = "--mode off: nothing was posted.\n"
    assert at_github.run(capsys, "--mode", "off") == (0, words, "")
    assert at_github.server.requests == []


def test_drift_has_an_issue_of_its_own(
    at_github: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert at_github.run(capsys, "--to", "drift")[1].startswith("Posted: ")
    issue = at_github.server.issues[8]
    assert issue["title"] == "Drift: 2 declared targets exist again"
    assert issue["body"].startswith("<!-- reconciler:key=drift-all v=1 plan=sha256:")
    assert at_github.server.labels_of(8) == ["reconciler: deletes"]
    at_github.save(plan_of(task(1)))
    assert at_github.run(capsys, "--to", "drift")[1].startswith("Updated: ")
    assert issue["title"] == "Drift: 1 declared target exists again"
    at_github.save(plan_of(task(1, "absent")))
    assert at_github.run(capsys, "--to", "drift")[1].startswith("Closed: ")
    assert issue["state"] == "closed"
    (farewell,) = at_github.server.comments_of(8)
    assert farewell["body"].endswith("\n**No changes. 1 already absent, 0 protected.**\n")
    words = "There is no drift, and no issue that says so: nothing was posted.\n"
    assert at_github.run(capsys, "--to", "drift") == (0, words, "")
    assert at_github.server.comments_of(7) == []


@pytest.mark.parametrize(
    ("plan", "title"),
    [
        (plan_of(task(1, "held")), "Drift: 1 declared target is held"),
        (plan_of(task(1, "held"), task(2, "held")), "Drift: 2 declared targets are held"),
        (plan_of(task(1, "unknown")), "Drift: 1 declared target could not be read"),
    ],
)
def test_the_title_of_an_issue_says_what_it_is_about(
    at_github: Place, capsys: pytest.CaptureFixture[str], plan: PlanDocument, title: str
) -> None:
    at_github.save(plan)
    assert at_github.run(capsys, "--to", "drift")[0] == 0
    assert at_github.server.issues[8]["title"] == title


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (Failure(403, "POST", message="Resource not accessible"), "permissions: {pull-requests"),
        (Failure(404, times=None, message="Not Found"), "Check --to and GITHUB_REPOSITORY"),
        (Failure(422, "POST", message="Body is too long"), "Body is too long"),
        (Failure(500, times=None), "Run the job again when GitHub answers."),
        (Failure(429, times=None, headers={"retry-after": "9999"}), "asks for 9999 s of waiting"),
        (Failure(200, lost=True, times=None), "RemoteProtocolError"),
    ],
)
def test_what_fails_is_said_and_shown_and_changes_nothing(
    at_github: Place, capsys: pytest.CaptureFixture[str], failure: Failure, words: str
) -> None:
    at_github.server.failures.append(failure)
    code, out, err = at_github.run(capsys)
    assert code == 0
    assert out.startswith("### Reconciler: 2 to delete\n")
    assert err.startswith("Warning: The plan was not posted: ")
    assert words in err


@pytest.mark.parametrize("status", [403, 422])
def test_what_fails_does_not_show_the_token_that_an_answer_quotes(
    at_github: Place, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    token = at_github.server.token
    quoting = Failure(status, "POST", message=f"refused Authorization: Bearer {token}")
    at_github.server.failures.append(quoting)
    _, out, err = at_github.run(capsys)
    assert "refused Authorization: Bearer ***" in err
    assert token not in out + err


def test_what_fails_stands_in_the_summary_of_the_step(
    at_github: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = at_github.folder / "summary.md"
    summary.write_text("before\n")
    at_github.env(GITHUB_STEP_SUMMARY=str(summary))
    at_github.server.may_write = False
    words = "It stands in the summary of this step instead.\n"
    assert at_github.run(capsys)[:2] == (0, words)
    assert summary.read_text().startswith("before\n\n### Reconciler: 2 to delete\n")
    at_github.env(GITHUB_STEP_SUMMARY=str(at_github.folder / "no/such/folder"))
    assert at_github.run(capsys)[1].startswith("### Reconciler: 2 to delete\n")


def test_what_fails_is_told_to_programs(
    at_github: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    at_github.server.may_write = False
    code, out, _ = at_github.run(capsys, "--format", "json")
    told = json.loads(out)
    assert (code, told["result"], told["url"]) == (0, "failed", "")
    assert told["reason"].endswith("403 Resource not accessible by integration")
    assert told["markdown"].startswith("### Reconciler: 2 to delete\n")


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"GITHUB_TOKEN": ""}, "there is no token in GITHUB_TOKEN or GH_TOKEN"),
        ({"GITHUB_TOKEN": "to\nken"}, "is not one line of plain text"),
        ({"GITHUB_REPOSITORY": "acme/../x"}, "GITHUB_REPOSITORY names no project"),
        ({"GITHUB_REPOSITORY": ""}, "GITHUB_REPOSITORY names no project"),
        ({"GITHUB_API_URL": "http://api.github.test"}, "would send the token without encryption"),
        ({"GITHUB_API_URL": "https://me:pw@api.test"}, "is not a plain base URL"),
    ],
)
def test_what_the_environment_lacks_is_said_and_nothing_is_sent(
    at_github: Place, capsys: pytest.CaptureFixture[str], env: dict[str, str], words: str
) -> None:
    at_github.env(**env)
    code, out, err = at_github.run(capsys)
    assert code == 0
    assert words in err
    assert out.startswith("### Reconciler")
    assert at_github.server.requests == []


def test_a_token_is_also_taken_from_gh_token(
    at_github: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    at_github.env(GITHUB_TOKEN="", GH_TOKEN=at_github.server.token)
    assert at_github.run(capsys)[1].startswith("Posted: ")


def test_the_token_stands_nowhere(at_github: Place, capsys: pytest.CaptureFixture[str]) -> None:
    at_github.server.failures.append(Failure(500, "POST", times=None))
    code, out, err = at_github.run(capsys, "-v", "-v")
    token = at_github.server.token
    assert code == 0
    assert token not in out + err
    assert all(
        token not in f"{one.path} {one.query} {one.body}" for one in at_github.server.requests
    )
    job = job_of("github", dict(os.environ))  # noqa: TID251 - as the program reads it
    assert job.token == token
    assert token not in repr(job)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Nothing says whose pull request it is"),
        (("--provider", "bitbucket"), "bitbucket"),
        (("--provider", "github", "--to", "0"), "is not the number of a pull request"),
        (("--provider", "github", "--to", "seven"), "is not the number of a pull request"),
        (("--provider", "github", "--to", "9" * 30), "is not the number of a pull request"),
        (("--provider", "github", "--to", "drift", "--run", "x"), "--run goes with a pull request"),
        (("--provider", "github", "--mode", "delete"), "delete"),
        (("--provider", "github", "--run", "nobody"), "The ledger knows no such run"),
    ],
)
def test_wrong_usage_is_refused(
    bare: Place, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = bare.run(capsys, *arguments)
    assert (code, out) == (64, "")
    assert words in err


def test_a_damaged_plan_is_refused_and_nothing_is_sent(
    at_github: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    path = at_github.folder / "plan.jsonl"
    path.write_text(path.read_text().replace("Call back", "Call bakc"))
    code, out, err = at_github.run(capsys)
    assert (code, out) == (5, "")
    assert "The plan file is damaged" in err
    assert at_github.server.requests == []


def test_a_plan_that_was_narrowed_has_a_comment_of_its_own(
    at_github: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert at_github.run(capsys)[0] == 0
    narrowed = plan_of(task(1))
    narrowed.header.update(targets=["account/crm"], excludes=[])
    at_github.save(narrowed)
    assert at_github.run(capsys)[1].startswith("Posted: ")
    first, second = at_github.server.comments_of(7)
    assert "key=all " in first["body"]
    assert "key=all " not in second["body"]
    assert "`Narrowed to account/crm.`" in second["body"]


def test_a_plan_that_expired_says_so(at_github: Place, capsys: pytest.CaptureFixture[str]) -> None:
    plan = plan_of(task(1))
    plan.header.update(created_at="2020-01-01T00:00:00Z", expires_at="2020-01-02T00:00:00Z")
    at_github.save(plan)
    assert at_github.run(capsys)[0] == 0
    (comment,) = at_github.server.comments_of(7)
    assert "**Warning:** `this plan expired at 2020-01-02T00:00:00Z`" in comment["body"]


@pytest.mark.parametrize(
    ("exit_code", "label"),
    [(0, "applied"), (4, "blocked"), (6, "incomplete"), (7, "incomplete"), (None, "incomplete")],
)
def test_only_a_run_without_fault_is_labelled_as_applied(exit_code: int | None, label: str) -> None:
    message = Message(
        plan=plan_of(task(1)),
        run=a_run(exit_code=exit_code),
        about=Presentation(),
        is_drift=False,
    )
    assert message.label == f"reconciler: {label}"


def test_the_longest_comment_has_room_to_be_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_plan: object, _about: object, *, limit: int) -> str:
        return "x" * limit

    monkeypatch.setattr(commenting, "plan_markdown", full)
    plan = plan_of(task(1))
    body = Message(plan=plan, run=None, about=Presentation(), is_drift=True).body
    assert 59_000 < len(body) < len(superseded(body)) <= LIMIT


def test_where_a_run_is_seen_is_told_by_the_ci() -> None:
    github = {
        "GITHUB_SERVER_URL": "https://github.test",
        "GITHUB_REPOSITORY": "a/b",
        "GITHUB_RUN_ID": "1",
    }
    assert run_url({}) == ""
    assert run_url(github) == "https://github.test/a/b/actions/runs/1"
    assert run_url({"CI_JOB_URL": "https://j"}) == "https://j"
    assert run_url({"CI_JOB_URL": "https://j", "CI_PIPELINE_URL": "https://p"}) == "https://p"
    assert run_url({**github, "RECONCILER_CI_URL": "https://own"}) == "https://own"
