"""What each LeadSquared switch changes."""

from collections import Counter
from collections.abc import Callable

import pytest

from reconciler.sandbox.connection import ConnectionCutError
from reconciler.sandbox.credentials import ORG_ID
from reconciler.sandbox.seed import lead_id, task_id, task_type_id, user_id
from reconciler.sandbox.timestamps import spaced
from tests.sandbox.harness import NOW, Harness, ids_of

Opened = Callable[..., Harness]
OWNER = user_id(1)
MINE = [task_id(n) for n in range(1, 60, 7)]
WHOAMI = "Authentication.svc/UserByAccessKey.Get"
_DAY = 86_400
_SIX = {
    "FromDate": spaced(NOW - 60 * _DAY)[:10],
    "ToDate": spaced(NOW + 40 * _DAY)[:10],
    "Users": [user_id(n) for n in range(7)],
}


def gone(sandbox: Harness) -> set[str]:
    """Return the tasks that are away once every job has run."""
    sandbox.now += 1000
    return {task_id(n) for n in range(60)} - sandbox.store.task_ids()


def test_no_more_than_the_limit_is_accepted_in_any_5_seconds(opened: Opened) -> None:
    sandbox = opened("leadsquared_limit=3", limited=True)
    assert [sandbox.leadsquared(WHOAMI).status_code for _ in range(4)] == [200, 200, 200, 429]
    sandbox.now += 4.9
    answer = sandbox.leadsquared(WHOAMI)
    assert answer.status_code == 429
    assert answer.json()["ExceptionType"] == "MXAPIRateLimitExceededException"
    message = "API calls exceeded the limit of 3 in 5 second(s)"
    assert answer.json()["ExceptionMessage"] == message
    assert "retry-after" not in answer.headers
    sandbox.now += 0.2
    assert sandbox.leadsquared(WHOAMI).status_code == 200


def test_by_default_25_calls_are_accepted(opened: Opened) -> None:
    sandbox = opened(limited=True)
    statuses = Counter(sandbox.leadsquared(WHOAMI).status_code for _ in range(30))
    assert statuses == {200: 25, 429: 5}


@pytest.mark.parametrize(("mode", "status"), [("429", 429), ("403", 403), ("200", 200)])
def test_a_call_above_the_limit_comes_in_three_spellings(
    opened: Opened, mode: str, status: int
) -> None:
    sandbox = opened("leadsquared_limit=1", f"leadsquared_limit_mode={mode}", limited=True)
    sandbox.leadsquared(WHOAMI)
    answer = sandbox.delete_tasks(task_id(0))
    assert (answer.status_code, answer.json()["Status"]) == (status, "Error")
    assert not gone(sandbox)


def test_deletions_can_have_a_limit_of_their_own(opened: Opened) -> None:
    sandbox = opened("leadsquared_bulk_limit=1")
    assert sandbox.delete_tasks(task_id(0)).status_code == 200
    answer = sandbox.delete_tasks(task_id(1))
    assert answer.status_code == 429
    assert "limit of 1 in" in answer.json()["ExceptionMessage"]
    assert sandbox.leadsquared(WHOAMI).status_code == 200


@pytest.mark.parametrize(("value", "header"), [("auto", "6"), ("-1", "-1"), ("soon", "soon")])
def test_retry_after_is_what_the_switch_says(opened: Opened, value: str, header: str) -> None:
    limits = ("leadsquared_limit=1", f"leadsquared_retry_after={value}")
    sandbox = opened(*limits, limited=True)
    sandbox.leadsquared(WHOAMI)
    assert sandbox.leadsquared(WHOAMI).headers["retry-after"] == header


def test_a_deletion_may_only_be_queued(opened: Opened) -> None:
    sandbox = opened("leadsquared_delete_answer=queued")
    answer = sandbox.delete_tasks(task_id(0)).json()
    assert "queued" in answer["Message"]["Message"]
    assert "DeletedTasksCount" not in answer
    assert gone(sandbox) == {task_id(0)}


@pytest.mark.parametrize(("answer", "body"), [("empty", ""), ("html", "<!doctype")])
def test_an_accepted_deletion_may_answer_no_json(opened: Opened, answer: str, body: str) -> None:
    sandbox = opened(f"leadsquared_delete_answer={answer}")
    response = sandbox.delete_tasks(task_id(0))
    assert response.status_code == 200
    assert response.text.startswith(body)
    assert gone(sandbox) == {task_id(0)}


@pytest.mark.parametrize(("answer", "status"), [("error200", 200), ("mx500", 500)])
def test_a_refused_deletion_deletes_nothing(opened: Opened, answer: str, status: int) -> None:
    sandbox = opened(f"leadsquared_delete_answer={answer}")
    response = sandbox.delete_tasks(task_id(0))
    assert (response.status_code, response.json()["Status"]) == (status, "Error")
    assert not gone(sandbox)


def test_a_refusal_may_delete_all_the_same(opened: Opened) -> None:
    sandbox = opened("leadsquared_delete_answer=mx500", "leadsquared_deleted=all")
    assert sandbox.delete_tasks(task_id(0)).status_code == 500
    assert gone(sandbox) == {task_id(0)}


@pytest.mark.parametrize("answer", ["cut_after_accepting", "cut_body"])
def test_the_connection_may_break_after_the_job_was_accepted(opened: Opened, answer: str) -> None:
    sandbox = opened(f"leadsquared_delete_answer={answer}")
    with pytest.raises(ConnectionCutError):
        sandbox.delete_tasks(task_id(0))
    assert sandbox.store.arrivals()[-1].status == 0
    assert gone(sandbox) == {task_id(0)}


def test_the_answer_may_hang_after_the_job_was_accepted(opened: Opened) -> None:
    hanging = ("leadsquared_delete_answer=hang_after_accepting", "common_hang_seconds=0.05")
    sandbox = opened(*hanging)
    assert sandbox.delete_tasks(task_id(0)).json()["DeletedTasksCount"] == 1
    assert sandbox.store.arrivals()[-1].status == 0
    assert gone(sandbox) == {task_id(0)}


@pytest.mark.parametrize(
    ("deleted", "claimed", "expected"),
    [
        ("as_answered", 4, MINE[:4]),
        ("all", 4, MINE[:4]),
        ("none", 4, []),
        ("half", 2, 2),
        ("half_silently", 4, 2),
        ("extra", 4, 5),
    ],
)
def test_the_job_may_delete_something_else_than_it_says(
    opened: Opened, deleted: str, claimed: int, expected: list[str] | int
) -> None:
    sandbox = opened(f"leadsquared_deleted={deleted}")
    answer = sandbox.delete_tasks(*MINE[:4]).json()
    assert answer["DeletedTasksCount"] == claimed
    assert (answer["FailureReason"] is not None) == (deleted == "half")
    away = gone(sandbox)
    if isinstance(expected, int):
        assert len(away) == expected
    else:
        assert away == set(expected)
    assert (away <= set(MINE[:4])) == (deleted != "extra")


def test_the_job_runs_after_its_delay(opened: Opened) -> None:
    sandbox = opened("leadsquared_delete_delay=90")
    sandbox.delete_tasks(task_id(0))
    sandbox.now += 89
    assert task_id(0) in sandbox.store.task_ids()
    sandbox.now += 2
    assert task_id(0) not in sandbox.store.task_ids()


@pytest.mark.parametrize(
    ("mode", "status", "away"), [("400", 400, 0), ("mx500", 500, 0), ("first_5000", 200, 59)]
)
def test_more_than_5000_ids_are_too_many(opened: Opened, mode: str, status: int, away: int) -> None:
    sandbox = opened(f"leadsquared_oversize={mode}")
    ids = [*(task_id(n) for n in range(59)), *(task_id(n) for n in range(100, 5041)), task_id(59)]
    assert len(ids) == 5001
    assert sandbox.delete_tasks(*ids).status_code == status
    assert sandbox.store.arrivals()[-1].size == 5001
    assert len(gone(sandbox)) == away


@pytest.mark.parametrize(
    ("switch", "odd"),
    [("leadsquared_unknown_ids", task_id(999)), ("leadsquared_malformed_ids", "no-guid")],
)
@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("ignored", (200, 1, 1)),
        ("counted", (200, 2, 1)),
        ("job_refused", (200, 0, 0)),
        ("request_refused_400", (400, None, 0)),
    ],
)
def test_odd_ids_do_what_their_switch_says(
    opened: Opened, switch: str, odd: str, mode: str, expected: tuple[int, int | None, int]
) -> None:
    sandbox = opened(f"{switch}={mode}")
    answer = sandbox.delete_tasks(task_id(0), odd)
    counted = answer.json().get("DeletedTasksCount")
    assert (answer.status_code, counted, len(gone(sandbox))) == expected


def test_a_failure_reason_can_be_given(opened: Opened) -> None:
    answer = opened("leadsquared_failure_reason=Some locked").delete_tasks(task_id(0))
    assert answer.json()["FailureReason"] == "Some locked"


@pytest.mark.parametrize(
    ("paging", "sizes", "unique"),
    [("honoured", [30, 30], 60), ("ignored", [30, 30], 30), ("clamped", [25, 25], 50)],
)
def test_paging_may_be_ignored_or_clamped(
    opened: Opened, paging: str, sizes: list[int], unique: int
) -> None:
    sandbox = opened(f"leadsquared_paging={paging}", "leadsquared_foreign_rows=true")
    pages = [
        ids_of(sandbox.owned(OWNER, paging={"Offset": start, "RowCount": 30})) for start in (0, 30)
    ]
    assert [len(page) for page in pages] == sizes
    assert len({*pages[0], *pages[1]}) == unique


@pytest.mark.parametrize(("paging", "same"), [("honoured", False), ("ignored", True)])
def test_paging_of_the_listings_by_users_may_be_ignored(
    opened: Opened, paging: str, *, same: bool
) -> None:
    sandbox = opened(f"leadsquared_window_paging={paging}")
    first, second = (
        ids_of(
            sandbox.leadsquared(
                "Task.svc/RetrieveToDos/ByUserId",
                {**_SIX, "Paging": {"PageIndex": index, "PageSize": 5}},
            ).json()
        )
        for index in (1, 2)
    )
    assert (first == second) is same


def test_tasks_of_other_owners_may_be_listed(opened: Opened) -> None:
    rows = opened("leadsquared_foreign_rows=true").owned(OWNER)["List"]
    assert len({row["OwnerId"] for row in rows}) == 7


def test_rows_may_come_more_than_once(opened: Opened) -> None:
    sandbox = opened("leadsquared_duplicate_rows=3")
    pages = [sandbox.owned(OWNER, paging={"Offset": n, "RowCount": 10}) for n in (0, 10, 20)]
    counts = Counter(row_id for page in pages for row_id in ids_of(page))
    assert pages[0]["RecordCount"] == 27
    assert counts == dict.fromkeys(MINE, 3)


def test_the_status_may_be_missing(opened: Opened) -> None:
    rows = opened("leadsquared_missing_status=true").owned(OWNER)["List"]
    assert all("StatusCode" not in row for row in rows)


@pytest.mark.parametrize(
    ("mode", "count"), [("total", 9), ("page", 4), ("too_high", 12), ("too_low", 6)]
)
def test_the_record_count_may_count_something_else(opened: Opened, mode: str, count: int) -> None:
    sandbox = opened(f"leadsquared_record_count={mode}")
    page = sandbox.owned(OWNER, paging={"Offset": 0, "RowCount": 4})
    assert page["RecordCount"] == count


def test_ties_may_change_places_between_pages(opened: Opened) -> None:
    sandbox = opened("leadsquared_unstable_order=true", "leadsquared_foreign_rows=true")
    sorting = {"ColumnName": "CreatedOn", "Direction": "0"}
    seen = [
        row_id
        for start in range(0, 60, 4)
        for row_id in ids_of(
            sandbox.owned(OWNER, sorting=sorting, paging={"Offset": start, "RowCount": 4})
        )
    ]
    assert len(seen) == 60
    assert len(set(seen)) < 60


@pytest.mark.parametrize(
    ("field", "column"), [("due", "DueDate"), ("created", "CreatedOn"), ("modified", "ModifiedOn")]
)
def test_dates_are_compared_with_the_field_of_the_switch(
    opened: Opened, field: str, column: str
) -> None:
    sandbox = opened(f"leadsquared_date_field={field}", "leadsquared_foreign_rows=true")
    middle = sorted(task[column] for task in sandbox.store.tasks())[30][:19]
    found = sandbox.owned(OWNER, FromDate=middle)["List"]
    assert 0 < len(found) < 60
    assert all(row[column][:19] >= middle for row in found)


def test_tasks_of_inactive_users_may_be_hidden(opened: Opened) -> None:
    assert opened().owned(user_id(6))["List"]
    assert not opened("leadsquared_hides_inactive_owners=true").owned(user_id(6))["List"]


def test_listings_may_lag(opened: Opened) -> None:
    sandbox = opened("leadsquared_list_lag=60")
    sandbox.delete_tasks(task_id(1))
    sandbox.now += 50
    assert task_id(1) in ids_of(sandbox.owned(OWNER))
    assert sandbox.task(task_id(1)).json() == []
    sandbox.now += 13
    assert task_id(1) not in ids_of(sandbox.owned(OWNER))


def test_reads_of_one_task_may_lag(opened: Opened) -> None:
    sandbox = opened("leadsquared_get_lag=60")
    sandbox.delete_tasks(task_id(1))
    sandbox.now += 50
    assert len(sandbox.task(task_id(1)).json()) == 1
    assert task_id(1) not in ids_of(sandbox.owned(OWNER))
    sandbox.now += 13
    assert sandbox.task(task_id(1)).json() == []


@pytest.mark.parametrize(
    ("spelling", "status", "body"),
    [("empty_list", 200, []), ("empty_object", 200, {}), ("null", 200, None)],
)
def test_gone_may_be_spelt_by_nothing(
    opened: Opened, spelling: str, status: int, body: object
) -> None:
    answer = opened(f"leadsquared_gone={spelling}").task(task_id(999))
    assert (answer.status_code, answer.json()) == (status, body)


@pytest.mark.parametrize(("spelling", "status"), [("404", 404), ("mx500", 500), ("error200", 200)])
def test_gone_may_be_spelt_by_an_error(opened: Opened, spelling: str, status: int) -> None:
    answer = opened(f"leadsquared_gone={spelling}").task(task_id(999))
    assert (answer.status_code, answer.json()["Status"]) == (status, "Error")


def test_a_deleted_task_may_be_shown_for_ever(opened: Opened) -> None:
    sandbox = opened("leadsquared_gone=stale")
    sandbox.delete_tasks(task_id(1))
    assert task_id(1) in gone(sandbox)
    assert len(sandbox.task(task_id(1)).json()) == 1
    assert sandbox.task(task_id(999)).json() == []


def test_a_sales_user_sees_and_deletes_only_its_own_tasks(opened: Opened) -> None:
    sandbox = opened("leadsquared_role=Sales_User")
    assert sandbox.leadsquared(WHOAMI).json()["Role"] == "Sales_User"
    assert not sandbox.owned(OWNER)["List"]
    assert sandbox.owned(user_id(0))["List"]
    assert sandbox.task(task_id(1)).json() == []
    of_lead = f"LeadManagement.svc/RetrieveTaskByLeadId?leadId={lead_id(0)}"
    assert {row["OwnerID"] for row in sandbox.leadsquared(of_lead).json()["TaskList"]} == {
        user_id(0)
    }
    assert sandbox.delete_tasks(task_id(0), task_id(1)).json()["DeletedTasksCount"] == 1
    assert gone(sandbox) == {task_id(0)}


def test_the_tenant_may_be_another_one(opened: Opened) -> None:
    answer = opened("leadsquared_tenant=99999").leadsquared(WHOAMI).json()
    assert answer["OrgShortCode"] == "99999"
    assert answer["OrgId"] != ORG_ID


def test_tasks_come_in_types_and_states(opened: Opened) -> None:
    tasks = opened().store.tasks()
    assert {task["TaskType"]["Id"] for task in tasks} == {task_type_id(n) for n in range(4)}
    assert {task["StatusCode"] for task in tasks} == {0, 1, 2}
