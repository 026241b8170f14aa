"""One task at a time: read, create, change, complete."""

from uuid import UUID, uuid4

from starlette.responses import JSONResponse, Response

from reconciler.sandbox.call import Call
from reconciler.sandbox.database import NEVER, Document
from reconciler.sandbox.leadsquared import answers, rows
from reconciler.sandbox.leadsquared.account import Account
from reconciler.sandbox.timestamps import spaced
from reconciler.sandbox.world import World

_COMPLETED = 1
_NOT_FOUND = ("MXUnknownTaskException", "Task does not exist")


class Tasks:
    """Calls about one task."""

    def __init__(self, world: World, account: Account) -> None:
        self._store = world.store
        self._faults = world.faults
        self._account = account
        self._reads = 0

    def get(self, call: Call) -> Response:
        """Retrieve.GetById: a list with the task, or one of the spellings of gone."""
        wanted = call.text("id").lower()
        if not is_guid(wanted):
            return answers.invalid("id")
        task = self._seen(wanted, call.now - self._faults.leadsquared_get_lag)
        if task is not None and not self._flickers():
            return JSONResponse([task])
        if self._faults.leadsquared_gone == "stale" and (old := self._seen(wanted, -NEVER)):
            return JSONResponse([old])
        return rows.gone(self._faults.leadsquared_gone)

    def create(self, call: Call) -> Response:
        """Task.svc/Create: a new task of an owner and a type."""
        body = call.body if isinstance(call.body, dict) else {}
        owner = self._owner(body)
        type_name = (body.get("TaskType") or {}).get("Name")
        task_type = next((t for t in self._store.task_types() if t["Name"] == type_name), None)
        if not body.get("Name") or owner is None or task_type is None:
            return answers.refusal(
                "MXMandatoryAttributeMissingException", "'Name', owner and 'TaskType' are mandatory"
            )
        task_id = str(uuid4())
        fields = {name: value for name, value in body.items() if name != "OwnerEmailAddress"}
        fields |= {
            "OwnerId": owner["ID"],
            "OwnerName": f"{owner['FirstName']} {owner['LastName']}",
            "OwnerEmailAddress": owner["EmailAddress"],
            "TaskType": task_type,
            "Category": task_type["Category"],
        }
        self._store.add_task(task_id, **fields)
        return answers.success({"Id": task_id})

    def update(self, call: Call) -> Response:
        """Task.svc/Update: other fields; it never completes a task."""
        body = dict(call.body) if isinstance(call.body, dict) else {}
        task_id = str(body.pop("UserTaskId", "")).lower()
        body.pop("StatusCode", None)
        if not self._store.update_task(task_id, **body, ModifiedOn=spaced(call.now)):
            return answers.refusal(*_NOT_FOUND)
        return answers.success({"AffectedRows": 1, "AutoId": 325})

    def complete(self, call: Call) -> Response:
        """Task.svc/MarkComplete: status 1, completed now."""
        now = spaced(call.now)
        fields = {"StatusCode": _COMPLETED, "CompletedOn": now, "ModifiedOn": now}
        if not self._store.update_task(call.text("id").lower(), **fields):
            return answers.refusal(*_NOT_FOUND)
        return answers.success({"AffectedRows": 1})

    def _seen(self, task_id: str, now: float) -> Document | None:
        task = self._store.task_at(task_id, now)
        only = self._account.restricted_to()
        hidden = task is not None and only is not None and task["OwnerId"] != only
        return None if hidden else task

    def _flickers(self) -> bool:
        self._reads += 1
        every = self._faults.common_flicker
        return bool(every) and self._reads % every == 0

    def _owner(self, body: Document) -> Document | None:
        named = {body.get("OwnerId"), body.get("OwnerEmailAddress")}
        return next(
            (u for u in self._account.users() if named & {u["ID"], u["EmailAddress"]}), None
        )


def is_guid(text: str) -> bool:
    """Tell whether a text is a GUID with hyphens."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
