"""What an answer is worth: tables of answers, system by system."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.transport.wire import Answer
from reconciler.vendors.leadsquared import api as leadsquared
from reconciler.vendors.talkdesk import api as talkdesk
from reconciler.vendors.verdicts import (
    Busy,
    Classify,
    Denied,
    Flawed,
    Reply,
    Usable,
    Verdict,
    counts,
    limit_named,
    parse,
    retry_after,
)

NOW = 1_790_000_000.0
LOGIN = "<!doctype html><title>Sign in</title>"
TOO_FAST = "API calls exceeded the limit of 20 in 5 second(s)"


def an_answer(status: int, body: object = None, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=names, body=raw, seconds=0.25)


def judged(classify: Classify, status: int, body: object = None, **headers: str) -> Verdict:
    found = an_answer(status, body, **headers)
    return classify(parse(found), retry_after(found, NOW))


def mx(kind: str, message: str = "no") -> dict[str, str]:
    return {"Status": "Error", "ExceptionType": f"MX{kind}Exception", "ExceptionMessage": message}


LIMIT = "APIRateLimitExceeded"
NAMED = Busy(calls=20, per=5.0)
A_TASK = {"UserTaskId": "1", "Name": TOO_FAST, "Description": TOO_FAST}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        # too fast, three ways, and the numbers that come with it
        (429, mx(LIMIT, TOO_FAST), NAMED),
        (403, mx(LIMIT, TOO_FAST), NAMED),
        (200, mx(LIMIT, TOO_FAST), NAMED),
        (500, mx(LIMIT, TOO_FAST), NAMED),
        (429, TOO_FAST, NAMED),
        (429, TOO_FAST.encode(), NAMED),
        (403, {"ExceptionMessage": TOO_FAST}, NAMED),
        (429, {"Message": TOO_FAST.upper()}, NAMED),
        (429, b"", Busy()),
        (429, LOGIN.encode(), Busy()),
        (429, mx(LIMIT, "the limit of 0 in 5 second"), Busy()),
        (200, mx(LIMIT, "slow down"), Busy()),
        (
            200,
            mx("Whatever", "exceeded the limit of 10000 in 86400 second(s)"),
            Busy(None, 10000, 86400.0),
        ),
        # not too fast, though the words are there
        (200, [A_TASK], Usable()),
        (200, A_TASK, Usable()),
        (200, {"RecordCount": 1, "List": [A_TASK]}, Usable()),
        (200, {"Status": "Success", "FailureReason": TOO_FAST}, Usable()),
        (200, {"Status": "Success", "Message": TOO_FAST}, Usable()),
        # deterministic
        (500, mx("InvalidInput"), Usable()),
        (500, {"Status": "Error", "ExceptionType": "ArgumentNullException"}, Usable()),
        (503, mx("InvalidInput"), Usable()),
        (200, mx("InvalidInput"), Usable()),
        (400, mx("InvalidInput"), Usable()),
        (403, mx("UnauthorizedRequest"), Usable()),
        (404, LOGIN.encode(), Usable()),
        (302, b"", Usable()),
        # passing
        (500, LOGIN.encode(), Flawed("500 not JSON")),
        (500, b"", Flawed("500 empty body")),
        (500, {"error": "x"}, Flawed("500")),
        (502, LOGIN.encode(), Flawed("502 not JSON")),
        (503, None, Flawed("503")),
        (200, LOGIN.encode(), Flawed("200 not JSON")),
        (200, b"", Flawed("200 empty body")),
        (200, b" \r\n", Flawed("200 empty body")),
        (200, b'[{"UserTaskId":', Flawed("200 not JSON")),
        (200, b"\xff\xfe\x00", Flawed("200 not JSON")),
        (200, b"[" * 100_000, Flawed("200 not JSON")),
        (200, b"1" * 5000, Flawed("200 not JSON")),
        # odd JSON is JSON
        (200, None, Usable()),
        (200, 7, Usable()),
        (200, "text", Usable()),
        (200, [], Usable()),
        (200, {}, Usable()),
        (200, b"NaN", Usable()),
        # credentials: a key has no successor
        (
            401,
            mx("UnAuthorizedAccess", "bad key"),
            Denied("401 MXUnAuthorizedAccessException bad key", renewable=False),
        ),
        (401, b"", Denied("401 empty body", renewable=False)),
    ],
)
def test_what_an_answer_of_leadsquared_is_worth(
    status: int, body: object, expected: Verdict
) -> None:
    assert judged(leadsquared.classify, status, body) == expected


def td(code: str, message: str = "no") -> dict[str, Any]:
    return {"code": code, "message": message}


SHEDDING = {**td("0020017"), "fields": [{"name": "retry-after", "description": "7 seconds"}]}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (429, td("0012001"), Busy()),
        (429, b"", Busy()),
        (429, LOGIN.encode(), Busy()),
        (403, td("0012001"), Busy()),
        (503, td("0020017"), Busy()),
        (429, SHEDDING, Busy(7.0)),
        (429, {**SHEDDING, "fields": [{"name": "retry-after", "description": "0"}]}, Busy()),
        (429, {**SHEDDING, "fields": [{"name": "retry-after", "description": "999"}]}, Busy()),
        (429, {**SHEDDING, "fields": [{"name": "retry-after", "description": "-"}]}, Busy()),
        (429, {**SHEDDING, "fields": [{"name": "retry-after"}]}, Busy()),
        (429, {**SHEDDING, "fields": "x"}, Busy()),
        (429, {**SHEDDING, "fields": [1, None]}, Busy()),
        (401, td("0530901", "token"), Denied("401 0530901 token")),
        (401, LOGIN.encode(), Denied("401 not JSON")),
        (403, td("0530902", "scope"), Denied("403 0530902 scope", renewable=False)),
        (500, td("0015005", "up"), Flawed("500 0015005 up")),
        (503, td("0380002", "later"), Flawed("503 0380002 later")),
        (502, LOGIN.encode(), Flawed("502 not JSON")),
        (504, b"", Flawed("504 empty body")),
        (200, LOGIN.encode(), Flawed("200 not JSON")),
        (200, b"", Flawed("200 empty body")),
        (200, b'{"records_count": 1', Flawed("200 not JSON")),
        (200, None, Usable()),
        (200, [], Usable()),
        (200, {}, Usable()),
        (202, b"", Usable()),
        (202, {}, Usable()),
        (204, b"", Usable()),
        (302, b"", Usable()),
        (400, td("0530900"), Usable()),
        (404, td("0530910"), Usable()),
        (404, td("0530920"), Usable()),
        (422, td("0530905"), Usable()),
    ],
)
def test_what_an_answer_of_talkdesk_is_worth(status: int, body: object, expected: Verdict) -> None:
    assert judged(talkdesk.classify, status, body) == expected


@pytest.mark.parametrize("classify", [leadsquared.classify, talkdesk.classify])
@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_that_an_answer_asks_for_is_kept(classify: Classify, status: int) -> None:
    found = judged(classify, status, b"", retry_after="17")
    assert isinstance(found, Busy | Flawed)
    assert found.wait == 17.0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("300", 300.0),
        ("Mon, 21 Sep 2026 14:13:25 GMT", 5.0),
        ("Mon, 21 Sep 2026 14:13:25", 5.0),
        ("Mon, 21 Sep 2026 14:13:25 -0000", 5.0),
        ("Mon, 21 Sep 2026 16:13:25 +0200", 5.0),
        ("", None),
        ("0", None),
        ("-1", None),
        ("1.5", None),
        ("301", None),
        ("1000000000", None),
        ("1e9", None),
        ("9" * 5000, None),
        ("\u0667", None),
        ("soon", None),
        ("Mon, 21 Sep 2026 14:13:15 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ("Mon, 21 Sep 2026 14:13:25 +999999999", None),
        ("Mon, 99 Sep 2026 14:13:25 GMT", None),
    ],
)
def test_what_retry_after_asks_for(value: str, expected: float | None) -> None:
    assert retry_after(an_answer(429, retry_after=value), NOW) == expected


def test_a_date_without_a_zone_is_utc_wherever_this_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        found = an_answer(429, retry_after="Mon, 21 Sep 2026 14:13:25")
        assert retry_after(found, NOW) == 5.0
    finally:
        monkeypatch.undo()
        time.tzset()


@settings(deadline=None)
@given(st.text())
def test_no_retry_after_breaks_anything(value: str) -> None:
    wait = retry_after(Answer(status=429, headers={"retry-after": value}, body=b"", seconds=0), NOW)
    assert wait is None or 0 < wait <= 300


@settings(deadline=None)
@given(st.binary())
def test_no_body_breaks_anything(body: bytes) -> None:
    for status in (200, 400, 401, 403, 404, 429, 500):
        found = an_answer(status, body)
        for classify, said in (
            (leadsquared.classify, leadsquared.said),
            (talkdesk.classify, talkdesk.said),
        ):
            classify(parse(found), None)
            assert said(parse(found)).encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
ENVELOPES = st.dictionaries(
    st.sampled_from(
        [
            "Status",
            "ExceptionType",
            "ExceptionMessage",
            "Message",
            "FailureReason",
            "code",
            "fields",
        ]
    ),
    JSON,
)


@settings(deadline=None)
@given(JSON | ENVELOPES, st.sampled_from([200, 400, 403, 429, 500]))
def test_no_json_breaks_anything(body: object, status: int) -> None:
    reply = parse(an_answer(status, body))
    for classify, said in (
        (leadsquared.classify, leadsquared.said),
        (talkdesk.classify, talkdesk.said),
    ):
        classify(reply, None)
        assert said(reply).encode()


def test_half_a_character_is_replaced_before_anybody_has_to_write_it_down() -> None:
    reply = parse(an_answer(200, rb'{"first_name": "a\ud83d", "last_name": "\ud83d\ude00"}'))
    assert reply.body == {"first_name": "a?", "last_name": "\U0001f600"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TOO_FAST, NAMED),
        ("EXCEEDED THE LIMIT OF 1 IN 1 SECOND", Busy(None, 1, 1.0)),
        ("exceeded the limit of 0 in 5 seconds", None),
        ("exceeded the limit of 5 in 0 seconds", None),
        ("exceeded the limit of many in 5 seconds", None),
        ("exceeded the limit of -5 in 5 seconds", None),
        ("exceeded the limit of 12345678 in 5 seconds", None),
        ("", None),
    ],
)
def test_the_limit_that_a_text_names(text: str, expected: Busy | None) -> None:
    assert limit_named(text) == expected


def test_only_whole_numbers_count_and_none_is_too_big_to_be_written_down() -> None:
    body = {"a": 3, "b": True, "c": "3", "d": 3.0, "e": None, "f": 10**40, "g": -(10**40), "h": -1}
    reply = Reply(status=200, body=body, seconds=0)
    biggest = 2**53 - 1
    assert counts(reply, [*body, "z"]) == {"a": 3, "f": biggest, "g": -biggest, "h": -1}
    assert counts(Reply(status=200, body=[1], seconds=0), "a") == {}
