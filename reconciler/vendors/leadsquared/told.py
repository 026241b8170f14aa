"""What a row tells of its task, field by field, for conditions to be held against.

A field is left out unless the row tells it in full: of a type without its name, nobody can say
that it is not the one that a protection names.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from reconciler.domain.facts import Fact, Facts, Moment, Text, shared
from reconciler.domain.masking import Mask
from reconciler.vendors.leadsquared import rows
from reconciler.vendors.leadsquared.listings.owners import Owners

_MOMENTS = {
    "due": "DueDate",
    "created": "CreatedOn",
    "modified": "ModifiedOn",
    "completed": "CompletedOn",
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?", re.ASCII)
_WHOLE_SECONDS = 19
_NEVER = "0001-01-01"
_MAY_NEVER = frozenset({"due", "completed"})


def facts(row: dict[str, Any], owners: Owners, mask: Mask) -> Facts:
    """Return what a row says; ``owners`` complete the owner, whose ``shown`` is masked."""
    return Facts(dict(_fields(row, owners, mask)))


def _fields(row: dict[str, Any], owners: Owners, mask: Mask) -> Iterator[tuple[str, Fact]]:
    if (owner := _owner(row, owners, mask)) is not None:
        yield "owner", owner
    if (task_type := _type(row)) is not None:
        yield "type", task_type
    if status := rows.status(row):
        yield "status", shared(status, shown=status)
    for name, key in _MOMENTS.items():
        moment = _moment(row.get(key))
        # Everything was created and modified once: there, the null date tells nothing.
        if moment is not None and (moment.at is not None or name in _MAY_NEVER):
            yield name, moment


def _owner(row: dict[str, Any], owners: Owners, mask: Mask) -> Text | None:
    user_id, email = rows.owner_id(row), rows.owner_email(row)
    if not user_id and not email:
        return Text(()) if _is_empty(row, "OwnerId", "OwnerID") else None
    spellings = owners.spellings(user_id, email)
    if spellings is None:
        return None
    name = str(row.get("OwnerName") or email)
    return shared(*spellings, shown=mask.text(name) or user_id)


def _type(row: dict[str, Any]) -> Text | None:
    nested = row.get("TaskType")
    for held, id_key, name_key in (
        (nested, "Id", "Name"),
        # Code in the wild reads these names.
        (nested, "TaskTypeId", "TaskName"),
        (row, "TaskTypeId", "TaskName"),
    ):
        found = [held.get(id_key), held.get(name_key)] if isinstance(held, dict) else [None]
        # One without the other is told in part: a condition may ask for the one that is missing.
        if all(isinstance(one, str) for one in found) and all(found) == any(found):
            spellings = tuple(one for one in found if one)
            return shared(*spellings, shown=spellings[-1] if spellings else "")
    return None


def _moment(value: object) -> Moment | None:
    """Return a time, UTC in whole seconds; None where there is none to read."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    if value.startswith(_NEVER):
        return Moment(None)
    try:
        return Moment(datetime.fromisoformat(value[:_WHOLE_SECONDS]).replace(tzinfo=UTC))
    except ValueError:
        return None


def _is_empty(row: dict[str, Any], *keys: str) -> bool:
    """Say whether a row has a field, and nothing in it; null is not a word about it."""
    return any(row.get(key) == "" for key in keys)
