"""What a plan is compared with, before any account is called."""

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.cli.front import Front
from reconciler.cli.options import Options
from reconciler.cli.planning.comparing import comparison
from reconciler.cli.session import open_session
from reconciler.domain.conditions import Before

GIT = shutil.which("git") or ""
NOW = datetime(2026, 6, 1, tzinfo=UTC)
MANIFESTS = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: crm}
spec: {system: leadsquared, region: in21, tenant: acme1}
---
apiVersion: reconciler/v1
kind: AbsentTasks
metadata: {name: old, owner: ops, reason: Old, expires: 2026-06-01}
spec: {account: crm, where: {createdBefore: 30d ago, max: 5}}
---
apiVersion: reconciler/v1
kind: Allowance
metadata: {name: once, owner: ops, reason: Clean-up}
spec: {account: crm, lifts: {where.max: 9}}
"""


@pytest.mark.skipif(not GIT, reason="git is not installed")
def test_both_sides_are_loaded_at_one_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("manifests").mkdir()
    Path("manifests/all.yaml").write_text(MANIFESTS)
    for name in [one for one in os.environ if one.startswith("GIT_")]:  # noqa: TID251 - what would make a difference
        monkeypatch.delenv(name)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "Begin"]):
        who = ["-c", "user.name=ops", "-c", "user.email=ops@example.com"]
        subprocess.run([GIT, *who, *words], check=True)
    options = Options(
        front=Front(quiet=True, environ={"HOME": str(tmp_path), "PATH": os.defpath}),
        full=False,
        show_sensitive=False,
        verbose=0,
        log_format="text",
        ledger=None,
        audit_dir=None,
        lock_timeout=0.0,
        sandbox=True,
    )
    session = open_session(options, Path("manifests"), now=NOW)
    assert session.declarations.relative_times == {"30d ago": NOW - timedelta(days=30)}
    # Some hours later: what a relative time means has been resolved before.
    found = comparison(session, session.declarations, "HEAD", NOW + timedelta(hours=5))
    assert found.base is not None
    ((before,),) = [one.conditions for one in found.base.absences[0].rules]
    assert isinstance(before, Before)
    assert before.instant.at == NOW - timedelta(days=30)
    # Places are those of the folder, wherever it was copied to be read.
    assert [one.place for one in found.base.allowances] == ["manifests/all.yaml:11"]
    # And what has expired has done so on neither side, or on both.
    later = comparison(session, session.declarations, "HEAD", NOW + timedelta(days=1)).base
    assert later is not None
    assert not later.absences
