"""Every LeadSquared call, as its papers describe it."""

from collections.abc import Callable

import pytest

from reconciler.sandbox.credentials import ACCESS_KEY, ORG_ID, ORG_SHORT_CODE, SECRET_KEY
from reconciler.sandbox.seed import lead_id, task_id, task_type_id, user_id
from reconciler.sandbox.timestamps import spaced
from tests.sandbox.harness import NOW, Harness, ids_of, owned_by

Opened = Callable[..., Harness]
_DAY = 86_400
_WIDE = {"FromDate": spaced(NOW - 60 * _DAY)[:10], "ToDate": spaced(NOW + 40 * _DAY)[:10]}
SIX_LISTINGS = [
    f"Task.svc/{name}/{by}"
    for name in ("RetrieveAppointments", "RetrieveToDos")
    for by in ("ByUserId", "ByUserEmailAddress", "ByUserSearchCriteria")
]


def test_keys_are_taken_from_headers_or_from_the_query(opened: Opened) -> None:
    sandbox = opened()
    whoami = "/v2/Authentication.svc/UserByAccessKey.Get"
    query = f"accessKey={ACCESS_KEY}&secretKey={SECRET_KEY}"
    assert sandbox.call("GET", f"{whoami}?{query}").status_code == 200
    assert sandbox.leadsquared("Authentication.svc/UserByAccessKey.Get").status_code == 200


@pytest.mark.parametrize("query", ["", "?accessKey=wrong&secretKey=wrong"])
def test_wrong_keys_are_a_401_in_the_envelope(opened: Opened, query: str) -> None:
    answer = opened().call("GET", f"/v2/UserManagement.svc/Users.Get{query}")
    assert answer.status_code == 401
    assert answer.json()["Status"] == "Error"
    assert answer.json()["ExceptionType"] == "MXUnAuthorizedAccessException"


def test_keys_stop_working_with_the_user_they_belong_to(opened: Opened) -> None:
    sandbox = opened()
    sandbox.store.put_user({**sandbox.store.users()[0], "StatusCode": 1})
    assert sandbox.leadsquared("UserManagement.svc/Users.Get").status_code == 401


def test_an_unknown_path_is_a_404_in_the_envelope(opened: Opened) -> None:
    answer = opened().leadsquared("Task.svc/Nothing")
    assert (answer.status_code, answer.json()["Status"]) == (404, "Error")


def test_the_key_names_its_tenant_and_role(opened: Opened) -> None:
    answer = opened().leadsquared("Authentication.svc/UserByAccessKey.Get").json()
    assert answer["Id"] == user_id(0)
    assert answer["Role"] == "Administrator"
    assert (answer["OrgShortCode"], answer["OrgId"]) == (ORG_SHORT_CODE, ORG_ID)


def test_a_deletion_answers_with_counts(opened: Opened) -> None:
    answer = opened().delete_tasks(task_id(0), task_id(1))
    assert answer.status_code == 200
    assert answer.json() == {
        "Status": "Success",
        "Operation": "Bulk Delete Tasks",
        "TasksCount": 2,
        "DeletedTasksCount": 2,
        "FailureReason": None,
    }


def test_a_deleted_task_is_still_listed_until_the_job_has_run(opened: Opened) -> None:
    sandbox = opened()
    sandbox.delete_tasks(task_id(0).upper())
    sandbox.now += 1.9
    assert task_id(0) in sandbox.store.task_ids()
    assert task_id(0) in ids_of(sandbox.owned(user_id(0)))
    sandbox.now += 0.2
    assert task_id(0) not in sandbox.store.task_ids()
    assert task_id(0) not in ids_of(sandbox.owned(user_id(0)))
    assert sandbox.task(task_id(0)).json() == []
    assert len(sandbox.store.task_ids()) == 59


def test_a_second_deletion_does_not_give_a_task_a_longer_life(opened: Opened) -> None:
    sandbox = opened()
    sandbox.delete_tasks(task_id(0))
    sandbox.now += 1.5
    sandbox.delete_tasks(task_id(0))
    sandbox.now += 0.6
    assert task_id(0) not in sandbox.store.task_ids()


@pytest.mark.parametrize(
    "body", [{}, {"taskIds": ["x"]}, {"TaskIds": []}, {"TaskIds": "x"}, {"TaskIds": [1]}, []]
)
def test_a_deletion_with_another_body_is_a_400(opened: Opened, body: object) -> None:
    sandbox = opened()
    assert sandbox.leadsquared("Task.svc/DeleteTasks", body).status_code == 400
    assert len(sandbox.store.task_ids()) == 60


def test_tasks_of_an_owner_are_listed_by_id_or_by_address(opened: Opened) -> None:
    sandbox = opened()
    by_id = sandbox.owned(user_id(1))
    by_address = sandbox.owned(
        "", LookupName="OwnerEmailAddress", LookupValue="agent.one@example.com"
    )
    assert by_id == by_address
    assert by_id["RecordCount"] == len(by_id["List"]) == 9
    row = by_id["List"][0]
    assert row["OwnerId"] == user_id(1)
    assert set(row) >= {"UserTaskId", "Name", "Category", "StatusCode", "DueDate", "CreatedOn"}
    assert row["TaskType"]["CreatedOn"].startswith("/Date(")


def test_a_task_without_a_lead_has_no_lead_id(opened: Opened) -> None:
    for row in opened().store.tasks():
        assert ("RelatedEntityId" in row) == (row["RelatedEntity"] == 1)


def test_a_listing_is_narrowed_by_status_type_and_dates(opened: Opened) -> None:
    sandbox = opened()
    assert {row["StatusCode"] for row in sandbox.owned(user_id(1), StatusCode=1)["List"]} == {1}
    typed = sandbox.owned(user_id(1), TypeName=task_type_id(2))["List"]
    assert {row["TaskType"]["Id"] for row in typed} == {task_type_id(2)}
    dates = {"FromDate": spaced(NOW - 30 * _DAY)[:19], "ToDate": spaced(NOW)[:19]}
    dated = sandbox.owned(user_id(1), **dates)["List"]
    assert 0 < len(dated) < 9
    assert all(dates["FromDate"] <= row["DueDate"][:19] <= dates["ToDate"] for row in dated)


def test_a_listing_is_sorted_and_paged(opened: Opened) -> None:
    sandbox = opened()
    sorting = {"ColumnName": "CreatedOn", "Direction": "1"}
    pages = [
        sandbox.owned(user_id(1), sorting=sorting, paging={"Offset": start, "RowCount": 4})
        for start in (0, 4, 8)
    ]
    assert [len(page["List"]) for page in pages] == [4, 4, 1]
    assert {page["RecordCount"] for page in pages} == {9}
    created = [row["CreatedOn"] for page in pages for row in page["List"]]
    assert created == sorted(created, reverse=True)


def test_a_page_index_has_no_effect_where_it_is_not_documented(opened: Opened) -> None:
    sandbox = opened()
    first, second = (
        sandbox.owned(user_id(1), paging={"PageIndex": index, "PageSize": 4}) for index in (1, 2)
    )
    assert ids_of(first) == ids_of(second)


def test_columns_can_be_left_out(opened: Opened) -> None:
    body = {**owned_by(user_id(1)), "Columns": {"Exclude_CSV": "Name, TaskType"}}
    row = opened().leadsquared("Task.svc/Retrieve", body).json()["List"][0]
    assert "Name" not in row
    assert "TaskType" not in row


def test_a_listing_without_its_wrapper_is_no_mx_exception(opened: Opened) -> None:
    answer = opened().leadsquared("Task.svc/Retrieve", {"LookupName": "OwnerId"})
    assert answer.status_code == 500
    assert answer.json()["ExceptionType"] == "ArgumentNullException"


@pytest.mark.parametrize(
    "changes",
    [{"LookupName": "Any"}, {"paging": {"RowCount": 5000}}, {"sorting": {"ColumnName": "Owner"}}],
)
def test_a_listing_that_is_not_offered_is_a_deterministic_500(
    opened: Opened, changes: dict[str, object]
) -> None:
    answer = opened().leadsquared("Task.svc/Retrieve", owned_by(user_id(1), **changes))
    assert answer.status_code == 500
    assert answer.json()["ExceptionType"] == "MXInvalidInputException"


def test_one_task_comes_in_a_list_and_an_unknown_one_as_an_empty_list(opened: Opened) -> None:
    sandbox = opened()
    assert [task["UserTaskId"] for task in sandbox.task(task_id(3)).json()] == [task_id(3)]
    assert sandbox.task(task_id(999)).json() == []
    assert sandbox.task("no-guid").status_code == 500


def test_tasks_of_a_lead_have_names_of_their_own(opened: Opened) -> None:
    url = f"LeadManagement.svc/RetrieveTaskByLeadId?leadId={lead_id(0)}"
    answer = opened().leadsquared(url).json()
    assert answer["RecordCount"] == len(answer["TaskList"]) == 5
    row = answer["TaskList"][0]
    assert row["TaskID"] in {task_id(n) for n in range(60)}
    assert row["Status"] in {"Pending", "Completed", "Cancelled"}
    assert row["Reminder"] == "45"
    assert not row["DueDate"].endswith(".000")


@pytest.mark.parametrize("path", SIX_LISTINGS)
def test_appointments_and_to_dos_are_listed_by_users(opened: Opened, path: str) -> None:
    criteria = {
        "GroupConditions": [
            {
                "Condition": [
                    {"LookupName": "FirstName", "Operator": "eq", "LookupValue": "agent"},
                    {"LookupName": "LastName", "Operator": "lik_s", "LookupValue": "on"},
                ]
            }
        ]
    }
    body = {
        **_WIDE,
        "Users": ["agent.one@example.com" if "Email" in path else user_id(1)],
        "UserSearchCriteria": criteria,
        "Paging": {"PageIndex": 1, "PageSize": 200},
    }
    rows = opened().leadsquared(path, body).json()["List"]
    assert rows
    assert {row["OwnerId"] for row in rows} == {user_id(1)}
    assert {row["Category"] for row in rows} == {0 if "Appointments" in path else 1}


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("eq", "example.com", 0),
        ("lik", "one", 2),
        ("lik_e", "example.com", 7),
        ("nlik", "agent", 3),
        ("neq", "agent.one@example.com", 6),
        ("n", "", 0),
        ("nn", "", 7),
    ],
)
def test_search_criteria_know_the_documented_operators(
    opened: Opened, operator: str, value: str, found: int
) -> None:
    condition = {"LookupName": "EmailAddress", "Operator": operator, "LookupValue": value}
    body = {
        **_WIDE,
        "UserSearchCriteria": {"GroupConditions": [{"Condition": [condition]}]},
        "Paging": {"PageIndex": 1, "PageSize": 200},
    }
    sandbox = opened()
    owners = {
        row["OwnerId"]
        for kind in ("RetrieveAppointments", "RetrieveToDos")
        for row in sandbox.leadsquared(f"Task.svc/{kind}/ByUserSearchCriteria", body).json()["List"]
    }
    assert len(owners) == found


def test_conditions_are_joined_by_or_where_they_say_so(opened: Opened) -> None:
    conditions = [
        {"LookupName": "LastName", "Operator": "eq", "LookupValue": "Three"},
        {
            "LookupName": "LastName",
            "Operator": "eq",
            "LookupValue": "Four",
            "ConditionOperator": "OR",
        },
    ]
    body = {**_WIDE, "UserSearchCriteria": {"GroupConditions": [{"Condition": conditions}]}}
    rows = opened().leadsquared("Task.svc/RetrieveToDos/ByUserSearchCriteria", body).json()["List"]
    assert {row["OwnerId"] for row in rows} == {user_id(3), user_id(4)}


def test_both_categories_together_cover_all_tasks(opened: Opened) -> None:
    sandbox = opened()
    users = [user["ID"] for user in sandbox.leadsquared("UserManagement.svc/Users.Get").json()]
    found: list[str] = []
    for kind in ("RetrieveAppointments", "RetrieveToDos"):
        for index in (1, 2):
            body = {**_WIDE, "Users": users, "Paging": {"PageIndex": index, "PageSize": 20}}
            found += ids_of(sandbox.leadsquared(f"Task.svc/{kind}/ByUserId", body).json())
    assert len(found) == 60
    assert set(found) == sandbox.store.task_ids()


def test_a_window_of_more_than_100_days_is_refused(opened: Opened) -> None:
    body = {"FromDate": "2026-01-01", "ToDate": "2026-04-12", "Users": [user_id(1)]}
    assert opened().leadsquared("Task.svc/RetrieveToDos/ByUserId", body).status_code == 500
    body["ToDate"] = "2026-04-11"
    assert opened().leadsquared("Task.svc/RetrieveToDos/ByUserId", body).status_code == 200


@pytest.mark.parametrize(
    ("path", "changes", "exception"),
    [
        ("ByUserId", {"Users": None}, "ArgumentNullException"),
        ("ByUserSearchCriteria", {}, "ArgumentNullException"),
        ("ByUserId", {"FromDate": "tomorrow"}, "MXInvalidInputException"),
        ("ByUserId", {"Paging": {"PageIndex": 0}}, "MXInvalidInputException"),
    ],
)
def test_a_listing_by_users_with_another_body_is_refused(
    opened: Opened, path: str, changes: dict[str, object], exception: str
) -> None:
    body = {**_WIDE, "Users": [user_id(1)], **changes}
    answer = opened().leadsquared(f"Task.svc/RetrieveToDos/{path}", body)
    assert (answer.status_code, answer.json()["ExceptionType"]) == (500, exception)


def test_an_operator_that_is_none_finds_nobody(opened: Opened) -> None:
    condition = {"LookupName": "FirstName", "Operator": "is", "LookupValue": "Agent"}
    body = {**_WIDE, "UserSearchCriteria": {"GroupConditions": [{"Condition": [condition]}]}}
    path = "Task.svc/RetrieveToDos/ByUserSearchCriteria"
    assert opened().leadsquared(path, body).json() == {"RecordCount": 0, "List": []}


def test_paging_and_status_that_are_no_numbers(opened: Opened) -> None:
    sandbox = opened()
    refused = sandbox.leadsquared("Task.svc/Retrieve", owned_by(user_id(1), paging={"Offset": "x"}))
    assert refused.status_code == 500
    assert sandbox.owned(user_id(1), StatusCode="any", sorting=None)["RecordCount"] == 9


def test_task_types_are_listed_and_looked_up(opened: Opened) -> None:
    sandbox = opened()
    types = sandbox.leadsquared("Task.svc/RetrieveTaskType").json()
    assert [entry["Category"] for entry in types] == [1, 0, 1, 0]
    found = sandbox.leadsquared("Task.svc/RetrieveTaskType?ColumnName=TaskName&ColumnValue=Meeting")
    assert [entry["Id"] for entry in found.json()] == [task_type_id(1)]
    wrong = sandbox.leadsquared("Task.svc/RetrieveTaskType?ColumnName=Colour&ColumnValue=red")
    assert wrong.status_code == 500


def test_users_are_listed_active_and_inactive(opened: Opened) -> None:
    sandbox = opened()
    users = sandbox.leadsquared("UserManagement.svc/Users.Get").json()
    assert [user["StatusCode"] for user in users] == [0, 0, 0, 0, 0, 1, 1]
    one = "UserManagement.svc/User/Retrieve/ByUserId?userId="
    assert sandbox.leadsquared(one + user_id(1)).json()[0]["UserId"] == user_id(1)
    assert sandbox.leadsquared(one + user_id(6)).json() == []


def test_a_task_is_created_changed_and_completed(opened: Opened) -> None:
    sandbox = opened()
    body = {"Name": "New", "OwnerId": user_id(2), "TaskType": {"Name": "Meeting"}}
    new = sandbox.leadsquared("Task.svc/Create", body).json()["Message"]["Id"]
    changed = sandbox.leadsquared("Task.svc/Update", {"UserTaskId": new, "Name": "Newer"})
    assert changed.json()["Message"]["AffectedRows"] == 1
    assert sandbox.leadsquared(f"Task.svc/MarkComplete?id={new}").json()["Status"] == "Success"
    (task,) = sandbox.task(new).json()
    assert (task["Name"], task["StatusCode"], task["Category"]) == ("Newer", 1, 0)
    assert task["CompletedOn"] == spaced(NOW)


def test_what_is_not_there_cannot_be_changed(opened: Opened) -> None:
    sandbox = opened()
    assert sandbox.leadsquared("Task.svc/Create", {"Name": "No owner"}).status_code == 500
    unknown = {"UserTaskId": task_id(999), "Name": "x"}
    assert sandbox.leadsquared("Task.svc/Update", unknown).status_code == 500
    assert sandbox.leadsquared(f"Task.svc/MarkComplete?id={task_id(999)}").status_code == 500
