"""Listings: every page of one, whatever the server says of how many there are."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from reconciler.forges.calls import Calls
from reconciler.forges.rows import Row, rows_of
from reconciler.forges.trouble import ForgeError
from reconciler.transport.wire import Call

PAGING = frozenset({"per_page", "page", "after"})
"""The names in the query by which a page is asked for."""
_PER_PAGE = 100
_MOST_PAGES = 100
_LINK = re.compile(r'<([^<>]*)>\s*;[^,]*\brel="?next"?')


async def every_row(calls: Calls, path: str, query: Mapping[str, str]) -> list[Row]:
    """Return the rows of every page; raises ForgeError where there is no end to them.

    A header says which page is next. Of a server that sends none (a proxy may drop it) a page is
    asked for after every full one.
    """
    pages: list[list[Row]] = []
    following = {"page": "1"}
    is_told = False
    for number in range(1, _MOST_PAGES + 1):
        asked: dict[str, str | int] = {**query, "per_page": _PER_PAGE, **following}
        reply = await calls.repeatable(Call(method="GET", path=path, query=asked))
        page = list(rows_of(reply.body))
        told = _next_page(reply.headers)
        is_told = is_told or told is not None
        if told is None and not is_told:
            # One that knows no pages gives the same again.
            is_last = len(page) < _PER_PAGE or page in pages
            told = {} if is_last else {"page": str(number + 1)}
        if page not in pages:
            pages.append(page)
        if not told:
            return [row for page in pages for row in page]
        following = told
    raise ForgeError(f"{calls.name} ({path}): more than {_MOST_PAGES} pages")


def _next_page(headers: Mapping[str, str]) -> dict[str, str] | None:
    """Return what to ask for next, empty at the end; None where no header says it."""
    link, number = headers.get("link"), headers.get("x-next-page")
    if link is not None and (found := _LINK.search(link)):
        # Its address itself is not used.
        asked = parse_qs(urlsplit(found[1]).query)
        return {name: asked[name][0] for name in ("page", "after") if name in asked} or {"page": ""}
    if number is not None and number.strip():
        return {"page": number.strip()}
    return None if link is None and number is None else {}
