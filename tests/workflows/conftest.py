"""A team's repository on a stand-in for GitHub, and both vendors' APIs: all over real HTTP."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reconciler.sandbox import credentials
from reconciler.sandbox.faults import parse_faults
from reconciler.sandbox.seed import record_id, record_list_id, task_id
from reconciler.sandbox.serve import background
from reconciler.sandbox.store import Store
from tests.fakes.forge import Row
from tests.fakes.github import GitHub, serving
from tests.functional.world import UNHURRIED, WIDE
from tests.workflows.actions import git
from tests.workflows.hub import Event, Hub, Run
from tests.workflows.machine import inherited

ROOT = Path(__file__).parents[2]
TOOL = "acme/reconciler"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
LIST = record_list_id(0)
PULL = 7


class Guarded(GitHub):
    """The stand-in, with environments, and with pull requests that a workflow can open."""

    def __init__(self) -> None:
        super().__init__()
        self.reviewed = {"reconciler-crm", "reconciler-dialer"}
        self.confined = {"reconciler-main", *self.reviewed}
        """Environments that not every branch may use."""

    def app(self) -> Starlette:
        repo = f"/repos/{self.repository}"
        app = super().app()
        app.router.routes[:0] = [
            self.route("GET", f"{repo}/environments/{{name}}", self._environment),
            self.route("GET", f"{repo}/pulls", self._pulls),
            self.route("POST", f"{repo}/pulls", self._open),
            self.route("PATCH", f"{repo}/pulls/{{number:int}}", self._edit_issue),
        ]
        return app

    def _environment(self, request: Request, _body: Row) -> Response:
        name = request.path_params["name"]
        rules, policy = [{"type": "wait_timer"}], None
        if name in self.reviewed:
            rules.append({"type": "required_reviewers"})
        if name in self.confined:
            rules.append({"type": "branch_policy"})
            policy = {"protected_branches": True, "custom_branch_policies": False}
        return JSONResponse({"protection_rules": rules, "deployment_branch_policy": policy})

    def _pulls(self, request: Request, _body: Row) -> Response:
        head = request.query_params["head"].partition(":")[2]
        state = request.query_params["state"]
        rows = [one for one in self.issues.values() if one.get("head") == head]
        return JSONResponse([one for one in rows if one["state"] == state])

    def _open(self, request: Request, body: Row) -> Response:
        created = self._create_issue(request, body)
        self.issues[max(self.issues)].update(head=body["head"], base=body["base"])
        return created


@dataclass
class Team:
    """A repository that uses our workflows, as ``init`` writes them."""

    folder: Path
    hub: Hub
    github: Guarded
    data: Path
    ledger: str

    def reconciler(self, *arguments: str) -> None:
        """Run the program at somebody's desk."""
        subprocess.run(
            [sys.executable, "-m", "reconciler", *arguments],
            cwd=self.folder,
            env={**inherited(), "RECONCILER_IN_AUTOMATION": "1"},
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def declare_tasks(self, *numbers: int) -> None:
        ids = "".join(f"    - {one}\n" for one in sorted(task_id(n) for n in numbers))
        entries = f"  tasks:\n{ids}" if ids else "  tasks: []\n"
        head = "apiVersion: reconciler/v1\nkind: AbsentTasks\nmetadata:\n  name: copies\n"
        about = "  owner: ops\n  reason: Imported twice\n  ticket: OPS-1\nspec:\n  account: crm\n"
        self.write("manifests/crm/copies.yaml", head + about + entries)

    def declare_records(self, *numbers: int) -> None:
        ids = "".join(f"    - id: {one}\n" for one in sorted(record_id(n) for n in numbers))
        head = "apiVersion: reconciler/v1\nkind: AbsentRecords\nmetadata:\n  name: moved\n"
        about = "  owner: ops\n  reason: Moved away\n  ticket: OPS-2\nspec:\n  account: dialer\n"
        text = f"{head}{about}  recordList: {LIST}\n  records:\n{ids}"
        self.write("manifests/dialer/moved.yaml", text)

    def commit(self, message: str) -> str:
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--allow-empty", "--message", message)
        return git(self.folder, "rev-parse", "HEAD")

    def propose(self) -> str:
        """Commit on a branch and open a pull request; returns what it would be merged into."""
        git(self.folder, "checkout", "--quiet", "-b", "change")
        self.commit("Declare")
        git(self.folder, "checkout", "--quiet", "main")
        git(self.folder, "merge", "--quiet", "--no-ff", "--message", "Merge", "change")
        merged = git(self.folder, "rev-parse", "HEAD")
        git(self.folder, "push", "--quiet", "origin", f"HEAD:refs/pull/{PULL}/merge")
        self.github.add_pull(PULL, sha=merged)
        return merged

    def merge(self) -> None:
        git(self.folder, "push", "--quiet", "origin", "main")

    def run(self, name: str, event: Event) -> Run:
        """Run the team's own workflow, which calls ours."""
        workflow = self.folder / f".github/workflows/reconciler-{name}.yml"
        return self.hub.run(workflow, event)

    def on_pull_request(self, sha: str, *, fork: bool = False) -> Run:
        of = "stranger/absences" if fork else self.hub.repository
        pull: dict[str, Any] = {
            "number": PULL,
            "head": {"repo": {"full_name": of}},
            "user": {"login": "contributor"},
        }
        event = Event(
            name="pull_request",
            sha=sha,
            ref=f"refs/pull/{PULL}/merge",
            payload={"pull_request": pull},
            fork=fork,
        )
        return self.run("plan", event)

    def on_main(self, name: str, event: str = "schedule") -> Run:
        return self.run(name, Event(name=event, sha=git(self.folder, "rev-parse", "main")))

    def on_branch(self, name: str, branch: str) -> Run:
        sha = git(self.folder, "rev-parse", branch)
        event = Event(name="workflow_dispatch", sha=sha, ref=f"refs/heads/{branch}")
        return self.run(name, event)

    def set_input(self, name: str, key: str, value: str) -> None:
        """Pass one more input to a workflow of ours."""
        path = f".github/workflows/reconciler-{name}.yml"
        text = (self.folder / path).read_text(encoding="utf-8")
        self.write(path, text.replace("    with:\n", f"    with:\n      {key}: {value}\n"))

    def live_tasks(self) -> set[str]:
        with Store(self.data / "sandbox.sqlite") as store:
            return store.task_ids()

    def live_records(self) -> set[str]:
        with Store(self.data / "sandbox.sqlite") as store:
            return store.record_ids(LIST)

    def deletions(self) -> int:
        with Store(self.data / "sandbox.sqlite") as store:
            return sum(
                one.method == "DELETE" or one.path.endswith("/DeleteTasks")
                for one in store.arrivals()
            )

    @property
    def secrets(self) -> set[str]:
        """Everything that no log may show."""
        return {
            credentials.ACCESS_KEY,
            credentials.SECRET_KEY,
            credentials.CLIENT_ID,
            credentials.CLIENT_SECRET,
            self.github.token,
        }


@pytest.fixture
def team(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Team]:
    """A repository with two accounts and nothing declared; every environment is protected.

    Its parameter, if there is one, is a switch of the sandbox.
    """
    if missing := [name for name in ("bash", "curl", "git", "jq") if not which(name)]:
        pytest.skip(f"the workflows' steps need {', '.join(missing)}, as GitHub's runners have")
    faults = [*UNHURRIED, *getattr(request, "param", ())]
    with ExitStack() as stack:
        data, github = tmp_path / "sandbox", Guarded()
        url = stack.enter_context(background(data, faults=parse_faults(faults)))
        api_url = stack.enter_context(serving(github))
        remote = tmp_path / "remote.git"
        remote.mkdir()
        git(remote, "init", "--quiet", "--bare", "--initial-branch", "main")
        git(remote, "config", "uploadpack.allowAnySHA1InWant", "true")
        folder = tmp_path / "team"
        git(tmp_path, "clone", "--quiet", str(remote), "team")
        git(folder, "symbolic-ref", "HEAD", "refs/heads/main")
        ledger = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
        hub = Hub(
            folder=tmp_path / "hub",
            remote=remote,
            repository=github.repository,
            token=github.token,
            api_url=api_url,
            tools={TOOL: ROOT},
            environments=_environments(url, ledger),
            variables={f"RECONCILER_{one}": "true" for one in ("PLAN", "APPLY", "DRIFT", "RETIRE")},
            base_env=inherited(),
        )
        team = Team(folder, hub, github, data, ledger)
        _begin(team)
        yield team


def _begin(team: Team) -> None:
    uses = ("--uses", f"{TOOL}@{COMMIT}", "--owners", "@acme/ops")
    dialer = ("--system", "talkdesk", "--account", "dialer", "--region", "eu", "--tenant", "acme")
    team.reconciler("init", "--region", "in21", "--tenant", credentials.ORG_SHORT_CODE, *uses)
    team.reconciler("init", *dialer, *uses)
    for account in ("crm", "dialer"):
        path = f"manifests/governance/accounts/{account}.yaml"
        text = (team.folder / path).read_text(encoding="utf-8")
        team.write(path, f"{text}  limits: {WIDE}\n")
    (team.folder / "manifests/crm/example.yaml").unlink()
    (team.folder / "manifests/dialer/example.yaml").unlink()
    team.reconciler("fmt")
    team.commit("Begin")
    team.merge()


def _environments(url: str, ledger: str) -> Mapping[str, Mapping[str, str]]:
    crm = (
        f"CRM_ENDPOINT={url}\nCRM_ACCESS_KEY={credentials.ACCESS_KEY}\n"
        f"CRM_SECRET_KEY={credentials.SECRET_KEY}\n"
    )
    dialer = (
        f"DIALER_ENDPOINT={url}\nDIALER_CLIENT_ID={credentials.CLIENT_ID}\n"
        f"DIALER_CLIENT_SECRET={credentials.CLIENT_SECRET}\n"
    )
    shared = f"LEDGER={ledger}\nPII_KEY=a-key-of-the-team\n"
    keys = {
        "reconciler-plan": crm + dialer + "PII_KEY=a-key-of-the-team\n",
        "reconciler-main": crm + dialer + shared,
        "reconciler-crm": crm + shared,
        "reconciler-dialer": dialer + shared,
    }
    return {name: {"RECONCILER_KEYS": text} for name, text in keys.items()}
