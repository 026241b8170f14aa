"""Deleting by phone number and by external id: what is sent, and that no answer repeats it."""

import json

import pytest

from reconciler.domain.batches import batch_of
from reconciler.domain.identifiers import External, Phone, Sent
from reconciler.domain.replies import (
    Accepted,
    Delivered,
    Malformed,
    NotFound,
    Rejected,
    Response,
)
from tests.vendors.rig import LIST, RECORDS, Rig, Server, answer, in_turn

NUMBER, OTHER = Phone("+14155550100"), Phone("+14155550101")
REFERENCE = External("salesforce", "003DL0000214OYdYAE")


def by_identifier(*sent: Sent, body: object = None, status: int = 200) -> tuple[Response, object]:
    """Send identifiers themselves; return what came of it, and the body that arrived."""
    reply = answer(status, body) if body is not None else answer(status, raw=b"")
    server = Server(in_turn(answer(200, {"access_token": "t1", "expires_in": 599}), reply))
    rig = Rig(transport=server)
    deleter = rig.record_deleter()

    async def work() -> Response:
        await deleter.ready()
        return await deleter.delete(batch_of(1, RECORDS, sent))

    response = rig.clock.run(work())
    return response, json.loads(server.arrived[-1].content)


def answered(deleted: int, **reason: list[str]) -> dict[str, object]:
    errors = sum(map(len, reason.values()))
    return {
        "record_list_id": LIST,
        "has_errors": errors > 0,
        "total_errors": errors,
        "total_deleted": deleted,
        "_embedded": {"reason": reason} if reason else {},
    }


def test_phone_numbers_and_references_are_sent_as_the_vendor_spells_them() -> None:
    _, sent = by_identifier(Sent(NUMBER, ("a", "b")), Sent(OTHER, ("c",)), body=answered(3))
    assert sent == [{"phone_number": "+14155550100"}, {"phone_number": "+14155550101"}]
    _, sent = by_identifier(Sent(REFERENCE, ("a",)), body=answered(1))
    assert sent == [{"external_provider": "salesforce", "external_id": "003DL0000214OYdYAE"}]


def test_an_identifier_that_is_not_found_speaks_for_all_of_its_records() -> None:
    body = answered(1, record_not_found=["+14155550100"])
    response, _ = by_identifier(Sent(NUMBER, ("a", "b")), Sent(OTHER, ("c",)), body=body)
    assert response.reply == Delivered(Accepted(), {"a": NotFound(), "b": NotFound()})


def test_a_reference_that_is_not_found_is_recognised() -> None:
    printed = "external_provider=salesforce, external_id=003DL0000214OYdYAE"
    response, _ = by_identifier(
        Sent(REFERENCE, ("a",)), body=answered(0, record_not_found=[printed])
    )
    assert response.reply == Delivered(Accepted(), {"a": NotFound()})


def test_a_refused_number_is_refused_for_all_of_its_records() -> None:
    body = answered(0, bad_request_param=["+14155550100"])
    response, _ = by_identifier(Sent(NUMBER, ("a", "b")), body=body)
    refused = Rejected("bad_request_param", sure=True)
    assert response.reply == Delivered(Accepted(), {"a": refused, "b": refused})


@pytest.mark.parametrize(
    ("deleted", "also", "overrun"), [(2, (), False), (3, (), True), (3, ("z",), False)]
)
def test_more_deletions_than_matches_are_an_overrun(
    deleted: int, also: tuple[str, ...], *, overrun: bool
) -> None:
    response, _ = by_identifier(Sent(NUMBER, ("a", "b"), also), body=answered(deleted))
    assert isinstance(response.reply, Delivered)
    assert response.reply.overrun is overrun


@pytest.mark.parametrize("status", [400, 404, 500])
def test_a_number_or_reference_that_an_error_repeats_is_masked(status: int) -> None:
    message = "Invalid +14155550100 or 14155550100"
    response, _ = by_identifier(
        Sent(NUMBER, ("a",)), body={"code": "0530900", "message": message}, status=status
    )
    assert "4155550100" not in repr(response)
    assert "***0100" in repr(response)
    message = "No 003DL0000214OYdYAE"
    response, _ = by_identifier(
        Sent(REFERENCE, ("a",)), body={"code": "0530900", "message": message}, status=status
    )
    assert "003DL0000214OYdYAE" not in repr(response)


def test_an_identifier_is_masked_before_an_answer_is_cut() -> None:
    message = "x" * 150 + "+14155550100"
    response, _ = by_identifier(Sent(NUMBER, ("a",)), body={"message": message}, status=400)
    assert response.reply == Malformed("400 " + "x" * 150 + "+***0100")


@pytest.mark.parametrize(
    ("sent", "repeated", "masked"),
    [
        (REFERENCE, "003dl0000214oydyae", "***dYAE"),
        (External("crm", r"00312\1ab"), r"00312\1AB", r"***\1ab"),
    ],
    ids=["case", "backslash"],
)
def test_a_reference_is_masked_however_it_is_spelt(
    sent: External, repeated: str, masked: str
) -> None:
    body = {"message": f"no such record {repeated}"}
    response, _ = by_identifier(Sent(sent, ("a",)), body=body, status=400)
    assert response.reply == Malformed(f"400 no such record {masked}")


def test_what_only_resembles_a_reference_is_told() -> None:
    body = {"message": "no such record 0031934"}
    response, _ = by_identifier(Sent(External("crm", "0031.34"), ("a",)), body=body, status=400)
    assert response.reply == Malformed("400 no such record 0031934")


def test_a_reason_that_repeats_a_number_is_masked() -> None:
    reason = {"phone +14155550100 is in use": ["+14155550100"]}
    response, _ = by_identifier(Sent(NUMBER, ("a",)), body=answered(0, **reason))
    refused = Rejected("phone +***0100 is in use", sure=True)
    assert response.reply == Delivered(Accepted(), {"a": refused})
