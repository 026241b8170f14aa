"""Deletes Talkdesk records in bulk, by record id only; 202 means later, 200 is read back too."""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.domain.accounts import Container
from reconciler.domain.replies import (
    Accepted,
    Delivered,
    Malformed,
    NoAnswer,
    NotFound,
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
from reconciler.vendors.talkdesk import api
from reconciler.vendors.talkdesk.token import Token

_OK, _ACCEPTED, _BAD_REQUEST, _UNAUTHORISED, _SERVER_ERROR = 200, 202, 400, 401, 500
_LATER = 6.0
"""Seconds after a 202: the vendor says that it deletes within five."""
_COUNTS = ("total_deleted", "total_errors")


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
        try:
            answer = await self._http.send(call, deadline=DEADLINE)
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
                said = Unauthorised(cause, renewable=reply.status == _UNAUTHORISED)
            case _ if reply.status == _BAD_REQUEST:
                said = Malformed(api.said(reply))
            case _:
                said = _delivered(reply, ids)
        return Response(
            reply=said,
            status=reply.status,
            latency_ms=int(reply.seconds * 1000),
            claimed=_claimed(reply),
        )

    async def renew(self) -> bool:
        """Get a new token."""
        return await self._token.renew()


def _delivered(reply: Reply, ids: Sequence[str]) -> Delivered:
    if reply.status == _ACCEPTED:
        return Delivered(Accepted(), later=_LATER, overrun=_overrun(reply, ids))
    if reply.status != _OK:
        said = api.said(reply)
        return Delivered(NoAnswer(said) if reply.status >= _SERVER_ERROR else Rejected(said))
    if not isinstance(reply.body, dict):
        return Delivered(NoAnswer(api.said(reply)))
    named = _named(reply.body, frozenset(ids))
    claimed = _claimed(reply)
    adds_up = claimed.get("total_deleted") == len(ids) - len(named)
    unnamed: Receipt = Accepted() if adds_up else NoAnswer(f"the counts do not add up: {claimed}")
    return Delivered(unnamed, named, overrun=_overrun(reply, ids))


def _overrun(reply: Reply, ids: Sequence[str]) -> bool:
    return _claimed(reply).get("total_deleted", 0) > len(ids)


def _named(body: dict[str, Any], sent: frozenset[str]) -> dict[str, Receipt]:
    """Return what the answer says of the ids it names; strangers among them are ignored.

    ``failed_records`` is in the vendor's schema, ``reason`` only in its examples; either may be
    missing, and an id may be in one and not in the other.
    """
    embedded = body.get("_embedded")
    embedded = embedded if isinstance(embedded, dict) else {}
    reason = embedded.get("reason")
    reason = reason if isinstance(reason, dict) else {}
    named: dict[str, Receipt] = {}
    for row in _list(embedded.get("failed_records")):
        if isinstance(row, dict):
            named[str(row.get("id") or "").lower()] = Rejected("named as failed, no reason given")
    for why, ids in reason.items():
        for target_id in _list(ids):
            named[str(target_id).lower()] = (
                NotFound() if why == "record_not_found" else Rejected(str(why)[:80], sure=True)
            )
    return {target_id: receipt for target_id, receipt in named.items() if target_id in sent}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _claimed(reply: Reply) -> Mapping[str, int]:
    body = reply.body if isinstance(reply.body, dict) else {}
    return {
        name: body[name]
        for name in _COUNTS
        if isinstance(body.get(name), int) and not isinstance(body.get(name), bool)
    }
