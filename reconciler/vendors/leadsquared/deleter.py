"""Deletes LeadSquared tasks in bulk; an answer means accepted, never deleted."""

from collections.abc import Callable

from reconciler.domain.batches import Batch
from reconciler.domain.replies import Accepted, Delivered, NoAnswer, Receipt, Rejected, Response
from reconciler.transport.http import Http
from reconciler.vendors.calls import Caller
from reconciler.vendors.deleting import Dialect, send_once
from reconciler.vendors.leadsquared import api
from reconciler.vendors.verdicts import Reply, counts

_OK, _BAD_REQUEST, _SERVER_ERROR = 200, 400, 500
_LATER = 1.0
"""Seconds before the first read-back: the job behind the answer takes at least some time."""
_DELETED = "DeletedTasksCount"
_DIALECT = Dialect(api.said, ("TasksCount", _DELETED))


class TaskDeleter:
    """Sends one batch of tasks, once."""

    def __init__(
        self, http: Http, caller: Caller, status_url: Callable[[Batch], str] = lambda _: ""
    ) -> None:
        """Send through a client that may do nothing else.

        ``status_url`` gives where the account is to report on a batch; empty for nowhere.
        """
        self._http = http
        self._caller = caller
        self._status_url = status_url

    async def ready(self) -> None:
        """Do nothing: a key does not age."""

    async def delete(self, batch: Batch) -> Response:
        """Return what the API said; a lost answer is an answer too."""
        ids = batch.ids

        def delivered(reply: Reply) -> Delivered:
            claimed = counts(reply, (_DELETED,)).get(_DELETED, 0)
            return Delivered(_receipt(reply), later=_LATER, overrun=claimed > len(ids))

        call = api.delete_tasks(list(ids), self._status_url(batch))
        return await send_once(self._http, self._caller, call, _DIALECT, delivered)

    async def renew(self) -> bool:
        """Say that a refused key has no successor."""
        return False


def _receipt(reply: Reply) -> Receipt:
    """Return what the answer says of every task of the batch; it names none on its own."""
    said = api.said(reply)
    if api.is_error(reply.body):
        return Rejected(said)
    if _BAD_REQUEST <= reply.status < _SERVER_ERROR:
        return Rejected(said)
    if reply.status != _OK or not isinstance(reply.body, dict):
        return NoAnswer(said)
    if reply.body.get("FailureReason"):
        return Rejected(said)
    if str(reply.body.get("Status")).lower() != "success":
        return NoAnswer("200 without a word of success")
    return Accepted()
