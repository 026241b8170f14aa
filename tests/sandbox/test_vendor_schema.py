"""Talkdesk's answers, held against Talkdesk's own schemas where these are at hand."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from reconciler.sandbox.seed import record_id
from tests.sandbox.harness import BULKS, RECORD_LIST, RECORDS, Harness

SPEC = Path(__file__).parents[3] / "shared" / "vendor" / "talkdesk-record-lists.openapi.json"
Opened = Callable[..., Harness]

pytestmark = pytest.mark.skipif(
    not SPEC.is_file(), reason="The vendor's OpenAPI file is not beside this checkout"
)

RECORD = f"{RECORDS}/{record_id(0)}"
ONE_BAD_ID = [{"id": record_id(1)}, {"id": record_id(999)}, {"id": "bad"}]
CALLS: list[tuple[str, str, object, str, int]] = [
    ("GET", "/record-lists", None, "/record-lists", 200),
    ("GET", f"/record-lists/{RECORD_LIST}", None, "/record-lists/{id}", 200),
    ("GET", f"{RECORDS}?per_page=500", None, "/record-lists/{id}/records", 200),
    ("GET", RECORD, None, "/record-lists/{id}/records/{id_record}", 200),
    ("GET", f"{RECORDS}/no", None, "/record-lists/{id}/records/{id_record}", 404),
    ("GET", f"{RECORDS}?per_page=501", None, "/record-lists/{id}/records", 400),
    ("GET", "/record-lists/no", None, "/record-lists/{id}", 404),
    ("DELETE", BULKS, ONE_BAD_ID, "/record-lists/{id}/records/bulks", 200),
    ("DELETE", BULKS, [], "/record-lists/{id}/records/bulks", 400),
    (
        "POST",
        RECORDS,
        {
            "first_name": "A",
            "last_name": "B",
            "phone_numbers": [{"phone_number": "+14155550100", "phone_type": "HOME"}],
        },
        "/record-lists/{id}/records",
        201,
    ),
    (
        "POST",
        BULKS,
        {"records": [{"first_name": "A", "last_name": "B"}]},
        "/record-lists/{id}/records/bulks",
        201,
    ),
]


@pytest.mark.parametrize("call", CALLS, ids=[f"{call[0]} {call[3]} {call[4]}" for call in CALLS])
def test_an_answer_has_the_vendors_shape(
    opened: Opened, call: tuple[str, str, object, str, int]
) -> None:
    method, url, body, path, status = call
    answer = opened().talkdesk(method, url, body)
    assert answer.status_code == status
    check(answer, method, path)


def test_a_token_has_the_vendors_shape(opened: Opened) -> None:
    sandbox = opened()
    check(sandbox.token(), "POST", "/oauth/token")
    check(sandbox.call("POST", "/oauth/token"), "POST", "/oauth/token")
    check(sandbox.token(client_assertion="a.b.c"), "POST", "/oauth/token")


@pytest.mark.parametrize(
    ("settings", "status"),
    [(["talkdesk_granted_scopes=none"], 403), (["talkdesk_token_lifetime=0"], 401)],
)
def test_a_refusal_has_the_vendors_shape(opened: Opened, settings: list[str], status: int) -> None:
    answer = opened(*settings).talkdesk("GET", "/record-lists")
    assert answer.status_code == status
    check(answer, "GET", "/record-lists")


def check(answer: httpx.Response, method: str, path: str) -> None:
    spec = openapi()
    documented = spec["paths"][path][method.lower()]["responses"][str(answer.status_code)]
    (content,) = documented["content"].values()
    schema = {"components": spec["components"], **content["schema"]}
    jsonschema.validate(answer.json(), schema, jsonschema.Draft202012Validator)


def openapi() -> dict[str, Any]:
    """Return the vendor's file as JSON Schema, without what its own pages contradict.

    Its record schema caps the priority at 10, but records made by API get 11. Its page of record
    lists demands `next` and `prev` on every page, against its own page on paging. Its pages demand
    `total`, which its own example of a page of records lacks; the sandbox sends it.
    """
    spec: dict[str, Any] = adapted(json.loads(SPEC.read_text(encoding="utf-8")))
    for schema in spec["components"]["schemas"].values():
        schema.get("properties", {}).get("priority", {}).pop("maximum", None)
        if "prev" in schema.get("required", ()):
            schema["required"] = ["first", "last", "self"]
    return spec


def adapted(node: Any) -> Any:  # noqa: ANN401 - any JSON
    """Replace OpenAPI 3.0's `nullable` by what JSON Schema calls it."""
    if isinstance(node, list):
        return [adapted(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {name: adapted(value) for name, value in node.items() if name != "nullable"}
    return {"anyOf": [found, {"type": "null"}]} if node.get("nullable") is True else found
