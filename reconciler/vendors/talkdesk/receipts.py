"""Receipts: what the answer to a bulk deletion of records says of each of them."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from reconciler.domain.batches import Batch
from reconciler.domain.identifiers import External, Identifier, Phone
from reconciler.domain.masking import Mask
from reconciler.domain.replies import Accepted, Delivered, NoAnswer, NotFound, Receipt, Rejected
from reconciler.vendors.talkdesk import api
from reconciler.vendors.verdicts import Reply, counts

_OK, _ACCEPTED, _BAD_REQUEST, _SERVER_ERROR = 200, 202, 400, 500
_LATER = 6.0
"""Seconds after a 202: the vendor says that it deletes within five."""
_DELETED, _ERRORS = COUNTS = ("total_deleted", "total_errors")
_NO_REASON = "named as failed, no reason given"


def delivered(reply: Reply, batch: Batch) -> Delivered:
    """Read an answer that may mean that the deletion was, or will be, executed."""
    said = api.said(reply, partial(masked, batch=batch))
    if reply.status not in (_OK, _ACCEPTED):
        refused = _BAD_REQUEST <= reply.status < _SERVER_ERROR
        return Delivered(Rejected(said) if refused else NoAnswer(said))
    later = _LATER if reply.status == _ACCEPTED else 0.0
    body = reply.body if isinstance(reply.body, dict) else {}
    list_id = batch.container.record_list
    overrun = counts(reply, COUNTS).get(_DELETED, 0) > batch.most
    if str(body.get("record_list_id") or list_id).lower() != list_id:
        stranger = NoAnswer("the answer is about another record list")
        return Delivered(stranger, later=later, overrun=overrun)
    named = dict(_named(body, batch))
    sent = _targets(batch)
    if later:
        unnamed: Receipt = Accepted()
    elif doubt := _doubt(reply, body, named, sent):
        unnamed = NoAnswer(doubt)
    else:
        unnamed = Accepted()
    mine = {
        target_id: receipt for name, receipt in named.items() for target_id in sent.get(name, ())
    }
    return Delivered(unnamed, mine, later=later, overrun=overrun)


def _targets(batch: Batch) -> Mapping[str, tuple[str, ...]]:
    """Return the targets of everything that was sent, by how an answer would name it."""
    if not batch.sent:
        return {target_id: (target_id,) for target_id in batch.ids}
    return {_name(one.identifier): one.ids for one in batch.sent}


def _name(identifier: Identifier) -> str:
    """Return how an answer names an identifier that was sent, in lower case."""
    if isinstance(identifier, Phone):
        return identifier.number
    provider, external_id = identifier.provider, identifier.external_id
    return f"external_provider={provider}, external_id={external_id}".lower()


def masked(said: str, batch: Batch) -> str:
    """Return what an answer says without the phone numbers and external ids that were sent."""
    for one in batch.sent:
        match one.identifier:
            case Phone(number=value):
                said = said.replace(value.removeprefix("+"), Mask().phone(value))
            case External(external_id=value):
                hidden = Mask().reference(value).replace("\\", r"\\")
                said = re.sub(re.escape(value), hidden, said, flags=re.IGNORECASE)
    return said


def _doubt(
    reply: Reply,
    body: Mapping[str, Any],
    named: Mapping[str, Receipt],
    sent: Mapping[str, tuple[str, ...]],
) -> str:
    """Return why a 200 does not say that everything it does not name was deleted, if so."""
    if not body:
        return (reply.form and f"200 {reply.form}") or "200 without a word about the records"
    claimed = counts(reply, COUNTS)
    if strangers := len(named.keys() - sent.keys()):
        return f"the answer names {strangers} records that were not sent"
    expected = {one for name, ids in sent.items() if name not in named for one in ids}
    adds_up = (
        claimed.get(_DELETED) == len(expected)
        and claimed.get(_ERRORS, len(named)) == len(named)
        and body.get("has_errors", bool(named)) == bool(named)
    )
    return "" if adds_up else f"the answer does not add up: {dict(claimed)}, {len(named)} named"


def _named(body: Mapping[str, Any], batch: Batch) -> Iterator[tuple[str, Receipt]]:
    """Yield what the answer says of what it names, the surest word last.

    ``failed_records`` is in the vendor's schema, ``reason`` only in its examples; either may be
    missing, and an id may be in one and not in the other.
    """
    embedded = body.get("_embedded")
    embedded = embedded if isinstance(embedded, dict) else {}
    for row in _list(embedded.get("failed_records")):
        if isinstance(row, dict):
            yield str(row.get("id") or "").lower(), Rejected(_NO_REASON)
    reason = embedded.get("reason")
    for why, names in (reason if isinstance(reason, dict) else {}).items():
        gone = why == "record_not_found"
        for name in _list(names):
            words = masked(str(why), batch)[:80].strip() or _NO_REASON
            receipt = NotFound() if gone else Rejected(words, sure=True)
            yield str(name).lower(), receipt


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
