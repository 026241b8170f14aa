"""What a task's row tells, and what it leaves open: nothing is ever guessed for a condition."""

from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.domain.conditions import OneOf
from reconciler.domain.facts import Fact, Facts, Moment, Text
from reconciler.domain.live import Evidence
from reconciler.domain.masking import Mask
from reconciler.vendors.leadsquared import rows
from reconciler.vendors.leadsquared.listings.owners import Owner, Owners, foreign, owners_asked
from reconciler.vendors.leadsquared.told import facts
from tests.vendors.rig import KEY, TASKS, absences, some_id

ROW: dict[str, Any] = {
    "UserTaskId": some_id(1),
    "Name": "Call back",
    "OwnerId": "3B1041FB-8374-11E7-8758-0A106EE76B21",
    "OwnerName": "Vir Singh",
    "OwnerEmailAddress": "Vir@Example.com",
    "StatusCode": 1,
    "CreatedOn": "2021-11-24 09:43:28.000",
    "DueDate": "2022-02-23 13:10:00.000",
    "ModifiedOn": "2022-02-23T07:00:41Z",
    "CompletedOn": "2022-02-23 07:00:41.123",
    "TaskType": {"Id": "t1", "Name": "To-do"},
}
VIR = "3b1041fb-8374-11e7-8758-0a106ee76b21"
TOLD: dict[str, Fact] = {
    "owner": Text((VIR, "vir@example.com"), "V*** S***"),
    "type": Text(("t1", "To-do"), "To-do"),
    "status": Text(("completed",), "completed"),
    "due": Moment(datetime(2022, 2, 23, 13, 10, tzinfo=UTC)),
    "created": Moment(datetime(2021, 11, 24, 9, 43, 28, tzinfo=UTC)),
    "modified": Moment(datetime(2022, 2, 23, 7, 0, 41, tzinfo=UTC)),
    "completed": Moment(datetime(2022, 2, 23, 7, 0, 41, tzinfo=UTC)),
}
NOBODY = Owners()


def told(row: dict[str, Any], owners: Owners = NOBODY, mask: Mask | None = None) -> dict[str, Fact]:
    return dict(facts(row, owners, mask or Mask()).fields)


def without(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in ROW.items() if key not in keys}


def test_a_whole_row_tells_every_field() -> None:
    assert told(ROW) == TOLD


def test_who_may_see_names_sees_them() -> None:
    assert told(ROW, mask=Mask(off=True))["owner"] == Text((VIR, "vir@example.com"), "Vir Singh")


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("StatusCode", "status"),
        ("TaskType", "type"),
        ("DueDate", "due"),
        ("CreatedOn", "created"),
        ("ModifiedOn", "modified"),
        ("CompletedOn", "completed"),
    ],
)
@pytest.mark.parametrize("odd", ["missing", None, True, "soon", "", [], 1.5, {"Id": 1}])
def test_a_field_that_a_row_lacks_or_garbles_is_not_told(key: str, field: str, odd: object) -> None:
    row = without(key) if odd == "missing" else {**ROW, key: odd}
    assert told(row) == {name: fact for name, fact in TOLD.items() if name != field}


@pytest.mark.parametrize(
    "written",
    [
        "2021-02-30 00:00:00",
        "2021-11-24",
        "2021-11-24 09:43",
        "2021-11-24 09:43:28+05:30",
        "/Date(1502992091000+0000)/",
        "24/11/2021 09:43:28",
        "2021-11-24 09:43:28 ",
        "2021-11-24 25:43:28",
        "\uff12021-11-24 09:43:28",
    ],
)
def test_a_time_in_another_form_is_not_told(written: str) -> None:
    assert "created" not in told({**ROW, "CreatedOn": written})


NULL_DATES = ["0001-01-01 00:00:00.000", "0001-01-01T05:30:00"]


@pytest.mark.parametrize("written", NULL_DATES)
@pytest.mark.parametrize(("key", "field"), [("CompletedOn", "completed"), ("DueDate", "due")])
def test_the_null_date_is_a_time_that_has_not_come(key: str, field: str, written: str) -> None:
    assert told({**ROW, key: written}) == {**TOLD, field: Moment(None)}


@pytest.mark.parametrize("written", NULL_DATES)
@pytest.mark.parametrize(("key", "field"), [("CreatedOn", "created"), ("ModifiedOn", "modified")])
def test_the_null_date_tells_nothing_of_what_has_happened(
    key: str, field: str, written: str
) -> None:
    assert told({**ROW, key: written}) == {
        name: fact for name, fact in TOLD.items() if name != field
    }


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ({"StatusCode": 0}, "pending"),
        ({"StatusCode": 2}, "cancelled"),
        ({"StatusCode": 7}, "7"),
        ({"StatusCode": None, "Status": "Pending"}, "pending"),
    ],
)
def test_a_status_is_a_word_or_its_number(row: dict[str, Any], status: str) -> None:
    assert told({**ROW, **row})["status"] == Text((status,), status)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"TaskType": {"Id": "t1", "Name": "To-do"}}, Text(("t1", "To-do"), "To-do")),
        ({"TaskType": {"TaskTypeId": "t1", "TaskName": "x"}}, Text(("t1", "x"), "x")),
        ({"TaskTypeId": "t1", "TaskName": "x", "TaskType": None}, Text(("t1", "x"), "x")),
        ({"TaskType": {"Id": "t1", "Name": ""}}, None),
        ({"TaskType": {"Id": "", "Name": "To-do"}}, None),
        ({"TaskType": {"Id": "t1", "Name": ""}, "TaskTypeId": "", "TaskName": ""}, Text(())),
        ({"TaskType": {"Id": "", "Name": ""}}, Text(())),
        ({"TaskType": {"Id": "t1"}}, None),
        ({"TaskType": {"Name": "To-do"}}, None),
        ({"TaskType": "To-do"}, None),
        ({"Id": "t1", "Name": "x", "TaskType": None}, None),
    ],
)
def test_a_type_is_told_by_id_and_name_or_not_at_all(
    row: dict[str, Any], expected: Text | None
) -> None:
    assert told({**ROW, **row}).get("type") == expected


def test_the_rows_of_a_lead_tell_less() -> None:
    row = {
        "TaskID": some_id(1),
        "Name": "Call back",
        "DueDate": "2022-02-23 13:10:00",
        "CreatedOn": "2021-11-24 09:43:28",
        "OwnerID": VIR.upper(),
        "OwnerName": "Vir Singh",
        "Status": "Completed",
    }
    expected = {name: TOLD[name] for name in ("status", "due", "created")}
    assert told(row) == {**expected, "owner": Text((VIR,), "V*** S***")}


# -- owners

EMAIL, OTHER = "vir@example.com", "other@example.com"
BY = {"vir@example.com": "AbsentTasks/old"}
LACKS_EMAIL, LACKS_ID = without("OwnerEmailAddress"), without("OwnerId")


@pytest.mark.parametrize(
    ("row", "owners", "spellings"),
    [
        (ROW, Owners(), (VIR, EMAIL)),
        (LACKS_EMAIL, Owners(), (VIR,)),
        (LACKS_ID, Owners(), (EMAIL,)),
        (LACKS_EMAIL, Owners({VIR: EMAIL}), (VIR, EMAIL)),
        # A condition names an address, and nobody knows whether it is this owner's.
        (LACKS_EMAIL, Owners(named=BY), None),
        (LACKS_EMAIL, Owners({"u1": OTHER}, named=BY), None),
        # The address belongs to another, so it is not this owner's.
        (LACKS_EMAIL, Owners({"u1": EMAIL}, named=BY), (VIR,)),
        (LACKS_EMAIL, Owners({VIR: EMAIL}, named=BY), (VIR, EMAIL)),
        (ROW, Owners(named=BY), (VIR, EMAIL)),
        (ROW, Owners({VIR: EMAIL}, named=BY), (VIR, EMAIL)),
        # The row has one address and the users have another: which one is meant?
        (ROW, Owners({VIR: OTHER}, named=BY), None),
        (ROW, Owners({VIR: OTHER}, named={VIR: "AbsentTasks/old"}), (VIR, EMAIL)),
        # A condition names an id, and the row tells none.
        (LACKS_ID, Owners(named={VIR: "AbsentTasks/old"}), None),
        (LACKS_EMAIL, Owners(named={VIR: "AbsentTasks/old"}), (VIR,)),
        ({**ROW, "OwnerId": "", "OwnerEmailAddress": ""}, Owners(), ()),
        (without("OwnerId", "OwnerEmailAddress"), Owners(), None),
        ({**ROW, "OwnerId": None, "OwnerEmailAddress": None}, Owners(), None),
    ],
)
def test_an_owner_is_told_only_if_conditions_can_be_sure_who_it_is(
    row: dict[str, Any], owners: Owners, spellings: tuple[str, ...] | None
) -> None:
    found = told(row, owners).get("owner")
    assert (found.values if isinstance(found, Text) else None) == spellings


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"OwnerName": ""}, "v***@e***.c***"),
        ({"OwnerName": None, "OwnerEmailAddress": ""}, VIR),
    ],
)
def test_an_owner_without_a_name_is_shown_masked_too(row: dict[str, Any], shown: str) -> None:
    found = told({**ROW, **row})["owner"]
    assert isinstance(found, Text)
    assert found.shown == shown


USERS = Owners({"u1": EMAIL, "u2": EMAIL, "u3": ""}, named={EMAIL: "AbsentTasks/old"})


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("VIR@example.com", [Owner("u1", EMAIL), Owner("u2", EMAIL)]),
        ("other@example.com", [Owner("", OTHER)]),
        ("U1", [Owner("u1", EMAIL)]),
        ("u9", [Owner("u9", "")]),
    ],
)
def test_a_name_stands_for_all_users_that_go_by_it(name: str, found: list[Owner]) -> None:
    assert USERS.called(name) == found


def test_somebody_who_is_no_user_is_warned_of_without_showing_the_address() -> None:
    named = {"u1": "x", "u8": "Protection/keep", EMAIL: "x", OTHER: "AbsentTasks/old"}
    assert list(Owners({"u1": EMAIL}, named=named).strangers("acme-crm", Mask())) == [
        "acme-crm: no user has the id u8 that Protection/keep names",
        "acme-crm: no user has the address o***@e***.c*** that AbsentTasks/old names",
    ]
    for unsure in (Owners({"u1": EMAIL}, "cut", named=named), Owners(named=named)):
        assert list(unsure.strangers("acme-crm", Mask())) == []


@pytest.mark.parametrize(
    ("row", "asked", "count"),
    [
        ({"OwnerId": "U1"}, [Owner("u1"), Owner("u2", EMAIL)], 0),
        ({"OwnerId": "u9", "OwnerEmailAddress": "VIR@example.com"}, [Owner("u1", EMAIL)], 0),
        ({"OwnerId": "u9"}, [Owner("u1"), Owner("u2", EMAIL)], 1),
        ({"OwnerId": "u9"}, [Owner("", EMAIL)], 0),
        ({"OwnerEmailAddress": OTHER}, [Owner("", EMAIL)], 1),
        ({"OwnerEmailAddress": OTHER}, [Owner("u1", EMAIL)], 1),
        ({"OwnerEmailAddress": OTHER}, [Owner("u1")], 0),
        ({"OwnerId": ""}, [Owner("u1", EMAIL)], 0),
        ({}, [Owner("u1", EMAIL)], 0),
    ],
)
def test_rows_of_other_owners_are_counted(
    row: dict[str, Any], asked: list[Owner], count: int
) -> None:
    page = [{"UserTaskId": some_id(1), **row}, "odd", {"OwnerId": "u9"}]
    expected = f"{count} of 3 rows of a page are of other owners" if count else ""
    assert foreign(page, asked) == expected


def test_a_rule_without_owners_asks_for_everybody() -> None:
    status = OneOf("status", "status", ("pending",))
    rules = absences(TASKS, [], (status,), (status, OneOf("owner", "owner", ("U1", OTHER)))).rules
    assert [owners_asked(rule) for rule in rules] == [(), ("u1", OTHER)]


# -- rows


def test_facts_are_kept_only_where_they_are_given() -> None:
    row_facts = Facts(TOLD)
    assert rows.present(ROW, KEY, Mask(), Evidence("id", "x"), row_facts).facts is row_facts
    assert dict(rows.present(ROW, KEY, Mask(), Evidence("id", "x")).facts.fields) == {}


@pytest.mark.parametrize("bad", ["", "1", "../../x", f"{some_id(1)}\n", f"<b>{some_id(1)}", None])
def test_the_id_of_a_listed_row_is_a_guid_or_nothing(bad: object) -> None:
    assert rows.listed_id({"UserTaskId": bad}) == ""
    assert rows.listed_id({"UserTaskId": some_id(1).upper()}) == some_id(1)
    assert rows.listed_id("odd") == ""
