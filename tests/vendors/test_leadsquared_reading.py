"""Reading tasks by id: which answers prove that a task is gone, and which prove nothing."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from reconciler.application.ports import OutOfCallsError, UnreadableError
from reconciler.domain.live import Absent, Evidence, LiveTable, Present, Unknown
from reconciler.domain.plan import Reading
from reconciler.domain.ways import Way
from reconciler.errors import IdentityError
from tests.vendors.rig import TASKS, Rig, Server, absences, answer, some_id, verdicts

HERE, GONE, ELSE = some_id(1), some_id(2), some_id(3)
ROW: dict[str, Any] = {
    "UserTaskId": HERE,
    "Name": "Call back",
    "OwnerId": "3B1041FB-8374-11E7-8758-0A106EE76B21",
    "OwnerName": "Vir Singh",
    "StatusCode": 0,
    "CreatedOn": "2021-11-24 09:43:28.000",
    "DueDate": "2022-02-23 13:10:00.000",
    "TaskType": {"Id": "t", "Name": "To-do"},
}
OTHER = {**ROW, "UserTaskId": ELSE}
LOGIN = "<!doctype html><title>Sign in</title>"


def mx(status: int, kind: str) -> httpx.Response:
    return answer(status, {"Status": "Error", "ExceptionType": kind, "ExceptionMessage": "no"})


class Crm:
    """An account in which ``alive`` exist and everything else is answered with ``unknown``."""

    def __init__(
        self,
        unknown: httpx.Response,
        alive: Mapping[str, httpx.Response] | None = None,
        *,
        role: str = "Administrator",
        listed: Mapping[str, httpx.Response] | None = None,
    ) -> None:
        self.unknown = unknown
        self.alive = {HERE: answer(200, [ROW])} if alive is None else alive
        self.listed = listed or {}
        self.who = {"Id": "u0", "Role": role, "OrgShortCode": "22824", "OrgId": "Org-1"}
        self.users = [{"ID": "u0"}, {"ID": "u1"}, {"ID": ""}, "odd", {"ID": "u2"}]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        match request.url.path.rpartition("/")[2]:
            case "UserByAccessKey.Get":
                return answer(200, self.who)
            case "Retrieve.GetById":
                return _again(self.alive.get(request.url.params["id"], self.unknown))
            case "Users.Get":
                return _again(self.listed.get("users", answer(200, self.users)))
            case name:
                nothing = answer(200, {"RecordCount": 0, "List": []})
                return _again(self.listed.get(name, nothing))


def _again(found: httpx.Response) -> httpx.Response:
    return httpx.Response(found.status_code, content=found.content, headers=found.headers)


def read(crm: Crm, *ids: str, rig: Rig | None = None) -> tuple[Reading, Server]:
    server = Server(crm)
    rig = rig or Rig(transport=server)
    rig.transport, rig.way = server, Way.BY_ID
    reader = rig.task_reader()

    async def work() -> Reading:
        await reader.identify()
        return await reader.read(absences(TASKS, ids or (HERE, GONE)))

    return rig.clock.run(work()), server


GONE_SPELLINGS = {
    "200 []": answer(200, []),
    "200 {}": answer(200, {}),
    "404": mx(404, "MXTaskNotFoundException"),
    "404 with a page": answer(404, raw=LOGIN),
    "404 without a body": answer(404, raw=b""),
    "500 MXUnknownTaskException": mx(500, "MXUnknownTaskException"),
    "500 MXUnknownProspectActivityException": mx(500, "MXUnknownProspectActivityException"),
    "500 MXUnknownException": mx(500, "MXUnknownException"),
}
PROVE_NOTHING = {
    "null": answer(200, raw=b"null"),
    "empty body": answer(200, raw=b""),
    "blank body": answer(200, raw=b" \n"),
    "204": answer(204, raw=b""),
    "201 []": answer(201, []),
    "206 []": answer(206, []),
    "false": answer(200, raw=b"false"),
    "zero": answer(200, raw=b"0"),
    "empty text": answer(200, raw=b'""'),
    "text of a list": answer(200, "[]"),
    "[null]": answer(200, [None]),
    "[{}]": answer(200, [{}]),
    "[[]]": answer(200, [[]]),
    "an empty listing": answer(200, {"RecordCount": 0, "List": []}),
    "a row without an id": answer(200, [{"Name": "Call back"}]),
    "another task": answer(200, [OTHER]),
    "another task as an object": answer(200, OTHER),
    "another task in a listing": answer(200, {"List": [OTHER]}),
    "two other tasks": answer(200, [OTHER, OTHER]),
    "error200": mx(200, "MXUnknownTaskException"),
    "error200 without a type": answer(200, {"Status": "Error"}),
    "error200 without a status": answer(200, {"ExceptionType": "MXUnknownTaskException"}),
    "200 success": answer(200, {"Status": "Success"}),
    "login page": answer(200, raw=LOGIN),
    "garbled": answer(200, raw=b'[{"UserTaskId": "'),
    "502 page": answer(502, raw=LOGIN),
    "500 without a body": answer(500, raw=b""),
    "500 with an empty list": answer(500, []),
    "503": answer(503, raw=b""),
    "500 MXInvalidInputException": mx(500, "MXInvalidInputException"),
    "500 xMXUnknownException": mx(500, "xMXUnknownException"),
    "500 MXUnknownException with a tail": mx(500, "MXUnknownException\n"),
    "500 MXUnknown": mx(500, "MXUnknown"),
    "503 MXUnknownTaskException": mx(503, "MXUnknownTaskException"),
    "403": mx(403, "MXUnauthorizedRequestException"),
    "400": mx(400, "MXInvalidInputException"),
    "410": answer(410, raw=b""),
    "302": answer(302, raw=b"", location="http://evil.test"),
    "304": answer(304, raw=b""),
    "429 for ever": answer(429, raw=b""),
}


@pytest.mark.parametrize("name", GONE_SPELLINGS)
def test_how_the_account_spells_gone_for_a_random_id_proves_absence(name: str) -> None:
    reading, _ = read(Crm(GONE_SPELLINGS[name]))
    assert verdicts(reading.table) == {HERE: "present", GONE: "absent"}
    spelling = name.partition(" with")[0]
    assert reading.table.state(1) == Absent(Evidence("id", spelling))
    assert (reading.way, reading.population, reading.warnings) == ("by id", None, ())


@pytest.mark.parametrize("name", PROVE_NOTHING)
def test_any_other_answer_for_a_random_id_disqualifies_reading_by_id(name: str) -> None:
    reading, _ = read(Crm(PROVE_NOTHING[name]))
    assert verdicts(reading.table) == {HERE: "present", GONE: "unknown"}
    assert reading.warnings[0].startswith("acme-crm: absence cannot be proven: a random id ")


@pytest.mark.parametrize("name", PROVE_NOTHING)
def test_any_other_answer_for_a_declared_id_proves_nothing(name: str) -> None:
    alive = {HERE: answer(200, [ROW]), GONE: PROVE_NOTHING[name]}
    reading, _ = read(Crm(answer(200, []), alive))
    assert verdicts(reading.table) == {HERE: "present", GONE: "unknown"}


def test_what_an_error_in_a_200_says_is_passed_on() -> None:
    alive = {GONE: PROVE_NOTHING["error200"]}
    reading, _ = read(Crm(answer(200, []), alive), GONE)
    assert reading.table.state(0) == Unknown(
        "an answer that proves nothing: 200 MXUnknownTaskException no"
    )


@pytest.mark.parametrize("unknown", GONE_SPELLINGS)
@pytest.mark.parametrize("declared", GONE_SPELLINGS)
def test_another_spelling_than_the_calibrated_one_proves_nothing(
    unknown: str, declared: str
) -> None:
    alive = {HERE: answer(200, [ROW]), GONE: GONE_SPELLINGS[declared]}
    reading, _ = read(Crm(GONE_SPELLINGS[unknown], alive))
    same = unknown.partition(" with")[0] == declared.partition(" with")[0]
    assert verdicts(reading.table) == {HERE: "present", GONE: "absent" if same else "unknown"}


SHAPES = {
    "a list": [ROW],
    "an object": ROW,
    "a listing": {"RecordCount": 1, "List": [ROW]},
    "Tasks": {"Tasks": [ROW]},
    "Records": {"Records": [ROW]},
    "TaskList": {"TaskList": [ROW]},
    "upper case": [{**ROW, "UserTaskId": HERE.upper()}],
    "twice": [ROW, ROW],
    "among others": [OTHER, ROW],
    "the names of the tasks of a lead": [
        {
            "TaskID": HERE,
            "Name": "Call back",
            "OwnerID": ROW["OwnerId"].lower(),
            "Status": "Pending",
            "CreatedOn": "2021-11-24 09:43:28",
            "DueDate": "2022-02-23T13:10:00",
        }
    ],
    "with more fields": [{**ROW, "ModifiedOn": "2030-01-01 00:00:00.000", "Priority": "High"}],
    "quoting a rate limit": [{**ROW, "Description": "exceeded the limit of 1 in 5 second"}],
    "quoting a rate limit, as an object": {**ROW, "Description": "exceeded the limit of 1 in 5 s"},
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_task_is_seen_in_every_shape_with_one_fingerprint(name: str) -> None:
    usual, _ = read(Crm(answer(200, [])))
    reading, server = read(Crm(answer(200, []), {HERE: answer(200, SHAPES[name])}))
    seen, expected = reading.table.state(0), usual.table.state(0)
    assert isinstance(seen, Present)
    assert isinstance(expected, Present)
    assert seen.fingerprint == expected.fingerprint
    assert len(server.arrived) == 4


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"Name": "Call again"}, True),
        ({"OwnerId": "somebody else"}, True),
        ({"StatusCode": 1}, True),
        ({"StatusCode": None}, True),
        ({"DueDate": "2022-02-23 13:10:01.000"}, True),
        ({"CreatedOn": "2021-11-24 09:43:29.000"}, True),
        ({"DueDate": "0001-01-01 00:00:00.000"}, True),
        ({"DueDate": "/Date(1502992091000+0000)/"}, True),
        ({"DueDate": None}, True),
        ({"DueDate": "2022-02-23 13:10:00"}, False),
        ({"OwnerId": ROW["OwnerId"].lower()}, False),
        ({"ModifiedOn": "2030-01-01 00:00:00.000"}, False),
        ({"Description": "other"}, False),
        ({"OwnerName": "Renamed"}, False),
        ({"TaskType": None}, False),
    ],
)
def test_what_a_task_is_recognised_by(change: dict[str, Any], *, differs: bool) -> None:
    usual = read(Crm(answer(200, [])))[0].table.state(0)
    changed = read(Crm(answer(200, []), {HERE: answer(200, [{**ROW, **change}])}))[0].table.state(0)
    assert isinstance(usual, Present)
    assert isinstance(changed, Present)
    assert (usual.fingerprint != changed.fingerprint) == differs


def test_what_people_are_shown_is_masked() -> None:
    seen = read(Crm(answer(200, [])))[0].table.state(0)
    assert isinstance(seen, Present)
    assert list(seen.shown.items()) == [
        ("type", "To-do"),
        ("name", "C*** b***"),
        ("status", "pending"),
        ("owner", "V*** S***"),
        ("due", "2022-02-23 13:10:00"),
        ("created", "2021-11-24 09:43:28"),
    ]


NO_WITNESS = "reading by id has shown no live task, so its answers may mean nothing"


def test_where_nothing_alive_is_seen_by_id_absence_is_not_believed() -> None:
    reading, _ = read(Crm(answer(200, []), {}), GONE)
    assert reading.table.state(0) == Unknown(NO_WITNESS)
    assert reading.warnings == (f"acme-crm: absence cannot be proven: {NO_WITNESS}",)


@pytest.mark.parametrize("listing", ["Retrieve", "ByUserId"])
@pytest.mark.parametrize("container", ["List", "Tasks", "Records", "TaskList"])
def test_a_task_that_a_listing_shows_and_reading_by_id_confirms_is_a_witness(
    listing: str, container: str
) -> None:
    crm = Crm(answer(200, []), listed={listing: answer(200, {container: [ROW]})})
    reading, _ = read(crm, GONE)
    assert verdicts(reading.table) == {GONE: "absent"}


def test_a_listing_that_still_shows_deleted_tasks_hides_no_witness_behind_them() -> None:
    deleted = [{**ROW, "UserTaskId": some_id(n)} for n in range(100, 104)]
    crm = Crm(answer(200, []), listed={"Retrieve": answer(200, {"List": [*deleted, ROW]})})
    assert verdicts(read(crm, GONE)[0].table) == {GONE: "absent"}


def test_a_witness_that_cannot_be_read_is_followed_by_the_next_one() -> None:
    alive = {HERE: answer(200, [ROW]), ELSE: answer(502, raw=LOGIN)}
    listed = {"Retrieve": answer(200, {"List": [OTHER, OTHER, {"Name": "no id"}, ROW]})}
    assert verdicts(read(Crm(answer(200, []), alive, listed=listed), GONE)[0].table) == {
        GONE: "absent"
    }


def test_witnesses_are_sought_with_a_bounded_number_of_calls() -> None:
    deleted = [{**ROW, "UserTaskId": some_id(n)} for n in range(100, 200)]
    crm = Crm(answer(200, []), {}, listed={"Retrieve": answer(200, {"List": deleted})})
    crm.users = [{"ID": f"u{n}"} for n in range(500)]
    reading, server = read(crm, GONE)
    assert verdicts(reading.table) == {GONE: "unknown"}
    # Who am I, the random id, the declared one, one listing, and ten of what it shows.
    assert len(server.arrived) == 14
    reading, server = read(Crm(answer(200, []), {}), GONE)
    assert len(server.arrived) == 3 + 1 + 1 + 2 + 4


@pytest.mark.parametrize(
    "broken",
    [answer(502, raw=LOGIN), answer(200, raw=b"null"), mx(403, "MXUnauthorizedRequestException")],
    ids=str,
)
def test_listings_that_cannot_be_read_are_no_witnesses(broken: httpx.Response) -> None:
    listed = {"Retrieve": broken, "users": broken, "ByUserId": broken}
    reading, _ = read(Crm(answer(200, []), listed=listed), GONE)
    assert reading.table.state(0) == Unknown(NO_WITNESS)


def test_a_live_task_that_was_seen_lately_is_a_witness_for_the_same_spelling_only() -> None:
    rig = Rig(transport=Server(lambda _: answer()))
    read(Crm(answer(200, [])), rig=rig)
    assert rig.sightings.seen == {("acme-crm", "22824", "200 []")}
    assert verdicts(read(Crm(answer(200, []), {}), GONE, rig=rig)[0].table) == {GONE: "absent"}
    other = Crm(GONE_SPELLINGS["404"], {})
    assert verdicts(read(other, GONE, rig=rig)[0].table) == {GONE: "unknown"}


@pytest.mark.parametrize("role", ["Sales_User", "administrator", "Marketing_User", ""])
def test_a_key_that_may_not_see_everything_proves_no_absence(role: str) -> None:
    reading, _ = read(Crm(answer(200, []), role=role))
    assert verdicts(reading.table) == {HERE: "present", GONE: "unknown"}
    assert "not Administrator" in reading.warnings[0]


def test_unless_the_account_is_declared_to_see_all() -> None:
    rig = Rig(transport=Server(lambda _: answer()), sees_all=True)
    reading, _ = read(Crm(answer(200, []), role="Sales_User"), rig=rig)
    assert verdicts(reading.table) == {HERE: "present", GONE: "absent"}


def test_who_was_not_asked_for_its_role_proves_no_absence() -> None:
    server = Server(Crm(answer(200, [])))
    rig = Rig(transport=server)
    reading = rig.clock.run(rig.task_reader().read(absences(TASKS, [HERE, GONE])))
    assert verdicts(reading.table) == {HERE: "present", GONE: "unknown"}


def test_where_the_keys_user_is_not_known_others_are_asked_for_a_witness() -> None:
    crm = Crm(answer(200, []), listed={"Retrieve": answer(200, {"List": [ROW]})})
    rig = Rig(transport=Server(crm), sees_all=True)
    crm.who["Id"] = ""
    assert verdicts(read(crm, GONE, rig=rig)[0].table) == {GONE: "absent"}


def test_a_quota_that_ends_in_the_middle_keeps_what_was_seen() -> None:
    rig = Rig(transport=Server(lambda _: answer()))
    rig.slots.left = 20
    alive = {some_id(n): answer(200, [{**ROW, "UserTaskId": some_id(n)}]) for n in range(0, 40, 2)}
    reading, server = read(Crm(answer(200, []), alive), *map(some_id, range(40)), rig=rig)
    found = list(verdicts(reading.table).values())
    assert len(server.arrived) == 20
    assert found[:18] == ["present", "absent"] * 9
    assert set(found[18:]) == {"unknown"}
    assert reading.table.state(39) == Unknown("20 calls were spent")


def test_a_quota_that_ends_before_anything_alive_was_seen_proves_nothing() -> None:
    rig = Rig(transport=Server(lambda _: answer()))
    rig.slots.left = 5
    reading, _ = read(Crm(answer(200, []), {}), *map(some_id, range(40)), rig=rig)
    assert set(verdicts(reading.table).values()) == {"unknown"}
    assert reading.warnings == ("acme-crm: not everything was read: 5 calls were spent",)


# -- reading back


def read_back(crm: Crm, *ids: str, before: tuple[str, ...] = (HERE,)) -> LiveTable:
    rig = Rig(transport=Server(crm))
    reader = rig.task_reader()

    async def work() -> LiveTable:
        await reader.identify()
        reading = await reader.read(absences(TASKS, before))
        crm.alive = {}
        return await reader.read_back(reading, list(ids))

    return rig.clock.run(work())


def test_what_was_read_alive_before_is_the_witness_afterwards() -> None:
    assert verdicts(read_back(Crm(answer(200, [])), HERE)) == {HERE: "absent"}


def test_without_such_a_witness_reading_back_needs_one_of_its_own() -> None:
    nobody = read_back(Crm(answer(200, []), {}), GONE, before=(GONE,))
    assert nobody.state(0) == Unknown(NO_WITNESS)


def test_a_first_calibration_that_failed_is_made_again() -> None:
    crm = Crm(answer(502, raw=LOGIN))
    rig = Rig(transport=Server(crm), way=Way.BY_ID)
    reader = rig.task_reader()

    async def work() -> tuple[Reading, LiveTable]:
        await reader.identify()
        reading = await reader.read(absences(TASKS, [HERE]))
        crm.unknown, crm.alive = answer(200, []), {}
        return reading, await reader.read_back(reading, [HERE])

    reading, table = rig.clock.run(work())
    assert verdicts(table) == {HERE: "absent"}
    assert reading.warnings[0].endswith("a random id had no usable answer: 502 not JSON")


def test_a_spent_quota_ends_reading_back() -> None:
    crm = Crm(answer(200, []))
    rig = Rig(transport=Server(crm))
    reader = rig.task_reader()

    async def work() -> None:
        await reader.identify()
        reading = await reader.read(absences(TASKS, [HERE]))
        rig.slots.left = rig.slots.taken
        await reader.read_back(reading, [HERE])

    with pytest.raises(OutOfCallsError):
        rig.clock.run(work())


# -- who am I


@pytest.mark.parametrize(
    ("who", "tenant"),
    [
        ({"OrgShortCode": "22824"}, "22824"),
        ({"OrgShortCode": 22824}, "22824"),
        ({"OrgShortCode": "x", "OrgId": "22824"}, "22824"),
    ],
)
def test_the_tenant_is_either_name_of_the_organisation(who: dict[str, Any], tenant: str) -> None:
    rig = Rig(transport=Server(lambda _: answer(200, {"Id": "u", "Role": "Administrator", **who})))
    identity = rig.clock.run(rig.task_reader().identify())
    assert (identity.tenant, identity.host, identity.sees_all) == (tenant, "vendor.test", True)


@pytest.mark.parametrize(
    ("found", "error"),
    [
        (answer(200, {"OrgShortCode": "99"}), IdentityError),
        (answer(200, {"OrgShortCode": "", "OrgId": None}), IdentityError),
        (answer(200, {}), IdentityError),
        (answer(401, raw=b""), IdentityError),
        (mx(403, "MXUnauthorizedRequestException"), IdentityError),
        (mx(200, "MXInvalidInputException"), UnreadableError),
        (answer(200, []), UnreadableError),
        (answer(200, raw=b"null"), UnreadableError),
        (answer(200, raw=LOGIN), UnreadableError),
        (answer(302, raw=b""), UnreadableError),
        (answer(404, raw=b""), UnreadableError),
        (answer(500, raw=b""), UnreadableError),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_who_does_not_answer_as_the_declared_account_is_not_read(
    found: httpx.Response, error: type[Exception]
) -> None:
    rig = Rig(transport=Server(lambda _: _again(found)))
    with pytest.raises(error):
        rig.clock.run(rig.task_reader().identify())
