"""The record lists themselves."""

from collections.abc import Mapping

from starlette.responses import Response

from reconciler.sandbox.call import Call
from reconciler.sandbox.credentials import TALKDESK_ACCOUNT_ID
from reconciler.sandbox.database import Document
from reconciler.sandbox.record_table import RecordQuery
from reconciler.sandbox.talkdesk import answers
from reconciler.sandbox.talkdesk.filters import BadQueryError, date_interval
from reconciler.sandbox.talkdesk.pages import links, numbers, page_of
from reconciler.sandbox.world import World

_LONGEST_NAME = 35
_ORDERS = frozenset({"name", "records_count", "created_at", "updated_at"})
_MEMBERS_NOBODY_HAS = ("team_id", "team_ids", "campaign_ids")
"""The sandbox's lists belong to no team and no campaign."""


class RecordLists:
    """The calls about record lists."""

    def __init__(self, world: World) -> None:
        self._store = world.store
        self._faults = world.faults

    def list_all(self, call: Call) -> Response:
        """``GET /record-lists``: a page of record lists."""
        page = page_of(call.query)
        everything = [self._shown(found, call) for found in self._store.record_lists()]
        try:
            found = _ordered(
                [entry for entry in everything if _meets(entry, call.query)],
                call.query.get("order_by", "created_at:desc"),
            )
        except BadQueryError:
            return answers.error(400)
        if page is None:
            return answers.error(400)
        part = found[page.offset : page.offset + page.size]
        return answers.hal(
            {
                **numbers(page, len(found)),
                "count": len(part),
                **({"total": len(found)} if self._faults.talkdesk_total else {}),
                "_links": links(call, page, len(found), self._faults),
                "_embedded": {"record_lists": part},
            }
        )

    def get_one(self, call: Call, list_id: str) -> Response:
        """``GET /record-lists/{id}``: one record list."""
        found = (entry for entry in self._store.record_lists() if entry["id"] == list_id)
        return answers.hal(self._shown(next(found), call))

    def _shown(self, record_list: Document, call: Call) -> Document:
        list_id = record_list["id"]
        counted = call.now - self._faults.talkdesk_records_count_lag
        return {
            **record_list,
            "records_count": self._store.record_count(RecordQuery(list_id, (), {}), counted),
            "account_id": TALKDESK_ACCOUNT_ID,
            "teams": [],
            "_links": {"self": {"href": f"{call.origin}/record-lists/{list_id}"}},
        }


def _meets(entry: Document, query: Mapping[str, str]) -> bool:
    name = query.get("name", "")
    if len(name) > _LONGEST_NAME:
        raise BadQueryError("name")
    for column in ("created_at", "updated_at"):
        interval = date_interval(query, column)
        if interval and not interval[0] <= entry[column] <= interval[1]:
            return False
    return (
        name.lower() in entry["name"].lower()
        and entry["status"] == query.get("status", entry["status"]).upper()
        and not any(parameter in query for parameter in _MEMBERS_NOBODY_HAS)
    )


def _ordered(entries: list[Document], order_by: str) -> list[Document]:
    """Sort by the last key first, so that the first one has the last word."""
    for key in reversed(order_by.split(",")):
        name, _, direction = key.partition(":")
        if name not in _ORDERS or direction not in {"", "asc", "desc"}:
            raise BadQueryError("order_by")
        entries = sorted(
            entries, key=lambda entry: str(entry[name]).zfill(20), reverse=direction == "desc"
        )
    return entries
