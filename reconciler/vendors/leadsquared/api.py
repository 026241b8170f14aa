"""The LeadSquared calls that are made, where they go, and what their answers are worth.

Facts: the vendor's pages on apidocs.leadsquared.com, collected in docs/reference/vendors.md.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reconciler.domain.masking import without_numbers
from reconciler.transport.http import Route
from reconciler.transport.wire import Call
from reconciler.vendors.verdicts import (
    Busy,
    Denied,
    Flawed,
    Reply,
    Usable,
    Verdict,
    limit_named,
)

HOSTS = {
    "sg": "api.leadsquared.com",
    "us11": "api-us11.leadsquared.com",
    "in21": "api-in21.leadsquared.com",
    "in22": "api-in22.leadsquared.com",
    "ir31": "api-ir31.leadsquared.com",
    "ca12": "api-ca12.leadsquared.com",
    "me61": "api-me61.leadsquared.com",
}

_WHO = "/v2/Authentication.svc/UserByAccessKey.Get"
_BY_ID = "/v2/Task.svc/Retrieve.GetById"
_BY_OWNER = "/v2/Task.svc/Retrieve"
_USERS = "/v2/UserManagement.svc/Users.Get"
_BY_LEAD = "/v2/LeadManagement.svc/RetrieveTaskByLeadId"
_TO_DOS, _APPOINTMENTS = "/v2/Task.svc/RetrieveToDos", "/v2/Task.svc/RetrieveAppointments"
_BY_USER = ("ByUserId", "ByUserEmailAddress")
_DELETE = "/v2/Task.svc/DeleteTasks"

READS = frozenset(
    {
        Route("GET", re.escape(_WHO)),
        Route("GET", re.escape(_BY_ID), frozenset({"id"})),
        Route("GET", re.escape(_USERS)),
        # LeadSquared reads by POST too, which is why the path counts and not the method alone.
        Route("POST", re.escape(_BY_OWNER)),
        Route("GET", re.escape(_BY_LEAD), frozenset({"leadId"})),
        *(
            Route("POST", re.escape(f"{kind}/{by_user}"))
            for kind in (_TO_DOS, _APPOINTMENTS)
            for by_user in _BY_USER
        ),
    }
)
DELETES = frozenset({Route("POST", re.escape(_DELETE))})


def who_am_i() -> Call:
    """Ask whose key it is."""
    return Call(method="GET", path=_WHO)


def task_by_id(task_id: str) -> Call:
    """Ask for one task."""
    return Call(method="GET", path=_BY_ID, query={"id": task_id})


def users() -> Call:
    """Ask for all users, active and inactive."""
    return Call(method="GET", path=_USERS)


@dataclass(frozen=True, slots=True)
class At:
    """Which page of a listing is meant: told by its number, or by the rows before it."""

    number: int = 1
    offset: int = 0
    size: int = 5


_BEGIN, _END = "1900-01-01 00:00:00", "2099-12-31 23:59:59"
"""It is not known which of a task's dates these are compared with, so they mean any."""


def tasks_of(owner: str, at: At, status: int | None = None) -> Call:
    """Ask for a page of the tasks of one owner, given by id or by e-mail address."""
    parameter: dict[str, str | int] = {
        "LookupName": "OwnerEmailAddress" if "@" in owner else "OwnerId",
        "LookupValue": owner,
        "FromDate": _BEGIN,
        "ToDate": _END,
    }
    if status is not None:
        parameter["StatusCode"] = status
    body = {
        "Parameter": parameter,
        # Creation times do not change while pages are read.
        "Sorting": {"ColumnName": "CreatedOn", "Direction": "0"},
        "Paging": {"Offset": at.offset, "RowCount": at.size},
    }
    return Call(method="POST", path=_BY_OWNER, json=body)


def scheduled(users: Sequence[str], begin: date, end: date, at: At, *, to_dos: bool) -> Call:
    """Ask for a page of users' to-dos or appointments between two days, at most 100 apart.

    The users are all given by id, or all by e-mail address.
    """
    body = {
        "FromDate": str(begin),
        "ToDate": str(end),
        "Users": list(users),
        "Paging": {"PageIndex": at.number, "PageSize": at.size},
    }
    by_user = _BY_USER["@" in users[0]]
    return Call(method="POST", path=f"{_TO_DOS if to_dos else _APPOINTMENTS}/{by_user}", json=body)


def tasks_of_lead(lead_id: str) -> Call:
    """Ask for all tasks of a lead; its rows have other names, and fewer fields."""
    return Call(method="GET", path=_BY_LEAD, query={"leadId": lead_id})


def delete_tasks(task_ids: list[str], status_url: str = "") -> Call:
    """Delete tasks in bulk; at most 5,000, asynchronously. Raises ValueError for none.

    The account calls ``status_url`` when it is done, if one is given.
    """
    if not task_ids:
        raise ValueError("a deletion of nothing is never sent")
    body: dict[str, Any] = {"TaskIds": task_ids}
    if status_url:
        body["StatusWebhookURL"] = status_url
    return Call(method="POST", path=_DELETE, json=body)


_OK = 200
_BAD_REQUEST = 400
_UNAUTHORISED = 401
_TOO_MANY = 429
_SERVER_ERROR = 500


def classify(reply: Reply, retry_after: float | None) -> Verdict:
    """Judge an answer by its body first and its status second.

    "Too fast" comes as 429, 403 or 200; a 500 with an MX exception is a deterministic answer; a
    500 without one is a passing fault.
    """
    if (busy := _busy(reply, retry_after)) is not None:
        return busy
    if reply.status == _UNAUTHORISED:
        return Denied(said(reply), renewable=False)
    if reply.status >= _SERVER_ERROR and not exception_type(reply):
        return Flawed(said(reply), retry_after)
    if reply.status == _OK and reply.form:
        return Flawed(said(reply))
    return Usable()


def _busy(reply: Reply, retry_after: float | None) -> Busy | None:
    named = limit_named(_complaint(reply))
    limited = exception_type(reply) == "MXAPIRateLimitExceededException"
    if named is None and not limited and reply.status != _TOO_MANY:
        return None
    named = named or Busy()
    return Busy(wait=retry_after, calls=named.calls, per=named.per)


def _complaint(reply: Reply) -> str:
    """Return the words of an error; a task whose text quotes such words is not one."""
    if isinstance(reply.body, dict):
        is_complaint = reply.status >= _BAD_REQUEST or is_error(reply.body)
        names = ("ExceptionMessage", "Message") if is_complaint else ()
        return " ".join(str(reply.body.get(name) or "") for name in names)
    if reply.status >= _BAD_REQUEST:
        return reply.body if isinstance(reply.body, str) else reply.text or ""
    return ""


def exception_type(reply: Reply) -> str:
    """Return the ExceptionType of an error envelope; empty where there is none."""
    if not isinstance(reply.body, dict):
        return ""
    return str(reply.body.get("ExceptionType") or "")


def said(reply: Reply) -> str:
    """Return in a few words what an answer says, for people."""
    words = [str(reply.status)]
    if isinstance(reply.body, dict):
        names = ("ExceptionType", "ExceptionMessage", "FailureReason")
        words.extend(
            without_numbers(str(reply.body[name]))[:160] for name in names if reply.body.get(name)
        )
    elif reply.form:
        words.append(reply.form)
    return " ".join(words)


def is_error(body: Any) -> bool:  # noqa: ANN401 - parsed JSON
    """Say whether a body is an error envelope, whatever its status."""
    return isinstance(body, dict) and (
        str(body.get("Status", "")).lower() == "error" or bool(body.get("ExceptionType"))
    )
