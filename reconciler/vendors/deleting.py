"""Deleting: a batch is sent once, whatever comes of it, and what comes of it is a value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reconciler.application.ports import DEADLINE
from reconciler.domain.replies import (
    Delivered,
    Malformed,
    NoAnswer,
    Reply,
    Response,
    Throttled,
    Unauthorised,
    Unsent,
)
from reconciler.transport.http import Http
from reconciler.transport.wire import Call, LostError, UnsentError
from reconciler.vendors import verdicts
from reconciler.vendors.calls import Caller
from reconciler.vendors.verdicts import Busy, Denied

_BAD_REQUEST = 400


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one vendor's answers to a deletion are read."""

    said: Callable[[verdicts.Reply], str]
    """Says in a few words what an answer says."""
    counted: Sequence[str]
    """The names of the counts that it claims."""


async def send_once(
    http: Http,
    caller: Caller,
    call: Call,
    dialect: Dialect,
    delivered: Callable[[verdicts.Reply], Delivered],
) -> Response:
    """Send a deletion, once; ``delivered`` reads an answer that may mean that it was executed.

    Only three answers prove that it was not: too fast, no credentials, and a 400.
    """
    try:
        answer = await http.send(call, deadline=DEADLINE)
    except UnsentError as error:
        return Response(reply=Unsent(str(error)))
    except LostError as error:
        return Response(reply=Delivered(NoAnswer(f"the answer was lost: {error}")))
    reply, verdict = caller.judge(answer)
    said: Reply
    match verdict:
        case Busy() as busy:
            caller.slow_down(busy, deleting=True)
            said = Throttled(busy.wait, busy.calls, busy.per)
        case Denied(cause=cause, renewable=renewable):
            said = Unauthorised(cause, renewable=renewable)
        case _ if reply.status == _BAD_REQUEST:
            said = Malformed(dialect.said(reply))
        case _:
            said = delivered(reply)
    return Response(
        reply=said,
        status=reply.status,
        latency_ms=int(reply.seconds * 1000),
        claimed=verdicts.counts(reply, dialect.counted),
    )
