"""Task rows: what identifies a task, what it is recognised by, and what people are shown."""

import json
import re
from typing import Any

from reconciler.domain.fingerprint import FingerprintKey, fingerprint
from reconciler.domain.live import Evidence, Present
from reconciler.domain.masking import Mask

_STATUSES = {0: "pending", 1: "completed", 2: "cancelled"}
_CONTAINERS = ("List", "TaskList", "Tasks", "Records")
_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})")


def task_id(row: Any) -> str:  # noqa: ANN401 - parsed JSON
    """Return the id of a row in lower case; empty where it has none."""
    if not isinstance(row, dict):
        return ""
    return str(row.get("UserTaskId") or row.get("TaskID") or "").lower()


def listed(body: Any) -> list[Any]:  # noqa: ANN401 - parsed JSON
    """Return the rows of an answer, whichever of its names the container goes by."""
    if isinstance(body, dict):
        body = next((body[name] for name in _CONTAINERS if name in body), None)
    return body if isinstance(body, list) else []


def present(row: dict[str, Any], key: FingerprintKey, mask: Mask, evidence: Evidence) -> Present:
    """Reduce a row to what the plan needs of it."""
    status = _status(row)
    recognised_by = (
        task_id(row),
        str(row.get("OwnerId") or row.get("OwnerID") or "").lower(),
        str(row.get("Name") or ""),
        _moment(row.get("CreatedOn")),
        _moment(row.get("DueDate")),
        status,
    )
    task_type = row.get("TaskType")
    shown = {
        "type": str(task_type.get("Name") or "") if isinstance(task_type, dict) else "",
        "name": mask.text(str(row.get("Name") or "")),
        "status": status,
        "owner": mask.text(str(row.get("OwnerName") or "")),
        "due": _moment(row.get("DueDate")),
        "created": _moment(row.get("CreatedOn")),
    }
    return Present(
        fingerprint(key, recognised_by),
        json.dumps({name: value for name, value in shown.items() if value}, ensure_ascii=False),
        evidence,
    )


def _status(row: dict[str, Any]) -> str:
    # A missing StatusCode must not be read as any value; by lead it is called Status, in words.
    code = row.get("StatusCode")
    if isinstance(code, int) and not isinstance(code, bool):
        return _STATUSES.get(code, str(code))
    return str(row.get("Status") or "").lower()


def _moment(value: object) -> str:
    """Return a date without its sub-seconds, which some ways of reading leave out."""
    found = _DATE.match(value) if isinstance(value, str) else None
    if found is None:
        return str(value or "")
    return "" if found[1] == "0001-01-01" else f"{found[1]} {found[2]}"
