"""Turns a failure rule into the answer that it names."""

from collections.abc import Callable
from typing import TypeAlias

from starlette.responses import HTMLResponse, Response

from reconciler.sandbox.connection import CutResponse, HangingResponse
from reconciler.sandbox.failure_rules import STATUSES
from reconciler.sandbox.world import Vendor

LOGIN_PAGE = "<!doctype html><title>Sign in</title><h1>Sign in</h1>"
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body>502</body></html>"
ELSEWHERE = "http://elsewhere.invalid/"

_REFUSED = 400
_OK = 200
_SERVER_ERROR = 500

Maker: TypeAlias = Callable[[Vendor, Response, float], Response]


def failed(failure: str, vendor: Vendor, answer: Response, hang_seconds: float) -> Response:
    """Return what becomes of an answer."""
    if failure in STATUSES:
        return vendor.error(int(failure))
    return _MAKERS[failure](vendor, answer, hang_seconds)


def _restatused(vendor: Vendor, status: int) -> Response:
    answer = vendor.error(_REFUSED)
    answer.status_code = status
    return answer


def _garbled(answer: Response) -> Response:
    body = bytes(answer.body)
    return Response(
        body[: len(body) // 2], answer.status_code, {"content-type": "application/json"}
    )


_MAKERS: dict[str, Maker] = {
    "empty": lambda _vendor, _answer, _hang: Response(),
    "html": lambda _vendor, _answer, _hang: HTMLResponse(LOGIN_PAGE),
    "html502": lambda _vendor, _answer, _hang: HTMLResponse(BAD_GATEWAY, 502),
    "error200": lambda vendor, _answer, _hang: _restatused(vendor, _OK),
    "mx500": lambda vendor, _answer, _hang: _restatused(vendor, _SERVER_ERROR),
    "load_shedding": lambda vendor, _answer, _hang: vendor.load_shedding(),
    "redirect": lambda _vendor, _answer, _hang: Response(
        status_code=302, headers={"location": ELSEWHERE}
    ),
    "cut": lambda _vendor, _answer, _hang: CutResponse(),
    "cut_body": lambda _vendor, answer, _hang: CutResponse(answer),
    "garbled": lambda _vendor, answer, _hang: _garbled(answer),
    "hang": lambda _vendor, answer, hang: HangingResponse(answer, hang),
    "previous": lambda _vendor, answer, _hang: answer,
}
