"""A Talkdesk record list of the test, and whatever is odd about its answers."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import httpx

from tests.vendors.rig import LIST, answer, some_id

Body: TypeAlias = dict[str, Any]
PageChange: TypeAlias = Callable[[int, Body, str], object]
"""Is given the number of the page, its body and the phone number that was asked for, if any."""
RecordChange: TypeAlias = Callable[[str, httpx.Response], httpx.Response]
"""Is given the id that was asked for and the answer that is due."""

NO_RECORD = {"code": "0530920", "message": "Record not found."}
NO_LIST = {"code": "0530910", "message": "Record List not found."}


def phone(number: int) -> str:
    return f"+1415555{number:04d}"


def record(number: int, phones: Sequence[str] = ()) -> Body:
    """Return a record, which has the number of its number unless it has others."""
    phones = phones or [phone(number)]
    return {
        "id": some_id(number),
        "record_list_id": LIST,
        "phone_number": phones[0],
        "phone_numbers": [{"phone_number": one, "phone_type": "MOBILE"} for one in phones],
        "first_name": "Ann",
        "last_name": f"Lee {number}",
        "priority": 5,
        "timezone": "Europe/Lisbon",
        "created_at": "2020-03-24T11:48:40.503Z",
        "updated_at": "2020-03-25T11:48:40.503Z",
    }


def any_number(row: Body, number: str) -> bool:
    return number in [one["phone_number"] for one in row["phone_numbers"]]


def first_number(row: Body, number: str) -> bool:
    return number == str(row["phone_number"])


class Desk:
    """Answers as the papers say, but for what a test changes on the way back."""

    def __init__(self, rows: Sequence[Body]) -> None:
        self.rows = list(rows)
        self.population: object = None
        """What the list says that it holds, if that is not the truth."""
        self.matches: Callable[[Body, str], bool] = any_number
        """How the filter by phone number compares."""
        self.on_head: Callable[[Body], object] = lambda body: body
        self.on_page: PageChange = lambda _number, body, _phone: body
        self.on_record: RecordChange = lambda _asked, due: due
        self.passes = 0
        """How often the first page of the whole list was asked for."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/oauth/token":
            return answer(200, {"access_token": "t1", "expires_in": 599})
        if path == f"/record-lists/{LIST}":
            count = len(self.rows) if self.population is None else self.population
            return _answered(self.on_head({"id": LIST, "records_count": count}))
        if path == f"/record-lists/{LIST}/records":
            asked = request.url.params
            return _answered(
                self._page(int(asked["page"]), int(asked["per_page"]), asked.get("phone_number"))
            )
        record_id = path.rpartition("/")[2]
        found = next((one for one in self.rows if one["id"] == record_id), None)
        due = answer(200, found) if found else answer(404, NO_RECORD)
        return self.on_record(record_id, due)

    def _page(self, number: int, size: int, wanted: str | None) -> object:
        self.passes += number == 1 and wanted is None
        rows = [one for one in self.rows if wanted is None or self.matches(one, wanted)]
        last = max(1, -(-len(rows) // size))
        body = {
            "page": number,
            "per_page": size,
            "total_pages": last,
            "count": len(rows),
            "total": len(rows),
            "_links": {"next": {"href": f"?page={number + 1}"}} if number < last else {},
            "_embedded": {"records": rows[(number - 1) * size : number * size]},
        }
        return self.on_page(number, body, wanted or "")

    def remove(self, *numbers: int) -> None:
        ids = set(map(some_id, numbers))
        self.rows = [one for one in self.rows if one["id"] not in ids]


def _answered(found: object) -> httpx.Response:
    return found if isinstance(found, httpx.Response) else answer(200, found)


def rows_of(body: Body) -> list[Any]:
    found: list[Any] = body["_embedded"]["records"]
    return found


def with_rows(body: Body, rows: object, **members: object) -> Body:
    return {**body, **members, "_embedded": {"records": rows}}
