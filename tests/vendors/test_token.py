"""The bearer token: one request for everybody, early renewal, one more when it is refused."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from reconciler.application.ports import UnreadableError
from reconciler.domain.replies import Unauthorised
from reconciler.errors import IdentityError
from reconciler.vendors.talkdesk import api
from tests.fakes.batches import a_batch
from tests.vendors.rig import LIST, RECORDS, Rig, Server, answer, in_turn, some_id


class Desk:
    """A Talkdesk that gives out t1, t2, ... and accepts those that ``good`` accepts."""

    def __init__(self, good: Callable[[str], bool] = lambda _: True, lasts: object = 599) -> None:
        self.given = 0
        self.good = good
        self.lasts = lasts
        self.seen: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            self.given += 1
            body = {"access_token": f"t{self.given}", "expires_in": self.lasts}
            return answer(200, {name: value for name, value in body.items() if value is not None})
        token = request.headers["authorization"].removeprefix("Bearer ")
        self.seen.append(token)
        if not self.good(token):
            return answer(401, {"code": "0530901", "message": "token"})
        return answer(404, {"code": "0530920", "message": "Record not found."})


def reads(rig: Rig, count: int, *, at_once: bool = True, apart: float = 0.0) -> None:
    caller = rig.record_caller(rig.token())

    async def work() -> None:
        calls = [caller.read(api.record(LIST, some_id(n))) for n in range(count)]
        if at_once:
            await asyncio.gather(*calls)
            return
        for call in calls:
            await call
            await rig.clock.sleep(apart)

    rig.clock.run(work())


def test_twenty_concurrent_calls_share_one_token_request() -> None:
    desk = Desk()
    rig = Rig(transport=Server(desk, latency=0.1))
    reads(rig, 20)
    assert (desk.given, desk.seen) == (1, ["t1"] * 20)


def test_a_token_request_takes_a_slot_like_any_call() -> None:
    rig = Rig(transport=Server(Desk()))
    reads(rig, 20)
    assert rig.slots.taken == 21


def test_the_request_for_a_token_is_what_the_vendor_documents() -> None:
    server = Server(Desk())
    rig = Rig(transport=server)
    reads(rig, 1)
    asked = server.arrived[0]
    assert (asked.method, str(asked.url)) == ("POST", "http://vendor.test/oauth/token")
    assert asked.content == b"grant_type=client_credentials&scope=record-lists%3Amanage"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("lasts", "tokens"),
    [
        (599, 2),  # asked for at 0 and good until 539
        (60, 100),  # five seconds are the least
        (100_000, 1),
        (None, 2),
        ("599", 2),
        (True, 2),
        (0, 2),
        (-1, 2),
        (float(10**30), 2),
        (10**400, 2),
    ],
)
def test_a_token_is_renewed_a_minute_before_its_end(lasts: object, tokens: int) -> None:
    desk = Desk(lasts=lasts)
    rig = Rig(transport=Server(desk))
    reads(rig, 100, at_once=False, apart=6.0)
    assert desk.given == tokens


def test_a_refused_token_is_renewed_once_and_the_read_goes_on() -> None:
    desk = Desk(lambda token: token != "t1")  # noqa: S105 - no real one
    rig = Rig(transport=Server(desk))
    reads(rig, 1)
    assert (desk.given, desk.seen) == (2, ["t1", "t2"])


def test_twenty_refusals_at_once_are_one_renewal() -> None:
    desk = Desk(lambda token: token != "t1")  # noqa: S105 - no real one
    rig = Rig(transport=Server(desk, latency=0.1))
    reads(rig, 20)
    assert (desk.given, desk.seen) == (2, ["t1"] * 20 + ["t2"] * 20)


def test_a_refusal_that_comes_late_does_not_replace_the_newer_token() -> None:
    """The second answer arrives when the first one has long led to a new token."""
    desk = Desk(lambda token: token != "t1")  # noqa: S105 - no real one

    class Slow(Server):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            found = await super().handle_async_request(request)
            if request.url.path.endswith(some_id(1)) and found.status_code == 401:
                await asyncio.sleep(10)
            return found

    rig = Rig(transport=Slow(desk, latency=0.1))
    reads(rig, 2)
    assert (desk.given, desk.seen) == (2, ["t1", "t1", "t2", "t2"])


def test_a_token_that_is_refused_twice_ends_everything() -> None:
    desk = Desk(lambda _: False)
    rig = Rig(transport=Server(desk))
    with pytest.raises(IdentityError) as caught:
        reads(rig, 1)
    assert caught.value.detail == "401 0530901 token"
    assert (desk.given, desk.seen) == (2, ["t1", "t2"])


def test_a_missing_scope_is_not_cured_by_another_token() -> None:
    given = answer(200, {"access_token": "t1", "expires_in": 599})
    forbidden = answer(403, {"code": "0530902", "message": "scope"})
    server = Server(in_turn(given, forbidden))
    rig = Rig(transport=server)
    with pytest.raises(IdentityError, match="refuses the credentials"):
        reads(rig, 1)
    assert len(server.arrived) == 2


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_token_request_names_the_account_and_what_to_do(status: int) -> None:
    body = {"error": "unauthorized", "error_description": "bad client"}
    server = Server(in_turn(answer(status, body)))
    rig = Rig(transport=server)
    with pytest.raises(IdentityError) as caught:
        reads(rig, 1)
    assert caught.value.detail == (
        f"acme-dialer: the token request was answered {status} unauthorized bad client"
    )
    assert caught.value.hint == (
        "Check client id and secret. A scope that was just added takes minutes."
    )
    assert len(server.arrived) == 1


@pytest.mark.parametrize(
    ("first", "pauses"),
    [
        (answer(429, raw=b"", retry_after="20"), [20.0]),
        (answer(429, raw=b""), [5.0]),
        (answer(429, {"code": "0012001"}), [5.0]),
        (answer(503, raw=b""), []),
        (answer(200, raw=b"<html>"), []),
        (answer(200, {"access_token": ""}), []),
        (answer(200, {"access_token": "a\r\nx-evil: 1"}), []),
        (answer(200, {"access_token": 7}), []),
        (answer(200, ["access_token"]), []),
        (answer(302, raw=b"", location="http://evil.test"), []),
        (httpx.ReadError("cut"), []),
        (httpx.ConnectError("refused"), []),
    ],
    ids=str,
)
def test_an_odd_answer_of_the_token_endpoint_is_asked_again(
    first: httpx.Response | Exception, pauses: list[float]
) -> None:
    given = answer(200, {"access_token": "t1", "expires_in": 599})
    gone = answer(404, {"code": "0530920"})
    server = Server(in_turn(first, given, gone))
    rig = Rig(transport=server)
    reads(rig, 1)
    assert rig.slots.pauses == pauses
    assert server.lines[:2] == ["POST /oauth/token"] * 2
    assert rig.clock.elapsed == max([2.0, *pauses])


def test_without_a_token_nothing_else_is_called_and_all_who_wait_share_the_failure() -> None:
    server = Server(in_turn(answer(503, raw=b"")))
    rig = Rig(transport=server)
    caller = rig.record_caller(rig.token())

    async def work() -> list[BaseException | object]:
        calls = [caller.read(api.record(LIST, some_id(n))) for n in range(20)]
        return await asyncio.gather(*calls, return_exceptions=True)

    results = rig.clock.run(work())
    assert {str(one) for one in results} == {"no token: 503 empty body"}
    assert all(isinstance(one, UnreadableError) for one in results)
    assert server.lines == ["POST /oauth/token"] * 4


def test_a_refused_deletion_is_not_repeated_by_the_deleter() -> None:
    desk = Desk(lambda token: token != "t1")  # noqa: S105 - no real one
    server = Server(desk)
    rig = Rig(transport=server)
    deleter = rig.record_deleter()

    async def work() -> None:
        await deleter.ready()
        response = await deleter.delete(a_batch(RECORDS, [some_id(1)]))
        assert response.reply == Unauthorised("401 0530901 token", renewable=True)
        assert desk.seen == ["t1"]
        assert await deleter.renew()
        await deleter.delete(a_batch(RECORDS, [some_id(1)]))

    rig.clock.run(work())
    assert (desk.given, desk.seen) == (2, ["t1", "t2"])


def test_the_token_shows_itself_nowhere() -> None:
    rig = Rig(transport=Server(Desk()))
    token = rig.token()

    async def work() -> str:
        await token.ready()
        return repr(token) + str(token) + repr(token._token)  # noqa: SLF001 - that is the point

    assert "t1" not in rig.clock.run(work())
    with pytest.raises(RuntimeError, match="no token was fetched"):
        Rig(transport=Server(Desk())).token().value()
