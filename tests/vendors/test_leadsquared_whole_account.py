"""Reading the whole account: when that is worth it, what it proves, and what discredits it."""

from collections.abc import Callable, Iterable, Mapping

import httpx
import pytest

from reconciler.domain.conditions import Conditions, OneOf
from reconciler.domain.live import Absent, Evidence, LiveTable, Present, Unknown
from reconciler.domain.plan import Reading
from reconciler.domain.ways import Way
from tests.vendors.crm import KEY_USER, Body, Crm, PageChange, TaskChange, again, calls
from tests.vendors.rig import TASKS, Rig, Server, absences, answer, some_id, verdicts

GONE = range(101, 125)
"""Tasks that do not exist: two dozen, so that it takes a listing to prove them absent."""
FEW = range(101, 106)
BY_LISTING = Evidence("listing", "not among the 27 tasks of a complete listing")
ODD = answer(410, raw=b"")
"""An answer that is no spelling of "gone"."""
PENDING: Conditions = (OneOf("status", "status", ("pending",)),)
TO_DO: Conditions = (OneOf("type", "type", ("To-do",)),)
MINE: Conditions = (OneOf("owner", "owner", ("u1",)),)

ASKED_BY_ID = "what it does not show was asked for by id"


def first(user: int) -> int:
    return 1000 * user + 1


def of_user(user: int, each: int = 9) -> range:
    return range(first(user), first(user) + each)


def an_account(each: int = 9, users: int = 3, role: str = "Administrator") -> Crm:
    """Return an account in which user u1 has the tasks 1001, 1002 and so on, and all others too."""
    return Crm({f"u{n}": of_user(n, each) for n in range(users)}, role=role)


class Work:
    """One reader of an account, and what arrives there."""

    def __init__(
        self,
        crm: Crm,
        *,
        way: Way | None = None,
        page: int = 4,
        left: int | None = None,
        daily: int | None = None,
        sees_all: bool = False,
    ) -> None:
        self.crm, self.server = crm, Server(crm)
        self.rig = Rig(transport=self.server, page=page, way=way, sees_all=sees_all)
        self.rig.slots.left, self.rig.slots.daily = left, daily
        self.reader = self.rig.task_reader()
        self.before: Reading | None = None

    def read(self, numbers: Iterable[int], *rules: Conditions) -> Reading:
        async def work() -> Reading:
            await self.reader.identify()
            return await self.reader.read(absences(TASKS, map(some_id, numbers), *rules))

        self.before = self.rig.clock.run(work())
        return self.before

    def read_back(self, numbers: Iterable[int]) -> LiveTable:
        """Read some of them again, and count only the calls of that."""
        assert self.before
        self.server.arrived.clear()
        ids = sorted(map(some_id, numbers))
        return self.rig.clock.run(self.reader.read_back(self.before, ids))

    @property
    def calls(self) -> Mapping[str, int]:
        """How many calls arrived, but for the one that asks whose key it is."""
        counts = calls(self.server)
        counts.pop("UserByAccessKey.Get", None)
        return counts


def said(table: LiveTable) -> dict[int, str]:
    """Return the verdicts by number."""
    return {int(target_id[-12:]): word for target_id, word in verdicts(table).items()}


def words(present: Iterable[int] = (), absent: Iterable[int] = ()) -> dict[int, str]:
    found = {**dict.fromkeys(present, "present"), **dict.fromkeys(absent, "absent")}
    return dict(sorted(found.items()))


def unknown(numbers: Iterable[int], present: Iterable[int] = ()) -> dict[int, str]:
    return dict(sorted({**words(present), **dict.fromkeys(numbers, "unknown")}.items()))


def cause(reading: Reading, number: int) -> str:
    position = reading.table.position(some_id(number))
    assert position is not None
    state = reading.table.state(position)
    assert isinstance(state, Unknown)
    return state.cause


def evidence(table: LiveTable, number: int) -> Evidence:
    position = table.position(some_id(number))
    assert position is not None
    state = table.state(position)
    assert isinstance(state, Present | Absent)
    return state.evidence


# -- when it is chosen


def test_twenty_unseen_tasks_are_looked_for_in_the_whole_account_where_that_is_cheaper() -> None:
    work = Work(an_account())
    reading = work.read(GONE[:20])
    assert said(reading.table) == words(absent=GONE[:20])
    assert evidence(reading.table, 101) == BY_LISTING
    assert (reading.way, reading.population, reading.listed_whole) == ("whole account", 27, True)
    assert (reading.listing_calls, reading.warnings) == (13, ())
    # The users; three pages and an empty one of each; a sample of ten.
    assert work.calls == {"Users.Get": 1, "Retrieve": 12, "Retrieve.GetById": 10}


def test_nineteen_unseen_tasks_are_asked_for_by_id_without_a_look_at_the_users() -> None:
    work = Work(an_account(each=1))
    reading = work.read(GONE[:19])
    assert said(reading.table) == words(absent=GONE[:19])
    assert evidence(reading.table, 101) == Evidence("id", "200 []")
    assert (reading.way, reading.population, reading.listed_whole) == ("by id", None, False)
    # A random one, the nineteen, and one that a listing shows, as the witness.
    assert work.calls == {"Retrieve.GetById": 1 + 19 + 1, "Retrieve": 1}


def test_more_users_than_tasks_are_seen_after_one_call() -> None:
    work = Work(an_account(users=12))
    reading = work.read(GONE)
    assert said(reading.table) == words(absent=GONE)
    assert (reading.way, reading.warnings, reading.listing_calls) == ("by id", (), 0)
    assert work.calls == {"Users.Get": 1, "Retrieve.GetById": 1 + 24 + 1, "Retrieve": 1}


def test_every_user_takes_two_calls_and_the_users_one() -> None:
    crm = an_account(each=0, users=12)
    crm.tasks = an_account(each=1, users=1).tasks
    work = Work(crm)
    assert work.read([*GONE, 125]).way == "whole account"
    assert (work.calls["Users.Get"], work.calls["Retrieve"]) == (1, 24)
    work = Work(crm)
    assert work.read(GONE).way == "by id"
    # The one of these is for a witness.
    assert (work.calls["Users.Get"], work.calls["Retrieve"]) == (1, 1)


def test_counts_on_the_first_pages_that_promise_too_many_calls_end_the_listing() -> None:
    work = Work(an_account(each=100))
    reading = work.read([*of_user(0, 4), *GONE])
    assert said(reading.table) == words(of_user(0, 4), GONE)
    assert (reading.way, reading.population, reading.warnings) == ("by id", None, ())
    # One page has told that 25 more follow; what it showed is not asked again.
    assert work.calls == {"Users.Get": 1, "Retrieve": 1, "Retrieve.GetById": 1 + 24 + 1}
    assert evidence(reading.table, 2) == Evidence("listing", "seen in a listing of tasks")


def test_the_listing_is_given_up_on_the_page_that_makes_it_too_long() -> None:
    # Six users are worth it at first; with three more pages of each of them it is 25 calls.
    work = Work(an_account(users=6))
    work.server.latency = 0.1
    reading = work.read([*of_user(5, 4), *GONE[:20]])
    assert said(reading.table) == words(of_user(5, 4), GONE[:20])
    assert (reading.way, reading.warnings) == ("by id", ())
    # The first page of each, and what was under way when the last one of these came.
    assert work.calls["Retrieve"] <= 6 + 5
    assert work.calls["Retrieve.GetById"] == 1 + 20 + 1
    work = Work(an_account(users=6))
    assert work.read(range(101, 126)).way == "whole account"
    assert (work.calls["Users.Get"], work.calls["Retrieve"]) == (1, 24)


def test_where_it_is_given_up_no_listing_is_ended() -> None:
    work = Work(Crm({"u0": of_user(0, 2), "u1": of_user(1, 400)}))
    assert work.read(GONE).way == "by id"
    # The first page of each, and one for a witness.
    assert (work.calls["Users.Get"], work.calls["Retrieve"]) == (1, 2 + 1)


def test_never_does_it_take_more_calls_than_asking_for_each() -> None:
    for users in range(1, 30):
        for each in (1, 4, 9, 30, 100):
            work = Work(an_account(each, users))
            reading = work.read(GONE)
            assert said(reading.table) == words(absent=GONE)
            # One call more to find a witness where it was given up.
            assert work.calls["Users.Get"] + work.calls["Retrieve"] <= len(GONE) + 1


def test_whoever_asks_for_the_whole_account_gets_it_at_any_price() -> None:
    work = Work(an_account(each=100), way=Way.WHOLE_ACCOUNT)
    reading = work.read([1001, *FEW])
    assert said(reading.table) == words([1001], FEW)
    assert (reading.way, reading.population) == ("whole account, by id", 300)
    assert reading.listing_calls == 1 + 3 * 26


def test_whoever_asks_for_another_way_does_not_get_it() -> None:
    work = Work(an_account(), way=Way.BY_ID)
    assert work.read(GONE).way == "by id"
    assert work.calls["Users.Get"] == 0


def test_a_reading_by_id_that_was_asked_for_is_not_replaced_where_it_proves_nothing() -> None:
    crm = an_account()
    crm.gone = ODD
    work = Work(crm, way=Way.BY_ID)
    assert said(work.read([1001, *GONE]).table) == unknown(GONE, [1001])
    assert work.calls["Users.Get"] == 0


# -- what it proves


def test_what_it_shows_is_present_and_one_of_it_is_asked_by_id_for_reading_back() -> None:
    work = Work(an_account())
    reading = work.read([*of_user(1), *GONE])
    assert said(reading.table) == words(of_user(1), GONE)
    assert reading.way == "whole account"
    seen_by_id = [number for number in of_user(1) if evidence(reading.table, number).by == "id"]
    assert seen_by_id == [1001]
    # Eight of the two dozen, and one of those that are listed.
    assert work.calls == {"Users.Get": 1, "Retrieve": 12, "Retrieve.GetById": 8 + 1}


def test_fewer_than_twenty_that_it_does_not_show_are_asked_by_id_one_and_all() -> None:
    work = Work(an_account())
    reading = work.read([*of_user(1), *of_user(2), *GONE[:19]])
    assert said(reading.table) == words([*of_user(1), *of_user(2)], GONE[:19])
    assert evidence(reading.table, 101) == Evidence("id", "200 []")
    assert (reading.way, reading.population) == ("whole account, by id", 27)
    assert work.calls["Retrieve.GetById"] == 1 + 19 + 1


@pytest.mark.parametrize("hidden", [*range(101, 121, 2)])
def test_any_of_the_ten_that_are_asked_by_id_discredits_it(hidden: int) -> None:
    crm = an_account()
    crm.on_task = alive(hidden)
    work = Work(crm)
    reading = work.read([1001, *GONE[:20]])
    absent = [number for number in GONE[:20] if number != hidden]
    assert said(reading.table) == words([1001, hidden], absent)
    assert {evidence(reading.table, number).by for number in absent} == {"id"}
    assert (reading.population, reading.listed_whole, reading.listing_calls) == (None, False, 0)
    assert reading.way == "whole account, by id"
    (warning,) = reading.warnings
    assert warning == (
        "acme-crm: the listing of the whole account is not believed, for reading by id shows a "
        f"task that it lacks; {ASKED_BY_ID}"
    )


def alive(*numbers: int) -> TaskChange:
    """Let reading by id show tasks that no listing shows."""

    def change(asked: str, due: httpx.Response) -> httpx.Response:
        if asked in map(some_id, numbers):
            return answer(200, [{"UserTaskId": asked, "Name": "hidden"}])
        return due

    return change


def test_and_any_of_the_few_that_are_asked_one_and_all_does_so_too() -> None:
    crm = an_account()
    crm.on_task = alive(103)
    reading = Work(crm, way=Way.WHOLE_ACCOUNT).read([1001, *FEW])
    assert said(reading.table) == words([1001, 103], [101, 102, 104, 105])
    assert (reading.population, reading.listed_whole, reading.listing_calls) == (None, False, 0)
    assert len(reading.warnings) == 1
    assert "reading by id shows a task that it lacks" in reading.warnings[0]


def test_a_sample_that_cannot_be_read_contradicts_nothing() -> None:
    crm = an_account()
    crm.on_task = lambda asked, due: answer(502, raw=b"") if asked != some_id(1001) else due
    assert said(Work(crm).read([1001, *GONE]).table) == words([1001], GONE)


def test_upper_case_in_users_and_rows_makes_no_difference() -> None:
    crm = an_account()
    crm.who["Id"] = KEY_USER.upper()
    crm.users = [{"ID": f"U{n}", "EmailAddress": f"U{n}@Example.com"} for n in range(3)]

    def shout(_owner: str, _number: int, body: Body) -> object:
        rows = [
            {**one, "UserTaskId": one["UserTaskId"].upper(), "OwnerId": one["OwnerId"].upper()}
            for one in body["List"]
        ]
        return {**body, "List": rows}

    crm.on_page = shout
    reading = Work(crm).read([*of_user(1), *GONE])
    assert said(reading.table) == words(of_user(1), GONE)
    assert (reading.way, reading.warnings) == ("whole account", ())


def test_an_account_that_counts_the_rows_of_a_page_is_listed_where_a_page_is_enough() -> None:
    crm = an_account(each=3)
    crm.on_page = lambda _owner, _number, body: {**body, "RecordCount": len(body["List"])}
    reading = Work(crm).read([1001, *GONE])
    assert said(reading.table) == words([1001], GONE)
    assert (reading.way, reading.population) == ("whole account", 9)


def test_pages_that_are_smaller_than_asked_for_are_no_flaw() -> None:
    crm = an_account()
    crm.on_page = lambda _owner, _number, body: {**body, "List": body["List"][:2]}
    reading = Work(crm).read([1001, *GONE])
    assert said(reading.table) == words([1001], GONE)
    assert (reading.way, reading.population) == ("whole account", 27)


# -- what happens meanwhile


def meanwhile(crm: Crm, owner: str, number: int, happens: Callable[[], None]) -> None:
    """Let something happen once, when a page of somebody's has just been read."""
    left = [happens]

    def change(o: str, n: int, body: Body) -> Body:
        if (o, n) == (owner, number) and left:
            left.pop()()
        return body

    crm.on_page = change


MOVES = {
    "one that is older than the last of hers": (1000, "u1"),
    "one that is newer": (9500, "u1"),
    "to one who had none": (1000, "u10"),
}


@pytest.mark.parametrize("rules", [[], [TO_DO]], ids=["declared", "beside a rule"])
@pytest.mark.parametrize("name", MOVES)
def test_a_task_that_is_given_to_one_who_was_read_is_not_missed(
    name: str, rules: list[Conditions]
) -> None:
    number, to = MOVES[name]
    owned = {f"u{n}": [*of_user(n, 3)] for n in range(9)}
    crm = Crm({"u0": owned.pop("u0"), "u10": (), **owned, "u9": [1000, 9500]})
    # The first are read side by side; u9 is the last one.
    meanwhile(crm, "u2", 1, lambda: crm.give(number, to))
    reading = Work(crm).read([number, *range(900, 957)], *rules)
    assert said(reading.table)[number] == "present"


def test_a_task_that_is_new_behind_the_last_one_is_seen_and_no_flaw() -> None:
    crm = an_account()
    meanwhile(crm, "u2", 3, lambda: crm.tasks.extend(an_account(11, 1).tasks[9:]))
    reading = Work(crm).read([10, 11, *GONE])
    assert said(reading.table) == words([10, 11], GONE)
    assert (reading.way, reading.population, reading.warnings) == ("whole account", 29, ())


def test_a_task_that_goes_while_another_is_read_is_a_flaw() -> None:
    crm = an_account()
    meanwhile(crm, "u2", 3, lambda: crm.remove(5))
    reading = Work(crm).read([1, *GONE])
    assert said(reading.table) == words([1], GONE)
    assert "(the tasks of u0: the count changed while paging)" in reading.warnings[0]
    assert {evidence(reading.table, number).by for number in GONE} == {"id"}


# -- what speaks against it


def on(owner: str, number: int, change: Callable[[Body], object]) -> PageChange:
    """Change one page of one user."""
    return lambda o, n, body: change(body) if (o, n) == (owner, number) else body


def rows(change: Callable[[list[Body]], object]) -> Callable[[Body], object]:
    return lambda body: {**body, "List": change(body["List"])}


def counted(count: int | str | None) -> PageChange:
    """Let the pages of one user name another count."""
    return naming(RecordCount=count)


def naming(**members: object) -> PageChange:
    return lambda o, _, body: {**body, **members} if o == "u1" else body


def no_tasks(_owner: str, _number: int, body: Body) -> object:
    return {**body, "RecordCount": 0, "List": []}


def pages(change: PageChange) -> Callable[[Crm], None]:
    def misbehave(crm: Crm) -> None:
        crm.on_page = change

    return misbehave


def users(change: Callable[[list[Body]], object]) -> Callable[[Crm], None]:
    def misbehave(crm: Crm) -> None:
        assert isinstance(crm.users, list)
        crm.users = change(crm.users)

    return misbehave


def role(crm: Crm) -> None:
    crm.who["Role"] = "Sales_User"


STRANGER = {"UserTaskId": some_id(999), "OwnerId": "u9"}
OF_U1 = "the tasks of u1: "
COUNTS = "9 rows seen, "
FLAWS: dict[str, tuple[Callable[[Crm], None], str]] = {
    "a page is repeated": (
        pages(on("u1", 2, rows(lambda _: [{"UserTaskId": some_id(n)} for n in of_user(1, 4)]))),
        OF_U1 + "a page brought nothing new",
    ),
    "a page is empty": (pages(on("u1", 2, rows(lambda _: []))), OF_U1 + "4 rows seen, 9 counted"),
    "the last page is missing": (
        pages(on("u1", 3, rows(lambda _: []))),
        OF_U1 + "8 rows seen, 9 counted",
    ),
    "a page lacks a row": (
        pages(on("u1", 2, rows(lambda found: [*found[1:]]))),
        OF_U1 + "rows came twice",
    ),
    "a row comes twice": (
        pages(on("u1", 2, rows(lambda found: [found[0], *found]))),
        OF_U1 + "rows came twice",
    ),
    "a row has no id": (
        pages(on("u1", 2, rows(lambda found: [{"Name": "?"}, *found]))),
        OF_U1 + "a row has no id, or is of another list; rows came twice",
    ),
    "a row has an id that is none": (
        pages(on("u1", 2, rows(lambda found: [{"UserTaskId": "7"}, *found]))),
        OF_U1 + "a row has no id, or is of another list; rows came twice",
    ),
    "rows are of somebody else": (
        pages(on("u1", 1, rows(lambda found: [*found, STRANGER]))),
        OF_U1 + "1 of 5 rows of a page are of other owners",
    ),
    "the count is too high": (pages(counted(10)), OF_U1 + COUNTS + "10 counted"),
    "the count is too low": (pages(counted(8)), OF_U1 + "the count changed while paging"),
    "the count is much too low": (pages(counted(7)), OF_U1 + "8 rows seen, 7 counted"),
    "the count is missing": (pages(counted(None)), OF_U1 + "a page names no count"),
    "the count is a text": (pages(counted("9")), OF_U1 + "a page names no count"),
    "the count is true": (pages(naming(RecordCount=True)), OF_U1 + "a page names no count"),
    "the count is negative": (pages(counted(-9)), OF_U1 + "4 rows seen, -9 counted"),
    "the count changes": (
        pages(on("u1", 2, lambda body: {**body, "RecordCount": 8})),
        OF_U1 + "the count changed while paging",
    ),
    "the count has changed by the last page": (
        pages(on("u1", 4, lambda body: {**body, "RecordCount": 8})),
        OF_U1 + "the count changed while paging",
    ),
    "behind the last page there is another": (
        pages(on("u1", 4, rows(lambda _: an_account(1, 2).tasks[1:]))),
        OF_U1 + "the count changed while paging",
    ),
    "behind the last page there is another, and nothing is counted": (
        pages(on("u1", 4, lambda _: {"RecordCount": 0, "List": an_account(10, 2).tasks[-1:]})),
        OF_U1 + "the count changed while paging",
    ),
    "behind the last page it comes again": (
        pages(on("u1", 4, rows(lambda _: an_account(9, 2).tasks[-1:]))),
        OF_U1 + "rows came behind the last one that are not new",
    ),
    "behind the last page there is something else": (
        pages(on("u1", 4, lambda body: {**body, "RecordCount": 10, "List": [STRANGER]})),
        OF_U1 + "1 of 1 rows of a page are of other owners",
    ),
    "behind the last page it cannot be read": (
        pages(on("u1", 4, lambda _: answer(404, raw=b""))),
        OF_U1 + "the page behind the last one could not be read: answered 404 empty body",
    ),
    "a page cannot be read": (
        pages(on("u1", 2, lambda _: answer(502, raw=b""))),
        OF_U1 + "page 2 could not be read: 502 empty body",
    ),
    "several listings cannot be read": (
        pages(lambda _owner, _number, _body: answer(404, raw=b"")),
        "the tasks of u0, u1, u2: page 1 could not be read: answered 404 empty body",
    ),
    "the users cannot be read": (
        users(lambda _: answer(502, raw=b"")),
        "the users could not be read: 502 empty body",
    ),
    "the users are no list": (
        users(lambda found: {"Users": found}),
        "the users could not be read: answered 200",
    ),
    "a user has no id": (
        users(lambda found: [*found, {"EmailAddress": "x@example.com"}]),
        "the users could not be read: answered with a user that has no id of its own",
    ),
    "the user of the key is no user": (
        users(lambda found: found[1:]),
        "the user of the key is not among the users",
    ),
    "there are no users": (users(lambda _: []), "the user of the key is not among the users"),
    "no task is shown at all": (pages(no_tasks), "it shows no task at all"),
}


@pytest.mark.parametrize("name", FLAWS)
def test_a_flaw_is_named_and_what_was_not_seen_is_asked_by_id(name: str) -> None:
    crm = an_account()
    misbehave, flaw = FLAWS[name]
    misbehave(crm)
    reading = Work(crm).read([*of_user(1), *GONE])
    assert said(reading.table) == words(of_user(1), GONE)
    assert {evidence(reading.table, number).by for number in GONE} == {"id"}
    assert (reading.population, reading.listed_whole, reading.listing_calls) == (None, False, 0)
    assert reading.warnings == (
        f"acme-crm: the listing of the whole account is not believed ({flaw}); {ASKED_BY_ID}",
    )


@pytest.mark.parametrize("name", FLAWS)
def test_and_where_reading_by_id_proves_nothing_either_nothing_is_absent(name: str) -> None:
    crm = an_account()
    misbehave, flaw = FLAWS[name]
    misbehave(crm)
    crm.gone = ODD
    reading = Work(crm).read([*of_user(1), *GONE])
    assert said(reading.table) == unknown(GONE, of_user(1))
    assert flaw in reading.warnings[0]
    assert reading.warnings[1:] == (
        "acme-crm: absence cannot be proven: a random id was answered with 410 empty body",
    )


@pytest.mark.parametrize("name", FLAWS)
def test_and_where_few_are_asked_for_it_is_not_believed_instead_of_reading_by_id(name: str) -> None:
    crm = an_account()
    misbehave, flaw = FLAWS[name]
    misbehave(crm)
    crm.gone = ODD
    reading = Work(crm).read([*of_user(1), *FEW])
    assert said(reading.table) == unknown(FEW, of_user(1))
    (warning,) = reading.warnings
    assert warning == (
        "acme-crm: absence cannot be proven: a random id was answered with 410 empty body; "
        f"nor by the whole account: {flaw}"
    )


def test_owners_whose_listings_are_not_believed_are_named_up_to_three() -> None:
    crm = an_account(users=5)
    crm.on_page = lambda _owner, _number, body: {**body, "RecordCount": 99}
    warning = Work(crm, way=Way.WHOLE_ACCOUNT).read(GONE).warnings[0]
    assert "(the tasks of u0, u1, u2 and 2 more: 9 rows seen, 99 counted)" in warning


def test_a_key_that_may_not_see_everything_lists_nothing_for_absence() -> None:
    work = Work(an_account(role="Sales_User"))
    reading = work.read([1001, *GONE])
    assert said(reading.table) == unknown(GONE, [1001])
    assert work.calls["Users.Get"] == 0


def test_unless_somebody_asks_for_it_and_then_it_proves_nothing() -> None:
    work = Work(an_account(role="Sales_User"), way=Way.WHOLE_ACCOUNT)
    reading = work.read([1001, *GONE])
    assert said(reading.table) == unknown(GONE, [1001])
    assert reading.warnings[0].endswith(f"(the key's role is not Administrator); {ASKED_BY_ID}")
    assert reading.population is None


def test_an_account_that_is_declared_to_see_all_is_believed_whatever_the_role() -> None:
    work = Work(an_account(role="Sales_User"), sees_all=True)
    assert said(work.read([1001, *GONE]).table) == words([1001], GONE)


def test_a_quota_that_ends_in_the_middle_leaves_what_was_seen_and_nothing_absent() -> None:
    for left in range(1, 14):
        reading = Work(an_account(), left=left).read([*of_user(1), *of_user(2), *GONE])
        assert set(verdicts(reading.table).values()) <= {"present", "unknown"}
        assert set(said(reading.table).values()) >= {"unknown"}
        assert (reading.population, reading.listed_whole) == (None, False)
        assert any(f"{left} calls were spent" in warning for warning in reading.warnings)


def test_a_quota_that_ends_in_the_middle_leaves_the_account_uncounted_though_all_was_seen() -> None:
    for left in range(3, 14):
        reading = Work(an_account(), left=left, way=Way.WHOLE_ACCOUNT).read(of_user(0, 4))
        assert said(reading.table) == words(of_user(0, 4))
        assert (reading.population, reading.listed_whole) == (None, False)
        assert f"is not believed ({left} calls were spent)" in reading.warnings[0]


def test_a_quota_that_ends_before_the_sample_leaves_the_listing_unproven() -> None:
    for left in range(14, 22):
        reading = Work(an_account(), left=left).read([*of_user(1), *GONE])
        assert said(reading.table) == unknown(GONE, of_user(1))
        assert (reading.population, reading.listed_whole) == (None, False)
        assert reading.warnings == (f"acme-crm: not everything was read: {left} calls were spent",)
    assert said(Work(an_account(), left=22).read([*of_user(1), *GONE]).table) == words(
        of_user(1), GONE
    )


# -- instead of reading by id


def dead(crm: Crm) -> None:
    """Answer by id for everything as if it were gone."""
    crm.on_task = lambda _asked, _due: again(crm.gone)


def odd(crm: Crm) -> None:
    """Answer for what is gone in a way that is no spelling of it."""
    crm.gone = ODD


NO_PROOF = {
    "odd": (odd, "a random id was answered with 410 empty body"),
    "dead": (dead, "reading by id has shown no live task, so its answers may mean nothing"),
}


@pytest.mark.parametrize("name", NO_PROOF)
def test_and_at_any_price_though_it_was_not_worth_it_before(name: str) -> None:
    crm = an_account(each=100)
    NO_PROOF[name][0](crm)
    reading = Work(crm).read([1001, *GONE])
    assert said(reading.table) == words([1001], GONE)
    assert (reading.way, reading.population) == ("whole account, by id", 300)


@pytest.mark.parametrize("name", NO_PROOF)
@pytest.mark.parametrize("count", [1, 5, 24])
def test_where_reading_by_id_proves_nothing_the_whole_account_is_listed(
    name: str, count: int
) -> None:
    crm = an_account()
    NO_PROOF[name][0](crm)
    work = Work(crm)
    reading = work.read([*of_user(1), *GONE[:count]])
    assert said(reading.table) == words(of_user(1), GONE[:count])
    assert evidence(reading.table, 101) == BY_LISTING
    on_its_word = (
        "acme-crm: what the listing of the whole account lacks is absent on its word alone, for "
        f"{NO_PROOF[name][1]}"
    )
    assert (reading.population, reading.listed_whole) == (27, True)
    assert reading.warnings == (() if count == 24 else (on_its_word,))
    assert work.calls["Users.Get"] <= 2
    assert reading.way == ("whole account" if count == 24 else "whole account, by id")


def test_how_an_account_answers_for_what_is_gone_is_learned_anew_with_every_reading() -> None:
    crm = an_account()
    work = Work(crm, way=Way.BY_ID)
    assert said(work.read([1001, *FEW]).table) == words([1001], FEW)
    crm.gone = answer(404, raw=b"")
    assert said(work.read([1001, *FEW]).table) == words([1001], FEW)
    crm.gone = ODD
    assert said(work.read([1001, *FEW]).table) == unknown(FEW, [1001])


def test_it_is_listed_only_once_for_that() -> None:
    crm = an_account()
    odd(crm)
    work = Work(crm)
    # It has been listed for the many, and some ten are left for reading by id.
    reading = work.read([*of_user(1), *of_user(2), *GONE[:10]])
    assert said(reading.table) == words([*of_user(1), *of_user(2)], GONE[:10])
    assert work.calls["Retrieve"] == 12
    assert reading.way == "whole account, by id"


def test_what_reading_by_id_shows_and_the_listing_lacks_discredits_it_here_too() -> None:
    for numbers in (FEW, [*of_user(1), *of_user(2), *FEW]):
        crm = an_account()
        crm.on_task = alive(103)
        odd(crm)
        reading = Work(crm).read(numbers)
        gone = [number for number in FEW if number != 103]
        assert {number: said(reading.table)[number] for number in FEW} == unknown(gone, [103])
        assert reading.population is None
        assert "a random id was answered with 410 empty body" in reading.warnings[-1]
        assert any("a task that it lacks" in warning for warning in reading.warnings)


@pytest.mark.parametrize("rules", [[], [TO_DO]], ids=["declared", "beside a rule"])
def test_a_listing_that_was_discredited_is_not_made_again_for_that(rules: list[Conditions]) -> None:
    crm = an_account()
    crm.on_task = alive(101)
    odd(crm)
    work = Work(crm)
    reading = work.read(GONE, *rules)
    found = {number: said(reading.table)[number] for number in GONE}
    assert found == unknown(GONE[1:], [101])
    assert (work.calls["Users.Get"], work.calls["Retrieve"]) == (1, 12)


@pytest.mark.parametrize("left", [1, 6, 7, 12])
def test_it_is_not_listed_beyond_what_a_day_leaves_for_that(left: int) -> None:
    crm = an_account()
    odd(crm)
    # One call tells whose key it is, and six have shown that reading by id proves nothing.
    work = Work(crm, daily=1 + 6 + left)
    reading = work.read(FEW)
    assert said(reading.table) == unknown(FEW)
    assert work.calls["Users.Get"] + work.calls["Retrieve"] <= left
    assert reading.warnings[-1].endswith("nor by the whole account: it takes too many calls")
    enough = Work(crm, daily=1 + 6 + 13)
    assert said(enough.read(FEW).table) == words(absent=FEW)


# -- rules about everybody


def test_a_rule_about_everybody_proves_what_is_declared_beside_it_absent() -> None:
    work = Work(an_account())
    reading = work.read([*of_user(1), *GONE], TO_DO)
    assert {number: said(reading.table)[number] for number in GONE} == words(absent=GONE)
    assert evidence(reading.table, 101) == BY_LISTING
    assert (reading.way, reading.population, reading.unread) == ("whole account", 27, "")
    assert reading.listing_calls == 12
    assert work.calls == {"Users.Get": 1, "Retrieve": 12, "Retrieve.GetById": 8 + 1}


def test_a_rule_about_everybody_beside_which_nothing_is_declared_asks_nobody_twice() -> None:
    crm = Crm({"u0": of_user(0), "u1": (), "u2": ()})
    work = Work(crm)
    assert work.read((), TO_DO).population == 9
    assert work.calls["Retrieve"] == 4 + 1 + 1
    beside = Work(crm)
    assert beside.read([101], TO_DO).population == 9
    assert beside.calls["Retrieve"] == 4 + 2 + 2


def test_a_status_does_not_narrow_it_where_it_is_to_prove_absence_too() -> None:
    work = Work(an_account())
    reading = work.read(GONE, PENDING)
    assert {said(reading.table)[number] for number in GONE} == {"absent"}
    assert (reading.population, reading.listing_calls) == (27, 12)
    narrowed = Work(an_account()).read(FEW, PENDING)
    assert (narrowed.population, narrowed.way) == (None, "whole account, by id")
    asked = Work(an_account(), way=Way.WHOLE_ACCOUNT).read(FEW, PENDING)
    assert (asked.population, asked.way) == (27, "whole account, by id")
    other = Work(an_account(), way=Way.BY_ID).read(GONE, PENDING)
    assert (other.population, other.way) == (None, "whole account, by id")


def test_a_rule_about_some_users_proves_nothing_absent() -> None:
    work = Work(an_account())
    reading = work.read([*of_user(1), *GONE], MINE)
    assert (reading.way, reading.population) == ("by owner, whole account", 27)
    assert work.calls["Retrieve"] == 4 + 12
    few = Work(an_account()).read([*of_user(1), *FEW], MINE)
    assert (few.way, few.population) == ("by owner, by id", None)


def test_a_rule_about_everybody_that_is_not_read_whole_proves_nothing_absent() -> None:
    crm = an_account()
    crm.on_page = counted(10)
    odd(crm)
    reading = Work(crm).read([*of_user(1), *GONE], TO_DO)
    assert {said(reading.table)[number] for number in GONE} == {"unknown"}
    assert reading.population is None


def test_and_a_contradiction_by_id_discredits_it_for_what_is_declared() -> None:
    crm = an_account()
    crm.on_task = alive(101)
    reading = Work(crm).read(GONE, TO_DO)
    found = {number: said(reading.table)[number] for number in GONE}
    assert found == words([101], GONE[1:])
    assert {evidence(reading.table, number).by for number in GONE} == {"id"}
    assert (reading.population, reading.listing_calls) == (None, 0)


# -- reading back


def of_everybody(crm: Crm) -> list[int]:
    return [int(one["UserTaskId"][-12:]) for one in crm.tasks]


def test_what_has_left_a_complete_listing_is_absent_where_a_sample_by_id_agrees() -> None:
    work = Work(an_account())
    numbers = [*of_user(0, 2), *of_user(1), *of_user(2)]
    work.read(numbers)
    work.crm.remove(*numbers)
    table = work.read_back(numbers)
    assert said(table) == words(absent=numbers)
    # One of them had been seen by id, which is no listing that it could have left.
    assert evidence(table, 1) == Evidence("id", "200 []")
    left = "left a complete listing of 7 in which it was seen before"
    assert {evidence(table, number) for number in numbers[1:]} == {Evidence("listing", left)}
    # The users; two pages of u0, and an empty one; the others are asked twice for nothing. Then ten
    # of nineteen, a random one, and that one.
    assert work.calls == {"Users.Get": 1, "Retrieve": 3 + 4, "Retrieve.GetById": 10 + 1 + 1}


def test_fewer_than_twenty_are_read_back_by_id() -> None:
    work = Work(an_account())
    work.read([*of_user(1), *GONE])
    work.crm.remove(*of_user(1))
    assert said(work.read_back(of_user(1))) == words(absent=of_user(1))
    assert work.calls == {"Retrieve.GetById": 1 + 9}


def test_what_was_not_listed_whole_is_read_back_by_id_however_many_it_is() -> None:
    work = Work(an_account(), way=Way.BY_ID)
    numbers = [*of_user(0), *of_user(1), *of_user(2)]
    work.read(numbers)
    work.crm.remove(*numbers[:20])
    assert said(work.read_back(numbers)) == words(numbers[20:], numbers[:20])
    assert work.calls == {"Retrieve.GetById": 27}


def test_a_listing_that_takes_more_calls_than_are_left_is_not_read_back_by() -> None:
    work = Work(an_account(each=100), page=50, way=Way.WHOLE_ACCOUNT)
    numbers = of_user(1, 22)
    work.read(numbers)
    work.rig.page, work.crm.users = 1, [{"ID": f"u{n}"} for n in range(30)]
    work.crm.remove(*numbers)
    assert said(work.read_back(numbers)) == words(absent=numbers)
    assert work.calls == {"Users.Get": 1, "Retrieve.GetById": 1 + 22}


def test_what_is_still_listed_is_still_there_and_not_asked_by_id() -> None:
    work = Work(an_account())
    numbers = [*of_user(0, 2), *of_user(1), *of_user(2)]
    work.read(numbers)
    work.crm.remove(*of_user(2))
    present = [*of_user(0, 2), *of_user(1)]
    assert said(work.read_back(numbers)) == words(present, of_user(2))


def test_what_only_reading_by_id_showed_before_has_left_no_listing() -> None:
    crm = an_account()
    crm.on_task = alive(500)
    work = Work(crm)
    numbers = [*of_user(0, 2), *of_user(1), *of_user(2)]
    reading = work.read([*numbers, 500])
    assert evidence(reading.table, 500).by == "id"
    crm.remove(*numbers)
    table = work.read_back([*numbers, 500])
    assert said(table) == words([500], numbers)


def gone_by_id(*numbers: int) -> TaskChange:
    """Answer by id as if these were gone, which listings still show."""
    return lambda asked, due: answer(200, []) if asked in map(some_id, numbers) else due


def test_a_listing_that_lags_behind_shows_it_as_still_there_until_it_is_gone() -> None:
    work = Work(an_account())
    numbers = [*of_user(0, 2), *of_user(1), *of_user(2)]
    work.read(numbers)
    work.crm.on_task = gone_by_id(*numbers)
    assert said(work.read_back(numbers)) == words(numbers)
    work.crm.remove(*numbers)
    assert said(work.read_back(numbers)) == words(absent=numbers)


def test_a_contradiction_while_reading_back_has_each_asked_by_id() -> None:
    work = Work(an_account())
    numbers = [*of_user(0, 2), *of_user(1), *of_user(2)]
    work.read(numbers)
    # Deleted, the listing says, of which the tasks of u2 are only hidden.
    work.crm.remove(*of_user(0, 2), *of_user(1))
    work.crm.on_page = lambda o, n, body: no_tasks(o, n, body) if o == "u2" else body
    table = work.read_back(numbers)
    assert said(table) == words(of_user(2), [*of_user(0, 2), *of_user(1)])
    assert {evidence(table, number).by for number in numbers} == {"id"}


@pytest.mark.parametrize("name", FLAWS)
def test_with_a_flaw_each_is_read_back_by_id(name: str) -> None:
    work = Work(an_account())
    numbers = [*of_user(0), *of_user(1), *of_user(2)]
    work.read(numbers)
    work.crm.remove(*of_user(2))
    FLAWS[name][0](work.crm)
    table = work.read_back(numbers)
    assert said(table) == words([*of_user(0), *of_user(1)], of_user(2))
    assert {evidence(table, number).by for number in of_user(2)} == {"id"}


@pytest.mark.parametrize("name", NO_PROOF)
@pytest.mark.parametrize("count", [1, 9])
def test_where_reading_by_id_proves_nothing_reading_back_goes_by_listing_too(
    name: str, count: int
) -> None:
    crm = an_account()
    NO_PROOF[name][0](crm)
    work = Work(crm)
    work.read([*of_user(1), *FEW])
    crm.remove(*of_user(1, count))
    table = work.read_back(of_user(1))
    assert said(table) == words([*of_user(1)][count:], of_user(1, count))
    assert evidence(table, 1001).by == "listing"


@pytest.mark.parametrize("name", NO_PROOF)
def test_and_with_a_flaw_nothing_is_absent(name: str) -> None:
    crm = an_account()
    NO_PROOF[name][0](crm)
    work = Work(crm)
    work.read([*of_user(1), *FEW])
    crm.remove(1001)
    crm.on_page = counted(10)
    assert said(work.read_back(of_user(1))) == unknown([1001], [*of_user(1)][1:])
