"""One pass over a whole record list, page by page as the answers link them."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from reconciler.application.pool import meanwhile
from reconciler.application.ports import UnreadableError
from reconciler.domain.listing import Listing
from reconciler.vendors.calls import Caller
from reconciler.vendors.talkdesk import api, rows
from reconciler.vendors.wire import Call

_OK = 200
_PART = 50
"""Rows that are worked on before everything else has its turn."""

Take: TypeAlias = Callable[[str, dict[str, Any]], None]
"""Is given the id and the row of every record."""


async def list_records(caller: Caller, first: Call, list_id: str, most: int, take: Take) -> Listing:
    """Read every page, hand each row to ``take``, and return what the pages add up to.

    Gives up, incomplete, when it takes more than ``most`` pages: a list may have grown, a count
    may lag behind, a server may give smaller pages than it was asked for.
    """
    listing = Listing()
    call, body = first, await _page(caller, first, 1, listing)
    while body is not None:
        page = body["_embedded"]["records"]
        ids = [rows.record_id(row, list_id) for row in page]
        listing.add(ids, count=_count(body, len(page)), pages=_whole(body.get("total_pages")))
        handing = _in_parts(ids, page, take)
        following = _following(call, body, listing, most)
        if following is None:
            deque(handing, maxlen=0)
            return listing
        # A page is on its way while the rows of the one before it are worked on.
        call, coming = following, _page(caller, following, listing.pages + 1, listing)
        body = await meanwhile(coming, handing)
    return listing


def _following(call: Call, body: dict[str, Any], listing: Listing, most: int) -> Call | None:
    """Return the call for the next page; None if there is none, or none that is worth it."""
    following = api.next_page(call, body)
    if following is None or listing.stalled:
        return None
    pages = max(listing.pages + 1, listing.pages_in_all)
    if pages > most:
        listing.fail(f"it takes {pages} pages, {most} are worth it")
        return None
    return following


def _in_parts(ids: Sequence[str], page: Sequence[Any], take: Take) -> Iterator[None]:
    """Hand out the rows that have an id, some at each step."""
    for number, (target_id, row) in enumerate(zip(ids, page, strict=True)):
        if number % _PART == 0:
            yield
        if target_id:
            take(target_id, row)


async def _page(caller: Caller, call: Call, number: int, listing: Listing) -> dict[str, Any] | None:
    """Return the body of one page; None, and a flaw of the listing, where there is none."""
    try:
        reply = await caller.read(call)
    except UnreadableError as error:
        listing.fail(f"page {number} could not be read: {error}")
        return None
    body = reply.body
    if reply.status != _OK or not isinstance(body, dict):
        listing.fail(f"page {number} was answered {api.said(reply)}")
        return None
    if body.get("page", number) != number:
        listing.fail(f"page {number} came as page {str(body.get('page'))[:20]}")
    embedded = body.get("_embedded")
    if not isinstance(embedded, dict) or not isinstance(embedded.get("records"), list):
        listing.fail(f"page {number} holds no list of records")
        return None
    return body


def _count(body: dict[str, Any], rows_here: int) -> int | None:
    """Return how many records a page says there are in all; None if it contradicts itself.

    The schema demands ``total``, its example has only ``count``; in another listing of this API
    ``count`` is what the page holds.
    """
    count, total = _whole(body.get("count")), _whole(body.get("total"))
    if total is None or count == total:
        return count
    return total if count in (None, rows_here) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
