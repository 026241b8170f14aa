"""Task.svc/DeleteTasks: accepted at once, done by a job a little later."""

from dataclasses import dataclass

from starlette.responses import HTMLResponse, JSONResponse, Response

from reconciler.sandbox.call import Call
from reconciler.sandbox.connection import CutResponse, HangingResponse
from reconciler.sandbox.database import Document
from reconciler.sandbox.failing import LOGIN_PAGE
from reconciler.sandbox.leadsquared import answers
from reconciler.sandbox.leadsquared.account import Account
from reconciler.sandbox.leadsquared.tasks import is_guid
from reconciler.sandbox.leadsquared.webhooks import Webhooks
from reconciler.sandbox.world import World

MAXIMUM_IDS = 5000
_REFUSALS = ("error200", "mx500")


@dataclass(frozen=True, slots=True)
class Job:
    """What a DeleteTasks request comes to."""

    victims: list[str]
    counts: Document


class Deletions:
    """DeleteTasks."""

    def __init__(self, world: World, account: Account, webhooks: Webhooks) -> None:
        self._world = world
        self._faults = world.faults
        self._account = account
        self._webhooks = webhooks

    def delete_tasks(self, call: Call) -> Response:
        """Accept a job, unless the request is refused."""
        asked = _task_ids(call.body)
        if asked is None:
            return answers.error(400)
        if len(asked) > MAXIMUM_IDS:
            if self._faults.leadsquared_oversize != "first_5000":
                return _oversized(self._faults.leadsquared_oversize)
            asked = asked[:MAXIMUM_IDS]
        ids = [task_id.lower() for task_id in asked]
        existing = self._existing(ids, call.now)
        odd = self._odd(ids, existing)
        if "request_refused_400" in odd:
            return answers.error(400)
        job = self._job(ids, existing, odd, call.now)
        delay = self._faults.leadsquared_delete_delay
        self._world.store.delete_tasks(
            job.victims, now=call.now, delay=delay, back=self._world.back
        )
        answer = self._answer(job)
        url = call.body.get("StatusWebhookURL")
        if isinstance(url, str) and self._faults.leadsquared_delete_answer not in _REFUSALS:
            self._webhooks.schedule(url, job.counts, call.now + delay)
        return answer

    def _existing(self, ids: list[str], now: float) -> list[str]:
        only = self._account.restricted_to()
        return [
            task["UserTaskId"]
            for task in self._world.store.existing_tasks(ids, now)
            if only in {None, task.get("OwnerId")}
        ]

    def _odd(self, ids: list[str], existing: list[str]) -> list[str]:
        """Return how each id that is no task's is taken."""
        there = set(existing)
        return [
            self._faults.leadsquared_unknown_ids
            if is_guid(task_id)
            else self._faults.leadsquared_malformed_ids
            for task_id in dict.fromkeys(ids)
            if task_id not in there
        ]

    def _job(self, ids: list[str], existing: list[str], odd: list[str], now: float) -> Job:
        deleted = len(existing) + odd.count("counted")
        reason = self._faults.leadsquared_failure_reason or None
        victims = self._victims(existing, now)
        if "job_refused" in odd:
            victims, deleted, reason = [], 0, "One or more tasks could not be found"
        elif self._faults.leadsquared_deleted == "half":
            deleted, reason = len(victims), reason or "Some tasks could not be deleted"
        counts = {
            "Status": "Success",
            "Operation": "Bulk Delete Tasks",
            "TasksCount": len(ids),
            "DeletedTasksCount": deleted,
            "FailureReason": reason,
        }
        return Job(victims, counts)

    def _victims(self, existing: list[str], now: float) -> list[str]:
        chosen = self._faults.leadsquared_deleted
        if chosen == "as_answered":
            chosen = "none" if self._faults.leadsquared_delete_answer in _REFUSALS else "all"
        if chosen == "none":
            return []
        if chosen.startswith("half"):
            return existing[: len(existing) // 2]
        if chosen == "extra":
            return existing + self._world.store.bystander_task(existing, now)
        return existing

    def _answer(self, job: Job) -> Response:
        counts = JSONResponse(job.counts)
        queued = {"Message": "Your request for delete tasks has been queued."}
        hang = self._faults.common_hang_seconds
        spellings: dict[str, Response] = {
            "counts": counts,
            "queued": answers.success(queued),
            "empty": Response(),
            "error200": answers.refusal("MXException", "Delete is not enabled for you", status=200),
            "mx500": answers.refusal("MXInvalidInputException", "Invalid Input! TaskIds"),
            "html": HTMLResponse(LOGIN_PAGE),
            "hang_after_accepting": HangingResponse(counts, hang),
            "cut_after_accepting": CutResponse(),
            "cut_body": CutResponse(counts),
        }
        return spellings[self._faults.leadsquared_delete_answer]


def _task_ids(body: object) -> list[str] | None:
    """Return the ids of a body that is as the papers want it."""
    ids = body.get("TaskIds") if isinstance(body, dict) else None
    if not isinstance(ids, list) or not ids:
        return None
    return ids if all(isinstance(task_id, str) for task_id in ids) else None


def _oversized(mode: str) -> Response:
    return answers.error(400) if mode == "400" else answers.invalid("TaskIds")
