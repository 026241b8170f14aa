"""Manifests as somebody wrote them, and the end that every accident here must have."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.application.clock import utc
from reconciler.domain.absences import Declarations
from reconciler.manifests.load import load
from reconciler.sandbox.seed import record_list_id
from tests.fakes.runs import alive, deletions
from tests.simulation import EPOCH, World

LIST, SECOND_LIST = record_list_id(0), record_list_id(1)
ACCOUNTS = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme-crm}
spec: {system: leadsquared, region: in21, tenant: "22824"}
---
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme-dialer}
spec: {system: talkdesk, region: eu, tenant: acme}
"""


def document(kind: str, spec: str, name: str = "old", more: str = "") -> str:
    return (
        f"---\napiVersion: reconciler/v1\nkind: {kind}\n"
        f"metadata: {{name: {name}, owner: ops, reason: Old{more}}}\n"
        f"spec: {{{spec}}}\n"
    )


def absent_tasks(*ids: str, more: str = "", name: str = "old-tasks") -> str:
    spec = f"account: acme-crm, tasks: [{', '.join(ids)}]{more}"
    return document("AbsentTasks", spec, name)


def absent_records(
    *ids: str, more: str = "", name: str = "old-records", record_list: str = LIST
) -> str:
    entries = ", ".join(f"{{id: {one}}}" for one in ids)
    spec = f"account: acme-dialer, recordList: {record_list}, records: [{entries}]{more}"
    return document("AbsentRecords", spec, name)


def tasks_where(conditions: str, *, most: int = 500, unattended: bool = True) -> str:
    rule = f"{conditions}, max: {most}, unattended: {str(unattended).lower()}"
    return document("AbsentTasks", f"account: acme-crm, where: {{{rule}}}", "task-rule")


def records_where(conditions: str, *, most: int = 500, unattended: bool = True) -> str:
    rule = f"{conditions}, max: {most}, unattended: {str(unattended).lower()}"
    spec = f"account: acme-dialer, recordList: {LIST}, where: {{{rule}}}"
    return document("AbsentRecords", spec, "record-rule")


def policy(spec: str, name: str = "default") -> str:
    return document("Policy", spec, name)


def protection(spec: str, name: str = "keep") -> str:
    return document("Protection", spec, name)


def written(tree: Path, *documents: str, name: str = "all.yaml") -> Path:
    """Write the two accounts and one file of documents, and return the tree."""
    tree.mkdir(parents=True, exist_ok=True)
    (tree / "accounts.yaml").write_text(ACCOUNTS)
    file = tree / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(documents))
    return tree


def read(tree: Path) -> Declarations:
    return load(tree, now=utc(EPOCH))


def declared(folder: Path, *documents: str) -> Declarations:
    """Return what a folder declares that holds the two accounts and these documents."""
    return read(written(folder / "manifests", *documents))


@contextmanager
def nothing_sent(world: World) -> Iterator[None]:
    """Hold that no deletion arrives meanwhile, and that everything is still there."""
    before, sent = alive(world), len(deletions(world))
    yield
    assert len(deletions(world)) == sent
    assert alive(world) == before
