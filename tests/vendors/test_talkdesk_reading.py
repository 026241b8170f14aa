"""Reading records, one by one and as a whole list: what proves absence, and what does not."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from reconciler.domain.absences import Named
from reconciler.domain.identifiers import By, External, Phone
from reconciler.domain.live import Absent, Evidence, LiveTable, Present, Unknown
from reconciler.domain.plan import Reading
from reconciler.domain.ways import Way
from reconciler.errors import IdentityError
from tests.vendors.rig import LIST, RECORDS, Rig, Server, absences, answer, some_id, verdicts

HERE, GONE = some_id(1), some_id(2)
ELSEWHERE = some_id(999)
ROW: dict[str, Any] = {
    "id": HERE,
    "record_list_id": LIST,
    "phone_number": "+14155550101",
    "phone_numbers": [
        {"phone_number": "+14155550101", "phone_type": "MOBILE"},
        {"phone_number": "+14155550102", "phone_type": "HOME"},
    ],
    "first_name": "Ann",
    "last_name": "Lee",
    "priority": 5,
    "timezone": "Europe/Lisbon",
    "external_provider": "salesforce",
    "external_id": "003DL0000212DetYAE",
    "created_at": "2020-03-24T11:48:40.503Z",
    "updated_at": "2020-03-25T11:48:40.503Z",
}
LOGIN = "<!doctype html><title>Sign in</title>"
NO_RECORD = answer(404, {"code": "0530920", "message": "Record not found."})
NO_LIST = answer(404, {"code": "0530910", "message": "Record List not found."})


def row(number: int) -> dict[str, Any]:
    return {**ROW, "id": some_id(number)}


def _again(found: httpx.Response) -> httpx.Response:
    return httpx.Response(found.status_code, content=found.content, headers=found.headers)


class Desk:
    """One record list with these records, answering page by page as its methods say."""

    def __init__(self, numbers: Iterable[int], *, size: int = 3) -> None:
        self.rows = [row(number) for number in numbers]
        self.size = size
        self.unknown = NO_RECORD
        self.special: dict[str, httpx.Response] = {}
        self.population: object = len(self.rows)
        self.change: Callable[[int, dict[str, Any]], Any] = lambda _number, body: body
        self.passes = 0
        self.the_head: httpx.Response | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return answer(200, {"access_token": "t1", "expires_in": 599})
        if request.url.path == f"/record-lists/{LIST}":
            return _again(self.the_head) if self.the_head else self.head()
        if request.url.path.endswith("/records"):
            return self.page(int(request.url.params["page"]))
        wanted = request.url.path.rpartition("/")[2]
        if wanted in self.special:
            return _again(self.special[wanted])
        found = next((one for one in self.rows if one["id"] == wanted), None)
        return answer(200, found) if found else _again(self.unknown)

    def head(self) -> httpx.Response:
        return answer(200, {"id": LIST, "records_count": self.population})

    def page(self, number: int) -> httpx.Response:
        self.passes += number == 1
        last = max(1, -(-len(self.rows) // self.size))
        here = self.rows[(number - 1) * self.size : number * self.size]
        href = f"http://vendor.test/record-lists/{LIST}/records?page={number + 1}&per_page=3"
        body: dict[str, Any] = {
            "page": number,
            "per_page": self.size,
            "total_pages": last,
            "count": len(self.rows),
            "total": len(self.rows),
            "_links": {"next": {"href": href}} if number < last else {},
            "_embedded": {"records": here},
        }
        changed = self.change(number, body)
        return changed if isinstance(changed, httpx.Response) else answer(200, changed)


def read(desk: Desk, *ids: str) -> tuple[Reading, Server]:
    server = Server(desk)
    rig = Rig(transport=server, page=desk.size)
    reader = rig.record_reader()

    async def work() -> Reading:
        await reader.identify()
        return await reader.read(absences(RECORDS, ids))

    return rig.clock.run(work()), server


def one_by_one(desk: Desk) -> Reading:
    """Read two records of a list that is too long to be listed for them."""
    desk.population = 100
    return read(desk, HERE, GONE)[0]


# -- by id


def test_the_code_for_an_unknown_record_proves_absence() -> None:
    reading = one_by_one(Desk([1]))
    assert verdicts(reading.table) == {HERE: "present", GONE: "absent"}
    assert reading.table.state(1) == Absent(Evidence("id", "404 0530920"))
    assert (reading.way, reading.population, reading.listed_whole) == ("by id", 100, False)


PROVE_NOTHING = {
    "404 of the list": NO_LIST,
    "404 without a code": answer(404, {}),
    "404 without a body": answer(404, raw=b""),
    "404 with a page": answer(404, raw=LOGIN),
    "404 with another code": answer(404, {"code": "0531520"}),
    "the code with 200": answer(200, {"code": "0530920"}),
    "the code with 410": answer(410, {"code": "0530920"}),
    "the code with 400": answer(400, {"code": "0530920"}),
    "the code with 500": answer(500, {"code": "0530920"}),
    "the code as a number": answer(404, {"code": 530920}),
    "empty object": answer(200, {}),
    "empty list": answer(200, []),
    "null": answer(200, raw=b"null"),
    "empty body": answer(200, raw=b""),
    "204": answer(204, raw=b""),
    "login page": answer(200, raw=LOGIN),
    "502 page": answer(502, raw=LOGIN),
    "garbled": answer(200, raw=b'{"id": "'),
    "422": answer(422, {"code": "0530905"}),
    "302": answer(302, raw=b"", location="http://evil.test"),
    "another record": answer(200, row(999)),
    "a list with another record": answer(200, [row(999)]),
    "a record without an id": answer(200, {**ROW, "id": None}),
    "429 for ever": answer(429, raw=b""),
}


@pytest.mark.parametrize("name", PROVE_NOTHING)
def test_any_other_answer_for_a_declared_record_proves_nothing(name: str) -> None:
    desk = Desk([1])
    desk.special = {GONE: PROVE_NOTHING[name]}
    assert verdicts(one_by_one(desk).table) == {HERE: "present", GONE: "unknown"}


@pytest.mark.parametrize("name", PROVE_NOTHING)
def test_any_other_answer_for_a_random_record_disqualifies_reading_by_id(name: str) -> None:
    desk = Desk([1])
    desk.unknown, desk.special = PROVE_NOTHING[name], {GONE: NO_RECORD}
    reading = one_by_one(desk)
    assert verdicts(reading.table) == {HERE: "present", GONE: "unknown"}


def test_a_record_of_another_list_is_no_proof_of_anything() -> None:
    desk = Desk([1])
    desk.special = {GONE: answer(200, {**row(2), "record_list_id": ELSEWHERE})}
    assert one_by_one(desk).table.state(1) == Unknown(
        "an answer that proves nothing: 200 with something else than the record that was asked for"
    )


@pytest.mark.parametrize(
    ("head", "cause"),
    [
        (NO_LIST, "404 0530910 Record List not found."),
        (answer(404, raw=b""), "404 empty body"),
        (answer(302, raw=b""), "302 empty body"),
        (answer(200, []), "200"),
        (answer(200, raw=b"null"), "200"),
    ],
    ids=str,
)
def test_without_its_list_nothing_is_known_of_a_record(head: httpx.Response, cause: str) -> None:
    desk = Desk([1])
    desk.the_head = head
    reading, _ = read(desk, HERE, GONE)
    assert reading.table.state(0) == Unknown(f"the record list was answered {cause}")
    assert verdicts(reading.table) == {HERE: "unknown", GONE: "unknown"}


@pytest.mark.parametrize(
    "head", [{"id": ELSEWHERE, "records_count": 1}, {"records_count": 1}, {"code": "0530900"}, {}]
)
def test_a_head_without_the_id_of_the_list_is_refused(head: object) -> None:
    desk = Desk([1])
    desk.the_head = answer(200, head)
    reading, _ = read(desk, HERE)
    assert reading.table.state(0) == Unknown("the record list was answered with something else")


def test_a_missing_scope_is_an_error_of_the_account() -> None:
    desk = Desk([1])
    desk.the_head = answer(403, {"code": "0530902", "message": "Insufficient scopes"})
    with pytest.raises(IdentityError):
        read(desk, HERE)


# -- as a whole list


def test_a_complete_listing_without_them_proves_absence_of_them_all() -> None:
    gone = [some_id(n) for n in range(100, 120)]
    reading, server = read(Desk(range(1, 8)), *gone)
    assert set(verdicts(reading.table).values()) == {"absent"}
    assert reading.table.state(0) == Absent(
        Evidence("listing", "not among the 7 records of a complete listing")
    )
    assert (reading.way, reading.population, reading.listed_whole) == ("whole list", 7, True)
    # A token, the list, three pages: nothing is due, so one pass is enough.
    assert len(server.arrived) == 5


def test_what_is_seen_is_present_and_what_is_seen_in_neither_pass_is_asked_by_id() -> None:
    ids = [some_id(n) for n in (1, 4, 7, *range(100, 117))]
    reading, server = read(Desk(range(1, 8)), *ids)
    assert list(verdicts(reading.table).values()) == ["present"] * 3 + ["absent"] * 17
    assert reading.table.state(3) == Absent(Evidence("id", "404 0530920"))
    # A token, the list, two passes of three pages, the random id, the seventeen.
    assert len(server.arrived) == 1 + 1 + 6 + 1 + 17


def test_a_row_that_is_declared_in_capitals_by_the_api_is_the_same_row() -> None:
    desk = Desk(range(1, 8))
    desk.rows = [
        {**one, "id": one["id"].upper(), "record_list_id": LIST.upper()} for one in desk.rows
    ]
    reading, _ = read(desk, *[some_id(n) for n in range(1, 8)])
    assert set(verdicts(reading.table).values()) == {"present"}


def embedded(body: dict[str, Any]) -> list[Any]:
    found: list[Any] = body["_embedded"]["records"]
    return found


def with_rows(body: dict[str, Any], rows: list[Any]) -> dict[str, Any]:
    return {**body, "_embedded": {"records": rows}}


def linked(body: dict[str, Any], href: object) -> dict[str, Any]:
    return {**body, "_links": {"next": {"href": href}}}


Change = Callable[[int, dict[str, Any]], Any]


def on(page: int, change: Callable[[dict[str, Any]], Any]) -> Change:
    """Change one page only."""
    return lambda number, body: change(body) if number == page else body


def rows_of(change: Callable[[list[Any]], object]) -> Callable[[dict[str, Any]], Any]:
    return lambda body: {**body, "_embedded": {"records": change(embedded(body))}}


def always(**members: object) -> Change:
    return lambda _, body: {**body, **members}


def counting(count: object) -> dict[str, object]:
    return {"count": count, "total": count}


def instead(found: httpx.Response) -> Change:
    return on(2, lambda _: _again(found))


FLAWS: dict[str, Change] = {
    "a page is missing": on(2, lambda body: {**body, "_links": {}}),
    "the first page is the only one": always(_links={}),
    "a page is empty": on(2, rows_of(lambda _: [])),
    "every page is empty": lambda _, body: with_rows(body, []),
    "a page is short": on(2, rows_of(lambda rows: rows[1:])),
    "a page is repeated": on(2, rows_of(lambda _: [row(1), row(2), row(3)])),
    "a row is on two pages": on(2, rows_of(lambda rows: [row(3), *rows[1:]])),
    "a row comes twice": on(2, rows_of(lambda rows: [rows[0], *rows])),
    "a row has no id": on(2, rows_of(lambda rows: [{**rows[0], "id": None}, *rows[1:]])),
    "a row is null": on(2, rows_of(lambda rows: [None, *rows[1:]])),
    "a row is of another list": on(
        2, rows_of(lambda rows: [{**rows[0], "record_list_id": ELSEWHERE}, *rows[1:]])
    ),
    "the count is too high": always(**counting(8)),
    "the count is too low": always(**counting(6)),
    "the count is of the page": lambda _, body: {**body, **counting(len(embedded(body)))},
    "the count is of the page and there is no next": always(**counting(3), _links={}),
    "the only page claims to be all": always(**counting(3), total_pages=1, _links={}),
    "nothing is there, it says": always(
        **counting(0), total_pages=1, _links={}, _embedded={"records": []}
    ),
    "the count changes": lambda number, body: {**body, **counting(7 + (number == 2))},
    "the count is missing": always(**counting(None)),
    "the count is missing on one page": on(2, lambda body: {**body, **counting(None)}),
    "the count is a text": always(**counting("7")),
    "the count is negative": always(**counting(-7)),
    "count and total contradict each other": always(count=7, total=9),
    "total and count contradict each other": always(count=9, total=7),
    "there should be more pages": always(total_pages=4),
    "a page has another number": on(2, lambda body: {**body, "page": 1}),
    "a page is no object": on(2, lambda _: []),
    "a page has no records": on(2, lambda body: {**body, "_embedded": {}}),
    "a page has nothing embedded": on(2, lambda body: {**body, "_embedded": None}),
    "the records are an object": on(2, rows_of(lambda _: {})),
    "a page is a login page": instead(answer(200, raw=LOGIN)),
    "a page is null": instead(answer(200, raw=b"null")),
    "a page is a 404": instead(NO_LIST),
    "a page is a 500": instead(answer(500, raw=b"")),
    "a page is a 400": instead(answer(400, {"code": "0530900"})),
    "a page redirects": instead(answer(302, raw=b"")),
    "the last page links to itself": on(3, lambda body: linked(body, "?page=3")),
    "the last page links to the first": on(3, lambda body: linked(body, "?page=1")),
    "the links are a list": always(_links=[]),
    "the next link is null": lambda _, body: linked(body, None),
    "the next link is a number": lambda _, body: linked(body, 2),
    "the next link is broken": lambda _, body: linked(body, "http://[x"),
    "the next link has no page": lambda number, body: (
        linked(body, "?cursor=abc") if number < 3 else body
    ),
}


@pytest.mark.parametrize("name", FLAWS)
def test_a_listing_that_does_not_add_up_proves_no_absence(name: str) -> None:
    """The records are all there; the listing is wrong, and reading by id proves nothing here."""
    desk = Desk(range(1, 8))
    desk.change, desk.unknown = FLAWS[name], NO_LIST
    ids = [some_id(n) for n in range(100, 120)]
    reading, _ = read(desk, *ids)
    assert set(verdicts(reading.table).values()) == {"unknown"}
    assert not reading.listed_whole
    assert reading.warnings[0].startswith(f"record list {LIST}: a listing was not complete: ")


@pytest.mark.parametrize("name", FLAWS)
def test_and_then_reading_by_id_decides(name: str) -> None:
    desk = Desk(range(1, 8))
    desk.change = FLAWS[name]
    ids = [some_id(n) for n in (*range(1, 8), *range(100, 120))]
    reading, _ = read(desk, *ids)
    assert list(verdicts(reading.table).values()) == ["present"] * 7 + ["absent"] * 20


HARMLESS: dict[str, Callable[[int, dict[str, Any]], Any]] = {
    "no total, as in the vendor's example": lambda _, body: {**body, "total": None},
    "no count": lambda _, body: {**body, "count": None},
    "count as in another listing of the API": lambda _, body: {
        **body,
        "count": len(embedded(body)),
    },
    "no total_pages": lambda _, body: {**body, "total_pages": None},
    "no page": lambda _, body: {name: value for name, value in body.items() if name != "page"},
    "no record_list_id": lambda _, body: with_rows(
        body, [{**one, "record_list_id": None} for one in embedded(body)]
    ),
    "next on another host": lambda n, body: (
        linked(body, f"http://evil.test/x?page={n + 1}") if n < 3 else body
    ),
    "next as a query": lambda n, body: linked(body, f"?page={n + 1}") if n < 3 else body,
    "next with a filter": lambda n, body: (
        linked(body, f"?page={n + 1}&priorities=1&token=x") if n < 3 else body
    ),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_the_papers_leave_open_does_not_spoil_a_listing(name: str) -> None:
    desk = Desk(range(1, 8))
    desk.change, desk.unknown = HARMLESS[name], NO_LIST
    reading, server = read(desk, *[some_id(n) for n in range(100, 120)])
    assert set(verdicts(reading.table).values()) == {"absent"}
    assert {one.url.host for one in server.arrived} == {"vendor.test"}
    pages = [dict(one.url.params) for one in server.arrived if one.url.path.endswith("/records")]
    assert [one["page"] for one in pages] == ["1", "2", "3"]
    assert all(set(one) == {"page", "per_page", "order_by"} for one in pages)


def test_a_list_that_shifts_between_the_passes_is_read_twice_and_the_rest_by_id() -> None:
    """The first pass misses record 7, the second one misses record 1."""
    desk = Desk(range(1, 8))

    def shifted(_: int, body: dict[str, Any]) -> dict[str, Any]:
        hidden = {1: some_id(7), 2: some_id(1)}[desk.passes]
        return with_rows(body, [one for one in embedded(body) if one["id"] != hidden])

    desk.change = shifted
    reading, server = read(desk, *[some_id(n) for n in (*range(1, 8), *range(100, 110))])
    assert list(verdicts(reading.table).values()) == ["present"] * 7 + ["absent"] * 10
    asked = {one.url.path.rpartition("/")[2] for one in server.arrived}
    assert {some_id(1), some_id(7)} <= asked
    assert some_id(2) not in asked


def test_without_a_count_of_the_list_a_listing_alone_proves_nothing() -> None:
    desk = Desk(range(1, 8), size=500)
    desk.population, desk.unknown = None, NO_LIST
    ids = [some_id(n) for n in range(100, 1200)]
    reading, _ = read(desk, *ids)
    assert set(verdicts(reading.table).values()) == {"unknown"}
    assert reading.way == "whole list"
    assert reading.warnings[0].endswith("7 counted, but the list says None")


def test_a_list_that_shrinks_while_it_is_listed_is_complete_all_the_same() -> None:
    desk = Desk(range(1, 8))
    desk.population = 9

    def meanwhile(_: int, body: dict[str, Any]) -> dict[str, Any]:
        desk.population = 7
        return body

    desk.change, desk.unknown = meanwhile, NO_LIST
    reading, _ = read(desk, *[some_id(n) for n in range(100, 120)])
    assert set(verdicts(reading.table).values()) == {"absent"}


def test_what_vanished_between_the_passes_is_absent_because_by_id_it_is_gone() -> None:
    desk = Desk(range(1, 8))

    def vanishing(number: int, body: dict[str, Any]) -> dict[str, Any]:
        if desk.passes == 1 and number == 3:
            desk.rows = desk.rows[1:]
            desk.population = 6
        return body

    desk.change = vanishing
    reading, _ = read(desk, *[some_id(n) for n in range(1, 8)])
    assert list(verdicts(reading.table).values()) == ["absent"] + ["present"] * 6


def test_of_two_rows_the_later_one_wins() -> None:
    desk = Desk(range(1, 8))
    before, _ = read(desk, *[some_id(n) for n in range(1, 8)])

    def edited(_: int, body: dict[str, Any]) -> dict[str, Any]:
        late = desk.passes == 4
        return with_rows(
            body, [{**one, "last_name": "X" if late else "Lee"} for one in embedded(body)]
        )

    desk.change = edited
    desk.passes = 2
    after, _ = read(desk, *[some_id(n) for n in range(1, 8)])
    first, second = before.table.state(0), after.table.state(0)
    assert isinstance(first, Present)
    assert isinstance(second, Present)
    assert first.fingerprint != second.fingerprint


def test_a_row_that_came_twice_is_looked_at_again_though_its_page_came_as_it_was() -> None:
    desk = Desk(range(1, 7))

    def twice(number: int, body: dict[str, Any]) -> Any:  # noqa: ANN401 - as the desk wants it
        if desk.passes == 1 and number == 2:
            body["_embedded"]["records"][0] = {**row(1), "first_name": "Bea"}
        return body

    desk.change = twice
    reading, _ = read(desk, *(some_id(number) for number in range(1, 7)))
    seen = reading.table.state(0)
    assert isinstance(seen, Present)
    assert seen.shown["name"] == "A*** L***"


def test_a_first_pass_with_a_flaw_is_made_good_by_a_complete_second_one() -> None:
    desk = Desk(range(1, 8))
    desk.change = lambda n, body: with_rows(body, []) if desk.passes == 1 and n == 2 else body
    reading, server = read(desk, *[some_id(n) for n in range(100, 120)])
    assert set(verdicts(reading.table).values()) == {"absent"}
    assert reading.listed_whole
    assert len(server.arrived) == 1 + 1 + 2 + 3


# -- for identifiers


NUMBER = Phone("+14155550107")


def numbered(numbers: Iterable[int]) -> Desk:
    """Return a list in which record 7 has number 07, and so on."""
    desk = Desk(numbers)
    for n, one in zip(numbers, desk.rows, strict=True):
        one["phone_number"] = f"+141555501{n:02d}"
        one["phone_numbers"] = [{"phone_number": one["phone_number"]}]
    return desk


def read_named(desk: Desk, *identifiers: Phone | External) -> Reading:
    named = tuple(Named(one, 0, 20 + line) for line, one in enumerate(identifiers))
    rig = Rig(transport=Server(desk), page=desk.size, way=Way.WHOLE_LIST)
    declared = replace(absences(RECORDS), named=named)
    return rig.clock.run(rig.record_reader().read(declared))


def test_a_record_is_kept_as_the_later_pass_shows_it_though_nothing_selects_it_then() -> None:
    desk, later = numbered(range(1, 8)), numbered([8])
    other = rows_of(lambda rows: [{**later.rows[0], "id": one["id"]} for one in rows])
    desk.change = lambda _, body: other(body) if desk.passes == 2 else body
    reading = read_named(desk, NUMBER)
    assert verdicts(reading.table) == {some_id(7): "present"}
    assert reading.table.facts(0).phones == ("+14155550108",)


def test_a_list_that_is_larger_than_it_says_is_listed_to_its_end_for_identifiers() -> None:
    desk = numbered(range(1, 90))
    desk.population = 3
    reading = read_named(desk, NUMBER, Phone("+14155550198"))
    assert verdicts(reading.table) == {some_id(7): "present"}
    assert (reading.unread, reading.listed_whole, reading.warnings) == ("", True, ())
    assert reading.nothing_else == Evidence(
        "listing", "not among the 89 records of a complete listing"
    )


@pytest.mark.parametrize(
    ("change", "untold"),
    [
        (
            {"phone_numbers": None},
            {By.PHONE_NUMBER: "1 of the records listed may have phone numbers that are not told"},
        ),
        (
            {"external_id": None},
            {
                By.EXTERNAL_ID: (
                    "1 of the records listed tell only a part of their external reference"
                )
            },
        ),
    ],
    ids=["numbers", "reference"],
)
def test_what_rows_do_not_tell_is_said_of_identifiers_of_its_kind(
    change: dict[str, Any], untold: dict[By, str]
) -> None:
    desk = numbered(range(1, 8))
    desk.rows[2] |= change
    reading = read_named(desk, NUMBER)
    assert (dict(reading.untold), reading.unread) == (untold, "")


def test_what_a_later_pass_tells_is_told() -> None:
    desk = numbered(range(1, 8))
    silent = rows_of(lambda rows: [{**one, "phone_numbers": None} for one in rows])
    desk.change = lambda _, body: silent(body) if desk.passes == 1 else body
    assert dict(read_named(desk, NUMBER).untold) == {}


@pytest.mark.parametrize(("population", "least"), [(9, 7), (7, 7), (3, 3), (None, 7)])
def test_guards_go_by_the_smaller_of_two_counts(population: int | None, least: int) -> None:
    desk = numbered(range(1, 8))
    desk.population = population
    assert read_named(desk, NUMBER).population == least


# -- how many calls that takes


@pytest.mark.parametrize(
    ("declared", "population", "way"),
    [
        (1, 1, "by id"),
        (2, 3, "whole list"),
        (5, 9, "by id"),
        (6, 9, "whole list"),
        (7, 0, "whole list"),
        (100, None, "by id"),
        (100, "7", "by id"),
        (100, True, "by id"),
        (100, -1, "by id"),
    ],
)
def test_the_way_that_takes_fewer_calls_is_taken(
    declared: int, population: object, way: str
) -> None:
    desk = Desk(range(1, 8))
    desk.population = population
    assert read(desk, *[some_id(n) for n in range(100, 100 + declared)])[0].way == way


@pytest.mark.parametrize("count", ["Infinity", "NaN", "7.0", "-1", "true", '"7"', "null"])
def test_a_count_that_is_no_number_is_no_count(count: str) -> None:
    desk = Desk(range(1, 8))
    desk.the_head = answer(200, raw=f'{{"id": "{LIST}", "records_count": {count}}}')
    reading, _ = read(desk, HERE)
    assert (reading.way, reading.population) == ("by id", None)


def test_a_list_that_is_larger_than_it_says_is_not_listed_to_its_end() -> None:
    desk = Desk(range(1, 1000))
    desk.population = 3
    ids = [some_id(n) for n in (1, 2, 2000)]
    reading, server = read(desk, *ids)
    assert list(verdicts(reading.table).values()) == ["present", "present", "absent"]
    assert len(server.arrived) < 10
    assert "it takes 333 pages, 3 are worth it" in reading.warnings[0]


def test_smaller_pages_than_asked_for_are_noticed_on_the_first_one() -> None:
    desk = Desk(range(1, 400), size=500)
    desk.change = lambda n, body: {
        **with_rows(body, desk.rows[n - 1 : n]),
        "total_pages": 399,
        "_links": {"next": {"href": f"?page={n + 1}"}},
    }
    reading, server = read(desk, *[some_id(n) for n in range(1, 11)])
    assert set(verdicts(reading.table).values()) == {"present"}
    assert len(server.arrived) < 20


def test_a_listing_without_end_is_left() -> None:
    desk = Desk([1])
    endless = iter(range(10_000, 10**9))
    desk.change = lambda n, body: {
        **linked(with_rows(body, [row(next(endless)) for _ in range(3)]), f"?page={n + 1}"),
        "count": 1,
        "total": 1,
        "total_pages": None,
    }
    reading, server = read(desk, *[some_id(n) for n in range(100, 120)])
    assert set(verdicts(reading.table).values()) == {"absent"}
    assert len(server.arrived) < 70


def test_a_quota_that_ends_in_the_middle_keeps_what_was_seen() -> None:
    server = Server(Desk(range(1, 8)))
    rig = Rig(transport=server, page=3)
    rig.slots.left = 4
    reader = rig.record_reader()
    ids = [some_id(n) for n in (*range(1, 8), *range(100, 110))]
    reading = rig.clock.run(reader.read(absences(RECORDS, ids)))
    assert list(verdicts(reading.table).values()) == ["present"] * 6 + ["unknown"] * 11
    assert reading.table.state(16) == Unknown("4 calls were spent")


# -- what a record is recognised by


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"first_name": "Anna"}, True),
        ({"last_name": ""}, True),
        ({"created_at": "2020-03-24T11:48:40.504Z"}, True),
        ({"external_id": "other"}, True),
        ({"external_provider": None}, True),
        ({"phone_numbers": []}, True),
        ({"phone_number": "+14155550199"}, True),
        ({"phone_numbers": ROW["phone_numbers"][::-1]}, False),
        ({"phone_number": None}, False),
        ({"priority": 1}, False),
        ({"updated_at": "2030-01-01T00:00:00.000Z"}, False),
        ({"timezone": None}, False),
        ({"extra_data": {"a": 1}}, False),
    ],
)
def test_what_a_record_is_recognised_by(change: dict[str, Any], *, differs: bool) -> None:
    usual, desk = one_by_one(Desk([1])).table.state(0), Desk([1])
    desk.rows = [{**ROW, **change}]
    changed = one_by_one(desk).table.state(0)
    assert isinstance(usual, Present)
    assert isinstance(changed, Present)
    assert (usual.fingerprint != changed.fingerprint) == differs


@pytest.mark.parametrize("odd", [None, "x", 7, [None, 7, {}], [{"phone_number": None}], {"a": 1}])
def test_odd_phone_numbers_break_nothing(odd: object) -> None:
    desk = Desk([1])
    desk.rows = [{**ROW, "phone_numbers": odd}]
    assert verdicts(one_by_one(desk).table)[HERE] == "present"


def test_what_people_are_shown_is_masked() -> None:
    seen = one_by_one(Desk([1])).table.state(0)
    assert isinstance(seen, Present)
    assert list(seen.shown.items()) == [
        ("name", "A*** L***"),
        ("phones", "***0101, ***0102"),
        ("external", "salesforce ***tYAE"),
        ("timezone", "Europe/Lisbon"),
        ("priority", "5"),
        ("created", "2020-03-24T11:48:40.503Z"),
        ("updated", "2020-03-25T11:48:40.503Z"),
    ]


# -- reading back


def read_back(
    desk: Desk, declared: Iterable[int], then: Callable[[Desk], None]
) -> tuple[LiveTable, list[str]]:
    """Read, let something happen, and read all of it back; return also what that asked for."""
    server = Server(desk)
    rig = Rig(transport=server, page=desk.size)
    reader = rig.record_reader()
    ids = [some_id(n) for n in declared]

    async def work() -> LiveTable:
        before = await reader.read(absences(RECORDS, ids))
        then(desk)
        server.arrived.clear()
        return await reader.read_back(before, ids)

    table = rig.clock.run(work())
    return table, [one.url.path.rpartition("/")[2] for one in server.arrived]


def delete(*numbers: int) -> Callable[[Desk], None]:
    def then(desk: Desk) -> None:
        gone = {some_id(n) for n in numbers}
        desk.rows = [one for one in desk.rows if one["id"] not in gone]

    return then


def test_having_left_a_complete_listing_is_proof_where_a_sample_by_id_agrees() -> None:
    table, asked = read_back(Desk(range(1, 31)), range(1, 28), delete(*range(1, 28)))
    assert set(verdicts(table).values()) == {"absent"}
    assert table.state(1) == Absent(
        Evidence("listing", "left a complete listing of 3 in which it was seen before")
    )
    assert asked[0] == "records"
    assert len(asked) == 1 + 1 + 3


def test_what_is_still_listed_is_still_present() -> None:
    table, _ = read_back(Desk(range(1, 31)), range(1, 28), delete(*range(1, 20)))
    assert list(verdicts(table).values()) == ["absent"] * 19 + ["present"] * 8


def nothing_listed(desk: Desk) -> None:
    desk.change = lambda _, body: {
        **with_rows(body, []),
        "count": 0,
        "total": 0,
        "total_pages": 1,
        "_links": {},
    }


def test_a_listing_that_suddenly_shows_nothing_is_not_believed() -> None:
    table, _ = read_back(Desk(range(1, 31)), range(1, 28), nothing_listed)
    assert set(verdicts(table).values()) == {"present"}


def test_a_listing_with_a_flaw_is_followed_by_reading_by_id() -> None:
    def then(desk: Desk) -> None:
        delete(*range(1, 10))(desk)
        desk.change = lambda _, body: {**body, "count": 99, "total": 99}

    table, _ = read_back(Desk(range(1, 31)), range(1, 28), then)
    assert list(verdicts(table).values()) == ["absent"] * 9 + ["present"] * 18


def test_a_record_that_no_listing_ever_showed_has_not_left_one() -> None:
    desk = Desk(range(1, 31))
    desk.special = {some_id(999): answer(200, row(999))}
    table, _ = read_back(desk, [*range(1, 28), 999], delete(*range(1, 28)))
    assert list(verdicts(table).values()) == ["absent"] * 27 + ["present"]


def test_a_few_records_of_a_long_list_are_read_back_by_id() -> None:
    _, asked = read_back(Desk(range(1, 31)), range(1, 3), delete(1, 2))
    assert asked == [some_id(1), some_id(2)]


def test_a_calibration_that_failed_is_made_again() -> None:
    desk = Desk([1], size=3)
    desk.population, desk.unknown = 100, answer(502, raw=LOGIN)

    def then(changed: Desk) -> None:
        changed.unknown = NO_RECORD
        delete(1)(changed)

    table, _ = read_back(desk, [1], then)
    assert verdicts(table) == {HERE: "absent"}
