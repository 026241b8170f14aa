"""Deletes LeadSquared tasks in bulk; an answer means accepted, never deleted."""

from collections.abc import Mapping, Sequence

from reconciler.domain.accounts import Container
from reconciler.domain.replies import (
    Accepted,
    Delivered,
    Malformed,
    NoAnswer,
    Receipt,
    Rejected,
    Response,
    Throttled,
    Unauthorised,
    Unsent,
)
from reconciler.domain.replies import Reply as Said
from reconciler.vendors.calls import DEADLINE, Busy, Caller, Denied, Reply
from reconciler.vendors.http import Http, LostError, UnsentError
from reconciler.vendors.leadsquared import api

_OK, _BAD_REQUEST, _SERVER_ERROR = 200, 400, 500
_LATER = 1.0
"""Seconds before the first read-back: the job behind the answer takes at least some time."""
_COUNTS = ("TasksCount", "DeletedTasksCount")


class TaskDeleter:
    """Sends one batch of tasks, once."""

    def __init__(self, http: Http, caller: Caller) -> None:
        """Send through a client that may do nothing else."""
        self._http = http
        self._caller = caller

    async def ready(self) -> None:
        """Do nothing: a key does not age."""

    async def delete(self, container: Container, ids: Sequence[str]) -> Response:
        """Return what the API said; a lost answer is an answer too."""
        del container  # all tasks of an account are one container
        try:
            answer = await self._http.send(api.delete_tasks(list(ids)), deadline=DEADLINE)
        except UnsentError as error:
            return Response(reply=Unsent(str(error)))
        except LostError as error:
            return Response(reply=Delivered(NoAnswer(f"the answer was lost: {error}")))
        reply, verdict = self._caller.judge(answer)
        said: Said
        match verdict:
            case Busy() as busy:
                self._caller.slow_down(busy, deleting=True)
                said = Throttled(busy.wait, busy.calls, busy.per)
            case Denied(cause=cause):
                said = Unauthorised(cause, renewable=False)
            case _ if reply.status == _BAD_REQUEST:
                said = Malformed(api.said(reply))
            case _:
                said = Delivered(_receipt(reply), later=_LATER)
        return Response(
            reply=said,
            status=reply.status,
            latency_ms=int(reply.seconds * 1000),
            claimed=_claimed(reply),
        )

    async def renew(self) -> bool:
        """Say that a refused key has no successor."""
        return False


def _receipt(reply: Reply) -> Receipt:
    """Return what the answer says of every task of the batch; it names none on its own."""
    said = api.said(reply)
    if api.exception_type(reply) or api.is_error(reply.body):
        return Rejected(said)
    if reply.status != _OK:
        return NoAnswer(said) if reply.status >= _SERVER_ERROR else Rejected(said)
    if not isinstance(reply.body, dict):
        return NoAnswer(said)
    if reply.body.get("FailureReason"):
        return Rejected(said)
    return Accepted()


def _claimed(reply: Reply) -> Mapping[str, int]:
    body = reply.body if isinstance(reply.body, dict) else {}
    return {
        name: body[name]
        for name in _COUNTS
        if isinstance(body.get(name), int) and not isinstance(body.get(name), bool)
    }
