"""Pages of a listing and the links between them, in HAL."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from reconciler.sandbox.call import Call
from reconciler.sandbox.database import Document
from reconciler.sandbox.faults import Faults

DEFAULT_SIZE = 50
MAXIMUM_SIZE = 500
MAXIMUM_PAGE = 2_147_483_647
FOREIGN_HOST = "http://elsewhere.invalid"


@dataclass(frozen=True, slots=True)
class Page:
    """Which page is asked for."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """How many items come before it."""
        return (self.number - 1) * self.size


def page_of(query: Mapping[str, str]) -> Page | None:
    """Read ``page`` and ``per_page``; None where they are out of bounds."""
    try:
        page = Page(int(query.get("page", 1)), int(query.get("per_page", DEFAULT_SIZE)))
    except ValueError:
        return None
    good = 1 <= page.number <= MAXIMUM_PAGE and 1 <= page.size <= MAXIMUM_SIZE
    return page if good else None


def numbers(page: Page, total: int) -> Document:
    """Return the members that say where in the listing a page is."""
    return {
        "page": page.number,
        "per_page": page.size,
        "total_pages": last_page(page, total),
    }


def last_page(page: Page, total: int) -> int:
    """Return the number of the last page; there is always one."""
    return max(1, -(-total // page.size))


def links(call: Call, page: Page, total: int, faults: Faults) -> Document:
    """Return the links; ``next`` is missing on the last page and ``prev`` on the first."""
    last = last_page(page, total)

    def link(number: int, base: str = call.url) -> Document:
        query = urlencode({**call.query, "page": number, "per_page": page.size})
        return {"href": f"{base}?{query}"}

    found = {"self": link(page.number), "first": link(1), "last": link(last)}
    if page.number > 1:
        found["prev"] = link(page.number - 1)
    goes_on = page.number < last or faults.talkdesk_next_link == "always"
    if goes_on and faults.talkdesk_paging != "no_next":
        path = call.url.removeprefix(call.origin)
        bases = {"relative": path, "foreign_host": FOREIGN_HOST + path}
        base = bases.get(faults.talkdesk_next_link, call.url)
        found["next"] = link(min(page.number + 1, last), base)
    return found
