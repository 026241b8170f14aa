"""The receiver: every known call is answered as the vendor wants it, and believed in nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.webhook.receiver import LARGEST, claims_in, create_receiver

TOKEN = "t" * 43
CALL = {
    "Status": "Success",
    "Operation": "Bulk Delete Tasks",
    "TasksCount": 67,
    "DeletedTasksCount": 66,
    "FailureReason": None,
}
TAKEN = {"Status": "Success", "StatusReason": ""}


class Box:
    """A mailbox that knows one token."""

    def __init__(self) -> None:
        self.taken: list[Mapping[str, str | int]] = []

    def knows(self, token: str) -> bool:
        return token == TOKEN

    def put(self, token: str, claims: Mapping[str, str | int]) -> None:
        assert token == TOKEN
        self.taken.append(claims)


def call(
    box: Box, method: str, path: str, content: bytes | AsyncIterator[bytes] = b""
) -> httpx.Response:
    async def work() -> httpx.Response:
        transport = httpx.ASGITransport(create_receiver(box))
        async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
            return await client.request(method, path, content=content)

    return asyncio.run(work())


def test_a_call_is_kept_as_what_it_claims() -> None:
    box = Box()
    answer = call(box, "POST", f"/hooks/{TOKEN}", json.dumps(CALL).encode())
    assert (answer.status_code, answer.json()) == (200, TAKEN)
    assert box.taken == [{"status": "Success", "TasksCount": 67, "DeletedTasksCount": 66}]


def test_the_handshake_is_answered_and_keeps_nothing() -> None:
    box = Box()
    answer = call(box, "HEAD", f"/hooks/{TOKEN}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert box.taken == []


@pytest.mark.parametrize("method", ["POST", "HEAD"])
@pytest.mark.parametrize(
    "path", ["/hooks/unknown", "/hooks/", "/hooks", "/", "/hooks/t/t", f"/hooks/{TOKEN}x"]
)
def test_whatever_is_not_expected_is_not_found(method: str, path: str) -> None:
    box = Box()
    answer = call(box, method, path, b"{}" if method == "POST" else b"")
    assert (answer.status_code, box.taken) == (404, [])


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_no_other_method_is_served(method: str) -> None:
    assert call(Box(), method, f"/hooks/{TOKEN}").status_code == 405


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'"Success"', b"[" * 50_000, b"1" * 5000]
)
def test_nonsense_for_a_known_batch_is_answered_too_and_claims_nothing(body: bytes) -> None:
    box = Box()
    answer = call(box, "POST", f"/hooks/{TOKEN}", body)
    assert (answer.status_code, answer.json(), box.taken) == (200, TAKEN, [{}])


def test_a_body_that_is_too_large_is_left_unread() -> None:
    box, read = Box(), 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"x" * 1024

    answer = call(box, "POST", f"/hooks/{TOKEN}", endless())
    assert (answer.status_code, box.taken) == (413, [])
    assert read <= LARGEST // 1024 + 2


def test_the_largest_body_is_taken() -> None:
    box = Box()
    body = json.dumps(CALL).encode().ljust(LARGEST)
    assert call(box, "POST", f"/hooks/{TOKEN}", body).status_code == 200
    assert box.taken


@pytest.mark.parametrize(
    ("body", "claims"),
    [
        ({"Status": "Error", "FailureReason": "task 4 of Ada"}, {"status": "Error"}),
        ({"Status": "<script>", "TasksCount": "67"}, {}),
        ({"TasksCount": True, "DeletedTasksCount": -1}, {}),
        ({"TasksCount": 2**31, "DeletedTasksCount": 1.5}, {}),
        ({"DeletedTasksCount": 0}, {"DeletedTasksCount": 0}),
    ],
)
def test_only_counts_and_two_words_are_taken(
    body: Mapping[str, object], claims: Mapping[str, str | int]
) -> None:
    if body.get("FailureReason"):
        claims = {**claims, "failure_reason": "given"}
    assert claims_in(json.dumps(body).encode()) == claims


@given(st.binary(max_size=200) | st.text().map(lambda text: json.dumps({"Status": text}).encode()))
def test_whatever_arrives_becomes_harmless_claims(body: bytes) -> None:
    claims = claims_in(body)
    assert set(claims) <= {"status", "TasksCount", "DeletedTasksCount", "failure_reason"}
    assert all(
        isinstance(one, int) or one in {"Success", "Error", "given"} for one in claims.values()
    )
