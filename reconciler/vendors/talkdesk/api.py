"""The Talkdesk calls that are made, where they go, and what their answers are worth.

Facts: the vendor's OpenAPI file and docs.talkdesk.com, collected in docs/reference/vendors.md.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from reconciler.vendors.calls import Busy, Denied, Flawed, Reply, Usable, Verdict
from reconciler.vendors.http import Call, Route

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
READS = frozenset(
    {Route("GET", _LIST), Route("GET", f"{_LIST}/records"), Route("GET", f"{_LIST}/records/{_ID}")}
)
DELETES = frozenset({Route("DELETE", f"{_LIST}/records/bulks")})

RECORD_NOT_FOUND = "0530920"
LIST_NOT_FOUND = "0530910"
TOO_MANY_PER_SECOND = "0012001"


def token(scope: str = "record-lists:manage") -> Call:
    """Ask for a token; Talkdesk has no scope that reads records and cannot delete them."""
    return Call(
        method="POST",
        path="/oauth/token",
        form={"grant_type": "client_credentials", "scope": scope},
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


def next_page(call: Call, body: dict[str, Any]) -> Call | None:
    """Return the call that the answer names as the next page; None on the last one.

    Only the query of the link is taken: where calls go is not for an answer to say.
    """
    links = body.get("_links")
    link = links.get("next") if isinstance(links, dict) else None
    href = link.get("href") if isinstance(link, dict) else None
    if not isinstance(href, str) or not href:
        return None
    query = dict(parse_qsl(urlsplit(href).query))
    return Call(method="GET", path=call.path, query={**call.query, **query})


def delete_records(list_id: str, record_ids: Sequence[str]) -> Call:
    """Delete records in bulk by their ids; at most 100, one kind of identifier."""
    return Call(
        method="DELETE",
        path=f"/record-lists/{list_id}/records/bulks",
        json=[{"id": record_id} for record_id in record_ids],
    )


_OK, _UNAUTHORISED, _FORBIDDEN, _TOO_MANY, _SERVER_ERROR = 200, 401, 403, 429, 500


def classify(reply: Reply, retry_after: float | None) -> Verdict:
    """Judge an answer by its status and its code."""
    if reply.status == _TOO_MANY or code(reply) == TOO_MANY_PER_SECOND:
        return Busy(wait=retry_after if retry_after is not None else _load_shedding(reply))
    if reply.status in (_UNAUTHORISED, _FORBIDDEN):
        return Denied(said(reply))
    if reply.status >= _SERVER_ERROR:
        return Flawed(said(reply))
    if reply.status == _OK and not isinstance(reply.body, dict):
        return Flawed("200 with a body that is not a JSON object")
    return Usable()


def _load_shedding(reply: Reply) -> float | None:
    """Return the seconds that a load-shedding answer names in its body."""
    fields = reply.body.get("fields") if isinstance(reply.body, dict) else None
    for field in fields if isinstance(fields, list) else ():
        if isinstance(field, dict) and field.get("name") == "retry-after":
            found = re.search(r"\d{1,3}", str(field.get("description") or ""))
            return float(found[0]) if found else None
    return None


def code(reply: Reply) -> str:
    """Return the vendor's code of an error answer; empty where there is none."""
    return str(reply.body.get("code") or "") if isinstance(reply.body, dict) else ""


def said(reply: Reply) -> str:
    """Return in a few words what an answer says, for people."""
    words = [str(reply.status)]
    if isinstance(reply.body, dict):
        names = ("code", "message", "description", "error", "error_description")
        words.extend(str(reply.body[name])[:160] for name in names if reply.body.get(name))
    elif reply.body is None:
        words.append("empty body" if reply.empty else "not JSON")
    return " ".join(words)
