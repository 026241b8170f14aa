"""The answers that Talkdesk gives in every operation."""

import json
from collections.abc import Iterable

from starlette.responses import JSONResponse, PlainTextResponse, Response

from reconciler.sandbox.database import Document

HAL = "application/hal+json"

BAD_REQUEST = "0530900"
LIST_NOT_FOUND = "0530910"
RECORD_NOT_FOUND = "0530920"
PHONE_MISSING = "0530921"
TIMEZONE_INVALID = "0530940"

MESSAGES = {
    BAD_REQUEST: "Bad request.",
    LIST_NOT_FOUND: "Record List not found.",
    RECORD_NOT_FOUND: "Record not found.",
    PHONE_MISSING: "Phone number is missing.",
    TIMEZONE_INVALID: "Timezone is invalid.",
}

_ERRORS = {
    400: (BAD_REQUEST, "Bad request."),
    401: ("0530901", "Missing or invalid authentication token."),
    403: ("0530902", "Insufficient scopes for the requested operation."),
    404: (LIST_NOT_FOUND, "Record List not found."),
    409: ("0530907", "The record list is not in the right state."),
    413: ("0530906", "The request is too large."),
    422: ("0530905", "Resource is not available for this operation."),
    429: ("0012001", "API rate limit exceeded"),
    500: ("0015005", "API upstream error."),
    503: ("0380002", "Service unavailable temporarily"),
}


def hal(body: object, status: int = 200) -> Response:
    """Return a HAL document."""
    return JSONResponse(body, status, media_type=HAL)


def hal_page(head: Document, name: str, entries: Iterable[str]) -> Response:
    """Return a page of a listing; its entries are JSON already."""
    embedded = f'"_embedded":{{"{name}":[{",".join(entries)}]}}'
    return Response(f"{json.dumps(head)[:-1]},{embedded}}}", media_type=HAL)


def error(status: int) -> Response:
    """Return the answer with an error status; a gateway's own ones are no JSON."""
    if status not in _ERRORS:
        return PlainTextResponse("upstream error", status)
    code, message = _ERRORS[status]
    return hal({"code": code, "message": message}, status)


def refusal(code: str, status: int = 400) -> Response:
    """Return the refusal with one of the product's own codes."""
    return hal({"code": code, "message": MESSAGES[code]}, status)


def load_shedding() -> Response:
    """Return the 429 of a platform that has too much to do."""
    wait = {"name": "retry-after", "description": "1"}
    body = {"code": "0020017", "message": "Load Shedding is enabled", "fields": [wait]}
    return hal(body, 429)
