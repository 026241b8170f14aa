"""What Talkdesk may answer instead of the truth, and what a plan makes of each of it.

Every row is read in several ways. What a row does not name is as if nothing were wrong.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import httpx
import pytest

from reconciler.domain.absences import Named
from reconciler.domain.accounts import System
from reconciler.domain.approval import Reviewed
from reconciler.domain.conditions import Conditions, OneOf
from reconciler.domain.identifiers import Phone
from reconciler.domain.ways import Way
from tests.vendors.desk import (
    NO_LIST,
    NO_RECORD,
    Body,
    Desk,
    first_number,
    phone,
    record,
    rows_of,
    with_rows,
)
from tests.vendors.misbehaving import (
    ASKED,
    BLIND,
    LOGIN,
    NO_USE,
    PARTLY,
    REFUSED,
    STALE,
    SURE,
    Answering,
    Scene,
    Told,
    actions_of,
    broken,
    check,
    cuts,
    encoded,
    ids,
    packed,
    passing,
    reviewed,
    status,
    text,
)
from tests.vendors.rig import LIST, RECORDS, Rig, Server, absences, an_account, answer, some_id

THERE = range(1, 31)
CHANGED = (3, 13)
"""They had other names when they were reviewed."""
SOME = (1, 3, 8, 13, 22, 30)
FIRST = (1, 2, 3)
"""Some of the first page, which even one that is clamped shows."""
GONE = range(101, 115)
"""Records that do not exist; 101 and 102 did when they were reviewed."""
SECOND = "+14155559999"
"""The second number of record 3."""
LISBON: Conditions = (OneOf("timezone", "timezone", ("Europe/Lisbon",)),)

WAYS = ("by_id", "whole_list", "nothing_due", "by_phone", "rule")
NO_RULE = Told(gone="nothing")


def a_desk() -> Desk:
    desk = Desk([record(number) for number in THERE])
    desk.rows[2] = record(3, [phone(3), SECOND])
    return desk


def scene(way: str, desk: Desk) -> Scene:
    """Return one record list, and what is asked of it so that it is read in this way."""
    live, gone, wanted = {
        "by_id": (SOME, GONE[:4], Way.BY_ID),
        "whole_list": (SOME, GONE, Way.WHOLE_LIST),
        "nothing_due": ((), GONE, Way.WHOLE_LIST),
        "by_phone": (SOME, GONE[:4], Way.BY_PHONE),
        "rule": (FIRST, (), None),
    }[way]
    declared = absences(
        RECORDS,
        map(some_id, [*live, *gone] if way != "rule" else ()),
        *([LISBON] if way == "rule" else ()),
    )
    if way == "by_phone":
        numbers = [Phone(phone(number)) for number in (3, 8)]
        declared = replace(declared, named=tuple(Named(one, 0, 50) for one in numbers))
    rig = Rig(transport=Server(desk), page=5, way=wanted)
    return Scene(
        account=an_account(System.TALKDESK, page=5),
        absences=declared,
        rig=rig,
        reader=rig.record_reader(),
        live=ids({*live} - {*CHANGED}),
        changed=ids({*live} & {*CHANGED}),
        gone=ids(gone),
    )


@cache
def as_reviewed(way: str) -> Reviewed:
    """Return the deletions of a plan that was made before some of it changed."""
    desk = a_desk()
    desk.rows += [record(101), record(102)]
    for number in CHANGED:
        desk.rows[number - 1]["last_name"] = "Before"
    return reviewed(scene(way, desk).plan())


Misbehave = Callable[[Desk], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One misbehaviour, and what is told of it in each way of reading that it can hit."""

    misbehave: Misbehave
    told: Mapping[str, Told]
    ways: tuple[str, ...] = ()
    """Only these; none for all of its table."""


USUAL = {
    **dict.fromkeys(WAYS, SURE),
    "nothing_due": Told(live="nothing", changed="nothing"),
    "rule": NO_RULE,
}


def row(misbehave: Misbehave, **told: Told) -> Row:
    return Row(misbehave, {**USUAL, **told})


def only(found: Row, *ways: str) -> Row:
    return replace(found, ways=ways)


# -- how listings misbehave


def pages(change: Callable[[int, Body], object]) -> Misbehave:
    """Change the pages of the whole list."""

    def misbehave(desk: Desk) -> None:
        desk.on_page = lambda number, body, wanted: body if wanted else change(number, body)

    return misbehave


def page(number: int, change: Callable[[Body], object]) -> Misbehave:
    return pages(lambda found, body: change(body) if found == number else body)


def every(change: Callable[[Body], object]) -> Misbehave:
    return pages(lambda _, body: change(body))


def rows(change: Callable[[list[Body]], object]) -> Callable[[Body], object]:
    return lambda body: with_rows(body, change(rows_of(body)))


def instead(answering: Answering) -> Callable[[Body], object]:
    return lambda _: answering()


def with_(**members: object) -> Callable[[Body], object]:
    return lambda body: {**body, **members}


def counted(count: object) -> Callable[[Body], object]:
    return with_(count=count, total=count)


def linked(href: object) -> Callable[[Body], object]:
    return with_(_links={"next": {"href": href}})


def numbered(*numbers: int) -> list[Body]:
    return [record(number) for number in numbers]


def passes(change: Callable[[int, int, Body], object]) -> Misbehave:
    """Change pages, given which time the list is read."""

    def misbehave(desk: Desk) -> None:
        desk.on_page = lambda number, body, wanted: (
            body if wanted else change(desk.passes, number, body)
        )

    return misbehave


NOTHING_DUE = Told(live="nothing", changed="nothing", warned=True)
MORE = Told(gone="nothing", warned=True, unread=True)
DOUBTED = {"whole_list": ASKED, "nothing_due": NOTHING_DUE, "rule": MORE}
"""A listing that is not believed: by id, and rules are unread."""


def listing(misbehave: Misbehave, **told: Told) -> Row:
    return row(misbehave, **{**DOUBTED, **told})


def at_first(answering: Answering) -> Misbehave:
    """Answer so at first, whatever is asked, and then as is due."""

    def misbehave(desk: Desk) -> None:
        instead = passing(answering, 1)
        desk.on_page = lambda _number, body, _wanted: instead() or body
        desk.on_record = lambda _asked, due: instead() or due

    return misbehave


ONE_LESS = rows(lambda found: found[1:])
NO_ROWS = rows(lambda _: [])
UNSEEN = MORE._replace(live="not found", changed="not found")
LISTINGS: dict[str, Row] = {
    "a page is missing": listing(page(2, linked("?page=4"))),
    "a page is repeated": listing(page(2, rows(lambda _: numbered(*range(1, 6))))),
    "the first page comes again and again": listing(every(rows(lambda _: numbered(*range(1, 6))))),
    "a page is short": listing(page(2, ONE_LESS)),
    "every page is clamped": listing(every(rows(lambda found: found[:3]))),
    "a page in the middle is empty": listing(page(3, NO_ROWS)),
    "the first page is empty and has a count": listing(page(1, NO_ROWS), rule=UNSEEN),
    "the last page is empty": listing(page(6, NO_ROWS)),
    "the count is too high": listing(every(counted(31))),
    "the count is too low": listing(every(counted(29))),
    "the count is zero": listing(every(counted(0))),
    "the count changes": listing(page(2, counted(29))),
    "the count is missing": listing(every(with_(count=None, total=None))),
    "the count is missing on one page": listing(page(2, with_(count=None, total=None))),
    "the count is a text": listing(every(counted("30"))),
    "the count is a fraction": listing(every(counted(30.0))),
    "the count is negative": listing(every(counted(-30))),
    "the count is true": listing(every(lambda body: {**body, "count": True, "total": True})),
    "the count is beyond all numbers": listing(every(counted(10**400))),
    "the count is of the page, and there is no total": listing(
        every(lambda body: {**body, "count": len(rows_of(body)), "total": None})
    ),
    "the count is of the page, and the total of all": row(
        every(lambda body: {**body, "count": len(rows_of(body))})
    ),
    "there is only a total": row(every(with_(count=None))),
    "total and count contradict each other": listing(every(with_(count=30, total=31))),
    "count and total contradict each other": listing(every(with_(count=31, total=30))),
    "there are more pages, it says": listing(every(with_(total_pages=7))),
    "there are fewer pages, it says": row(every(with_(total_pages=2))),
    "the number of pages is a text": row(every(with_(total_pages="6"))),
    "a page has another number": listing(page(2, with_(page=3))),
    "no page has a number": row(
        every(lambda body: {name: one for name, one in body.items() if name != "page"})
    ),
    "the next link is missing": listing(page(2, with_(_links={}))),
    "the next link is null": listing(page(2, linked(None))),
    "the next link is a number": listing(page(2, linked(3))),
    "the next link is empty": listing(page(2, linked(""))),
    "the next link is no link": listing(page(2, linked("http://[x"))),
    "the next link has no page": listing(page(2, linked("?cursor=abc"))),
    "the next link goes back": listing(page(2, linked("?page=1"))),
    "the next link stays": listing(page(2, linked("?page=2"))),
    "the last page links to the first": listing(page(6, linked("?page=1"))),
    "the last page links to itself": listing(page(6, linked("?page=6"))),
    "the last page links behind the end": row(page(6, linked("?page=7"))),
    "the next link is on another host": row(page(2, linked("http://evil.test/x?page=3"))),
    "the next link is of another list": row(
        page(2, linked(f"/record-lists/{some_id(9)}/records?page=3"))
    ),
    "the next link has a filter": row(page(2, linked("?page=3&priorities=1"))),
    "the next link has a smaller size": listing(page(2, linked("?page=3&per_page=2"))),
    "the links are a list": listing(page(2, with_(_links=[]))),
    "a row is of another list": listing(
        page(2, rows(lambda found: [{**found[0], "record_list_id": some_id(9)}, *found[1:]]))
    ),
    "a row has no id": listing(page(2, rows(lambda found: [{"priority": 1}, *found[1:]]))),
    "a row has a null id": listing(
        page(2, rows(lambda found: [{**found[0], "id": None}, *found[1:]]))
    ),
    "a row is null": listing(page(2, rows(lambda found: [None, *found[1:]]))),
    "a row comes twice": listing(page(2, rows(lambda found: [*found, found[0]]))),
    "every row comes twice": listing(every(rows(lambda found: [*found, *found]))),
    "ids are in capitals": row(
        every(
            rows(
                lambda found: [
                    {**one, "id": one["id"].upper(), "record_list_id": LIST.upper()}
                    for one in found
                ]
            )
        )
    ),
    "rows do not tell their list": row(
        every(rows(lambda found: [{**one, "record_list_id": None} for one in found]))
    ),
    "the records are an object": listing(page(2, rows(lambda _: {}))),
    "the records are null": listing(page(2, rows(lambda _: None))),
    "there are no records": listing(page(2, with_(_embedded={}))),
    "nothing is embedded": listing(page(2, with_(_embedded=None))),
    "there are two lists of one name": listing(
        page(
            2,
            instead(
                text(
                    '{"page": 2, "count": 30, "total": 30, "_links": {"next": {"href": "?page=3"}},'
                    ' "_embedded": {"records": [{}], "records": []}}'
                )
            ),
        )
    ),
    "an error comes with 200": listing(page(2, instead(status(200, NO_LIST)))),
    "404 of the list": listing(page(2, instead(status(404, NO_LIST)))),
    "404 of a record": listing(page(2, instead(status(404, NO_RECORD)))),
    "403": listing(
        page(2, instead(status(403))), whole_list=REFUSED, nothing_due=REFUSED, rule=REFUSED
    ),
    "401 once": row(at_first(status(401))),
    "401 for ever": listing(
        page(2, instead(status(401))), whole_list=REFUSED, nothing_due=REFUSED, rule=REFUSED
    ),
    "every page is packed, as nobody asked for": row(
        every(lambda body: encoded(packed(json.dumps(body).encode()), "gzip")())
    ),
    "the whole list is hidden": listing(
        every(lambda body: with_rows(body, [], count=0, total=0, total_pages=1, _links={})),
        rule=UNSEEN,
    ),
    "a part of the list is hidden": listing(
        every(lambda body: with_rows(body, rows_of(body)[:3], count=5, total=5, _links={}))
    ),
    **{
        f"page {number} is {name}": only(
            listing(page(number, instead(answering)), rule=MORE if number > 1 else UNSEEN), *ways
        )
        for name, answering in NO_USE.items()
        for number, ways in ((1, ("nothing_due", "rule")), (3, ("whole_list", "rule")))
    },
    # A list shifts while dialers work it, and it is read twice for that.
    "a record moves while the list is read the first time": row(
        passes(
            lambda turn, number, body: (
                with_rows(body, numbered(*range(6, 10), 1)) if (turn, number) == (1, 2) else body
            )
        ),
        whole_list=ASKED,
        nothing_due=NOTHING_DUE,
        rule=MORE._replace(unread=False),
    ),
    "a record is hidden the first time, and another one the second time": row(
        passes(
            lambda turn, _, body: with_rows(
                body,
                [one for one in rows_of(body) if one["id"] != some_id(8 if turn == 1 else 22)],
                count=29,
                total=29,
            )
        ),
        whole_list=ASKED,
        nothing_due=NOTHING_DUE,
        rule=MORE,
    ),
    "a record goes between the passes": row(
        passes(
            lambda turn, _, body: (
                with_rows(
                    body,
                    [one for one in rows_of(body) if one["id"] != some_id(12)],
                    count=29,
                    total=29,
                )
                if turn == 2
                else body
            )
        ),
        whole_list=ASKED,
        rule=MORE,
    ),
}


# -- how the list itself, and reading by id, misbehave


def heads(change: Callable[[Body], object]) -> Misbehave:
    def misbehave(desk: Desk) -> None:
        desk.on_head = change

    return misbehave


def asked_for(change: Callable[[str], object], *, of: str) -> Misbehave:
    """Change the answers for some ids; what a change returns None for is answered as it is due."""

    def misbehave(desk: Desk) -> None:
        known = {"live": {*ids(THERE)}, "gone": {*ids(GONE)}}

        def answered(asked: str, due: httpx.Response) -> httpx.Response:
            whose = next((name for name, them in known.items() if asked in them), "random")
            found = change(asked) if of in (whose, "all") else None
            if found is None:
                return due
            return found if isinstance(found, httpx.Response) else answer(200, found)

        desk.on_record = answered

    return misbehave


def reshaped(change: Callable[[Body], object]) -> Misbehave:
    """Let what is there come in another shape."""

    def misbehave(desk: Desk) -> None:
        def answered(_: str, due: httpx.Response) -> httpx.Response:
            found = change(due.json()) if due.status_code == 200 else due
            return found if isinstance(found, httpx.Response) else answer(200, found)

        desk.on_record = answered

    return misbehave


def always(answering: Answering) -> Callable[[str], object]:
    return lambda _: answering()


def here(asked: str) -> Body:
    return {**record(0), "id": asked}


NO_HEAD = {
    **dict.fromkeys(WAYS, BLIND),
    "nothing_due": Told(live="nothing", changed="nothing", gone="unknown"),
    "by_phone": BLIND._replace(unread=True),
    "rule": UNSEEN._replace(warned=False),
}
UNCOUNTED = {"whole_list": ASKED, "nothing_due": NOTHING_DUE, "rule": MORE}
HEADS: dict[str, Row] = {
    "the list holds more, it says": row(
        heads(lambda body: {**body, "records_count": 99}), **UNCOUNTED
    ),
    "the list holds fewer, it says": row(heads(lambda body: {**body, "records_count": 3})),
    "the list holds nothing, it says": row(heads(lambda body: {**body, "records_count": 0})),
    "the list does not say what it holds": row(heads(lambda body: {"id": body["id"]}), **UNCOUNTED),
    "what it holds is a text": row(
        heads(lambda body: {**body, "records_count": "30"}), **UNCOUNTED
    ),
    "what it holds is true": row(heads(lambda body: {**body, "records_count": True}), **UNCOUNTED),
    "what it holds is negative": row(
        heads(lambda body: {**body, "records_count": -1}), **UNCOUNTED
    ),
    "what it holds is beyond all numbers": row(
        heads(lambda body: {**body, "records_count": 10**400}), **UNCOUNTED
    ),
    "it is another list": row(heads(lambda body: {**body, "id": some_id(9)}), **NO_HEAD),
    "it has no id": row(heads(lambda _: {"records_count": 30}), **NO_HEAD),
    "it is not there": row(heads(lambda _: answer(404, NO_LIST)), **NO_HEAD),
    "it is refused": row(heads(lambda _: answer(403)), **dict.fromkeys(WAYS, REFUSED)),
    **{
        f"the list is {name}": only(row(heads(instead(answering)), **NO_HEAD), "by_id", "rule")
        for name, answering in NO_USE.items()
    },
}
ALONE = {"by_id": PARTLY, "whole_list": PARTLY, "by_phone": PARTLY}
SEEN_ELSEWHERE = {"by_id": Told(live="unknown", changed="unknown")}
"""What is there is seen in the list, and by its number; where nothing shows it, it is unknown."""
SINGLES: dict[str, Row] = {
    **{
        f"a random one is answered with {name}": only(
            row(asked_for(always(answering), of="random"), **ALONE), "by_id", "whole_list"
        )
        for name, answering in NO_USE.items()
    },
    **{
        f"what is gone is answered with {name}": only(
            row(asked_for(always(answering), of="gone"), **ALONE), "by_id", "by_phone"
        )
        for name, answering in NO_USE.items()
    },
    **{
        f"what is there is answered with {name}": only(
            row(asked_for(always(answering), of="live"), **SEEN_ELSEWHERE), "by_id", "whole_list"
        )
        for name, answering in NO_USE.items()
    },
    "404 of the list comes for what is gone": row(
        asked_for(lambda _: answer(404, NO_LIST), of="gone"), **ALONE
    ),
    "404 of the list comes for a random one": row(
        asked_for(lambda _: answer(404, NO_LIST), of="random"), **ALONE
    ),
    "404 without a code comes": row(asked_for(lambda _: answer(404, {}), of="gone"), **ALONE),
    "404 comes with a page": row(asked_for(always(text(LOGIN, 404)), of="gone"), **ALONE),
    "404 comes with the code as a number": row(
        asked_for(lambda _: answer(404, {"code": 530920}), of="gone"), **ALONE
    ),
    "the code comes with 200": row(asked_for(lambda _: NO_RECORD, of="gone"), **ALONE),
    "the code comes with 410": row(asked_for(lambda _: answer(410, NO_RECORD), of="gone"), **ALONE),
    "the code comes with 500": row(asked_for(lambda _: answer(500, NO_RECORD), of="gone"), **ALONE),
    "another record comes": row(asked_for(lambda _: record(2), of="gone"), **ALONE),
    "another record comes for whatever is asked": row(
        asked_for(lambda _: record(2), of="all"),
        by_id=BLIND,
        whole_list=PARTLY,
        by_phone=PARTLY._replace(live="delete/unknown", changed="held/unknown"),
    ),
    "everything is gone": row(
        asked_for(lambda _: answer(404, NO_RECORD), of="all"),
        by_id=BLIND,
        by_phone=PARTLY._replace(live="delete/unknown", changed="held/unknown"),
    ),
    "a list of two records comes": row(asked_for(lambda _: numbered(1, 2), of="gone"), **ALONE),
    "a record of another list comes": row(
        asked_for(lambda asked: {**here(asked), "record_list_id": some_id(9)}, of="gone"), **ALONE
    ),
    "a record without an id comes": row(
        asked_for(lambda asked: {**here(asked), "id": None}, of="gone"), **ALONE
    ),
    "it comes in capitals": row(reshaped(lambda found: {**found, "id": found["id"].upper()})),
    "it comes packed": row(
        reshaped(lambda found: encoded(packed(json.dumps(found).encode()), "gzip")())
    ),
    "it comes in a list": row(
        reshaped(lambda found: [found]),
        **SEEN_ELSEWHERE,
        by_phone=Told(live="delete/unknown", changed="held/unknown"),
    ),
    "it does not tell its list": row(reshaped(lambda found: {**found, "record_list_id": None})),
    "everything is there": row(
        asked_for(here, of="all"),
        by_id=STALE._replace(live="held"),
        whole_list=STALE,
        by_phone=STALE._replace(live="delete/held"),
    ),
    "what is gone is shown for ever": row(
        asked_for(here, of="gone"), by_id=STALE, whole_list=STALE, by_phone=STALE
    ),
    "two bad gateways, and then all is well": row(at_first(status(502))),
    "a connection is cut, and then all is well": row(at_first(broken(httpx.ReadError))),
    "too fast, and then all is well": row(at_first(status(429, retry_after="3"))),
    "too fast, as the gateway says it": row(at_first(status(403, {"code": "0012001"}))),
    "load is shed": row(at_first(status(429, {"code": "0020017"}))),
    "401 comes": row(asked_for(always(status(401)), of="gone"), **dict.fromkeys(WAYS, REFUSED)),
    "403 comes": row(asked_for(always(status(403)), of="gone"), **dict.fromkeys(WAYS, REFUSED)),
}


# -- how the filter by phone number misbehaves


def filtered(change: Callable[[Body], object], number: str = "") -> Misbehave:
    def misbehave(desk: Desk) -> None:
        desk.on_page = lambda _, body, wanted: (
            change(body) if wanted and number in ("", wanted) else body
        )

    return misbehave


def comparing(matches: Callable[[Body, str], bool]) -> Misbehave:
    def misbehave(desk: Desk) -> None:
        desk.matches = matches

    return misbehave


FILTERS: dict[str, Row] = {
    "the filter is ignored": row(comparing(lambda _row, _number: True), by_phone=ASKED),
    "the filter compares only the first number": row(comparing(first_number), by_phone=ASKED),
    "the filter shows nothing": row(comparing(lambda _row, _number: False), by_phone=ASKED),
    "the filter shows somebody else's": row(
        filtered(rows(lambda found: [*found, record(22)])), by_phone=ASKED
    ),
    "the filter counts more than it shows": row(filtered(counted(2)), by_phone=ASKED),
    "the filter counts nothing": row(filtered(counted(None)), by_phone=ASKED),
    "the filter shows a row without an id": row(
        filtered(rows(lambda found: [*found, {"priority": 1}])), by_phone=ASKED
    ),
    "the filter shows a row twice": row(
        filtered(rows(lambda found: [*found, *found])), by_phone=ASKED
    ),
    "the filter links to another host": row(filtered(linked("http://evil.test/x?page=2"))),
    **{
        f"the filter is {name}": row(filtered(instead(answering)), by_phone=ASKED)
        for name, answering in NO_USE.items()
    },
    **{
        f"the filter is {name} for one number": row(
            filtered(instead(answering), phone(8)), by_phone=ASKED
        )
        for name, answering in NO_USE.items()
    },
    "the filter is refused": row(filtered(instead(status(403))), by_phone=REFUSED),
}


# -- the verdicts

BY_LISTING = ("whole_list", "nothing_due", "rule")
BY_ID = ("by_id", "whole_list", "by_phone")
TABLE = [
    pytest.param(way, one, id=f"{name}, {way}")
    for table, ways in (
        (LISTINGS, BY_LISTING),
        (HEADS, WAYS),
        (SINGLES, BY_ID),
        (FILTERS, ("by_phone",)),
    )
    for name, one in table.items()
    for way in one.ways or ways
]


@pytest.mark.usefixtures("small_answers")
@pytest.mark.parametrize(("way", "one"), TABLE)
def test_what_a_plan_makes_of_it(way: str, one: Row) -> None:
    desk = a_desk()
    there = [each["id"] for each in desk.rows]
    one.misbehave(desk)
    told = scene(way, desk).told(as_reviewed(way), there)
    assert str(told) == str(one.told[way])


# -- lies that are not seen through

Lie = tuple[str, Misbehave, str]


def hidden_everywhere(desk: Desk) -> None:
    """Let list, listing and count all leave the second half out."""
    heads(lambda body: {**body, "records_count": 15})(desk)

    def change(number: int, body: Body) -> object:
        link = body["_links"] if number < 3 else {}
        return {**body, "count": 15, "total": 15, "total_pages": 3, "_links": link}

    pages(change)(desk)


LIES: dict[str, Lie] = {
    "one is answered as if it were gone, this once": (
        "by_id",
        asked_for(lambda one: answer(404, NO_RECORD) if one == some_id(8) else None, of="live"),
        "in that one answer (a stale replica): `recheck` finds those that return.",
    ),
    "the list, its listing and its count all say less": (
        "nothing_due",
        hidden_everywhere,
        "A Talkdesk account whose list and whose listing both say that there is less",
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_that_is_not_seen_through_deletes_nothing_and_is_documented(name: str) -> None:
    """Such as these may be called absent although they are there; they are left alone then."""
    way, lie, words = LIES[name]
    desk = a_desk()
    lie(desk)
    plan = scene(way, desk).plan(as_reviewed(way))
    check(plan)
    there = {one["id"] for one in desk.rows}
    deleted = {one for one, action in actions_of(plan).items() if action == "delete"}
    assert deleted <= there - {*ids(CHANGED)}
    papers = Path("docs/reference/vendors.md").read_text(encoding="utf-8")
    assert words in papers.partition("## Lies that are not seen through")[2]


def test_what_hides_records_is_seen_through_where_some_of_them_are_due() -> None:
    desk = a_desk()
    hidden_everywhere(desk)
    told = actions_of(scene("whole_list", desk).plan())
    # Something declared was seen, so each that was not is asked for by id.
    assert [told[some_id(number)] for number in SOME] == ["delete"] * len(SOME)


# -- answers that are cut


@pytest.mark.parametrize("where", ["by_id", "nothing_due", "head"])
def test_an_answer_that_is_cut_anywhere_proves_nothing(where: str) -> None:
    whole = {
        "by_id": json.dumps(record(101)),
        "nothing_due": json.dumps({"page": 1, "count": 0, "_embedded": {"records": []}}),
        "head": json.dumps({"id": LIST, "records_count": 30}),
    }[where].encode()
    beginnings = [*cuts(whole)]
    for body in beginnings[:: max(1, len(beginnings) // 40)]:
        desk = a_desk()
        {
            "by_id": asked_for(always(text(body)), of="gone"),
            "nothing_due": page(1, instead(text(body))),
            "head": heads(instead(text(body))),
        }[where](desk)
        one = scene("nothing_due" if where == "nothing_due" else "by_id", desk)
        actions = actions_of(one.plan())
        asked = ids(GONE if where == "nothing_due" else GONE[:4])
        assert {actions[each] for each in asked} == {
            "absent" if where == "nothing_due" else "unknown"
        }
