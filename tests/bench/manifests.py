"""Folders of manifests of any size."""

from pathlib import Path

from reconciler.sandbox.seed import record_id, record_list_id, task_id


def write_tasks(folder: Path, count: int) -> None:
    """Declare tasks in YAML."""
    folder.mkdir()
    (folder / "account.yaml").write_text(_LEADSQUARED, encoding="utf-8")
    with (folder / "tasks.yaml").open("w", encoding="utf-8") as file:
        file.write(_head("AbsentTasks", "acme-crm") + "  tasks:\n")
        file.writelines(f"    - {task_id(n)}\n" for n in range(count))


def write_side_file(folder: Path, count: int) -> None:
    """Declare tasks in a side file."""
    folder.mkdir()
    head = _head("AbsentTasks", "acme-crm")
    manifest = f"{_LEADSQUARED}---\n{head}  tasksFrom: {{file: ids.csv}}\n"
    (folder / "all.yaml").write_text(manifest, encoding="utf-8")
    _write_ids(folder / "ids.csv", [task_id(n) for n in range(count)])


def write_records(folder: Path, count: int) -> None:
    """Declare records in YAML."""
    _write_dialer(folder)
    with (folder / "records.yaml").open("w", encoding="utf-8") as file:
        file.write(_records_head() + "  records:\n")
        file.writelines(f"    - id: {record_id(n)}\n" for n in range(count))


def write_records_aside(folder: Path, count: int) -> None:
    """Declare records in a side file: so many are too many for a file of YAML."""
    _write_dialer(folder)
    manifest = _records_head() + "  recordsFrom: {file: ids.csv}\n"
    (folder / "records.yaml").write_text(manifest, encoding="utf-8")
    _write_ids(folder / "ids.csv", [record_id(n) for n in range(count)])


def _write_dialer(folder: Path) -> None:
    folder.mkdir()
    (folder / "account.yaml").write_text(_TALKDESK, encoding="utf-8")
    (folder / "policy.yaml").write_text(_POLICY, encoding="utf-8")


def _write_ids(path: Path, ids: list[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("id\n")
        file.writelines(f"{one}\n" for one in ids)


def _records_head() -> str:
    return f"{_head('AbsentRecords', 'acme-dialer')}  recordList: {record_list_id()}\n"


def _head(kind: str, account: str) -> str:
    return (
        f"apiVersion: reconciler/v1\nkind: {kind}\n"
        "metadata: {name: bench, owner: ops, reason: Bench}\n"
        f"spec:\n  account: {account}\n"
    )


_LEADSQUARED = """apiVersion: reconciler/v1
kind: Account
metadata: {name: acme-crm}
spec: {system: leadsquared, region: in21, tenant: "22824"}
"""
_TALKDESK = """apiVersion: reconciler/v1
kind: Account
metadata: {name: acme-dialer}
spec: {system: talkdesk, region: eu, tenant: acme, limits: {calls: 100000, per: 1s}}
"""
_POLICY = """apiVersion: reconciler/v1
kind: Policy
metadata: {name: raised}
spec:
  maxDeletes: 1000000
  maxDeletesPerDay: 1000000
  maxDeletePercent: 100
  allowEmptying: true
  canary: []
"""
