"""One pass over a whole record list, page by page as the answers link them."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from reconciler.application.pool import meanwhile
from reconciler.application.ports import UnreadableError
from reconciler.domain.listing import Listing
from reconciler.transport.wire import Call
from reconciler.vendors.calls import Caller
from reconciler.vendors.talkdesk import api, rows
from reconciler.vendors.verdicts import Reply

_OK = 200
_STEP = 50
"""Rows that are worked on before everything else has its turn."""

Take: TypeAlias = Callable[[str, dict[str, Any]], None]
"""Is given the id and the row of every record."""
Again: TypeAlias = Callable[[str], None]
"""Is given the id of a record that came again as it was."""
Pages: TypeAlias = dict[int, int]
"""A hash of the bytes of each page, by its number; the ids on it would be a hundred times more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """One pass over a record list, and who is given its rows."""

    caller: Caller
    list_id: str
    most: int
    """Pages that are worth it: a list may have grown, a count may lag behind, a server may give
    smaller pages than it was asked for."""
    take: Take
    again: Again = lambda _: None
    """Hears of the records on a page that is, byte by byte, the one in ``pages``."""
    pages: Pages = field(default_factory=dict)
    """The pages of the pass before; those of this one when it is over."""

    async def run(self, first: Call) -> Listing:
        """Read every page, hand out each row, and return what the pages add up to."""
        listing = Listing()
        call, reply = first, await self._page(first, listing)
        while reply is not None:
            handing = self._add(reply, listing)
            following = self._following(call, reply, listing)
            if following is None:
                deque(handing, maxlen=0)
                return listing
            # A page is on its way while the rows of the one before it are worked on.
            call, coming = following, self._page(following, listing)
            reply = await meanwhile(coming, handing)
        return listing

    def _add(self, reply: Reply, listing: Listing) -> Iterator[None]:
        """Add a page to the listing, and return the steps in which its rows are handed out."""
        body, number = reply.body, listing.pages + 1
        page = body["_embedded"]["records"]
        came = hash(reply.raw)
        same = self.pages.get(number) == came
        self.pages[number] = came
        ids = [rows.record_id(row, self.list_id) for row in page]
        listing.add(ids, count=_count(body, len(page)), pages=_whole(body.get("total_pages")))
        return self._hand_out(ids, None if same else page)

    def _hand_out(self, ids: Sequence[str], page: Sequence[Any] | None) -> Iterator[None]:
        """Hand out the rows that have an id, or just these ids where there is no page."""
        for number, target_id in enumerate(ids):
            if number % _STEP == 0:
                yield
            if target_id and page is None:
                self.again(target_id)
            elif target_id and page is not None:
                self.take(target_id, page[number])

    def _following(self, call: Call, reply: Reply, listing: Listing) -> Call | None:
        """Return the call for the next page; None if there is none, or none that is worth it."""
        following = api.next_page(call, reply.body)
        if following is None or listing.stalled:
            return None
        pages = max(listing.pages + 1, listing.pages_in_all)
        if pages > self.most:
            listing.fail(f"it takes {pages} pages, {self.most} are worth it")
            return None
        return following

    async def _page(self, call: Call, listing: Listing) -> Reply | None:
        """Return one page; None, and a flaw of the listing, where there is none."""
        number = listing.pages + 1
        try:
            reply = await self.caller.read(call)
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
        return reply


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
