"""Task rows: what identifies a task, what it is recognised by, and what people are shown."""

import re
from typing import Any

from reconciler.domain.facts import NO_FACTS, Facts
from reconciler.domain.fingerprint import FingerprintKey, fingerprint
from reconciler.domain.live import Evidence, Present
from reconciler.domain.masking import Mask

_STATUSES = {0: "pending", 1: "completed", 2: "cancelled"}
_CONTAINERS = ("List", "TaskList", "Tasks", "Records")
_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def task_id(row: Any) -> str:  # noqa: ANN401 - parsed JSON
    """Return the id of a row in lower case; empty where it has none."""
    if not isinstance(row, dict):
        return ""
    return str(row.get("UserTaskId") or row.get("TaskID") or "").lower()


def listed_id(row: Any) -> str:  # noqa: ANN401 - parsed JSON
    """Return the id of a row that nobody asked for by its id; empty where it is no GUID."""
    found = task_id(row)
    return found if _GUID.fullmatch(found) else ""


def owner_id(row: dict[str, Any]) -> str:
    """Return the id of a task's owner in lower case; empty where the row does not tell."""
    return str(row.get("OwnerId") or row.get("OwnerID") or "").lower()


def owner_email(row: dict[str, Any]) -> str:
    """Return the address of a task's owner in lower case; empty where the row does not tell."""
    return str(row.get("OwnerEmailAddress") or "").strip().lower()


def container_of(body: Any) -> list[Any] | None:  # noqa: ANN401 - parsed JSON
    """Return the rows of a page, whichever name they go by; None where it has no list of rows."""
    found = None
    if isinstance(body, dict):
        found = next((body[name] for name in _CONTAINERS if name in body), None)
    return found if isinstance(found, list) else None


def listed(body: Any) -> list[Any]:  # noqa: ANN401 - parsed JSON
    """Return the rows of an answer, in a container or bare; none where there are none."""
    return body if isinstance(body, list) else container_of(body) or []


def present(
    row: dict[str, Any],
    key: FingerprintKey,
    mask: Mask,
    evidence: Evidence,
    facts: Facts = NO_FACTS,
) -> Present:
    """Reduce a row to what the plan needs of it."""
    state = status(row)
    recognised_by = (
        task_id(row),
        owner_id(row),
        str(row.get("Name") or ""),
        _moment(row.get("CreatedOn")),
        _moment(row.get("DueDate")),
        state,
    )
    task_type = row.get("TaskType")
    shown = {
        "type": str(task_type.get("Name") or "") if isinstance(task_type, dict) else "",
        "name": mask.text(str(row.get("Name") or "")),
        "status": state,
        "owner": mask.text(str(row.get("OwnerName") or "")),
        "due": _moment(row.get("DueDate")),
        "created": _moment(row.get("CreatedOn")),
    }
    told = {name: value for name, value in shown.items() if value}
    return Present(fingerprint(key, recognised_by), told, evidence, facts)


def status(row: dict[str, Any]) -> str:
    """Return the status of a task in a word, or as its number; empty where the row has none.

    A missing StatusCode must not be read as any value; by lead it is called Status, in words.
    """
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
