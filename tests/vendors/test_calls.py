"""A read is repeated as far as that can help, and no further; every attempt takes a slot."""

import asyncio

import httpx
import pytest

from reconciler.application.ports import OutOfCallsError, UnreadableError
from reconciler.errors import IdentityError
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared import api
from tests.vendors.rig import Answers, Rig, Server, answer, in_turn

FINE = answer(200, [])
BUSY = answer(429, raw=b"")
WAIT = answer(429, raw=b"", retry_after="7")
NAMED = answer(200, {"Status": "Error", "ExceptionMessage": "exceeded the limit of 3 in 5 second"})
FLAW = answer(502, raw=b"<html>")
LATER = answer(503, raw=b"", retry_after="30")
CUT = httpx.ReadError("cut")
CLOSED = httpx.ConnectError("refused")
FINAL = answer(500, {"Status": "Error", "ExceptionType": "MXInvalidInputException"})


def read(*answers: httpx.Response | Exception) -> tuple[Rig, int | str, int]:
    """Read once; return the rig, the status or the error, and how many calls arrived."""
    return read_from(in_turn(*answers))


def read_from(answers: Answers) -> tuple[Rig, int | str, int]:
    server = Server(answers)
    rig = Rig(transport=server)
    caller = rig.task_caller()

    async def work() -> int | str:
        try:
            return (await caller.read(api.task_by_id("x"))).status
        except (UnreadableError, OutOfCallsError) as error:
            return str(error)

    result = rig.clock.run(work())
    assert caller.calls == rig.slots.taken == len(server.arrived)
    return rig, result, len(server.arrived)


@pytest.mark.parametrize(
    ("answers", "expected", "calls", "pauses"),
    [
        ([FINE], 200, 1, []),
        ([FINAL, FINE], 500, 1, []),
        ([BUSY, FINE], 200, 2, [5.0]),
        ([WAIT, BUSY, FINE], 200, 3, [7.0, 5.0]),
        ([NAMED, FINE], 200, 2, [5.0]),
        ([FLAW, FINE], 200, 2, []),
        ([CUT, CLOSED, FLAW, FINE], 200, 4, []),
        ([FLAW, BUSY, FLAW, BUSY, FINE], 200, 5, [5.0, 5.0]),
        ([FLAW], "502 not JSON", 8, []),
        ([CUT], "ReadError: cut", 8, []),
        ([CLOSED], "ConnectError: refused", 8, []),
    ],
)
def test_what_becomes_of_a_read(
    answers: list[httpx.Response | Exception], expected: int | str, calls: int, pauses: list[float]
) -> None:
    rig, result, arrived = read(*answers)
    assert (result, arrived, rig.slots.pauses) == (expected, calls, pauses)


def test_a_read_is_given_up_within_a_minute_of_waiting() -> None:
    rig, _, _ = read(FLAW)
    assert 10 < rig.clock.elapsed < 40


def test_the_wait_that_a_fault_asks_for_is_kept() -> None:
    rig, result, arrived = read(LATER, FINE)
    assert (result, arrived, rig.clock.elapsed) == (200, 2, 30.0)


def test_too_fast_uses_up_no_attempt_but_ends_after_minutes() -> None:
    rig, result, arrived = read(*[BUSY] * 40, FINE)
    assert (result, arrived) == (200, 41)
    rig, result, arrived = read(BUSY)
    assert (result, arrived) == ("the account's rate limit stays exceeded", 61)
    assert rig.clock.elapsed == 300.0


def test_a_limit_that_an_answer_names_is_learned_for_reads() -> None:
    rig, _, _ = read(NAMED, FINE)
    assert rig.slots.learned == [(3, 5.0, False)]


def test_a_quota_that_is_used_up_is_not_waited_for() -> None:
    quota = answer(429, {"ExceptionMessage": "exceeded the limit of 10000 in 86400 second(s)"})
    rig, result, arrived = read(quota, FINE)
    assert (result, arrived) == (
        "the account's quota of 10000 calls in 86400 seconds is used up",
        1,
    )
    assert (rig.slots.learned, rig.slots.pauses) == ([], [300.0])


def test_a_refused_key_ends_everything_with_a_hint() -> None:
    rig = Rig(transport=Server(in_turn(answer(401, raw=b""))))
    with pytest.raises(IdentityError) as caught:
        rig.clock.run(rig.task_caller().read(api.task_by_id("x")))
    assert caught.value.detail == "401 empty body"
    assert caught.value.hint.startswith("Check the two credential variables")


def test_who_waits_for_the_account_waits_together() -> None:
    rig = Rig(transport=Server(in_turn(FINE)))

    def answers(_: httpx.Request) -> httpx.Response:
        return answer(200, []) if rig.clock.elapsed >= 20.0 else answer(429, raw=b"")

    server = Server(answers, latency=0.1)
    rig.transport = server
    caller = rig.task_caller()

    async def work() -> None:
        await asyncio.gather(*(caller.read(api.task_by_id(str(n))) for n in range(32)))

    rig.clock.run(work())
    assert 20.0 < rig.clock.elapsed < 21.0
    assert len(server.arrived) == 32 * 5


# -- what a day leaves


def caller_with(daily: int | None) -> tuple[Rig, Caller]:
    rig = Rig(transport=Server(in_turn(FINE)))
    rig.slots.daily = daily
    return rig, rig.task_caller()


@pytest.mark.parametrize(
    ("daily", "wanted", "most"),
    [
        (None, None, None),
        (None, 7, 7),
        (5, None, 5),
        (5, 7, 5),
        (7, 5, 5),
        (0, 7, 0),
        (0, None, 0),
        (7, 0, 0),
    ],
)
def test_no_more_calls_are_wanted_than_a_day_leaves(
    daily: int | None, wanted: int | None, most: int | None
) -> None:
    assert caller_with(daily)[1].most(wanted) == most


@pytest.mark.parametrize(("daily", "calls"), [(None, 10**9), (5, 5), (5, 0), (0, 0)])
def test_what_a_day_leaves_can_be_afforded_to_the_last_call(daily: int | None, calls: int) -> None:
    caller_with(daily)[1].afford(calls, "reading", "wait")


@pytest.mark.parametrize(("daily", "calls"), [(5, 6), (0, 2)])
def test_what_a_day_does_not_leave_is_refused_before_the_first_call(daily: int, calls: int) -> None:
    rig, caller = caller_with(daily)
    with pytest.raises(OutOfCallsError) as raised:
        caller.afford(calls, "reading", "read less")
    assert str(raised.value) == (
        f"reading takes {calls} calls, and of limits.daily {daily} are left; read less"
    )
    assert rig.slots.taken == 0


def test_what_was_spent_is_not_left() -> None:
    rig, caller = caller_with(3)
    rig.clock.run(caller.read(api.task_by_id("x")))
    assert caller.most(None) == 2
    with pytest.raises(OutOfCallsError):
        caller.afford(3, "reading", "wait")
