"""What LeadSquared may answer instead of the truth, and what a plan makes of each of it.

Every row is read in five ways. What a row does not name is as if nothing were wrong.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import httpx
import pytest

from reconciler.domain.absences import Lookup
from reconciler.domain.accounts import System
from reconciler.domain.approval import Reviewed
from reconciler.domain.conditions import Conditions, OneOf
from reconciler.domain.ways import Way
from tests.vendors.crm import Body, Crm, PageChange, task
from tests.vendors.misbehaving import (
    ASKED,
    LOGIN,
    NO_USE,
    OPEN,
    PARTLY,
    REFUSED,
    STALE,
    SURE,
    UNREAD,
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
from tests.vendors.rig import TASKS, Rig, Server, absences, an_account, answer, some_id

OWNED = {f"u{n}": [*range(1000 * n + 1, 1000 * n + 10)] for n in range(3)}
"""Nine tasks of each; u0 has the key, and u2 is said to be inactive."""
MINE = OWNED["u1"]
SOME = [number for numbers in OWNED.values() for number in numbers[::3]]
CHANGED = (7, 1007, 2007)
"""They had other names when they were reviewed, and 2007 another owner."""
FEW, MANY = range(101, 107), range(101, 131)
"""Tasks that do not exist; 101 and 102 did when they were reviewed."""
OF_U1: Conditions = (OneOf("owner", "owner", ("u1",)),)
TO_DO: Conditions = (OneOf("type", "type", ("To-do",)),)

FOUND = Told(gone="nothing")
AGAIN = Told(gone="nothing", warned=True)
MORE = Told(gone="nothing", warned=True, unread=True)


def scene(way: str, crm: Crm) -> Scene:
    """Return one account, and what is asked of it so that it is read in this way."""
    rig = Rig(transport=Server(crm), page=4, way=Way.BY_ID if way == "by_id" else None)
    live, gone = {
        "by_id": (SOME, FEW),
        "by_owner": (MINE, FEW),
        "account": (SOME, MANY),
        "rule": (MINE, ()),
        "everybody": (SOME, MANY),
    }[way]
    rules = {"rule": [OF_U1], "everybody": [TO_DO]}.get(way, [])
    declared = absences(
        TASKS,
        map(some_id, [*live, *gone] if way != "rule" else ()),
        *rules,
        lookup=Lookup(owner="u1") if way == "by_owner" else Lookup(),
    )
    return Scene(
        account=an_account(System.LEADSQUARED, page=4),
        absences=declared,
        rig=rig,
        reader=rig.task_reader(),
        live=ids({*live} - {*CHANGED}),
        changed=ids({*live} & {*CHANGED}),
        gone=ids(gone),
    )


@cache
def as_reviewed(way: str) -> Reviewed:
    """Return the deletions of a plan that was made before some of it changed."""
    crm = Crm({**OWNED, "u0": [*OWNED["u0"], 101, 102]})
    for one in crm.tasks:
        if one["UserTaskId"] in ids(CHANGED):
            one["Name"] = "Call before"
    crm.give(2007, "u0")
    return reviewed(scene(way, crm).plan())


Misbehave = Callable[[Crm], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One misbehaviour, and what is told of it in each way of reading that it can hit."""

    misbehave: Misbehave
    told: Mapping[str, Told]
    ways: tuple[str, ...] = ()
    """Only these; none for all of its table."""


WAYS = ("by_id", "by_owner", "account", "rule", "everybody")


def row(misbehave: Misbehave, **told: Told) -> Row:
    return Row(misbehave, {**dict.fromkeys(WAYS, SURE), "rule": FOUND, **told})


def only(found: Row, *ways: str) -> Row:
    return replace(found, ways=ways)


# -- how listings misbehave


def pages(change: PageChange) -> Misbehave:
    def misbehave(crm: Crm) -> None:
        crm.on_page = change

    return misbehave


def page(number: int, change: Callable[[Body], object], owner: str = "u1") -> Misbehave:
    """Change one page of one user."""
    return pages(lambda o, n, body: change(body) if (o, n) == (owner, number) else body)


def every(change: Callable[[Body], object]) -> Misbehave:
    """Change every page of one user."""
    return pages(lambda o, _, body: change(body) if o == "u1" else body)


def everybody(change: Callable[[Body], object]) -> Misbehave:
    return pages(lambda _o, _n, body: change(body))


def rows(change: Callable[[list[Body]], object]) -> Callable[[Body], object]:
    return lambda body: {**body, "List": change(body["List"])}


def instead(answering: Answering) -> Callable[[Body], object]:
    return lambda _: answering()


def counted(count: object) -> Callable[[Body], object]:
    return lambda body: {**body, "RecordCount": count}


def of_u1(*numbers: int) -> list[Body]:
    return [task(number, "u1") for number in numbers]


NOTHING: Body = {"RecordCount": 0, "List": []}
STRANGER = task(9999, "u9")


def meanwhile(number: int, happens: Callable[[Crm], None], owner: str = "u1") -> Misbehave:
    """Let something happen once, when a page has been read."""

    def misbehave(crm: Crm) -> None:
        left = [happens]

        def change(o: str, n: int, body: Body) -> Body:
            if (o, n) == (owner, number) and left:
                left.pop()(crm)
            return body

        crm.on_page = change

    return misbehave


DOUBTED = {"account": ASKED, "everybody": ASKED, "rule": AGAIN}
"""A listing that is not believed: by id, and for rules in windows."""


def listing(misbehave: Misbehave, **told: Told) -> Row:
    """Return the row of a listing that is not believed, unless said otherwise."""
    return row(misbehave, **{**DOUBTED, **told})


def too_many(name: str) -> Told:
    """Return what becomes of a listing: one that has to be waited for takes too many calls."""
    return SURE if name.startswith("429") else ASKED


LISTINGS: dict[str, Row] = {
    "a page is missing": listing(page(2, rows(lambda _: of_u1(1009)))),
    "a page is repeated": listing(page(2, rows(lambda _: of_u1(1001, 1002, 1003, 1004)))),
    "the first page comes again and again": listing(
        every(rows(lambda _: of_u1(1001, 1002, 1003, 1004)))
    ),
    "a page is short": listing(page(2, rows(lambda found: found[1:]))),
    "every page is clamped": row(everybody(rows(lambda found: found[:2]))),
    "every page after the first is clamped": row(
        pages(lambda _, n, body: {**body, "List": body["List"][: 4 if n == 1 else 3]})
    ),
    "a page in the middle is empty": listing(page(2, rows(lambda _: []))),
    "the first page is empty and has a count": listing(page(1, rows(lambda _: []))),
    "the last page is missing": listing(page(3, rows(lambda _: []))),
    "a page has more rows than were asked for": row(
        page(1, rows(lambda found: [*found, *of_u1(1005, 1006)]))
    ),
    "the count is too high": listing(every(counted(10)), rule=MORE, everybody=UNREAD),
    "the count is too low by one": listing(every(counted(8))),
    "the count is much too low": listing(every(counted(3))),
    "the count is zero": listing(every(counted(0))),
    "the count changes": listing(page(2, counted(8))),
    "the count has grown on the page behind the last": listing(
        page(4, counted(10)), rule=MORE, everybody=UNREAD
    ),
    "the count is missing": listing(every(lambda body: {"List": body["List"]})),
    "the count is null": listing(every(counted(None))),
    "the count is a text": listing(every(counted("9"))),
    "the count is a fraction": listing(every(counted(9.0))),
    "the count is negative": listing(every(counted(-9))),
    "the count is true": listing(every(lambda body: {**body, "RecordCount": True})),
    # Nobody would page that far.
    "the count is beyond all numbers": listing(
        every(counted(10**400)), account=SURE, rule=MORE, everybody=UNREAD
    ),
    "the count is of the page": listing(
        every(lambda body: {**body, "RecordCount": len(body["List"])})
    ),
    "rows of another user come too": listing(page(1, rows(lambda found: [*found, STRANGER]))),
    "rows of another user come instead": listing(every(rows(lambda _: [STRANGER]))),
    "a row has no id": listing(page(2, rows(lambda found: [{"Name": "x"}, *found[1:]]))),
    "a row has an empty id": listing(
        page(2, rows(lambda found: [{**found[0], "UserTaskId": ""}, *found[1:]]))
    ),
    "a row has an id that is none": listing(
        page(2, rows(lambda found: [{**found[0], "UserTaskId": "17"}, *found[1:]]))
    ),
    "a row has a number for an id": listing(
        page(2, rows(lambda found: [{**found[0], "UserTaskId": 17}, *found[1:]]))
    ),
    "a row is null": listing(page(2, rows(lambda found: [None, *found[1:]]))),
    "a row comes twice": listing(page(2, rows(lambda found: [*found, found[0]]))),
    "every row comes twice": listing(every(rows(lambda found: [*found, *found]))),
    "ids are in capitals": row(
        everybody(
            rows(lambda found: [{**one, "UserTaskId": one["UserTaskId"].upper()} for one in found])
        )
    ),
    "an id has blanks around it": listing(
        page(
            2,
            rows(
                lambda found: [
                    {**found[0], "UserTaskId": f" {found[0]['UserTaskId']} "},
                    *found[1:],
                ]
            ),
        )
    ),
    "rows change places between two pages": listing(page(2, rows(lambda _: of_u1(1004, 1006)))),
    "the list goes by another name": row(
        everybody(lambda body: {"RecordCount": body["RecordCount"], "TaskList": body["List"]})
    ),
    "the list is an object": listing(page(2, rows(lambda _: {}))),
    "the list is null": listing(page(2, rows(lambda _: None))),
    "there is no list": listing(page(2, lambda _: {"RecordCount": 9})),
    "there are two lists of one name": listing(
        page(2, instead(text(b'{"RecordCount": 9, "List": [{}], "List": [], "RecordCount": 9}')))
    ),
    "an error comes with 200": listing(
        page(2, instead(status(200, {"Status": "Error", "ExceptionType": "MXInvalidInput"})))
    ),
    "an error comes with 200 and an empty list": listing(
        page(1, instead(status(200, {"Status": "Error", "RecordCount": 0, "List": []})))
    ),
    "403": listing(page(2, instead(status(403)))),
    "404": listing(page(2, instead(status(404)))),
    "500 MXUnknownTaskException": listing(
        page(2, instead(status(500, {"ExceptionType": "MXUnknownTaskException"})))
    ),
    "500 with another MX": listing(
        page(2, instead(status(500, {"ExceptionType": "MXInvalidInputException"})))
    ),
    "401": listing(
        page(2, instead(status(401))),
        by_owner=REFUSED,
        account=REFUSED,
        rule=REFUSED,
        everybody=REFUSED,
    ),
    "every page is packed, as nobody asked for": row(
        everybody(lambda body: encoded(packed(json.dumps(body).encode()), "gzip")())
    ),
    **{
        f"page {number} is {name}": only(
            listing(page(number, instead(answering)), account=too_many(name)), *ways
        )
        for name, answering in NO_USE.items()
        for number, ways in ((1, ("account",)), (2, ("account", "rule")))
    },
    "a task is made while its user's are read": listing(
        meanwhile(1, lambda crm: crm.tasks.extend(of_u1(1010)))
    ),
    "a task that is older comes while its user's are read": listing(
        meanwhile(1, lambda crm: crm.tasks.extend(of_u1(500)))
    ),
    "a task that nobody declared goes while its user's are read": listing(
        meanwhile(1, lambda crm: crm.remove(1002))
    ),
    "a task is given away while its user's are read": listing(
        meanwhile(1, lambda crm: crm.give(1007, "u0")),
        rule=MORE._replace(changed="not found"),
        everybody=UNREAD,
    ),
    "a task is given to one whose tasks are being read": listing(
        meanwhile(1, lambda crm: crm.give(7, "u1"))
    ),
    "a task is given to one whose tasks were read": listing(
        meanwhile(1, lambda crm: crm.give(2007, "u1"), owner="u2"), rule=FOUND, everybody=UNREAD
    ),
}


# -- how reading by id misbehaves


def asked_for(change: Callable[[str], object], *, of: str) -> Misbehave:
    """Change the answers for some ids; what a change returns None for is answered as it is due."""

    def misbehave(crm: Crm) -> None:
        live, gone = ids([one for numbers in OWNED.values() for one in numbers]), ids(MANY)
        chosen = {"live": {*live}, "gone": {*gone}, "all": None, "random": None}[of]
        known = {*live, *gone}

        def answered(asked: str, due: httpx.Response) -> httpx.Response:
            hit = asked in chosen if chosen is not None else of == "all" or asked not in known
            found = change(asked) if hit else None
            if found is None:
                return due
            return found if isinstance(found, httpx.Response) else answer(200, found)

        crm.on_task = answered

    return misbehave


def always(answering: Answering) -> Callable[[str], object]:
    return lambda _: answering()


def here(asked: str) -> Body:
    return {**task(0, "u1"), "UserTaskId": asked}


def role(crm: Crm) -> None:
    crm.who["Role"] = "Sales_User"


def gone_as(answering: Answering) -> Misbehave:
    """Spell "gone" in another way, for whatever is."""

    def misbehave(crm: Crm) -> None:
        crm.gone = answering()

    return misbehave


def error(kind: str, code: int = 500) -> Answering:
    return status(code, {"Status": "Error", "ExceptionType": kind, "ExceptionMessage": "no"})


def reshaped(change: Callable[[Body], object]) -> Misbehave:
    """Let what is there come in another shape."""

    def misbehave(crm: Crm) -> None:
        def answered(_: str, due: httpx.Response) -> httpx.Response:
            found = change(due.json()[0]) if due.json() else due
            return found if isinstance(found, httpx.Response) else answer(200, found)

        crm.on_task = answered

    return misbehave


def at_first(answering: Answering) -> Misbehave:
    def misbehave(crm: Crm) -> None:
        instead = passing(answering)
        crm.on_task = lambda _, due: instead() or due

    return misbehave


DOUBTFUL = Told(live="unknown", changed="unknown", gone="unknown", warned=True)
STALE_AND_SAID = Told(gone="held", warned=True)
EVEN_SO = Told(live="held", gone="held", warned=True)
SPELT = {
    "an object": status(200, {}),
    "404": status(404),
    "404 with a page": text(LOGIN, 404),
    "MXUnknownTaskException": error("MXUnknownTaskException"),
}
UNPROVEN = {"by_id": OPEN, "by_owner": SURE, "account": SURE, "everybody": SURE}
"""By id alone nothing is proven; what can be listed whole is."""
ALONE = {"by_id": PARTLY, "by_owner": PARTLY}
"""What is answered so is unknown, one by one, where nothing else can tell."""
SINGLES: dict[str, Row] = {
    **{f"gone is spelt as {name}": row(gone_as(answering)) for name, answering in SPELT.items()},
    **{
        f"gone is spelt as {name} for a random one alone": row(
            asked_for(always(answering), of="random"), **ALONE
        )
        for name, answering in SPELT.items()
    },
    **{
        f"a random one is answered with {name}": only(
            row(asked_for(always(answering), of="random"), **UNPROVEN), "by_id"
        )
        for name, answering in NO_USE.items()
    },
    **{
        f"what is gone is answered with {name}": only(
            row(asked_for(always(answering), of="gone"), **ALONE), "by_id", "account"
        )
        for name, answering in NO_USE.items()
    },
    **{
        f"what is there is answered with {name}": only(
            row(asked_for(always(answering), of="live"), by_id=DOUBTFUL), "by_id"
        )
        for name, answering in NO_USE.items()
    },
    "another task comes for what is gone": row(
        asked_for(lambda _: [task(1001, "u1")], of="gone"), **ALONE
    ),
    "another task comes, bare": row(asked_for(lambda _: task(1001, "u1"), of="gone"), **ALONE),
    "two other tasks come": row(
        asked_for(lambda _: {"List": of_u1(1001, 1002)}, of="gone"), **ALONE
    ),
    "another task comes for whatever is asked": row(
        asked_for(lambda _: [task(1002, "u1")], of="all"), by_id=DOUBTFUL, by_owner=ASKED
    ),
    "a task without an id comes": row(asked_for(lambda _: [{"Name": "Call"}], of="gone"), **ALONE),
    "an empty listing comes": row(asked_for(lambda _: NOTHING, of="gone"), **ALONE),
    "it comes among others": row(reshaped(lambda row: [task(1001, "u1"), row])),
    "it comes bare": row(reshaped(lambda row: row)),
    "it comes in a listing": row(reshaped(lambda row: {"RecordCount": 1, "List": [row]})),
    "it comes in capitals": row(
        reshaped(lambda row: [{**row, "UserTaskId": row["UserTaskId"].upper()}])
    ),
    "it comes twice": row(reshaped(lambda row: [row, row])),
    "it comes packed": row(
        reshaped(lambda row: encoded(packed(json.dumps([row]).encode()), "gzip")())
    ),
    "it has two ids, the second one of another": row(
        asked_for(
            lambda asked: text(
                f'[{{"UserTaskId": "{asked}", "UserTaskId": "{some_id(1001)}", "Name": "x"}}]'
            )(),
            of="gone",
        ),
        **ALONE,
    ),
    "an error comes with 200": row(
        asked_for(always(error("MXUnknownTaskException", 200)), of="gone"), **ALONE
    ),
    "a success without a task comes": row(
        asked_for(always(status(200, {"Status": "Success"})), of="gone"), **ALONE
    ),
    "another MX exception comes": row(
        asked_for(always(error("MXInvalidInputException")), of="gone"), **ALONE
    ),
    "an exception comes whose name only ends so": row(
        asked_for(always(error("NotMXUnknownException")), of="gone"), **ALONE
    ),
    "gone comes with 503": row(
        asked_for(always(error("MXUnknownTaskException", 503)), of="gone"), **ALONE
    ),
    "403 comes": row(asked_for(always(status(403)), of="gone"), **ALONE),
    "401 comes": row(
        asked_for(always(status(401)), of="gone"),
        by_id=REFUSED,
        by_owner=REFUSED,
        account=REFUSED,
    ),
    "everything is gone": row(asked_for(lambda _: [], of="all"), by_id=DOUBTFUL, by_owner=ASKED),
    "everything is there": row(
        asked_for(lambda asked: [here(asked)], of="all"),
        by_id=EVEN_SO,
        by_owner=STALE_AND_SAID,
        account=STALE_AND_SAID,
    ),
    "what is gone is shown for ever": row(
        asked_for(lambda asked: [here(asked)], of="gone"),
        by_id=STALE,
        by_owner=STALE,
        account=STALE_AND_SAID,
    ),
    "two bad gateways, and then all is well": row(at_first(status(502))),
    "two connections are cut, and then all is well": row(at_first(broken(httpx.ReadError))),
    "too fast, and then all is well": row(at_first(status(429, retry_after="3"))),
    "too fast with 403, and then all is well": row(
        at_first(error("MXAPIRateLimitExceededException", 403))
    ),
    "too fast with 200, and then all is well": row(
        at_first(error("MXAPIRateLimitExceededException", 200))
    ),
}


# -- how users and identity misbehave


def users(change: Callable[[list[Body]], object]) -> Misbehave:
    def misbehave(crm: Crm) -> None:
        assert isinstance(crm.users, list)
        crm.users = change(crm.users)

    return misbehave


def who(**members: object) -> Misbehave:
    def misbehave(crm: Crm) -> None:
        crm.who |= members

    return misbehave


def users_are(answering: Answering) -> Misbehave:
    def misbehave(crm: Crm) -> None:
        crm.users = answering

    return misbehave


NOT_ALL = {"account": ASKED, "everybody": UNREAD}
ACCOUNTS: dict[str, Row] = {
    "the users are no list": row(users(lambda found: {"Users": found}), **NOT_ALL),
    "there is no user": row(users(lambda _: []), **NOT_ALL),
    "the key's user is no user": row(users(lambda found: found[1:]), **NOT_ALL),
    "a user comes twice": row(users(lambda found: [*found, found[0]]), **NOT_ALL),
    "a user has no id": row(users(lambda found: [*found, {"ID": None}]), **NOT_ALL),
    "a user is null": row(users(lambda found: [*found, None]), **NOT_ALL),
    **{
        f"the users are {name}": only(row(users_are(answering), **NOT_ALL), "account")
        for name, answering in NO_USE.items()
    },
    "the key may not see everything": row(
        who(Role="Sales_User"),
        by_id=OPEN,
        by_owner=OPEN,
        account=OPEN,
        rule=MORE,
        everybody=Told(gone="unknown", warned=True, unread=True),
    ),
    "the key has no role": row(
        who(Role=None),
        by_id=OPEN,
        by_owner=OPEN,
        account=OPEN,
        rule=MORE,
        everybody=Told(gone="unknown", warned=True, unread=True),
    ),
    "the key has no user": row(who(Id=None), **NOT_ALL),
    "the key is of another organisation": row(
        who(OrgShortCode="1", OrgId="2"), **dict.fromkeys(WAYS, REFUSED)
    ),
    "everybody's tasks are hidden": row(
        everybody(lambda _: NOTHING), account=ASKED, rule=AGAIN, everybody=ASKED
    ),
}


# -- the verdicts

BY_LISTING = ("by_owner", "account", "rule", "everybody")
BY_ID = ("by_id", "by_owner", "account")
TABLE = [
    pytest.param(way, one, id=f"{name}, {way}")
    for table, ways in ((LISTINGS, BY_LISTING), (SINGLES, BY_ID), (ACCOUNTS, WAYS))
    for name, one in table.items()
    for way in one.ways or ways
]


@pytest.mark.usefixtures("small_answers")
@pytest.mark.parametrize(("way", "one"), TABLE)
def test_what_a_plan_makes_of_it(way: str, one: Row) -> None:
    crm = Crm(OWNED)
    there = [one["UserTaskId"] for one in crm.tasks]
    one.misbehave(crm)
    told = scene(way, crm).told(as_reviewed(way), there)
    assert str(told) == str(one.told[way])


# -- lies that are not seen through

Lie = tuple[str, Misbehave, str]
LIES: dict[str, Lie] = {
    "the tasks of one user are hidden": (
        "account",
        pages(lambda o, _, body: NOTHING if o == "u2" else body),
        "those of inactive users, say",
    ),
    "a user is left out": (
        "account",
        users(lambda found: found[:2]),
        "or of users that `Users.Get` leaves out",
    ),
    "what rules ask for is hidden": (
        "rule",
        every(lambda _: NOTHING),
        "The same of a listing that shows tasks of one user, and nothing of another who has some.",
    ),
    "it is there, then gone, then there again": (
        "by_id",
        asked_for(lambda asked: [] if asked == some_id(2004) else None, of="live"),
        "in that one answer (a stale replica): `recheck` finds those that return.",
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_that_is_not_seen_through_deletes_nothing_and_is_documented(name: str) -> None:
    """Such as these may be called absent although they are there; they are left alone then."""
    way, lie, words = LIES[name]
    crm = Crm(OWNED)
    lie(crm)
    plan = scene(way, crm).plan(as_reviewed(way))
    check(plan)
    there = {one["UserTaskId"] for one in crm.tasks}
    deleted = {one for one, action in actions_of(plan).items() if action == "delete"}
    assert deleted < there - {*ids(CHANGED)}
    papers = Path("docs/reference/vendors.md").read_text(encoding="utf-8")
    assert words in papers.partition("## Lies that are not seen through")[2]


def test_a_lie_that_one_of_the_sample_contradicts_is_seen_through() -> None:
    crm = Crm(OWNED)
    pages(lambda o, _, body: NOTHING if o == "u2" else body)(crm)
    one = scene("account", crm)
    # Asked are 101, 105, 109 and so on, the last of them 2007.
    hidden = [some_id(number) for number in (2001, 2004, 2007)]
    told = actions_of(one.plan())
    assert [told[each] for each in hidden] == ["delete"] * 3


# -- answers that are cut


@pytest.mark.parametrize("where", ["by id", "listing", "users"])
def test_an_answer_that_is_cut_anywhere_proves_nothing(where: str) -> None:
    whole = {
        "by id": json.dumps([task(1001, "u1")]),
        "listing": json.dumps({"RecordCount": 4, "List": of_u1(1001, 1002, 1003, 1004)}),
        "users": json.dumps([{"ID": "u0"}, {"ID": "u1"}, {"ID": "u2"}]),
    }[where].encode()
    beginnings = [*cuts(whole)]
    for body in beginnings[:: max(1, len(beginnings) // 40)]:
        cut = text(body)
        crm = Crm({"u0": [1], "u1": [1001, 1002, 1003, 1004], "u2": []})
        {
            "by id": asked_for(always(cut), of="gone"),
            "listing": page(1, instead(cut)),
            "users": users_are(cut),
        }[where](crm)
        one = scene("by_id" if where == "by id" else "account", crm)
        actions = actions_of(one.plan())
        assert {actions[each] for each in ids([1, 1001, 1004]) if each in actions} == {"delete"}
        assert {actions[each] for each in ids(FEW)} == {"unknown" if where == "by id" else "absent"}
