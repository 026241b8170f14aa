"""Secrets travel in headers of the right host and appear nowhere else."""

import base64
import logging
import traceback
from urllib.parse import quote

import httpx
import pytest

from reconciler.application.ports import UnreadableError
from reconciler.errors import IdentityError, ReconcilerError
from reconciler.sandbox.credentials import ACCESS_KEY, CLIENT_ID, CLIENT_SECRET, SECRET_KEY
from reconciler.transport.auth import HeaderAuth, basic_auth
from reconciler.transport.wire import Answer
from reconciler.vendors.verdicts import parse
from tests.fakes.batches import a_batch
from tests.simulation import VirtualClock
from tests.vendors.rig import (
    LIST,
    RECORDS,
    TASKS,
    Rig,
    Sandbox,
    Server,
    absences,
    answer,
    some_id,
)

TOKEN = "canary-token-5f2a"  # noqa: S105 - no real one
SECRETS = (ACCESS_KEY, SECRET_KEY, CLIENT_SECRET, TOKEN)


def spellings(secret: str) -> set[str]:
    raw = secret.encode()
    return {
        secret,
        secret[::-1],
        quote(secret, safe=""),
        raw.hex(),
        base64.b64encode(raw).decode().rstrip("="),
        base64.b64encode(f"{CLIENT_ID}:{secret}".encode()).decode(),
    }


def leaks(text: str) -> list[str]:
    return [one for secret in SECRETS for one in spellings(secret) if one in text]


BODIES = {"access_token": TOKEN, "expires_in": 599}


def test_the_scan_would_find_a_secret() -> None:
    assert leaks(f"GET /x?token={TOKEN}") == [TOKEN]
    assert leaks(f"GET /x?key={quote(ACCESS_KEY, safe='')}")


@pytest.mark.parametrize("fails_with", [None, 401, 403, 500, "cut", "odd"])
def test_no_secret_is_in_an_url_a_log_or_an_error(
    fails_with: int | str | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def answers(request: httpx.Request) -> httpx.Response:
        if fails_with == "cut":
            raise httpx.ReadError("cut", request=request)
        if request.url.path == "/oauth/token":
            return answer(200, BODIES)
        if isinstance(fails_with, int):
            return answer(fails_with, raw=b"")
        return answer(200, raw=b"<html>" if fails_with else b"{}")

    server = Server(answers)
    rig = Rig(transport=server)
    told = []

    async def everything() -> None:
        tasks, records = rig.task_reader(), rig.record_reader()
        works = [
            tasks.identify(),
            tasks.read(absences(TASKS, [some_id(1)])),
            records.identify(),
            records.read(absences(RECORDS, [some_id(1)])),
            rig.task_deleter().delete(a_batch(TASKS, [some_id(1)])),
        ]
        for work in works:
            try:
                told.append(repr(await work))
            except (ReconcilerError, UnreadableError) as error:
                told.append("".join(traceback.format_exception(error)))
                if isinstance(error, IdentityError):
                    told.append(error.detail + error.hint)
        told.extend(repr(one) for one in (rig, tasks, records, vars(tasks.caller)))

    rig.clock.run(everything())
    assert leaks("\n".join(told)) == []
    assert leaks(caplog.text) == []
    assert leaks("\n".join(str(one.url) for one in server.arrived)) == []
    assert server.arrived


def test_answers_and_credentials_show_nothing_of_themselves() -> None:
    body = f'{{"access_token": "{TOKEN}"}}'.encode()
    found = Answer(status=200, headers={"set-cookie": TOKEN}, body=body, seconds=0.0)
    shown = [found, parse(found), HeaderAuth({"x": SECRET_KEY}), basic_auth("a", SECRET_KEY)]
    assert leaks("".join(map(repr, shown))) == []
    not_json = Answer(status=200, headers={}, body=TOKEN.encode(), seconds=0.0)
    assert leaks(repr(parse(not_json))) == []


def test_credentials_go_to_their_own_endpoint_only() -> None:
    clock = VirtualClock()
    sandbox = Sandbox(clock)
    rig = Rig(transport=sandbox, clock=clock)

    async def everything() -> None:
        await rig.task_reader().identify()
        reader = rig.record_reader()
        await reader.identify()
        await reader.read(absences(RECORDS, [some_id(1)]))

    clock.run(everything())
    sandbox.store.close()
    for request in sandbox.arrived:
        headers = {name: value for name, value in request.headers.items() if leaks(value)}
        path = request.url.path
        if path.startswith("/v2/"):
            assert set(headers) == {"x-lsq-accesskey", "x-lsq-secretkey"}
        elif path == "/oauth/token":
            assert set(headers) == {"authorization"}
        else:
            assert path.startswith(f"/record-lists/{LIST}")
            assert headers == {}
            assert request.headers["authorization"].startswith("Bearer ")


def test_a_redirect_carries_no_credentials_anywhere() -> None:
    for status in (301, 302, 303, 307, 308):
        server = Server(lambda _, s=status: answer(s, raw=b"", location="http://evil.test/"))  # type: ignore[misc]  # a lambda with a default
        rig = Rig(transport=server)
        with pytest.raises(UnreadableError):
            rig.clock.run(rig.task_reader().identify())
        assert {one.url.host for one in server.arrived} == {"vendor.test"}
