"""A live task, whichever: the control that reading by id can tell the living from the gone."""

from datetime import date, timedelta
from typing import Any

from reconciler.application.ports import UnreadableError
from reconciler.vendors.calls import Caller
from reconciler.vendors.http import Call
from reconciler.vendors.leadsquared import api, rows

_USERS_ASKED = 20
_WINDOW = timedelta(days=90)
"""To-dos and appointments are asked for in windows of at most 100 days."""
_EVER = ("2000-01-01 00:00:00", "2099-12-31 23:59:59")


async def find_live_task(caller: Caller, user_id: str, today: str) -> str:
    """Return the id of some task that a listing shows; empty if none shows any.

    The key's own tasks first, then those of other users, then what is scheduled around today.
    """
    if user_id and (found := await _first(caller, api.some_tasks_of(user_id, *_EVER))):
        return found
    others = await _user_ids(caller, user_id)
    for other in others[:_USERS_ASKED]:
        if found := await _first(caller, api.some_tasks_of(other, *_EVER)):
            return found
    now = date.fromisoformat(today)
    for begin in (now - _WINDOW, now):
        for to_dos in (True, False):
            window = (str(begin), str(begin + _WINDOW))
            call = api.some_scheduled([user_id, *others], *window, to_dos=to_dos)
            if found := await _first(caller, call):
                return found
    return ""


async def _first(caller: Caller, call: Call) -> str:
    rows_seen = _rows(await _body(caller, call))
    return next(filter(None, (rows.task_id(row) for row in rows_seen)), "")


async def _user_ids(caller: Caller, own: str) -> list[str]:
    listed = await _body(caller, api.users())
    ids = [str(user.get("ID") or "") for user in _rows(listed) if isinstance(user, dict)]
    return [one for one in ids if one and one != own]


async def _body(caller: Caller, call: Call) -> Any:  # noqa: ANN401 - parsed JSON
    try:
        return (await caller.read(call)).body
    except UnreadableError:
        # A witness that cannot be asked is no witness; the caller goes to the next one.
        return None


def _rows(body: Any) -> list[Any]:  # noqa: ANN401 - parsed JSON
    if isinstance(body, dict):
        body = body.get("List")
    return body if isinstance(body, list) else []
