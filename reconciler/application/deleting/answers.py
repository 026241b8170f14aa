"""Answers: what the audit log keeps of a reply."""

from typing import assert_never

from reconciler.domain.batches import Batch
from reconciler.domain.events import BatchResponse
from reconciler.domain.replies import (
    Delivered,
    Malformed,
    NoAnswer,
    NotFound,
    Receipt,
    Rejected,
    Reply,
    Response,
    Throttled,
    Unauthorised,
    Unsent,
)


def response_event(batch: Batch, response: Response) -> BatchResponse:
    """Return the audit event of one answer."""
    named: dict[str, list[str]] = {}
    if isinstance(response.reply, Delivered):
        for target_id, receipt in sorted(response.reply.named.items()):
            named.setdefault(_said(receipt), []).append(target_id)
    return BatchResponse(
        account=batch.container.account,
        number=batch.number,
        attempt=batch.attempt,
        reply=type(response.reply).__name__.lower(),
        status=response.status,
        latency_ms=response.latency_ms,
        claimed=response.claimed,
        named=named,
        note=words_of(response.reply),
    )


def _said(receipt: Receipt) -> str:
    return "not_found" if isinstance(receipt, NotFound) else "rejected"


def words_of(reply: Reply) -> str:
    """Return in a few words why a reply is not plainly good; empty where it is."""
    match reply:
        case Delivered(unnamed=Rejected(reason=words) | NoAnswer(cause=words)):
            return words
        case Delivered():
            return ""
        case Throttled():
            return "rate limit"
        case Malformed(reason=words) | Unsent(cause=words) | Unauthorised(cause=words):
            return words
        case _:
            assert_never(reply)
