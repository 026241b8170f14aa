"""Deleting: what is sent, byte for byte, once, and what every answer is taken for."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.application.ports import DEADLINE
from reconciler.domain.accounts import Container
from reconciler.domain.replies import (
    Accepted,
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
from reconciler.sandbox.credentials import ACCESS_KEY, SECRET_KEY
from reconciler.vendors.leadsquared import api as leadsquared
from reconciler.vendors.talkdesk import api as talkdesk
from tests.fakes.batches import a_batch
from tests.vendors.rig import LIST, RECORDS, TASKS, Answers, Rig, Server, answer, in_turn, some_id

IDS = [some_id(n) for n in range(1, 4)]
LOGIN = "<!doctype html><title>Sign in</title>"


def delete(
    container: Container, answers: Answers, ids: Sequence[str] = IDS
) -> tuple[Response, Rig, list[httpx.Request]]:
    """Delete once; return what was said, and the deletions that arrived."""

    def answered(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return answer(200, {"access_token": "t1", "expires_in": 599})
        return answers(request)

    server = Server(answered)
    rig = Rig(transport=server)
    deleter = rig.task_deleter() if container is TASKS else rig.record_deleter()

    async def work() -> Response:
        await deleter.ready()
        return await deleter.delete(a_batch(container, ids))

    response = rig.clock.run(work())
    return response, rig, [one for one in server.arrived if "oauth" not in one.url.path]


def reply(container: Container, found: httpx.Response | Exception) -> Reply:
    response, _, arrived = delete(container, in_turn(found))
    assert len(arrived) == 1
    return response.reply


# -- what is sent


def test_the_deletion_of_tasks_byte_for_byte() -> None:
    _, _, (sent,) = delete(TASKS, in_turn(answer(200, {"Status": "Success"})))
    assert (sent.method, str(sent.url)) == ("POST", "http://vendor.test/v2/Task.svc/DeleteTasks")
    assert sent.content == (
        b'{"TaskIds":["00000000-0000-4000-8000-000000000001",'
        b'"00000000-0000-4000-8000-000000000002","00000000-0000-4000-8000-000000000003"]}'
    )
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["content-length"] == str(len(sent.content))
    assert (sent.headers["x-lsq-accesskey"], sent.headers["x-lsq-secretkey"]) == (
        ACCESS_KEY,
        SECRET_KEY,
    )
    assert "authorization" not in sent.headers


def test_the_deletion_of_records_byte_for_byte() -> None:
    _, _, (sent,) = delete(RECORDS, in_turn(answer(200, {})))
    assert sent.method == "DELETE"
    assert str(sent.url) == f"http://vendor.test/record-lists/{LIST}/records/bulks"
    assert sent.content == (
        b'[{"id":"00000000-0000-4000-8000-000000000001"},'
        b'{"id":"00000000-0000-4000-8000-000000000002"},'
        b'{"id":"00000000-0000-4000-8000-000000000003"}]'
    )
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["content-length"] == str(len(sent.content))
    assert sent.headers["authorization"] == "Bearer t1"


@pytest.mark.parametrize("container", [TASKS, RECORDS], ids=["tasks", "records"])
@pytest.mark.parametrize("size", [1, 99, 100, 4999, 5000])
def test_every_identifier_of_a_batch_is_sent_in_its_order(container: Container, size: int) -> None:
    ids = [some_id(n) for n in range(size)]
    _, _, (sent,) = delete(container, in_turn(answer(200, {})), ids)
    places = [sent.content.index(target_id.encode()) for target_id in ids]
    assert places == sorted(places)


def test_a_deletion_of_nothing_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="must not exist"):
        a_batch(TASKS, [])
    with pytest.raises(ValueError, match="a deletion of nothing is never sent"):
        leadsquared.delete_tasks([])
    with pytest.raises(ValueError, match="a deletion of nothing is never sent"):
        talkdesk.delete_records("x", [])


# -- answers that are the same for both systems

WHATEVER: list[httpx.Response | Exception] = [
    *[answer(status, raw=b"") for status in (200, 202, 204, 302, 307, 400, 401, 403, 404, 409)],
    *[answer(status, raw=LOGIN) for status in (200, 202, 400, 404, 413, 429, 500, 502, 503, 504)],
    *[answer(200, raw=raw) for raw in (b"null", b"[]", b"7", b'"x"', b"{", b"\xff", b"[" * 9000)],
    answer(429, raw=b"", retry_after="3"),
    answer(200, {"Status": "Error"}),
    httpx.ReadError("cut"),
    httpx.ReadTimeout("slow"),
    httpx.RemoteProtocolError("cut in the middle"),
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
]


@pytest.mark.parametrize("container", [TASKS, RECORDS], ids=["tasks", "records"])
@pytest.mark.parametrize("found", WHATEVER, ids=str)
def test_a_deletion_is_sent_once_whatever_is_answered(
    container: Container, found: httpx.Response | Exception
) -> None:
    response, rig, arrived = delete(container, in_turn(found))
    assert len(arrived) == 1
    assert isinstance(response, Response)
    # The slot of a deletion is the sender's business, and the wait after "too fast" nobody's here.
    assert rig.clock.elapsed == 0.0


@pytest.mark.parametrize("container", [TASKS, RECORDS], ids=["tasks", "records"])
def test_a_deletion_without_an_answer_may_have_been_executed(container: Container) -> None:
    assert reply(container, httpx.ReadError("cut")) == Delivered(
        NoAnswer("the answer was lost: ReadError: cut")
    )
    assert reply(container, httpx.ConnectError("refused")) == Unsent("ConnectError: refused")
    assert reply(container, httpx.ConnectTimeout("")) == Unsent("ConnectTimeout: no details")


@pytest.mark.parametrize("container", [TASKS, RECORDS], ids=["tasks", "records"])
def test_a_deletion_that_hangs_is_given_up_at_its_deadline(container: Container) -> None:
    async def hang(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(3600 if "oauth" not in request.url.path else 0)
        return answer(200, {"access_token": "t1", "expires_in": 599})

    rig = Rig(transport=httpx.MockTransport(hang))
    deleter = rig.task_deleter() if container is TASKS else rig.record_deleter()

    async def work() -> Response:
        await deleter.ready()
        return await deleter.delete(a_batch(container, IDS))

    assert rig.clock.run(work()).reply == Delivered(
        NoAnswer(f"the answer was lost: no whole answer within {DEADLINE:g} s")
    )
    assert rig.clock.elapsed == DEADLINE


# -- LeadSquared


def counted(**changes: object) -> dict[str, object]:
    return {
        "Status": "Success",
        "Operation": "Bulk Delete Tasks",
        "TasksCount": 3,
        "DeletedTasksCount": 3,
        "FailureReason": None,
        **changes,
    }


QUEUED = {"Status": "Success", "Message": {"Message": "Your request has been queued."}}


def refusal(kind: str, message: str = "no") -> dict[str, str]:
    return {"Status": "Error", "ExceptionType": kind, "ExceptionMessage": message}


TOO_FAST = "API calls exceeded the limit of 20 in 5 second(s)"
LIMITED = refusal("MXAPIRateLimitExceededException", TOO_FAST)


def delivered(receipt: Receipt, *, overrun: bool = False) -> Delivered:
    return Delivered(receipt, later=1.0, overrun=overrun)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (answer(200, counted()), delivered(Accepted())),
        (answer(200, QUEUED), delivered(Accepted())),
        (answer(200, {"Status": "success"}), delivered(Accepted())),
        (answer(200, counted(DeletedTasksCount=0)), delivered(Accepted())),
        (answer(200, counted(DeletedTasksCount=-1)), delivered(Accepted())),
        (answer(200, counted(DeletedTasksCount="3")), delivered(Accepted())),
        (answer(200, counted(DeletedTasksCount=4)), delivered(Accepted(), overrun=True)),
        (answer(200, counted(DeletedTasksCount=10**30)), delivered(Accepted(), overrun=True)),
        (answer(200, counted(FailureReason="half")), delivered(Rejected("200 half"))),
        (answer(200, counted(FailureReason=TOO_FAST)), delivered(Rejected(f"200 {TOO_FAST}"))),
        (answer(200, refusal("MXException")), delivered(Rejected("200 MXException no"))),
        (answer(200, {"ExceptionType": "MXE"}), delivered(Rejected("200 MXE"))),
        (answer(500, refusal("MXInvalid")), delivered(Rejected("500 MXInvalid no"))),
        (answer(403, refusal("MXUnauth")), delivered(Rejected("403 MXUnauth no"))),
        (answer(404, raw=LOGIN), delivered(Rejected("404 not JSON"))),
        (answer(302, raw=b""), delivered(NoAnswer("302 empty body"))),
        (answer(202, QUEUED), delivered(NoAnswer("202"))),
        (answer(500, raw=b""), delivered(NoAnswer("500 empty body"))),
        (answer(502, raw=LOGIN), delivered(NoAnswer("502 not JSON"))),
        (answer(200, raw=b""), delivered(NoAnswer("200 empty body"))),
        (answer(200, raw=LOGIN), delivered(NoAnswer("200 not JSON"))),
        (answer(200, raw=b"null"), delivered(NoAnswer("200"))),
        (answer(200, []), delivered(NoAnswer("200"))),
        (answer(200, {}), delivered(NoAnswer("200 without a word of success"))),
        (answer(200, {"Status": 1}), delivered(NoAnswer("200 without a word of success"))),
        (answer(400, refusal("MXInvalid")), Malformed("400 MXInvalid no")),
        (answer(400, raw=b""), Malformed("400 empty body")),
        (answer(401, raw=b""), Unauthorised("401 empty body", renewable=False)),
        (answer(429, raw=b"", retry_after="3"), Throttled(3.0)),
        (answer(429, LIMITED), Throttled(None, 20, 5.0)),
        (answer(403, LIMITED), Throttled(None, 20, 5.0)),
        (answer(200, LIMITED), Throttled(None, 20, 5.0)),
    ],
    ids=str,
)
def test_what_leadsquared_says_to_a_deletion(found: httpx.Response, expected: object) -> None:
    assert reply(TASKS, found) == expected


def test_a_limit_on_deletions_is_learned_as_one() -> None:
    _, rig, _ = delete(TASKS, in_turn(answer(200, LIMITED)))
    assert (rig.slots.learned, rig.slots.pauses) == ([(20, 5.0, True)], [5.0])


def test_a_refused_key_has_no_successor() -> None:
    rig = Rig(transport=Server(in_turn(answer(401))))
    assert rig.clock.run(rig.task_deleter().renew()) is False


def test_what_the_audit_log_keeps_of_an_answer() -> None:
    slow = Server(in_turn(answer(200, counted(TasksCount=2.5))), latency=1.234)
    rig = Rig(transport=slow)
    assert rig.clock.run(rig.task_deleter().delete(a_batch(TASKS, IDS))) == Response(
        reply=Delivered(Accepted(), later=1.0),
        status=200,
        latency_ms=1234,
        claimed={"DeletedTasksCount": 3},
    )


# -- Talkdesk


def bulk(
    deleted: object = 3,
    errors: object = 0,
    *,
    failed: Sequence[object] | None = None,
    reason: object = None,
    **changes: object,
) -> dict[str, object]:
    embedded: dict[str, object] = {}
    if failed is not None:
        embedded["failed_records"] = failed
    if reason is not None:
        embedded["reason"] = reason
    return {
        "record_list_id": LIST,
        "has_errors": bool(errors),
        "total_errors": errors,
        "total_deleted": deleted,
        "_links": {},
        "_embedded": embedded,
        **changes,
    }


def failed(*ids: str) -> list[dict[str, object]]:
    return [{"id": one, "_links": {"self": {"href": "x"}}} for one in ids]


ONE, TWO, THREE = IDS
STRANGER = some_id(77)
FAILED = Rejected("named as failed, no reason given")
BAD = Rejected("bad_request_param", sure=True)


def doubtful(deleted: object, errors: object, named: int) -> NoAnswer:
    claimed = {"total_deleted": deleted, "total_errors": errors}
    kept = {name: value for name, value in claimed.items() if value is not None}
    return NoAnswer(f"the answer does not add up: {kept}, {named} named")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (bulk(), Delivered(Accepted())),
        (bulk(_embedded=None), Delivered(Accepted())),
        (bulk(record_list_id=None), Delivered(Accepted())),
        (bulk(record_list_id=LIST.upper()), Delivered(Accepted())),
        (
            bulk(2, 1, reason={"record_not_found": [TWO]}),
            Delivered(Accepted(), {TWO: NotFound()}),
        ),
        (
            bulk(2, 1, failed=failed(TWO.upper()), reason={"record_not_found": [TWO.upper()]}),
            Delivered(Accepted(), {TWO: NotFound()}),
        ),
        (
            bulk(0, 3, failed=failed(*IDS), reason={"record_not_found": IDS}),
            Delivered(Accepted(), dict.fromkeys(IDS, NotFound())),
        ),
        (
            bulk(1, 2, reason={"bad_request_param": [ONE], "record_not_found": [TWO]}),
            Delivered(Accepted(), {ONE: BAD, TWO: NotFound()}),
        ),
        (bulk(2, 1, failed=failed(ONE)), Delivered(Accepted(), {ONE: FAILED})),
        # the vendor's first example: three were sent, three are named, one is deleted all the same
        (
            bulk(
                1,
                2,
                failed=failed(THREE),
                reason={"bad_request_param": [ONE], "record_not_found": [TWO]},
            ),
            Delivered(doubtful(1, 2, 3), {ONE: BAD, TWO: NotFound(), THREE: FAILED}),
        ),
        # what does not add up says nothing about those that it does not name
        (bulk(1, 2), Delivered(doubtful(1, 2, 0))),
        (bulk(2, 0), Delivered(doubtful(2, 0, 0))),
        (bulk(3, 1), Delivered(doubtful(3, 1, 0))),
        (bulk(3, 0, has_errors=True), Delivered(doubtful(3, 0, 0))),
        (bulk(3, 0, has_errors="no"), Delivered(doubtful(3, 0, 0))),
        (bulk(-3, 0), Delivered(doubtful(-3, 0, 0))),
        (bulk("3", 0), Delivered(doubtful(None, 0, 0))),
        (bulk(None, 0), Delivered(doubtful(None, 0, 0))),
        (bulk(3.0, 0), Delivered(doubtful(None, 0, 0))),
        (bulk(True, 0), Delivered(doubtful(None, 0, 0))),  # noqa: FBT003 - JSON's own true
        (bulk(3, None), Delivered(Accepted())),
        (bulk(4, 0), Delivered(doubtful(4, 0, 0), overrun=True)),
        (bulk(10**30, 0), Delivered(doubtful(2**53 - 1, 0, 0), overrun=True)),
        (
            bulk(2, 1, failed=failed(STRANGER)),
            Delivered(NoAnswer("the answer names 1 records that were not sent")),
        ),
        (
            bulk(1, 2, reason={"record_not_found": [ONE, STRANGER]}),
            Delivered(NoAnswer("the answer names 1 records that were not sent"), {ONE: NotFound()}),
        ),
        (bulk(2, 1, failed=["x", None, 7], reason=["y"]), Delivered(doubtful(2, 1, 0))),
        (bulk(2, 1, failed={"id": ONE}), Delivered(doubtful(2, 1, 0))),  # type: ignore[arg-type]  # what a server may send
        (
            bulk(2, 1, reason={"record_not_found": [None]}),
            Delivered(NoAnswer("the answer names 1 records that were not sent")),
        ),
        (
            bulk(record_list_id=some_id(9), reason={"record_not_found": [ONE]}),
            Delivered(NoAnswer("the answer is about another record list")),
        ),
        # a reason without a word
        (
            bulk(2, 1, reason={" ": [ONE]}),
            Delivered(Accepted(), {ONE: replace(FAILED, sure=True)}),
        ),
        # whatever it is about, it claims more than it was asked for
        (
            bulk(4, record_list_id=some_id(9)),
            Delivered(NoAnswer("the answer is about another record list"), overrun=True),
        ),
        ({}, Delivered(NoAnswer("200 without a word about the records"))),
        ([], Delivered(NoAnswer("200 without a word about the records"))),
        ({"has_errors": False}, Delivered(NoAnswer("the answer does not add up: {}, 0 named"))),
    ],
    ids=str,
)
def test_what_talkdesk_says_with_200(body: object, expected: Delivered) -> None:
    assert reply(RECORDS, answer(200, body)) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (answer(202, raw=b""), Delivered(Accepted(), later=6.0)),
        (answer(202, raw=LOGIN), Delivered(Accepted(), later=6.0)),
        (answer(202, bulk(0)), Delivered(Accepted(), later=6.0)),
        (
            answer(202, bulk(2, 1, reason={"record_not_found": [TWO]})),
            Delivered(Accepted(), {TWO: NotFound()}, later=6.0),
        ),
        (answer(202, bulk(4)), Delivered(Accepted(), later=6.0, overrun=True)),
        (
            answer(202, bulk(record_list_id=some_id(9))),
            Delivered(NoAnswer("the answer is about another record list"), later=6.0),
        ),
        (answer(200, raw=b""), Delivered(NoAnswer("200 empty body"))),
        (answer(200, raw=LOGIN), Delivered(NoAnswer("200 not JSON"))),
        (answer(200, raw=b"null"), Delivered(NoAnswer("200 without a word about the records"))),
        (answer(204, raw=b""), Delivered(NoAnswer("204 empty body"))),
        (answer(302, raw=b""), Delivered(NoAnswer("302 empty body"))),
        (answer(404, {"code": "0530910"}), Delivered(Rejected("404 0530910"))),
        (answer(413, {"code": "0530906"}), Delivered(Rejected("413 0530906"))),
        (answer(422, {"code": "0530905"}), Delivered(Rejected("422 0530905"))),
        (answer(500, {"code": "0015005"}), Delivered(NoAnswer("500 0015005"))),
        (answer(502, raw=LOGIN), Delivered(NoAnswer("502 not JSON"))),
        (answer(400, {"code": "0530900"}), Malformed("400 0530900")),
        (answer(401, {"code": "0530901"}), Unauthorised("401 0530901", renewable=True)),
        (answer(403, {"code": "0530902"}), Unauthorised("403 0530902", renewable=False)),
        (answer(429, {"code": "0012001"}), Throttled()),
        (answer(403, {"code": "0012001"}), Throttled()),
        (answer(429, raw=b"", retry_after="9"), Throttled(9.0)),
    ],
    ids=str,
)
def test_what_talkdesk_says_otherwise(found: httpx.Response, expected: object) -> None:
    assert reply(RECORDS, found) == expected


@pytest.mark.parametrize("way", ["failed_records", "reason", "both"])
def test_k_of_a_hundred_failed_for_every_k(way: str) -> None:
    ids = [some_id(n) for n in range(100)]
    for k in range(101):
        body = bulk(
            100 - k,
            k,
            failed=None if way == "reason" else failed(*ids[:k]),
            reason=None if way == "failed_records" else {"record_not_found": ids[:k]},
        )
        response, _, _ = delete(RECORDS, in_turn(answer(200, body)), ids)
        assert isinstance(response.reply, Delivered)
        receipts = [response.reply.receipt(one) for one in ids]
        named = FAILED if way == "failed_records" else NotFound()
        assert receipts == [named] * k + [Accepted()] * (100 - k)
        assert response.claimed == {"total_deleted": 100 - k, "total_errors": k}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(IDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
EMBEDDED = st.fixed_dictionaries({}, optional={"failed_records": JSON, "reason": JSON})
BODIES = JSON | st.fixed_dictionaries(
    {},
    optional={
        "record_list_id": JSON | st.just(LIST),
        "has_errors": JSON,
        "total_errors": JSON,
        "total_deleted": JSON,
        "_embedded": JSON | EMBEDDED,
        "Status": JSON | st.just("Success"),
        "TasksCount": JSON,
        "DeletedTasksCount": JSON,
        "FailureReason": JSON,
        "ExceptionType": JSON,
        "ExceptionMessage": JSON,
    },
)  # fmt: skip


@settings(deadline=None)
@given(BODIES, st.sampled_from([200, 202, 400, 404, 429, 500]), st.sampled_from([TASKS, RECORDS]))
def test_no_answer_breaks_a_deletion_or_makes_more_of_it_than_was_sent(
    body: object, status: int, container: Container
) -> None:
    response, _, arrived = delete(container, in_turn(_json(status, body)))
    assert len(arrived) == 1
    assert all(abs(count) < 2**53 for count in response.claimed.values())
    if isinstance(response.reply, Delivered):
        assert set(response.reply.named) <= set(IDS)
        for one in IDS:
            receipt = response.reply.receipt(one)
            assert isinstance(receipt, Accepted | NotFound | Rejected | NoAnswer)
            if isinstance(receipt, Rejected):
                assert receipt.reason.encode()
        words = response.reply.unnamed
        assert str(words).encode()


def _json(status: int, body: object) -> httpx.Response:
    # httpx would refuse what is no JSON in a strict sense, such as NaN.
    return httpx.Response(status, content=json.dumps(body).encode())
