"""Passes over a record list: what came again as it was is not looked at twice."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from reconciler.application.ports import OutOfCallsError
from reconciler.vendors.talkdesk import api
from reconciler.vendors.talkdesk.listing import Pages, Paging
from tests.vendors.rig import LIST, Rig, Server, answer, some_id

Body = dict[str, Any]


def page(number: int, *records: int, last: int = 2, **fields: object) -> Body:
    """Return a page with these records, of a list with two of them on each page."""
    href = f"http://vendor.test/record-lists/{LIST}/records?page={number + 1}&per_page=2"
    return {
        "page": number,
        "count": 2 * last,
        "_links": {"next": {"href": href}} if number < last else {},
        "_embedded": {"records": [{"id": some_id(one), **fields} for one in records]},
    }


class Passes:
    """Passes over one list, and what each of them handed out."""

    def __init__(self) -> None:
        self.pages: Pages = {}
        self.taken: list[tuple[str, str]] = []
        self.came_again: list[str] = []

    def run(self, *bodies: Body) -> str:
        """Make a pass over these pages; return why it is not complete."""
        self.taken, self.came_again = [], []
        server = Server(self._answers({body["page"]: body for body in bodies}))
        rig = Rig(transport=server)
        token = rig.token()
        paging = Paging(
            caller=rig.record_caller(token),
            list_id=LIST,
            most=10,
            take=lambda target_id, row: self.taken.append((target_id, row.get("name", ""))),
            again=self.came_again.append,
            pages=self.pages,
        )

        async def work() -> str:
            await token.ready()
            return (await paging.run(api.first_page(LIST, 2))).verdict()

        return rig.clock.run(work())

    @staticmethod
    def _answers(bodies: dict[int, Body]) -> Callable[[httpx.Request], httpx.Response]:
        def answers(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/oauth/token":
                return answer(200, {"access_token": "t1", "expires_in": 599})
            return answer(200, bodies[int(request.url.params["page"])])

        return answers


def ids(*numbers: int) -> list[str]:
    return [some_id(number) for number in numbers]


def test_every_row_is_handed_out_in_order() -> None:
    passes = Passes()
    assert passes.run(page(1, 1, 2, name="A"), page(2, 3, 4, name="B")) == ""
    assert passes.taken == [*zip(ids(1, 2), "AA", strict=True), *zip(ids(3, 4), "BB", strict=True)]
    assert passes.came_again == []


def test_of_a_page_that_comes_again_as_it_was_only_the_ids_are_handed_out() -> None:
    passes = Passes()
    passes.run(page(1, 1, 2, name="A"), page(2, 3, 4, name="A"))
    assert passes.run(page(1, 1, 2, name="A"), page(2, 3, 4, name="B")) == ""
    assert passes.came_again == ids(1, 2)
    assert passes.taken == list(zip(ids(3, 4), "BB", strict=True))
    assert passes.run(page(1, 1, 2, name="A"), page(2, 3, 4, name="B")) == ""
    assert (passes.came_again, passes.taken) == (ids(1, 2, 3, 4), [])


def test_a_page_is_only_known_again_in_its_own_place() -> None:
    passes = Passes()
    passes.run(page(1, 1, 2), page(2, 3, 4))
    swapped = [{**page(2, 3, 4), "page": 1, "_links": page(1)["_links"]}, page(2, 1, 2)]
    assert passes.run(*swapped) == ""
    assert [target_id for target_id, _ in passes.taken] == ids(3, 4, 1, 2)


def test_a_page_that_came_again_counts_for_whether_all_is_seen() -> None:
    passes = Passes()
    passes.run(page(1, 1, 2), page(2, 3, 4))
    assert passes.run(page(1, 1, 2), page(2, 1, 3)) == "rows came twice; 3 rows seen, 4 counted"
    assert passes.run(page(1, 1, 2, last=1)) == ""


def test_what_is_under_way_when_a_row_cannot_be_taken_does_not_outlive_it() -> None:
    asked = []

    def answers(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return answer(200, {"access_token": "t1", "expires_in": 599})
        asked.append(int(request.url.params["page"]))
        return answer(200, page(asked[-1], 1, 2))

    rig = Rig(transport=Server(answers, latency=1))
    token = rig.token()

    def refuse(_id: str, _row: Body) -> None:
        raise OutOfCallsError("enough")

    paging = Paging(caller=rig.record_caller(token), list_id=LIST, most=10, take=refuse)

    async def work() -> int:
        await token.ready()
        with pytest.raises(OutOfCallsError):
            await paging.run(api.first_page(LIST, 2))
        return len(asyncio.all_tasks())

    assert rig.clock.run(work()) == 1
    assert rig.clock.elapsed == 2  # the token and the first page
