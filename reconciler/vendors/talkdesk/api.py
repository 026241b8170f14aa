"""The Talkdesk calls that are made, where they go, and what their answers are worth.

Facts: the vendor's OpenAPI file and docs.talkdesk.com, collected in docs/reference/vendors.md.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from reconciler.domain.masking import without_numbers
from reconciler.transport.http import Route
from reconciler.transport.wire import Call
from reconciler.vendors.verdicts import (
    LONGEST_WAIT,
    Busy,
    Denied,
    Flawed,
    Reply,
    Usable,
    Verdict,
)

HOSTS = {
    "us": "api.talkdeskapp.com",
    "eu": "api.talkdeskapp.eu",
    "ca": "api.talkdeskappca.com",
}
TOKEN_HOSTS = {"us": "talkdeskid.com", "eu": "talkdeskid.eu", "ca": "talkdeskidca.com"}
"""The account's name stands in front: ``{account}.talkdeskid.com``."""

_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_LIST = f"/record-lists/{_ID}"

TOKENS = frozenset({Route("POST", "/oauth/token")})
_PAGING = frozenset({"page", "per_page", "order_by", "phone_number"})
READS = frozenset(
    {
        Route("GET", _LIST),
        Route("GET", f"{_LIST}/records", _PAGING),
        Route("GET", f"{_LIST}/records/{_ID}"),
    }
)
DELETES = frozenset({Route("DELETE", f"{_LIST}/records/bulks")})

RECORD_NOT_FOUND = "0530920"
LIST_NOT_FOUND = "0530910"
_TOO_FAST = frozenset({"0012001", "0020017"})
"""The gateway's rate limit, and load shedding."""


def token(scope: str = "record-lists:manage") -> Call:
    """Ask for a token; Talkdesk has no scope that reads records and cannot delete them."""
    return Call(
        method="POST",
        path="/oauth/token",
        form={"grant_type": "client_credentials", "scope": scope},
        grants=True,
    )


def record_list(list_id: str) -> Call:
    """Ask for one record list."""
    return Call(method="GET", path=f"/record-lists/{list_id}")


def record(list_id: str, record_id: str) -> Call:
    """Ask for one record."""
    return Call(method="GET", path=f"/record-lists/{list_id}/records/{record_id}")


def first_page(list_id: str, size: int) -> Call:
    """Ask for the first page of all records of a list."""
    return Call(
        method="GET",
        path=f"/record-lists/{list_id}/records",
        query={"page": 1, "per_page": size, "order_by": "updated_at:desc"},
    )


def records_by_phone(list_id: str, number: str, size: int) -> Call:
    """Ask for the first page of the records that the API finds for a phone number."""
    call = first_page(list_id, size)
    return replace(call, query={**call.query, "phone_number": number})


def next_page(call: Call, body: dict[str, Any]) -> Call | None:
    """Return the call that the answer names as the next page; None on the last one.

    Only page and size are taken from the link: where calls go, and which records they leave
    out, is not for an answer to say.
    """
    links = body.get("_links")
    link = links.get("next") if isinstance(links, dict) else None
    href = link.get("href") if isinstance(link, dict) else None
    if not isinstance(href, str) or not href:
        return None
    try:
        linked = parse_qsl(urlsplit(href).query)
    except ValueError:
        return None
    query = {name: value for name, value in linked if name in {"page", "per_page"}}
    return Call(method="GET", path=call.path, query={**call.query, **query})


def delete_records(list_id: str, elements: Sequence[Mapping[str, str]]) -> Call:
    """Delete records in bulk by at most 100 identifiers of one kind; ValueError for none."""
    if not elements:
        raise ValueError("a deletion of nothing is never sent")
    return Call(
        method="DELETE",
        path=f"/record-lists/{list_id}/records/bulks",
        json=[dict(one) for one in elements],
    )


_OK, _UNAUTHORISED, _FORBIDDEN, _TOO_MANY, _SERVER_ERROR = 200, 401, 403, 429, 500


def classify(reply: Reply, retry_after: float | None) -> Verdict:
    """Judge an answer by its status and its code."""
    if reply.status == _TOO_MANY or code(reply) in _TOO_FAST:
        return Busy(wait=retry_after if retry_after is not None else _load_shedding(reply))
    if reply.status in (_UNAUTHORISED, _FORBIDDEN):
        # Another token has the same scopes, so it does not help against a 403.
        return Denied(said(reply), renewable=reply.status == _UNAUTHORISED)
    if reply.status >= _SERVER_ERROR:
        return Flawed(said(reply), retry_after)
    if reply.status == _OK and reply.form:
        return Flawed(said(reply))
    return Usable()


def _load_shedding(reply: Reply) -> float | None:
    """Return the seconds that a load-shedding answer names in its body."""
    fields = reply.body.get("fields") if isinstance(reply.body, dict) else None
    for field in fields if isinstance(fields, list) else ():
        if isinstance(field, dict) and field.get("name") == "retry-after":
            found = re.fullmatch(r"\D*(\d{1,3})\D*", str(field.get("description") or ""))
            seconds = float(found[1]) if found else 0.0
            return seconds if 0 < seconds <= LONGEST_WAIT else None
    return None


def code(reply: Reply) -> str:
    """Return the vendor's code of an error answer; empty where there is none."""
    return str(reply.body.get("code") or "") if isinstance(reply.body, dict) else ""


def said(reply: Reply, mask: Callable[[str], str] = str) -> str:
    """Return in a few words what an answer says, for people; ``mask`` before it is cut."""
    words = [str(reply.status)]
    if isinstance(reply.body, dict):
        names = ("code", "message", "description", "error", "error_description")
        words.extend(
            without_numbers(mask(str(reply.body[name])))[:160]
            for name in names
            if reply.body.get(name)
        )
    elif reply.form:
        words.append(reply.form)
    return " ".join(words)
