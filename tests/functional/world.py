"""A folder with manifests, a sandbox that serves both vendors, and the installed command."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import main
from reconciler.sandbox import credentials
from reconciler.sandbox.seed import record_id, record_list_id, task_id
from reconciler.sandbox.store import Arrival, Store

LIST = record_list_id(0)
SECOND_LIST = record_list_id(1)
UNHURRIED = ("leadsquared_limit=0", "talkdesk_limit=0", "leadsquared_delete_delay=0")
"""Switches with which nothing has to be waited for."""
WIDE = "{calls: 1000, per: 5s, settleWithin: 2s}"
"""Limits of an account with which nothing has to be waited for."""
_OTHERS = ("RECONCILER_", "GITHUB_", "GITLAB_")
_TERMINAL = ("CI", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "TERM", "COLUMNS")
_SLOW = ("PYTHONDONTWRITEBYTECODE",)
"""Each start would compile everything anew."""


def inherited() -> dict[str, str]:
    """Return the environment without what would make a difference."""
    return {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - what a child inherits
        if not name.startswith(_OTHERS) and name not in (*_TERMINAL, *_SLOW)
    }


def absent_tasks(*numbers: int) -> list[str]:
    """Return tasks of the sandbox as entries of a manifest."""
    return [f"    - {task_id(n)}" for n in numbers]


def absent_records(*numbers: int) -> list[str]:
    """Return records of the sandbox's first list as entries of a manifest."""
    return [f"    - id: {record_id(n)}" for n in numbers]


@dataclass(frozen=True)
class Ran:
    """What one call of the command came to."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line of stdout."""
        return self.out.splitlines()[-1]

    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document


def _without_canaries(policy: str) -> str:
    """Return a policy without canaries, unless it says otherwise: each of them takes seconds."""
    return policy if "canary" in policy else policy.replace("{", "{canary: [], ", 1)


@dataclass
class World:
    """One checkout and the place where its accounts are."""

    folder: Path
    url: str
    data: Path
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.env = {
            **inherited(),
            "TERM": "xterm",
            "RECONCILER_CRM_ENDPOINT": self.url,
            "RECONCILER_CRM_ACCESS_KEY": credentials.ACCESS_KEY,
            "RECONCILER_CRM_SECRET_KEY": credentials.SECRET_KEY,
            "RECONCILER_DIALER_ENDPOINT": self.url,
            "RECONCILER_DIALER_CLIENT_ID": credentials.CLIENT_ID,
            "RECONCILER_DIALER_CLIENT_SECRET": credentials.CLIENT_SECRET,
        }

    def declare(
        self,
        *,
        tasks: Iterable[int] = (),
        records: Iterable[int] = (),
        policy: str = "{}",
        crm: str = WIDE,
        dialer: str = WIDE,
        tenant: str = credentials.ORG_SHORT_CODE,
    ) -> None:
        """Write the manifests: two accounts, a policy, and what must be absent."""
        self.write(
            "accounts.yaml",
            *document("Account", "crm"),
            f"spec: {{system: leadsquared, region: in21, tenant: '{tenant}', limits: {crm}}}",
            "---",
            *document("Account", "dialer"),
            f"spec: {{system: talkdesk, region: eu, tenant: acme, limits: {dialer}}}",
            "---",
            *document("Policy", "default"),
            f"spec: {_without_canaries(policy)}",
        )
        self.write("tasks.yaml", *self._absent("AbsentTasks", "crm", absent_tasks(*tasks)))
        record_list = f"  recordList: {LIST}"
        entries = absent_records(*records)
        self.write("records.yaml", *self._absent("AbsentRecords", "dialer", entries, record_list))

    def _absent(self, kind: str, account: str, entries: list[str], *more: str) -> list[str]:
        if not entries:
            return []
        name = "tasks" if kind == "AbsentTasks" else "records"
        head = document(kind, f"old-{name}", "owner: ops, reason: Not needed, ticket: OPS-1")
        return [*head, "spec:", f"  account: {account}", *more, f"  {name}:", *entries]

    def write(self, name: str, *lines: str) -> None:
        path = self.folder / "manifests" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> Ran:
        """Run the installed command to its end, without a terminal."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env={**self.env, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the installed command."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "reconciler", *arguments]

    def saved_plan(self, name: str = "plan.jsonl") -> Path:
        """Save a plan and return its path."""
        assert self.run("plan", "--out", name).code in {0, 4}
        return self.folder / name

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Give the truth about both vendors."""
        with Store(self.data / "sandbox.sqlite") as store:
            yield store

    def arrivals(self) -> list[Arrival]:
        with self.store() as store:
            return store.arrivals()

    def deletions(self) -> list[Arrival]:
        """Return every request to delete that reached a vendor."""
        return [
            one
            for one in self.arrivals()
            if one.method == "DELETE" or one.path.endswith("/DeleteTasks")
        ]

    def live_tasks(self) -> set[str]:
        with self.store() as store:
            return store.task_ids()

    def live_records(self) -> set[str]:
        with self.store() as store:
            return store.record_ids(LIST)

    def audit_files(self) -> list[Path]:
        return sorted((self.folder / ".reconciler/audit").glob("*.jsonl"))

    def events(self) -> list[dict[str, Any]]:
        """Return the lines of the only audit file."""
        (path,) = self.audit_files()
        return [json.loads(line) for line in path.read_text().splitlines()]


class Inside(World):
    """The same, run within this process: much cheaper, and just as much over HTTP."""

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> Ran:
        """Run the command line to its end, without a terminal."""
        out, err = io.StringIO(), io.StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            redirect_stdout(out),
            redirect_stderr(err),
            Path(os.devnull).open() as nothing,
        ):
            patch.chdir(self.folder)
            for name in list(os.environ):  # noqa: TID251 - the whole environment is replaced
                patch.delenv(name)
            for name, value in {**self.env, **(env or {})}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", nothing)
            code = main(list(arguments))
        return Ran(code, out.getvalue(), err.getvalue())


def document(kind: str, name: str, more: str = "owner: ops") -> list[str]:
    """Return the head of a document."""
    return [
        "apiVersion: reconciler/v1",
        f"kind: {kind}",
        f"metadata: {{name: {name}, {more}}}",
    ]


@contextmanager
def serving(data: Path, *arguments: str, faults: Iterable[str] = UNHURRIED) -> Iterator[str]:
    """Serve the sandbox in a process of its own; give its address."""
    switches = [word for fault in faults for word in ("--fault", fault)]
    command = ["sandbox", "serve", "--port", "0", "--data", str(data), *switches, *arguments]
    server = subprocess.Popen(
        [sys.executable, "-m", "reconciler", *command],
        env=inherited(),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert server.stdout
    try:
        yield server.stdout.readline().split()[-1]
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)
