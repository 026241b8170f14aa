"""Manifests to begin from, and problems as one comparable text."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.domain.absences import Declarations
from reconciler.errors import InvalidError, Problem
from reconciler.manifests.load import load

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
ID = "0017abfa-c100-11e5-9340-06c7eb5c8385"
OTHER_ID = "003bf10c-317e-11e8-bf3d-069b743e848f"
LIST_ID = "b3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10"
EXAMPLE = "0017abfa-c100-11e5-9340-06c7eb5c8385"

CRM = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme-crm}
spec: {system: leadsquared, region: in21, tenant: "22824"}
"""
DIALER = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme-dialer}
spec: {system: talkdesk, region: us, tenant: acme}
"""


def account(spec: str, metadata: str = "name: acme-crm") -> str:
    """Write an Account of four lines."""
    return f"""\
apiVersion: reconciler/v1
kind: Account
metadata: {{{metadata}}}
spec: {{{spec}}}
"""


def policy(spec: str, metadata: str = "name: default") -> str:
    """Write a Policy of four lines."""
    return account(spec, metadata).replace("kind: Account", "kind: Policy")


def allowance(
    spec: str, metadata: str = "name: clean-up, owner: ops, reason: Once, expires: 2026-12-01"
) -> str:
    """Write an Allowance of four lines."""
    return account(spec, metadata).replace("kind: Account", "kind: Allowance")


def tasks(*entries: str, metadata: str = "name: old, owner: ops, reason: Twice") -> str:
    """Write an AbsentTasks whose first entry stands on line 7, column 7."""
    lines = "".join(f"    - {entry}\n" for entry in entries)
    return f"""\
apiVersion: reconciler/v1
kind: AbsentTasks
metadata: {{{metadata}}}
spec:
  account: acme-crm
  tasks:
{lines}"""


def records(*entries: str, more: str = "") -> str:
    """Write an AbsentRecords whose first entry stands on line 8, column 7."""
    lines = "".join(f"    - {entry}\n" for entry in entries)
    return f"""\
apiVersion: reconciler/v1
kind: AbsentRecords
metadata: {{name: out, owner: ops, reason: Opted out}}
spec:
  account: acme-dialer
  recordList: {LIST_ID}
  records:
{lines}{more}"""


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write a manifests folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def loaded(files: Mapping[str, str | bytes]) -> Declarations:
    """Load a tree that is valid; the working folder is the test's own."""
    return load(write(Path("manifests"), files), now=NOW)


def problems(files: Mapping[str, str | bytes]) -> tuple[Problem, ...]:
    """Load a tree that is not valid, and return everything that is wrong with it."""
    with pytest.raises(InvalidError) as caught:
        loaded(files)
    return caught.value.problems


def said(problem: Problem) -> str:
    """Return a problem as it is compared: where, what, and what to do."""
    return f"{problem.location.removeprefix('manifests/')}: {problem.message} {problem.hint}"


def complaints(files: Mapping[str, str | bytes]) -> list[str]:
    """Return everything that is wrong with a tree, as text."""
    return [said(problem) for problem in problems(files)]
