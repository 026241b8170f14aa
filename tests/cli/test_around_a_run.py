"""What surrounds a run: progress, logs, where the manifests come from, who runs it."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from reconciler.application.clock import SystemClock
from reconciler.application.stopping import Stop
from reconciler.cli import logs
from reconciler.cli.bars import Bars
from reconciler.cli.front import Front
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Options
from reconciler.cli.origin import origin_of
from reconciler.cli.progress import Milestones, progress_on
from reconciler.cli.running import run
from reconciler.cli.runs.run_head import run_started
from reconciler.cli.session import Session
from reconciler.cli.settings import settings_from
from reconciler.domain.plan import Origin
from reconciler.errors import ExitCode
from tests.views.plans import empty_plan


class Hand:
    """A clock that somebody turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def a_session(environ: dict[str, str]) -> Session:
    return Session(
        options=options(),
        clock=SystemClock(),
        folder=Path(),
        declarations=empty_plan().declarations,
        settings=settings_from(environ, ()),
    )


def options(*, verbose: int = 0, quiet: bool = False, log_format: str = "json") -> Options:
    return Options(
        front=Front(quiet=quiet, environ={}),
        full=False,
        show_sensitive=False,
        verbose=verbose,
        log_format=log_format,
        ledger=None,
        audit_dir=None,
        lock_timeout=0.0,
        sandbox=False,
    )


def milestones_told(capsys: pytest.CaptureFixture[str], steps: list[tuple[float, int]]) -> str:
    configure_logs(options())
    clock = Hand()
    milestones = Milestones(clock)
    milestones.begin("Reading crm", 100)
    for seconds, done in steps:
        clock.now += seconds
        milestones.advance(done)
    milestones.end()
    return capsys.readouterr().err


def test_long_work_tells_a_line_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    told = milestones_told(capsys, [(4, 10), (4, 10), (4, 5), (4, 5), (6, 20), (1, 90)])
    lines = [json.loads(line) for line in told.splitlines()]
    assert [(one["event"], one["done"], one["total"], one["seconds_left"]) for one in lines] == [
        ("Reading crm", 25, 100, 36),
        ("Reading crm", 50, 100, 22),
    ]


def test_short_work_tells_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert milestones_told(capsys, [(1, 10), (8, 90)]) == ""
    Milestones(Hand()).advance()


def test_accounts_side_by_side_count_each_for_itself(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(options())
    clock = Hand()
    milestones = Milestones(clock)

    async def account(name: str, steps: int) -> None:
        milestones.begin(name, 10)
        await asyncio.sleep(0)
        clock.now += 10
        milestones.advance(steps)

    async def both() -> None:
        await asyncio.gather(account("a", 1), account("b", 2))

    asyncio.run(both())
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {one["event"]: one["done"] for one in lines} == {"a": 1, "b": 2}


def test_bars_are_drawn_while_there_is_work_and_then_taken_away() -> None:
    drawn = io.StringIO()
    bars = Bars(Console(file=drawn, force_terminal=True, width=80))
    bars.advance()
    assert drawn.getvalue() == ""
    bars.begin("Reading [crm]", 10)
    bars.advance(3)
    bars.begin("Deleting in crm", 5)
    bars.advance(5)
    bars.end()
    assert "Deleting in crm" in drawn.getvalue()
    assert drawn.getvalue().endswith("\x1b[2K")
    bars.advance()
    bars.end()


def test_there_is_a_bar_at_a_terminal_and_milestones_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    with progress_on(Front(environ={}), Hand()) as elsewhere:
        assert isinstance(elsewhere, Milestones)
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress_on(Front(environ={}), Hand()) as at_a_terminal:
        assert isinstance(at_a_terminal, Bars)
    for environ in ({"CI": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1"}):
        assert not Front(environ=environ).shows_progress
    assert not Front(quiet=True, environ={}).shows_progress


@pytest.mark.parametrize(
    ("verbose", "quiet", "told"),
    [
        (0, False, ["warning"]),
        (1, False, ["info", "warning"]),
        (2, False, ["info", "warning"]),
        (2, True, []),
    ],
)
def test_logs_say_as_much_as_is_asked_for(
    capsys: pytest.CaptureFixture[str], verbose: int, told: list[str], *, quiet: bool
) -> None:
    configure_logs(options(verbose=verbose, quiet=quiet))
    logs.info("event", number=1)
    logs.warning("event", number=1)
    out, err = capsys.readouterr()
    assert out == ""
    assert [json.loads(line)["level"] for line in err.splitlines()] == told


def test_logs_are_text_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(options(log_format="text"))
    logs.warning("slow", account="crm")
    text = capsys.readouterr().err
    assert "[warning] slow account=crm" in " ".join(text.split())
    assert "\x1b" not in text


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    subprocess.run(command, check=True, capture_output=True)


def test_the_origin_is_commit_branch_and_whether_something_is_not_committed(
    tmp_path: Path,
) -> None:
    assert origin_of(tmp_path) == Origin()
    git(tmp_path, "init", "--initial-branch", "main")
    assert origin_of(tmp_path) == Origin()
    (tmp_path / "a.yaml").write_text("")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    clean = origin_of(tmp_path)
    assert (len(clean.commit), clean.ref, clean.dirty) == (40, "main", False)
    (tmp_path / "b.yaml").write_text("")
    assert origin_of(tmp_path).dirty
    git(tmp_path, "checkout", "--detach")
    assert origin_of(tmp_path).ref == ""


def test_without_git_there_is_no_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert origin_of(tmp_path) == Origin()


def test_a_run_notes_who_and_where(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "GITHUB_RUN_ID", "CI_JOB_URL"):
        monkeypatch.delenv(name, raising=False)
    assert "ci" not in run_started(a_session({}), empty_plan(), None, reviewed=False).fields
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_RUN_ID", "77")
    known = {"RECONCILER_ACTOR": "octocat", "RECONCILER_PULL_REQUEST": "12"}
    fields = run_started(a_session(known), empty_plan(), None, reviewed=True).fields
    assert fields["actor"] == "octocat"
    assert fields["ci"] == {"provider": "github", "run": "77", "pull_request": "12"}
    assert fields["reviewed"] is True
    assert fields["plan_digest"] == "sha256:0"


def test_a_run_that_was_refused_before_it_had_a_plan_has_a_head_too() -> None:
    fields = run_started(a_session({}), None, None, reviewed=False).fields
    assert (fields["deletions"], "plan_digest" in fields) == (0, False)


def test_the_first_signal_asks_the_work_to_stop() -> None:
    configure_logs(options(quiet=True))

    async def work(stop: Stop) -> ExitCode:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(stop.asked.wait(), timeout=10)
        return stop.code

    assert run(work) is ExitCode.TERMINATED
