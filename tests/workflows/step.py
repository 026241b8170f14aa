"""The action's last step, with programs in the place of ours."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.workflows.machine import inherited
from tests.workflows.test_files import ACTION, loaded

# Says what it was started with, and under which process id.
PROGRAM = """\
import json, os, sys
ours = {n: v for n, v in os.environ.items() if n.startswith(("RECONCILER_", "ACTION_", "GITHUB_T"))}
print(json.dumps({"arguments": sys.argv[1:], "environ": ours, "pid": os.getpid()}), flush=True)
"""
WAITING = """\
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
print("ready", flush=True)
signal.pause()
"""
PLANNING = """\
import os, sys
account = sys.argv[sys.argv.index("--target") + 1].removeprefix("account/")
code = {"crm": 0, "dialer": 4, "empty": 0, "late": 7}[account]
reason = {4: "refused", 7: "incomplete"}.get(code, "")
print("planning", account, flush=True)
open(os.environ["GITHUB_STEP_SUMMARY"], "a").write(f"### {account}\\n")
with open(os.environ["GITHUB_OUTPUT"], "a") as file:
    file.write(f"digest<<end_1\\nsha256:{account}\\nend_1\\n")
    file.write(f"to_delete={0 if account == 'empty' else 3}\\n")
    file.write(f"changes=true\\nunknown={code // 7}\\n")
    file.write(f"blocked={'true' if code == 4 else 'false'}\\nexit_code={code}\\n")
    file.write(f"failure_reason={reason}\\n")
sys.exit(code)
"""


@dataclass(frozen=True)
class Ended:
    """What a run of the action's last step came to."""

    code: int
    lines: list[str]
    outputs: str
    summary: str

    @property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.lines[-1])
        return told


@dataclass(frozen=True)
class Step:
    """The action's last step, with a program in the place of ours."""

    folder: Path

    def environ(self, program: str, variables: Mapping[str, str]) -> dict[str, str]:
        home = self.folder / "reconciler/bin"
        home.mkdir(parents=True, exist_ok=True)
        if not (home / "python").exists():
            (home / "python").symlink_to(sys.executable)
        (home / "reconciler").write_text(f"#!{sys.executable}\n{program}")
        (home / "reconciler").chmod(0o755)
        files = {name: self.folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        return {
            **inherited(),
            "RUNNER_TEMP": str(self.folder),
            "GITHUB_ACTION_PATH": str(ACTION),
            "GITHUB_ACTOR": "contributor",
            "ACTION_COMMAND": "plan",
            **{name: str(file) for name, file in files.items()},
            **variables,
        }

    def command(self) -> list[str]:
        script = self.folder / "script.sh"
        script.write_text(loaded(ACTION / "action.yml")["runs"]["steps"][-1]["run"])
        return ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]

    def run(self, program: str = PROGRAM, **variables: str) -> Ended:
        environ = self.environ(program, variables)
        done = subprocess.run(
            self.command(), env=environ, capture_output=True, text=True, check=False
        )
        assert done.stderr == ""
        outputs, summary = (
            Path(environ[name]).read_text() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
        )
        return Ended(done.returncode, done.stdout.splitlines(), outputs, summary)


@contextmanager
def started(step: Step, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Start the step with a program that waits for a signal; it is ready."""
    process = subprocess.Popen(
        step.command(), env=step.environ(WAITING, variables), stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        assert "ready\n" in iter(process.stdout.readline, "")
        yield process
    finally:
        process.kill()
