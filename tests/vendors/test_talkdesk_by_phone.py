"""Reading by phone number: when the filter is believed, and when the whole list has to tell."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import httpx
import pytest

from reconciler.domain.absences import Named
from reconciler.domain.conditions import Conditions, OneOf
from reconciler.domain.identifiers import External, Identifier, Phone
from reconciler.domain.live import Evidence
from reconciler.domain.plan import Action, Reading
from reconciler.domain.planner import decide
from reconciler.domain.ways import Way
from tests.vendors.desk import (
    NO_LIST,
    Body,
    Desk,
    any_number,
    first_number,
    phone,
    record,
    rows_of,
    with_rows,
)
from tests.vendors.rig import LIST, RECORDS, Rig, Server, absences, answer, some_id, verdicts

HIGH: Conditions = (OneOf("priority", "priority", ("5",)),)
SECOND = "+14155559999"
"""The second number of record 7."""
LISTED = Evidence("listing", "seen in the record list")
BY_FILTER = frozenset({"page", "per_page", "order_by", "phone_number"})


def a_list(count: int = 100) -> Desk:
    """Return records 1, 2, and so on; the seventh has a second number."""
    desk = Desk([record(number) for number in range(1, count + 1)])
    desk.rows[6] = record(7, [phone(7), SECOND])
    return desk


def numbered(*numbers: int | str) -> list[Identifier]:
    return [Phone(phone(one) if isinstance(one, int) else one) for one in numbers]


class Work:
    """One reading of a list, and what arrived for it."""

    def __init__(
        self,
        desk: Desk,
        identifiers: Iterable[Identifier] = (),
        *rules: Conditions,
        ids: Iterable[int] = (),
        as_declared: bool = False,
        way: Way | None = None,
        page: int = 10,
        left: int | None = None,
        daily: int | None = None,
    ) -> None:
        self.server = Server(desk)
        self.rig = Rig(transport=self.server, page=page, way=way)
        self.rig.slots.left, self.rig.slots.daily = left, daily
        declared = absences(RECORDS, map(some_id, ids), *rules)
        naming = replace(declared.manifests[0], name="numbers", as_declared=as_declared)
        self.absences = replace(
            declared,
            manifests=[*declared.manifests, naming],
            named=tuple(Named(one, 1, 20 + n) for n, one in enumerate(identifiers)),
        )
        self.reader = self.rig.record_reader()
        self.reading: Reading = self.rig.clock.run(self._read())

    async def _read(self) -> Reading:
        await self.reader.identify()
        return await self.reader.read(self.absences)

    @property
    def present(self) -> list[int]:
        """The records that were seen, by number."""
        return [number for number, word in self.said.items() if word == "present"]

    @property
    def said(self) -> dict[int, str]:
        return {int(one[-12:]): word for one, word in verdicts(self.reading.table).items()}

    @property
    def asked(self) -> list[str]:
        """What was asked for but token and head: a number, a page of the list, or a record."""
        return [
            _asked(one)
            for one in self.server.arrived
            if one.url.path not in ("/oauth/token", f"/record-lists/{LIST}")
        ]

    @property
    def actions(self) -> dict[str, str]:
        """What a plan says of every record and of every identifier without one."""
        section = decide(self.absences, self.reading)
        whole = {
            one: str(section.action(position)) for position, one in enumerate(section.absences.ids)
        }
        return {**whole, **{one.place: str(one.action) for one in section.remainders}}


def _asked(request: httpx.Request) -> str:
    if request.url.path.endswith("/records"):
        return request.url.params.get("phone_number") or f"page {request.url.params['page']}"
    return request.url.path.rpartition("/")[2]


def is_whole_list(work: Work, flaw: str = "", wanted: Way | None = None) -> bool:
    """Say whether the whole list was read and shows what there is; hold the warning against it.

    The way that is ``wanted`` is one that cannot do.
    """
    assert work.reading.way == "whole list"
    assert work.reading.listed_whole
    does_not_do = f"reading by phone number does not do ({flaw})"
    cannot_do = f"reading {wanted} cannot tell what is selected there"
    causes = [does_not_do] * bool(flaw) + [cannot_do] * bool(wanted)
    return work.reading.warnings == tuple(
        f"record list {LIST}: {cause}, so the whole list was read" for cause in causes
    )


# -- when it is chosen


def test_a_number_is_looked_up_instead_of_a_long_list() -> None:
    work = Work(a_list(), numbered(7))
    assert work.said == {7: "present"}
    assert (work.reading.way, work.reading.population) == ("by phone number", 100)
    assert (work.reading.listed_whole, work.reading.unread, work.reading.warnings) == (
        *(False, ""),
        (),
    )
    # The number, and then another one of the same record: the filter must show it, too.
    assert work.asked == [phone(7), SECOND]
    assert work.actions == {some_id(7): Action.DELETE}


@pytest.mark.parametrize(("numbers", "way"), [(16, "by phone number"), (17, "whole list")])
def test_it_is_chosen_where_it_takes_fewer_calls_than_two_passes_with_the_control(
    numbers: int, way: str
) -> None:
    work = Work(a_list(), numbered(*range(1, numbers + 1)))
    assert (work.reading.way, work.present) == (way, [*range(1, numbers + 1)])


@pytest.mark.parametrize(("ids", "way"), [(15, "by phone number"), (16, "whole list")])
def test_ids_beside_numbers_count_as_calls(ids: int, way: str) -> None:
    work = Work(a_list(), numbered(7), ids=range(20, 20 + ids))
    assert work.reading.way.startswith(way)
    assert work.present == [7, *range(20, 20 + ids)]


def test_a_number_that_is_declared_twice_is_looked_up_once() -> None:
    work = Work(a_list(), numbered(7, 7, 8))
    assert work.asked.count(phone(7)) == 1
    assert work.present == [7, 8]


def test_of_a_list_without_a_count_numbers_are_looked_up() -> None:
    desk = a_list(20)
    desk.on_head = lambda body: {"id": body["id"]}
    work = Work(desk, numbered(7))
    assert (work.reading.way, work.reading.population) == ("by phone number", None)


def test_whoever_asks_for_it_gets_it_of_a_short_list_too() -> None:
    assert Work(a_list(7), numbered(7)).reading.way == "whole list"
    work = Work(a_list(7), numbered(7), way=Way.BY_PHONE)
    assert (work.reading.way, work.present) == ("by phone number", [7])


def test_whoever_asks_for_the_whole_list_gets_that() -> None:
    work = Work(a_list(), numbered(7), way=Way.WHOLE_LIST)
    assert is_whole_list(work)
    assert work.present == [7]


def test_a_list_that_is_larger_than_it_says_is_listed_to_its_end_for_whoever_asks() -> None:
    desk = a_list()
    desk.population = 20
    work = Work(desk, ids=[1, 99, 999], way=Way.WHOLE_LIST)
    assert is_whole_list(work)
    assert work.said == {1: "present", 99: "present", 999: "absent"}


def test_whoever_asks_for_ids_gets_them_one_by_one_however_many_there_are() -> None:
    work = Work(a_list(), ids=range(1, 60), way=Way.BY_ID)
    assert (work.reading.way, len(work.present)) == ("by id", 59)
    assert "page 1" not in work.asked
    work.server.arrived.clear()
    ids = work.reading.table.ids
    work.rig.clock.run(work.reader.read_back(work.reading, ids))
    # What was not listed as a whole has left no listing.
    assert work.asked == [*ids]


def test_what_is_left_of_a_list_decides_how_it_is_read_back() -> None:
    desk = a_list(30)
    work = Work(desk, ids=range(1, 21), way=Way.WHOLE_LIST, page=1)
    desk.remove(*range(1, 21))
    work.server.arrived.clear()
    back = work.rig.clock.run(work.reader.read_back(work.reading, work.reading.table.ids))
    assert set(verdicts(back).values()) == {"absent"}
    # Thirty records would have been too many pages; ten are fewer than twenty.
    assert [one for one in work.asked if one.startswith("page")] == [
        f"page {number}" for number in range(1, 11)
    ]


def test_what_a_listing_with_a_flaw_lacks_has_not_left_it() -> None:
    desk = a_list(30)
    work = Work(desk, ids=range(1, 28), way=Way.WHOLE_LIST)
    desk.remove(*range(2, 10))
    # Record 10 is there, and left out; the few that would be asked by id are 2, 5 and 8.
    desk.on_page = lambda _number, body, _wanted: with_rows(
        body, [one for one in rows_of(body) if one["id"] != some_id(10)]
    )
    back = work.rig.clock.run(work.reader.read_back(work.reading, work.reading.table.ids))
    gone = [*range(2, 10)]
    assert {int(one[-12:]): word for one, word in verdicts(back).items()} == {
        number: "absent" if number in gone else "present" for number in range(1, 28)
    }


def test_whoever_asks_for_ids_gets_the_whole_list_for_numbers() -> None:
    work = Work(a_list(), numbered(7), ids=[8], way=Way.BY_ID)
    assert is_whole_list(work, wanted=Way.BY_ID)
    assert work.present == [7, 8]


def test_without_a_number_to_look_up_it_is_not_gone() -> None:
    work = Work(a_list(), ids=[7], way=Way.BY_PHONE)
    assert (work.reading.way, work.present) == ("by id", [7])


# -- what only the whole list can tell


def reference(number: int) -> External:
    return External("salesforce", f"003{number}")


@pytest.mark.parametrize("way", [None, Way.BY_PHONE])
def test_identifiers_that_are_sent_themselves_are_resolved_in_the_whole_list(
    way: Way | None,
) -> None:
    work = Work(a_list(), numbered(7), as_declared=True, way=way)
    assert is_whole_list(work, wanted=way)
    assert not set(work.asked) & {phone(7), SECOND}


@pytest.mark.parametrize("way", [None, Way.BY_PHONE])
def test_external_ids_are_looked_for_in_the_whole_list_and_numbers_with_them(
    way: Way | None,
) -> None:
    desk = a_list()
    desk.rows[8] |= {"external_provider": "salesforce", "external_id": "0039"}
    work = Work(desk, [*numbered(7), reference(9)], way=way)
    assert is_whole_list(work, wanted=way)
    assert work.present == [7, 9]
    assert work.asked[:2] == ["page 1", "page 2"]


@pytest.mark.parametrize("way", [None, Way.BY_PHONE])
def test_rules_are_held_against_the_whole_list_and_numbers_with_them(way: Way | None) -> None:
    desk = a_list()
    desk.rows[8]["priority"] = 1
    work = Work(desk, numbered(7), (OneOf("priority", "priority", ("1",)),), way=way)
    assert is_whole_list(work, wanted=way)
    assert work.present == [7, 9]


# -- which filter is believed


def test_a_filter_that_found_a_record_by_its_second_number_needs_no_other_control() -> None:
    work = Work(a_list(), numbered(SECOND))
    assert work.present == [7]
    assert work.asked == [SECOND]


def test_two_numbers_of_one_record_are_one_target() -> None:
    work = Work(a_list(), numbered(7, SECOND))
    assert work.said == {7: "present"}
    assert work.actions == {some_id(7): Action.DELETE}


def test_a_number_of_two_records_selects_both() -> None:
    desk = a_list()
    desk.rows[50] = record(51, [phone(51), phone(7)])
    work = Work(desk, numbered(7))
    assert work.present == [7, 51]
    assert work.asked == [phone(7)]


def test_where_the_records_that_were_found_have_one_number_a_page_of_the_list_has_another() -> None:
    work = Work(a_list(), numbered(8))
    assert work.present == [8]
    assert work.asked == [phone(8), "page 1", SECOND]


def test_the_page_for_that_is_a_hundred_rows_at_the_most() -> None:
    work = Work(a_list(5000), numbered(8), page=400)
    sizes = [
        one.url.params["per_page"]
        for one in work.server.arrived
        if _asked(one) in ("page 1", SECOND, phone(8))
    ]
    assert sizes == ["400", "100", "400"]


def test_the_records_of_one_number_may_fill_some_pages() -> None:
    desk = a_list(200)
    for row in desk.rows[100:130]:
        row["phone_numbers"].append({"phone_number": phone(7)})
    work = Work(desk, numbered(7))
    assert work.present == [7, *range(101, 131)]
    assert work.asked == [phone(7)] * 4
    filtered = [dict(one.url.params) for one in work.server.arrived if "page" in one.url.params]
    assert [one["page"] for one in filtered] == ["1", "2", "3", "4"]
    assert all(one.keys() == BY_FILTER for one in filtered)


Misbehave = Callable[[Desk], None]


def comparing(matches: Callable[[Body, str], bool]) -> Misbehave:
    def misbehave(desk: Desk) -> None:
        desk.matches = matches

    return misbehave


def filtered(change: Callable[[Body], object], *, of: str = "") -> Misbehave:
    """Change the pages that are asked for by number, or by one number."""

    def misbehave(desk: Desk) -> None:
        desk.on_page = lambda _, body, wanted: (
            change(body) if wanted and wanted.startswith(of) else body
        )

    return misbehave


def with_one_number_each(desk: Desk) -> None:
    desk.rows[6] = record(7)


def without_numbers(body: Body) -> object:
    nothing = {"phone_numbers": None, "phone_number": None}
    return with_rows(body, [{**one, **nothing} for one in rows_of(body)])


FLAWS: dict[str, tuple[Misbehave, str]] = {
    "it is ignored": (
        comparing(lambda _row, _number: True),
        "it takes 10 pages, 4 are worth it; 10 rows seen, 100 counted; 1 pages seen, 10 named",
    ),
    "it compares only the first number": (
        comparing(first_number),
        "the filter does not compare all numbers of a record",
    ),
    "it shows a stranger beside": (
        comparing(lambda row, number: any_number(row, number) or row["id"] == some_id(50)),
        "the filter shows records that do not have the number",
    ),
    "it compares the beginning of numbers": (
        comparing(lambda row, number: str(row["phone_number"]).startswith(number[:-1])),
        "the filter shows records that do not have the number",
    ),
    "no record has the number": (
        comparing(lambda row, number: number != phone(8) and any_number(row, number)),
        "no record is found for a number",
    ),
    "it shows nothing": (comparing(lambda _row, _number: False), "no record is found for a number"),
    "there is no record with several numbers": (
        with_one_number_each,
        "no record shows whether the filter compares all numbers",
    ),
    "what it shows tells no numbers": (
        filtered(without_numbers),
        "the filter shows records that do not have the number",
    ),
    "it shows less than it counts": (
        filtered(lambda body: {**body, "count": 2, "total": 2}),
        "1 rows seen, 2 counted",
    ),
    "it names no count": (
        filtered(lambda body: {**body, "count": None, "total": None}),
        "a page names no count",
    ),
    "it cannot be read": (
        filtered(lambda _: answer(404, NO_LIST)),
        "page 1 was answered 404 0530910 Record List not found.",
    ),
    "it cannot be read for one number": (
        filtered(lambda _: answer(502, raw=b""), of=phone(8)),
        "page 1 could not be read: 502 empty body",
    ),
    "what it shows is of another list": (
        filtered(lambda body: with_rows(body, [*rows_of(body), {"record_list_id": "x"}], count=2)),
        "a row has no id, or is of another list; rows came twice",
    ),
    "it cannot be read for the control": (
        filtered(lambda _: answer(404, NO_LIST), of=SECOND),
        "page 1 was answered 404 0530910 Record List not found.",
    ),
}


@pytest.mark.parametrize("name", FLAWS)
def test_a_filter_that_is_not_believed_is_followed_by_the_whole_list(name: str) -> None:
    desk = a_list()
    FLAWS[name][0](desk)
    work = Work(desk, numbered(8, 9), ids=[20, 999])
    assert is_whole_list(work)
    assert work.said == {8: "present", 9: "present", 20: "present", 999: "absent"}


@pytest.mark.parametrize("name", FLAWS)
def test_and_whoever_asked_for_it_is_told_why(name: str) -> None:
    desk = a_list()
    misbehave, flaw = FLAWS[name]
    misbehave(desk)
    work = Work(desk, numbered(8, 9), way=Way.BY_PHONE)
    assert is_whole_list(work, flaw)
    assert work.present == [8, 9]


@pytest.mark.parametrize("name", FLAWS)
def test_and_if_that_is_not_complete_either_nothing_is_called_absent(name: str) -> None:
    desk = a_list()
    FLAWS[name][0](desk)
    spoilt = desk.on_page

    def incomplete(number: int, body: Body, wanted: str) -> object:
        return spoilt(number, body, wanted) if wanted else {**body, "count": 101, "total": 101}

    desk.on_page = incomplete
    work = Work(desk, numbered(8, 5000), ids=[999])
    assert work.actions == {
        some_id(8): Action.DELETE,
        some_id(999): Action.ABSENT,  # by id
        # What else may go by the first number nobody knows either.
        "manifests/m0.yaml:20": Action.UNKNOWN,
        "manifests/m0.yaml:21": Action.UNKNOWN,
    }


def test_that_a_number_has_no_record_is_proven_by_the_whole_list_alone() -> None:
    work = Work(a_list(), numbered(7, 5000))
    assert is_whole_list(work)
    assert work.actions == {some_id(7): Action.DELETE, "manifests/m0.yaml:21": Action.ABSENT}
    assert work.reading.nothing_else == Evidence(
        "listing", "not among the 100 records of a complete listing"
    )


def test_the_number_that_has_no_record_ends_the_looking_up() -> None:
    work = Work(a_list(), numbered(*range(7, 17), 5000))
    assert work.asked.index("page 1") <= 2 + 10
    first = Work(a_list(), numbered("+14150000000", *range(7, 17)))
    assert first.asked[:2] == ["+14150000000", "page 1"]


def test_a_first_page_that_cannot_be_read_shows_no_record_with_several_numbers() -> None:
    desk = a_list()
    failing = iter([answer(404, NO_LIST)])
    desk.on_page = lambda _, body, wanted: body if wanted else next(failing, body)
    work = Work(desk, numbered(8), way=Way.BY_PHONE)
    assert is_whole_list(work, "no record shows whether the filter compares all numbers")


# -- ids beside numbers


def test_ids_that_no_number_showed_are_asked_for_by_id() -> None:
    work = Work(a_list(), numbered(7), ids=[7, 8, 999])
    assert work.said == {7: "present", 8: "present", 999: "absent"}
    assert work.reading.way == "by phone number, by id"
    # Not record 7, which was found by its number; a random one first.
    assert [one[-3:] for one in work.asked[2:]] == ["001", "008", "999"]
    assert work.asked[3:] == [some_id(8), some_id(999)]


def test_ids_that_numbers_showed_are_not_asked_for() -> None:
    work = Work(a_list(), numbered(7), ids=[7])
    assert (work.reading.way, work.asked) == ("by phone number", [phone(7), SECOND])


def test_an_id_that_cannot_be_read_is_unknown_beside_numbers_too() -> None:
    desk = a_list()
    desk.on_record = lambda _, due: answer(404, NO_LIST) if due.status_code == 404 else due
    work = Work(desk, numbered(7), ids=[8, 999])
    assert work.said == {7: "present", 8: "present", 999: "unknown"}


def test_what_numbers_showed_is_read_back_by_id() -> None:
    desk = a_list()
    work = Work(desk, numbered(7, 8))
    desk.remove(7)
    work.server.arrived.clear()
    back = work.rig.clock.run(work.reader.read_back(work.reading, work.reading.table.ids))
    assert list(verdicts(back).values()) == ["absent", "present"]
    assert work.asked[1:] == [some_id(7), some_id(8)]


def test_a_record_has_one_fingerprint_whichever_way_it_was_read() -> None:
    desk = a_list()
    works = [
        Work(desk, numbered(7)),
        Work(desk, numbered(7), way=Way.WHOLE_LIST),
        Work(desk, ids=[7], way=Way.BY_ID),
    ]
    assert len({work.reading.way for work in works}) == 3
    assert len({work.reading.table.state(0).fingerprint for work in works}) == 1  # type: ignore[union-attr]  # all are present


# -- quotas


def test_a_quota_that_ends_in_the_middle_calls_nothing_absent() -> None:
    for left in range(1, 9):
        work = Work(a_list(), numbered(7, 8, 9), ids=[7, 20, 999], left=left)
        assert "absent" not in work.actions.values()
        assert Action.UNKNOWN in work.actions.values()
        assert work.reading.warnings == (
            f"acme-dialer: not everything was read: {left} calls were spent",
        )


def test_what_was_seen_before_a_quota_ended_stays_seen() -> None:
    # Token, list and the number; then the control has no call left.
    work = Work(a_list(), numbered(7, 8), ids=[7, 20], left=3)
    assert work.said == {7: "present", 20: "unknown"}
    assert work.reading.way == "by phone number"
    assert work.actions == {
        some_id(7): Action.DELETE,
        some_id(20): Action.UNKNOWN,
        "manifests/m0.yaml:20": Action.UNKNOWN,
        "manifests/m0.yaml:21": Action.UNKNOWN,
    }
    # One more, and reading by id has none.
    work = Work(a_list(), numbered(7), ids=[7, 20], left=4)
    assert work.said == {7: "present", 20: "unknown"}
    assert work.actions == {some_id(7): Action.DELETE, some_id(20): Action.UNKNOWN}


CHEAPER = "--target reads a part of them, and a day later all calls are back"


def test_more_numbers_than_a_day_has_calls_left_are_not_looked_up_at_all() -> None:
    work = Work(a_list(), numbered(7, 8, 9), ids=[20], daily=2 + 2)
    assert work.asked == []
    assert work.said == {20: "unknown"}
    assert set(work.actions.values()) == {Action.UNKNOWN}
    (warning,) = work.reading.warnings
    assert warning == (
        "acme-dialer: not everything was read: looking up 3 phone numbers takes 3 calls, and of "
        f"limits.daily 2 are left; {CHEAPER}"
    )


def test_more_ids_beside_numbers_than_a_day_has_calls_left_are_not_asked_for() -> None:
    work = Work(a_list(), numbered(7), ids=[20, 21], daily=2 + 2 + 2)
    assert work.asked == [phone(7), SECOND]
    assert work.said == {7: "present", 20: "unknown", 21: "unknown"}
    (warning,) = work.reading.warnings
    assert warning == (
        "acme-dialer: not everything was read: asking for 2 by id takes 3 calls, and of "
        f"limits.daily 2 are left; {CHEAPER}"
    )
    assert Work(a_list(), numbered(7), ids=[20, 21], daily=2 + 2 + 3).present == [7, 20, 21]


# -- on the wire and on paper


def test_the_plus_of_a_number_is_written_so_that_it_is_no_blank() -> None:
    work = Work(a_list(), numbered(7))
    queries = [one.url.query for one in work.server.arrived if b"phone_number" in one.url.query]
    assert len(queries) == 2
    assert all(b"phone_number=%2B1415555" in query for query in queries)


@pytest.mark.parametrize("name", FLAWS)
def test_no_number_is_told_unmasked(name: str, caplog: pytest.LogCaptureFixture) -> None:
    desk = a_list()
    FLAWS[name][0](desk)
    work = Work(desk, numbered(8, SECOND), ids=[999], way=Way.BY_PHONE)
    position = work.reading.table.position(some_id(8))
    assert position is not None
    shown = [str(work.reading.table.state(one)) for one in range(len(work.reading.table))]
    told = " ".join([*work.reading.warnings, work.reading.unread, *shown, caplog.text])
    assert "***0008" in told
    assert phone(8)[:-4] not in told
    assert SECOND not in told
