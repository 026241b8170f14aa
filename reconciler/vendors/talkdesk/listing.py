"""One pass over a whole record list, page by page as the answers link them."""

from collections.abc import Callable
from typing import Any

from reconciler.application.ports import UnreadableError
from reconciler.domain.listing import Listing
from reconciler.vendors.calls import Caller
from reconciler.vendors.http import Call
from reconciler.vendors.talkdesk import api, rows

_OK = 200


async def list_records(
    caller: Caller, list_id: str, page_size: int, take: Callable[[str, dict[str, Any]], None]
) -> Listing:
    """Read every page, hand each row to ``take``, and return what the pages add up to."""
    listing = Listing()
    call: Call | None = api.first_page(list_id, page_size)
    expected = 1
    while call is not None and not listing.stalled:
        try:
            reply = await caller.read(call)
        except UnreadableError as error:
            listing.fail(f"page {expected} could not be read: {error}")
            return listing
        body = reply.body
        if reply.status != _OK or not isinstance(body, dict):
            listing.fail(f"page {expected} was answered {api.said(reply)}")
            return listing
        if body.get("page", expected) != expected:
            listing.fail(f"page {expected} came as page {body.get('page')}")
        page = _rows(body)
        if page is None:
            listing.fail(f"page {expected} holds no list of records")
            return listing
        ids = [rows.record_id(row, list_id) for row in page]
        call = api.next_page(call, body)
        listing.add(ids, count=_count(body))
        for target_id, row in zip(ids, page, strict=True):
            if target_id:
                take(target_id, row)
        expected += 1
    return listing


def _rows(body: dict[str, Any]) -> list[Any] | None:
    embedded = body.get("_embedded")
    records = embedded.get("records") if isinstance(embedded, dict) else None
    return records if isinstance(records, list) else None


def _count(body: dict[str, Any]) -> int | None:
    count = body.get("count")
    return count if isinstance(count, int) and not isinstance(count, bool) else None
