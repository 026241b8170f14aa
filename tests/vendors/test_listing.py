"""Listings: when the pages add up to everything there is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.domain.listing import Listing


def listing(*pages: tuple[str, int | None], named: int | None = None) -> Listing:
    """Return a listing of pages, each with one letter per row and the count that it names."""
    found = Listing()
    for letters, count in pages:
        ids = ["" if letter == "-" else letter for letter in letters]
        found.add(ids, count=count, pages=named)
    return found


@pytest.mark.parametrize(
    ("pages", "verdict"),
    [
        ([("abc", 5), ("de", 5)], ""),
        ([("abc", 3)], ""),
        ([("abc", 3), ("", 3)], ""),
        ([("", 0)], ""),
        ([], "no page was read"),
        ([("abc", 5)], "3 rows seen, 5 counted"),
        ([("abc", 2)], "3 rows seen, 2 counted"),
        ([("", 3)], "0 rows seen, 3 counted"),
        ([("abc", 5), ("de", 6)], "the count changed while paging; 5 rows seen, 6 counted"),
        ([("abc", None)], "a page names no count"),
        ([("abc", 5), ("de", None)], "the count changed while paging; a page names no count"),
        ([("abc", None), ("de", 5)], "a page names no count; the count changed while paging"),
        ([("abc", 3), ("abc", 3)], "a page brought nothing new"),
        ([("abc", 4), ("cd", 4)], "rows came twice"),
        ([("aab", 2)], "rows came twice"),
        (
            [("ab-", 3)],
            "a row has no id, or is of another list; rows came twice; 2 rows seen, 3 counted",
        ),
    ],
)
def test_what_speaks_against_a_listing(pages: list[tuple[str, int | None]], verdict: str) -> None:
    assert listing(*pages).verdict() == verdict


def test_a_page_that_could_not_be_read_speaks_against_it() -> None:
    found = listing(("abc", 3))
    found.fail("page 2 could not be read")
    found.fail("page 2 could not be read")
    assert found.verdict() == "page 2 could not be read"


@pytest.mark.parametrize(
    ("named", "verdict"), [(None, ""), (2, ""), (1, ""), (3, "2 pages seen, 3 named")]
)
def test_more_pages_than_were_seen_speak_against_it(named: int | None, verdict: str) -> None:
    assert listing(("abc", 5), ("de", 5), named=named).verdict() == verdict


@pytest.mark.parametrize(
    ("pages", "stalled", "in_all"),
    [
        ([("abc", 9)], False, 3),
        ([("abc", 10)], False, 4),
        ([("abc", None)], False, 1),
        ([("abc", 2)], False, 1),
        ([("", 9)], True, 10),
        ([("abc", 9), ("abc", 9)], True, 4),
        ([("abc", 9), ("d", 9)], False, 7),
    ],
)
def test_how_many_pages_there_seem_to_be(
    pages: list[tuple[str, int | None]], in_all: int, *, stalled: bool
) -> None:
    found = listing(*pages)
    assert (found.stalled, found.pages_in_all) == (stalled, in_all)


@settings(deadline=None)
@given(
    st.lists(st.integers(min_value=0, max_value=30), unique=True),
    st.integers(min_value=1, max_value=7),
    st.data(),
)
def test_a_listing_that_lost_one_row_is_never_complete(
    rows: list[int], size: int, data: st.DataObject
) -> None:
    ids = [str(one) for one in rows]
    pages = [ids[start : start + size] for start in range(0, len(ids), size)] or [[]]
    whole = Listing()
    for page in pages:
        whole.add(page, count=len(ids), pages=len(pages))
    assert whole.verdict() == ""
    if not ids:
        return
    lost = data.draw(st.sampled_from(ids))
    partial = Listing()
    for page in pages:
        partial.add([one for one in page if one != lost], count=len(ids), pages=len(pages))
    assert partial.verdict() != ""
