"""Live tasks, whichever: the control that reading by id can tell the living from the gone."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import date, timedelta
from typing import Any

from reconciler.application.ports import UnreadableError
from reconciler.transport.wire import Call
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared import api, rows

_USERS_ASKED = 20
_WINDOW = timedelta(days=90)
"""To-dos and appointments are asked for in windows of at most 100 days."""
_FEW = api.At()


async def listed_tasks(caller: Caller, user_id: str, today: str) -> AsyncGenerator[str, None]:
    """Yield ids of tasks that listings show, each once; several, for a listing may lag behind.

    The key's own tasks first, then those of other users, then what is scheduled around today.
    """
    seen: set[str] = set()
    async with aclosing(_listings(caller, user_id, today)) as calls:
        async for call in calls:
            for task_id in map(rows.task_id, rows.listed(await _body(caller, call))):
                if task_id and task_id not in seen:
                    seen.add(task_id)
                    yield task_id


async def _listings(caller: Caller, user_id: str, today: str) -> AsyncGenerator[Call, None]:
    if user_id:
        yield api.tasks_of(user_id, _FEW)
    users = rows.listed(await _body(caller, api.users()))
    ids = [str(user.get("ID") or "") for user in users if isinstance(user, dict)]
    others = [one for one in ids if one and one != user_id]
    for other in others[:_USERS_ASKED]:
        yield api.tasks_of(other, _FEW)
    everybody = [one for one in (user_id, *others) if one]
    now = date.fromisoformat(today)
    for begin in (now - _WINDOW, now):
        for to_dos in (True, False) if everybody else ():
            yield api.scheduled(everybody, begin, begin + _WINDOW, _FEW, to_dos=to_dos)


async def _body(caller: Caller, call: Call) -> Any:  # noqa: ANN401 - parsed JSON
    try:
        return (await caller.read(call)).body
    except UnreadableError:
        # A witness that cannot be asked is no witness; the caller goes to the next one.
        return None
