"""Deletes Talkdesk records in bulk, by record id only; 202 means later, 200 is read back too."""

from collections.abc import Callable, Sequence

from reconciler.domain.accounts import Container
from reconciler.domain.replies import Delivered, Response
from reconciler.vendors.calls import Caller
from reconciler.vendors.deleting import Dialect, send_once
from reconciler.vendors.http import Http
from reconciler.vendors.talkdesk import api
from reconciler.vendors.talkdesk.receipts import COUNTS, delivered
from reconciler.vendors.talkdesk.token import Token
from reconciler.vendors.verdicts import Reply

_DIALECT = Dialect(api.said, COUNTS)


class RecordDeleter:
    """Sends one batch of records of one list, once."""

    def __init__(self, http: Http, caller: Caller, token: Token) -> None:
        """Send through a client that may do nothing else."""
        self._http, self._caller, self._token = http, caller, token

    async def ready(self) -> None:
        """Make sure that the token lasts for one more call."""
        await self._token.ready()

    async def delete(self, container: Container, ids: Sequence[str]) -> Response:
        """Return what the API said; a lost answer is an answer too."""
        call = api.delete_records(container.record_list, ids)
        read = _reads(container.record_list, ids)
        return await send_once(self._http, self._caller, call, _DIALECT, read)

    async def renew(self) -> bool:
        """Get a new token."""
        return await self._token.renew()


def _reads(list_id: str, ids: Sequence[str]) -> Callable[[Reply], Delivered]:
    return lambda reply: delivered(reply, list_id, ids)
