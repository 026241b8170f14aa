"""The listings of tasks: by owner, by users in a window of dates, and of a lead."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date

from starlette.responses import JSONResponse, Response

from reconciler.sandbox.call import Call
from reconciler.sandbox.database import Document
from reconciler.sandbox.leadsquared import answers, rows
from reconciler.sandbox.leadsquared.account import Account
from reconciler.sandbox.leadsquared.criteria import matches
from reconciler.sandbox.task_table import TaskQuery
from reconciler.sandbox.world import Handler, World

_OWNER_COLUMNS = {"OwnerId": "ID", "OwnerEmailAddress": "EmailAddress"}
_SORT_COLUMNS = {
    "duedate": "due",
    "createdon": "created",
    "modifiedon": "modified",
    "usertaskid": "id",
}
_STATUS_WORDS = {0: "Pending", 1: "Completed", 2: "Cancelled"}
MAXIMUM_DAYS = 100
BY_ID, BY_EMAIL, BY_CRITERIA = "ByUserId", "ByUserEmailAddress", "ByUserSearchCriteria"
USERS_BY = (BY_ID, BY_EMAIL, BY_CRITERIA)


class Listings:
    """Everything that shows more than one task."""

    def __init__(self, world: World, account: Account) -> None:
        self._world = world
        self._account = account
        self._faults = world.faults

    def retrieve(self, call: Call) -> Response:
        """Task.svc/Retrieve: the tasks of one owner."""
        body = call.body if isinstance(call.body, dict) else {}
        asked = body.get("Parameter")
        if not isinstance(asked, dict):
            return answers.wrong_shape("Parameter")
        column = _OWNER_COLUMNS.get(asked.get("LookupName", ""))
        window = rows.by_offset(body.get("Paging"))
        order = _sorting(body.get("Sorting"))
        if column is None or window is None or order is None:
            return answers.invalid("LookupName, Paging or Sorting")
        owners: Collection[str] | None = self._owners(
            user for user in self._account.users() if _same(user[column], asked.get("LookupValue"))
        )
        if self._faults.leadsquared_foreign_rows:
            owners = None
        query = replace(
            order,
            owner_ids=owners,
            status=_number(asked.get("StatusCode")),
            type_id=asked.get("TypeName") or None,
            date=self._faults.leadsquared_date_field,
            since=asked.get("FromDate") or None,
            until=asked.get("ToDate") or None,
        )
        window = replace(
            window.behaving(self._faults.leadsquared_paging),
            repeats=self._faults.leadsquared_duplicate_rows,
        )
        return rows.listing(self._world, query, window, call.now, _excluded(body.get("Columns")))

    def by_users(self, category: int, users_by: str) -> Handler:
        """Return the handler of one of the six listings by users."""

        def handle(call: Call) -> Response:
            body = call.body if isinstance(call.body, dict) else {}
            window = rows.by_page(body.get("Paging"))
            dates = _dates(body)
            if dates is None or window is None:
                return answers.invalid("FromDate, ToDate or Paging")
            users = self._asked_users(body, users_by)
            if users is None:
                return answers.wrong_shape("Users")
            query = TaskQuery(
                owner_ids=self._owners(users),
                category=category,
                date=self._faults.leadsquared_date_field,
                since=f"{dates[0]} 00:00:00",
                until=f"{dates[1]} 23:59:59",
            )
            window = window.behaving(self._faults.leadsquared_window_paging)
            return rows.listing(self._world, query, window, call.now, frozenset())

        return handle

    def of_lead(self, call: Call) -> Response:
        """RetrieveTaskByLeadId: the tasks of a lead, with columns of their own."""
        query = TaskQuery(lead_id=call.text("leadId").lower() or "-", order="created")
        if (owner := self._account.restricted_to()) is not None:
            query = replace(query, owner_ids=[owner])
        seen = call.now - self._faults.leadsquared_list_lag
        found = self._world.store.task_page(query, seen, 0, -1)
        return JSONResponse(
            {"RecordCount": len(found), "TaskList": [_lead_row(task) for task in found]}
        )

    def _asked_users(self, body: Document, users_by: str) -> list[Document] | None:
        users = self._account.users()
        if users_by == BY_CRITERIA:
            criteria = body.get("UserSearchCriteria")
            if not isinstance(criteria, Mapping):
                return None
            return [user for user in users if matches(user, criteria)]
        asked = body.get("Users")
        if not isinstance(asked, list):
            return None
        column = "ID" if users_by == BY_ID else "EmailAddress"
        return [user for user in users if any(_same(user[column], value) for value in asked)]

    def _owners(self, users: Iterable[Document]) -> list[str]:
        """Return the ids of the users whose tasks are shown."""
        only = self._account.restricted_to()
        hides = self._faults.leadsquared_hides_inactive_owners
        return [
            user["ID"]
            for user in users
            if only in {None, user["ID"]} and not (hides and user["StatusCode"])
        ]


def _same(value: str, asked: object) -> bool:
    return isinstance(asked, str) and value.lower() == asked.strip().lower()


def _number(value: object) -> int | None:
    try:
        return None if value in {None, ""} else int(str(value))
    except ValueError:
        return None


def _sorting(sorting: object) -> TaskQuery | None:
    if not isinstance(sorting, Mapping) or not sorting:
        return TaskQuery()
    column = _SORT_COLUMNS.get(str(sorting.get("ColumnName", "")).lower())
    if column is None:
        return None
    return TaskQuery(order=column, descending=str(sorting.get("Direction")) == "1")


def _excluded(columns: object) -> frozenset[str]:
    listed = columns.get("Exclude_CSV", "") if isinstance(columns, Mapping) else ""
    return frozenset(name.strip() for name in str(listed).split(",") if name.strip())


def _dates(body: Document) -> tuple[date, date] | None:
    """Return the first and the last day, unless they are too far apart."""
    try:
        first = date.fromisoformat(str(body.get("FromDate"))[:10])
        last = date.fromisoformat(str(body.get("ToDate"))[:10])
    except ValueError:
        return None
    return (first, last) if 0 <= (last - first).days <= MAXIMUM_DAYS else None


def _lead_row(task: Document) -> Document:
    return {
        "TaskID": task["UserTaskId"],
        "Name": task["Name"],
        "Description": task.get("Description", ""),
        "DueDate": task["DueDate"][:19],
        "CreatedOn": task["CreatedOn"][:19],
        "OwnerID": task.get("OwnerId", ""),
        "OwnerName": task.get("OwnerName", ""),
        "CreatedBy": task.get("CreatedBy", ""),
        "CreatedByName": task.get("CreatedByName", ""),
        "Status": _STATUS_WORDS.get(task["StatusCode"], ""),
        "Reminder": str(task.get("Reminder", "")),
    }
