"""The page about the audit log does what it says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from reconciler.domain import events
from reconciler.sandbox.seed import task_id
from tests.simulation import a_world, declare, tasks_container

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "audit.md").read_text(encoding="utf-8")


def _log(folder: Path) -> Path:
    with a_world(folder) as world:
        applied = world.apply(declare({tasks_container(): [task_id(0), task_id(1)]}))
    return folder / "audit" / f"{applied.run_id}.jsonl"


def _check_by_shell(log: Path) -> subprocess.CompletedProcess[str]:
    script = re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    assert script
    sh = shutil.which("sh")
    assert sh
    return subprocess.run(
        [sh, "-c", script[1], "check", str(log)], capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="this machine has no sha256sum")
def test_the_shell_script_of_the_page_finds_a_real_log_unbroken(tmp_path: Path) -> None:
    result = _check_by_shell(_log(tmp_path))
    assert (result.returncode, result.stdout[:13], result.stderr) == (0, "unbroken up t", "")


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="this machine has no sha256sum")
def test_the_shell_script_of_the_page_finds_a_changed_line(tmp_path: Path) -> None:
    log = _log(tmp_path)
    log.write_bytes(log.read_bytes().replace(b'"attempt":1', b'"attempt":2', 1))
    result = _check_by_shell(log)
    assert (result.returncode, result.stdout[:6]) == (5, "broken")


@pytest.mark.parametrize(
    "event",
    [
        events.RunStarted,
        events.TenantChecked,
        events.GuardEvaluated,
        events.BatchIntent,
        events.BatchResponse,
        events.BatchSettled,
        events.RecoveryStarted,
        events.RecoverySettled,
        events.RunFinished,
    ],
)
def test_every_event_is_on_the_page(event: type[events.Event]) -> None:
    assert f"| `{event.type}` |" in PAGE
