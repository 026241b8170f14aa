"""Which users a UserSearchCriteria finds."""

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.sandbox.database import Document

_COLUMNS = {"UserId": "ID", "UserID": "ID"}

_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda value, asked: value == asked,
    "neq": lambda value, asked: value != asked,
    "lik": lambda value, asked: asked in value,
    "nlik": lambda value, asked: asked not in value,
    "lik_s": lambda value, asked: value.startswith(asked),
    "lik_e": lambda value, asked: value.endswith(asked),
    "n": lambda value, _: not value,
    "nn": lambda value, _: bool(value),
}


def matches(user: Document, criteria: Mapping[str, Any]) -> bool:
    """Tell whether a user meets every group of conditions; no group meets none."""
    groups = criteria.get("GroupConditions") or []
    return bool(groups) and all(_meets(user, group.get("Condition") or []) for group in groups)


def _meets(user: Document, conditions: list[Document]) -> bool:
    """Read the conditions from left to right, each joined as it says itself."""
    met = True
    for position, condition in enumerate(conditions):
        result = _holds(user, condition)
        joined_by_or = str(condition.get("ConditionOperator", "")).upper() == "OR"
        met = (met or result) if position and joined_by_or else (met and result)
    return met


def _holds(user: Document, condition: Document) -> bool:
    name = str(condition.get("LookupName", ""))
    operator = _OPERATORS.get(str(condition.get("Operator", "")))
    value = user.get(_COLUMNS.get(name, name))
    if operator is None:
        return False
    text = "" if value is None else str(value)
    return operator(text.lower(), str(condition.get("LookupValue", "")).lower())
