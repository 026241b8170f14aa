"""What is written reads back as what it was, and has the canonical layout."""

import unicodedata
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.absences import Manifest
from reconciler.domain.accounts import Container, System
from reconciler.manifests.finding.writing import absences_text, written
from reconciler.manifests.formatting.format import format_tree
from reconciler.manifests.load import load
from reconciler.manifests.syntax.characters import forbidden

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ID = "0017abfa-c100-11e5-9340-06c7eb5c8385"
LIST = "b3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10"
ACCOUNTS = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: crm}
spec: {system: leadsquared, region: in21, tenant: acme1}
---
apiVersion: reconciler/v1
kind: Account
metadata: {name: dialer}
spec: {system: talkdesk, region: us, tenant: acme}
"""
TASKS = Container(System.LEADSQUARED, "crm")
RECORDS = Container(System.TALKDESK, "dialer", LIST)


def a_manifest(kind: str = "AbsentTasks", **fields: str) -> Manifest:
    values = {"name": "found", "owner": "ops", "reason": "Twice", **fields}
    return Manifest(kind=kind, file="", line=0, **values)  # type: ignore[arg-type]  # texts by name


def text(manifest: Manifest, container: Container, *ids: str, **more: object) -> str:
    lines = absences_text(manifest, container, ids, **more)  # type: ignore[arg-type]  # by name
    return "".join(f"{line}\n" for line in lines)


def test_a_manifest_of_tasks_is_written() -> None:
    manifest = a_manifest(ticket="12", purpose="gdpr_erasure")
    remarks, asides = ["One.", ""], {"owner": "who?"}
    assert (
        text(manifest, TASKS, ID, remarks=remarks, asides=asides)
        == f"""\
# One.
#
apiVersion: reconciler/v1
kind: AbsentTasks
metadata:
  name: found
  owner: ops  # who?
  reason: Twice
  ticket: "12"
  purpose: gdpr_erasure
spec:
  account: crm
  tasks:
    - {ID}
"""
    )


def test_a_manifest_of_no_records_is_written() -> None:
    assert (
        text(a_manifest("AbsentRecords"), RECORDS)
        == f"""\
apiVersion: reconciler/v1
kind: AbsentRecords
metadata:
  name: found
  owner: ops
  reason: Twice
spec:
  account: dialer
  recordList: {LIST}
  records: []
"""
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain text, almost", '"plain text, almost"'),
        ("plain text", "plain text"),
        ("a@example.com", "a@example.com"),
        ("yes", '"yes"'),
        ("1e5", '"1e5"'),
        ("a: b", '"a: b"'),
        ("trailing ", '"trailing "'),
        ('a "quote" \\ é', '"a \\"quote\\" \\\\ é"'),
    ],
)
def test_a_text_is_quoted_unless_it_surely_needs_no_quotes(value: str, expected: str) -> None:
    assert written(value) == expected


_LINES = st.text(max_size=30).filter(
    lambda value: value.strip() != "" and not forbidden(value) and "\n" not in value
)


@given(
    owner=_LINES.map(partial(unicodedata.normalize, "NFC")),
    ids=st.lists(st.uuids().map(str), unique=True, max_size=5).map(sorted),
    of_records=st.booleans(),
)
def test_what_is_written_loads_as_it_was_and_formatting_changes_nothing(
    owner: str, ids: list[str], *, of_records: bool
) -> None:
    kind, container = ("AbsentRecords", RECORDS) if of_records else ("AbsentTasks", TASKS)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "accounts.yaml").write_text(ACCOUNTS)
        asides = {"owner": "who answers"}
        written_text = text(a_manifest(kind, owner=owner), container, *ids, asides=asides)
        (folder / "found.yaml").write_text(written_text, encoding="utf-8")
        found = load(folder, now=NOW)
        formatted = [one.name for one in format_tree(folder).manifests]
    absences = {one.container: list(one.ids) for one in found.absences}
    assert absences.get(container, []) == ids
    assert found.manifests[0].owner == owner
    assert not [one for one in formatted if one.endswith("found.yaml")]
