"""Reads the query parameters of the listings of records."""

from collections.abc import Mapping
from datetime import datetime

from reconciler.sandbox.record_table import RecordQuery
from reconciler.sandbox.timestamps import zulu

_PHONE = (1, 20)
_SEARCH = (3, 80)
_ORDERS = {"updated_at": "updated", "priority": "priority"}
_SEARCH_COLUMNS = {
    "first_name": "first_name",
    "last_name": "last_name",
    "phone_number": "phones",
}


class BadQueryError(ValueError):
    """A query parameter is not as the papers want it."""


def record_query(list_id: str, query: Mapping[str, str]) -> RecordQuery:
    """Return what a listing asks for; raise BadQueryError where it cannot be asked."""
    conditions: list[str] = []
    values: dict[str, object] = {}
    if "phone_number" in query:
        values["phone"] = f"% {_bounded(query['phone_number'], _PHONE)} %"
        conditions.append("' ' || phones || ' ' LIKE :phone")
    if "search" in query:
        values["search"] = f"%{_bounded(query['search'], _SEARCH).strip('*')}%"
        columns = _search_columns(query.get("search_fields"))
        conditions.append("(" + " OR ".join(f"{name} LIKE :search" for name in columns) + ")")
    if "upload_request_id" in query:
        values["upload"] = query["upload_request_id"]
        conditions.append("upload_id = :upload")
    for parameter, column in (("priorities", "priority"), ("timezones", "timezone")):
        if parameter in query:
            values[parameter] = f",{query[parameter]},"
            conditions.append(f"instr(:{parameter}, ',' || {column} || ',')")
    if interval := date_interval(query, "updated_at"):
        values["since"], values["until"] = interval
        conditions.append("updated BETWEEN :since AND :until")
    name, descending = _order(query.get("order_by", "updated_at:desc"))
    return RecordQuery(list_id, tuple(conditions), values, name, descending)


def date_interval(query: Mapping[str, str], name: str) -> tuple[str, str] | None:
    """Return the interval of ``NAME_from`` and ``NAME_to``, which come together or not at all."""
    given = [query.get(f"{name}_{end}") for end in ("from", "to")]
    if given == [None, None]:
        return None
    try:
        since, until = (zulu(datetime.fromisoformat(text or "").timestamp()) for text in given)
    except ValueError:
        raise BadQueryError(name) from None
    return since, until


def _bounded(text: str, bounds: tuple[int, int]) -> str:
    shortest, longest = bounds
    if not shortest <= len(text) <= longest:
        raise BadQueryError(text)
    return text


def _search_columns(fields: str | None) -> list[str]:
    names = fields.split(",") if fields else list(_SEARCH_COLUMNS)
    if any(name not in _SEARCH_COLUMNS for name in names):
        raise BadQueryError("search_fields")
    return [_SEARCH_COLUMNS[name] for name in names]


def _order(order_by: str) -> tuple[str, bool]:
    name, _, direction = order_by.partition(":")
    if name not in _ORDERS or direction not in {"", "asc", "desc"}:
        raise BadQueryError("order_by")
    return _ORDERS[name], direction == "desc"
