"""Deletes Talkdesk records in bulk; 202 means later, 200 is read back too."""

from functools import partial
from typing import assert_never

from reconciler.domain.batches import Batch
from reconciler.domain.identifiers import External, Identifier, Phone
from reconciler.domain.replies import Response
from reconciler.transport.http import Http
from reconciler.vendors.calls import Caller
from reconciler.vendors.deleting import Dialect, send_once
from reconciler.vendors.talkdesk import api
from reconciler.vendors.talkdesk.receipts import COUNTS, delivered, masked
from reconciler.vendors.talkdesk.token import Token

_DIALECT = Dialect(api.said, COUNTS)


class RecordDeleter:
    """Sends one batch of records of one list, once."""

    def __init__(self, http: Http, caller: Caller, token: Token) -> None:
        """Send through a client that may do nothing else."""
        self._http, self._caller, self._token = http, caller, token

    async def ready(self) -> None:
        """Make sure that the token lasts for one more call."""
        await self._token.ready()

    async def delete(self, batch: Batch) -> Response:
        """Return what the API said; a lost answer is an answer too."""
        call = api.delete_records(batch.container.record_list, _elements(batch))
        return await send_once(
            self._http, self._caller, call, _dialect(batch), lambda reply: delivered(reply, batch)
        )

    async def renew(self) -> bool:
        """Get a new token."""
        return await self._token.renew()


def _elements(batch: Batch) -> list[dict[str, str]]:
    """Return what the array of a deletion holds: identifiers of one kind."""
    if not batch.sent:
        return [{"id": record_id} for record_id in batch.ids]
    return [_element(one.identifier) for one in batch.sent]


def _element(identifier: Identifier) -> dict[str, str]:
    match identifier:
        case Phone(number=number):
            return {"phone_number": number}
        case External(provider=provider, external_id=external_id):
            return {"external_provider": provider, "external_id": external_id}
        case _:
            assert_never(identifier)


def _dialect(batch: Batch) -> Dialect:
    """Return how answers are read; identifiers of people that they repeat are masked."""
    if not batch.sent:
        return _DIALECT
    return Dialect(lambda reply: api.said(reply, partial(masked, batch=batch)), COUNTS)
