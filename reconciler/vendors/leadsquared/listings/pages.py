"""Paging: one pass over a listing of tasks, page by page until an empty one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from reconciler.application.ports import UnreadableError
from reconciler.domain.listing import Listing
from reconciler.transport.wire import Call
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared import api, rows

_OK = 200

Take: TypeAlias = Callable[[dict[str, Any]], None]
"""Is given every row that has an id."""
PageCall: TypeAlias = Callable[[api.At], Call]
"""Makes the call for one page."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Which pages are read of a listing."""

    call_for: PageCall
    size: int
    """Rows to ask for in one of them."""
    to_count: bool = False
    """Only until as many rows as are counted came; otherwise until an empty page."""


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one answer, and how many it says there are in all."""

    rows: list[Any]
    count: int | None

    @property
    def ids(self) -> list[str]:
        """The ids of its rows; empty where a row has none."""
        return [rows.listed_id(row) for row in self.rows]

    def hand_to(self, take: Take) -> None:
        """Give every row that has an id to ``take``."""
        for row in self.rows:
            if rows.listed_id(row):
                take(row)


Doubt: TypeAlias = Callable[[Page], str]
"""Is given every page, the last one too; says what speaks against it, empty for nothing."""


async def read_page(caller: Caller, call: Call) -> Page:
    """Return one page; raises UnreadableError for an answer that holds no list of rows."""
    reply = await caller.read(call)
    found = rows.container_of(reply.body)
    if reply.status != _OK or api.is_error(reply.body) or found is None:
        raise UnreadableError(f"answered {api.said(reply)}")
    count = reply.body.get("RecordCount")
    is_count = isinstance(count, int) and not isinstance(count, bool)
    return Page(found, count if is_count else None)


async def list_all(caller: Caller, pages: Pages, take: Take, doubt: Doubt) -> Listing:
    """Read pages to their end, or until something speaks against the listing.

    A short page may be a clamped one, so it ends nothing; but the next ones are then asked for
    in its size, for pages that are told by their number would leave rows out otherwise.

    Raises UnreadableError for a page that cannot be read; what came before was taken.
    """
    listing, size, at = Listing(), pages.size, api.At(size=pages.size)
    beyond = 0 if pages.to_count else 1
    while not listing.stalled and not listing.flaws:
        try:
            page = await read_page(caller, pages.call_for(at))
        except UnreadableError as error:
            raise UnreadableError(f"page {at.number} could not be read: {error}") from error
        found = doubt(page)
        if not page.rows and listing.pages:
            # Some count here what a page holds, which beyond the last one is nothing.
            if page.count not in (0, listing.count):
                listing.fail("the count changed while paging")
            return listing
        listing.add(page.ids, count=page.count)
        page.hand_to(take)
        if found:
            listing.fail(found)
        shown = len(page.rows)
        size = min(size, shown) if listing.pages == 1 else size
        at = replace(at, number=at.number + 1, offset=at.offset + shown, size=size)
        if listing.count is not None and len(listing.seen) >= listing.count + beyond:
            return listing
    return listing


def flaw_of(listing: Listing) -> str:
    """Return why a listing is not complete; empty if it is.

    One that was left because of a flaw was not counted to its end, so its count says nothing.
    """
    return "; ".join(listing.flaws) or listing.verdict()
