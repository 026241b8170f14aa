"""Paging through tasks: what is an end, what is a flaw, and what is no page at all."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import httpx
import pytest

from reconciler.application.ports import UnreadableError
from reconciler.domain.listing import Listing
from reconciler.vendors.leadsquared import api
from reconciler.vendors.leadsquared.listings.pages import Pages, flaw_of, list_all
from tests.vendors.rig import Rig, Server, answer, in_turn, some_id


def a_page(*numbers: int, count: object) -> httpx.Response:
    return answer(
        200, {"RecordCount": count, "List": [{"UserTaskId": some_id(n)} for n in numbers]}
    )


def read(
    *answers: httpx.Response, size: int = 3, to_count: bool = False
) -> tuple[Listing, list[str], list[Any]]:
    """Return the listing, the ids that were taken, and the paging of every call."""
    server = Server(in_turn(*answers))
    rig = Rig(transport=server)
    taken: list[str] = []
    listing = rig.clock.run(
        list_all(
            rig.task_caller(),
            Pages(lambda at: api.scheduled(["u1"], _DAY, _DAY, at, to_dos=True), size, to_count),
            lambda row: taken.append(row["UserTaskId"][-1]),
            lambda _: "",
        )
    )
    return listing, taken, [json.loads(one.content)["Paging"] for one in server.arrived]


_DAY = date(2026, 1, 1)


def paging(*pages: tuple[int, int]) -> Sequence[dict[str, int]]:
    return [{"PageIndex": number, "PageSize": size} for number, size in pages]


def test_an_empty_page_ends_a_listing_whatever_it_counts_of_nothing() -> None:
    for last in (0, 4):
        pages = (a_page(1, 2, 3, count=4), a_page(4, count=4), a_page(count=last))
        listing, taken, asked = read(*pages)
        assert (flaw_of(listing), taken) == ("", ["1", "2", "3", "4"])
        assert asked == paging((1, 3), (2, 3), (3, 3))


@pytest.mark.parametrize("last", [5, None, "4"])
def test_an_empty_page_that_counts_something_else_is_a_flaw(last: object) -> None:
    listing, _, _ = read(a_page(1, 2, 3, count=3), a_page(count=last))
    assert flaw_of(listing) == "the count changed while paging"


def test_a_first_page_that_is_short_is_the_size_of_the_next_ones() -> None:
    pages = (a_page(1, 2, count=3), a_page(3, count=3), a_page(count=3))
    listing, _, asked = read(*pages, size=500)
    assert (flaw_of(listing), asked) == ("", paging((1, 500), (2, 2), (3, 2)))


def test_a_first_page_that_is_empty_is_the_last_one() -> None:
    assert flaw_of(read(a_page(count=0))[0]) == ""
    assert flaw_of(read(a_page(count=3))[0]) == "0 rows seen, 3 counted"
    assert flaw_of(read(a_page(count=None))[0]) == "a page names no count"


def test_more_rows_than_are_counted_are_not_followed_without_end() -> None:
    pages = [a_page(n, count=2) for n in range(1, 9)]
    listing, taken, _ = read(*pages)
    assert (flaw_of(listing), taken) == ("3 rows seen, 2 counted", ["1", "2", "3"])


def test_a_listing_may_be_left_where_as_many_rows_as_are_counted_came() -> None:
    pages = (a_page(1, 2, 3, count=4), a_page(4, count=4), a_page(5, count=5))
    listing, taken, asked = read(*pages, to_count=True)
    assert (flaw_of(listing), taken) == ("", ["1", "2", "3", "4"])
    assert asked == paging((1, 3), (2, 3))
    assert len(read(a_page(count=0), to_count=True)[2]) == 1
    more = read(a_page(1, 2, 3, count=2), to_count=True)
    assert (flaw_of(more[0]), len(more[2])) == ("3 rows seen, 2 counted", 1)


@pytest.mark.parametrize("count", [True, "1", 1.0, None])
def test_a_count_that_is_no_whole_number_is_none(count: object) -> None:
    assert flaw_of(read(a_page(1, count=count), a_page(count=count))[0]) == "a page names no count"


@pytest.mark.parametrize("row", [{}, "odd", None, [], {"UserTaskId": "../1"}, {"UserTaskId": 7}])
def test_a_row_without_an_id_is_a_flaw_and_is_not_taken(row: object) -> None:
    body = {"RecordCount": 2, "List": [row, {"UserTaskId": some_id(1)}]}
    listing, taken, _ = read(answer(200, body))
    assert flaw_of(listing).startswith("a row has no id")
    assert taken == ["1"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        False,
        "[]",
        {"RecordCount": 0},
        {"RecordCount": 0, "List": None},
        {"RecordCount": 0, "List": {}},
        {"Status": "Error", "List": []},
        [{"UserTaskId": some_id(1)}],
    ],
)
def test_an_answer_without_a_list_of_rows_is_no_page(body: object) -> None:
    with pytest.raises(UnreadableError, match=r"^page 1 could not be read: answered 200"):
        read(answer(200, body))


def test_another_status_is_no_page_whatever_it_holds() -> None:
    with pytest.raises(UnreadableError, match=r"^page 2 could not be read: answered 206$"):
        read(a_page(1, count=1), answer(206, {"RecordCount": 1, "List": []}))
