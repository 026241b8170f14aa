"""Every Talkdesk call, as its papers describe it."""

from collections.abc import Callable
from urllib.parse import quote

import pytest

from reconciler.sandbox.credentials import TALKDESK_ACCOUNT_ID
from reconciler.sandbox.seed import phone_number, record_id, record_list_id
from reconciler.sandbox.timestamps import zulu
from tests.sandbox.harness import BULKS, NOW, RECORD_LIST, RECORDS, Harness, ids_of

Opened = Callable[..., Harness]
NO_LIST = f"/record-lists/{record_list_id(9)}"
SECOND = f"/record-lists/{record_list_id(1)}/records"
NEW = {
    "first_name": "New",
    "last_name": "Contact",
    "phone_numbers": [{"phone_number": "+14155550199", "phone_type": "MOBILE"}],
}


def test_basic_credentials_open_a_token_for_599_seconds(opened: Opened) -> None:
    answer = opened().token(scope="record-lists:manage")
    assert answer.status_code == 200
    token = answer.json()
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 599)
    assert token["scope"] == "record-lists:manage"


def test_a_token_request_without_a_grant_type_is_a_400(opened: Opened) -> None:
    answer = opened().call("POST", "/oauth/token", form={"scope": "x"})
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "invalid_request",
        "error_description": "Missing grant type",
    }
    other = opened().call("POST", "/oauth/token", form={"grant_type": "refresh_token"})
    assert other.json()["error"] == "unsupported_grant_type"


@pytest.mark.parametrize("header", ["", "Basic bm8=", "Basic !", "Basic /w==", "Bearer x"])
def test_wrong_basic_credentials_are_a_401(opened: Opened, header: str) -> None:
    form = {"grant_type": "client_credentials"}
    answer = opened().call("POST", "/oauth/token", form=form, headers={"authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


def test_a_signed_assertion_is_not_known_here(opened: Opened) -> None:
    answer = opened().token(client_assertion="a.b.c")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("header", ["", "Bearer no", "Basic bm8=", "Bearer"])
def test_a_call_without_a_token_is_a_401(opened: Opened, header: str) -> None:
    answer = opened().call("GET", "/record-lists", headers={"authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "0530901")


def test_a_token_works_until_its_end(opened: Opened) -> None:
    sandbox = opened()
    assert sandbox.talkdesk("GET", "/record-lists").status_code == 200
    sandbox.now += 598
    assert sandbox.talkdesk("GET", "/record-lists").status_code == 200
    sandbox.now += 1
    assert sandbox.talkdesk("GET", "/record-lists").status_code == 401


def test_record_lists_are_listed_with_their_counts(opened: Opened) -> None:
    answer = opened().talkdesk("GET", "/record-lists").json()
    assert (answer["count"], answer["total"]) == (2, 2)
    lists = answer["_embedded"]["record_lists"]
    assert [found["records_count"] for found in lists] == [120, 20]
    assert {found["account_id"] for found in lists} == {TALKDESK_ACCOUNT_ID}
    assert lists[0]["unique_identifier_type"] == "PHONE_NUMBER"
    assert lists[0]["_links"]["self"]["href"] == f"http://sandbox/record-lists/{RECORD_LIST}"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name=SPRING", ["Spring campaign"]),
        ("status=accepted", ["Spring campaign", "Callbacks"]),
        ("status=REJECTED", []),
        ("order_by=name", ["Callbacks", "Spring campaign"]),
        ("order_by=records_count:desc,name", ["Spring campaign", "Callbacks"]),
        ("order_by=records_count", ["Callbacks", "Spring campaign"]),
        ("per_page=1&page=2", ["Callbacks"]),
        ("team_id=1", []),
        (
            f"created_at_from={zulu(NOW - 61 * 86_400)}&created_at_to={zulu(NOW - 60.5 * 86_400)}",
            ["Callbacks"],
        ),
    ],
)
def test_record_lists_are_filtered_ordered_and_paged(
    opened: Opened, query: str, names: list[str]
) -> None:
    answer = opened().talkdesk("GET", f"/record-lists?{query}").json()
    assert [found["name"] for found in answer["_embedded"]["record_lists"]] == names
    assert answer["count"] == len(names)


def test_one_record_list_is_read(opened: Opened) -> None:
    answer = opened().talkdesk("GET", f"/record-lists/{RECORD_LIST}").json()
    assert (answer["id"], answer["records_count"]) == (RECORD_LIST, 120)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", NO_LIST),
        ("GET", f"{NO_LIST}/records"),
        ("GET", f"{NO_LIST}/records/{record_id(0)}"),
        ("POST", f"{NO_LIST}/records"),
        ("DELETE", f"{NO_LIST}/records/bulks"),
        ("DELETE", f"{NO_LIST}/records/{record_id(0)}"),
    ],
)
def test_a_record_list_that_is_not_there_is_a_404(opened: Opened, method: str, path: str) -> None:
    answer = opened().talkdesk(method, path)
    assert (answer.status_code, answer.json()["code"]) == (404, "0530910")


def test_a_removed_record_list_is_a_404(opened: Opened) -> None:
    sandbox = opened()
    sandbox.store.remove_record_list(RECORD_LIST)
    assert sandbox.talkdesk("GET", RECORDS).status_code == 404


def test_a_path_that_is_not_there_is_a_404(opened: Opened) -> None:
    assert opened().talkdesk("GET", "/campaigns").status_code == 404


def test_records_are_paged_by_links(opened: Opened) -> None:
    sandbox = opened()
    url: str | None = f"{RECORDS}?per_page=50&order_by=updated_at:desc"
    found: list[str] = []
    while url:
        page = sandbox.talkdesk("GET", url).json()
        found += ids_of(page)
        assert (page["count"], page["total"], page["total_pages"]) == (120, 120, 3)
        assert ("prev" in page["_links"]) == (page["page"] > 1)
        assert {"self", "first", "last"} <= set(page["_links"])
        url = page["_links"].get("next", {}).get("href")
    assert found == [record_id(n) for n in range(120)]


def test_a_link_keeps_the_filters(opened: Opened) -> None:
    page = opened().records("per_page=2&priorities=1,5")
    assert page["_links"]["next"]["href"].endswith("/records?per_page=2&priorities=1%2C5&page=2")


def test_a_page_after_the_last_one_is_empty(opened: Opened) -> None:
    page = opened().records("page=9")
    assert page["_embedded"]["records"] == []
    assert "next" not in page["_links"]


@pytest.mark.parametrize(
    "query",
    [
        "per_page=501",
        "per_page=0",
        "page=0",
        "page=x",
        "order_by=name",
        "order_by=priority:up",
        "search=ab",
        "search=abc&search_fields=email",
        f"phone_number={'1' * 21}",
        "phone_number=",
        "updated_at_from=2026-01-01T00:00:00Z",
        "updated_at_from=today&updated_at_to=tomorrow",
    ],
)
def test_a_query_that_is_not_allowed_is_a_400(opened: Opened, query: str) -> None:
    answer = opened().talkdesk("GET", f"{RECORDS}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "0530900")


@pytest.mark.parametrize("query", ["per_page=501", "order_by=x", f"name={'x' * 36}"])
def test_a_query_for_lists_that_is_not_allowed_is_a_400(opened: Opened, query: str) -> None:
    assert opened().talkdesk("GET", f"/record-lists?{query}").status_code == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (f"phone_number={quote(phone_number(7))}", {7}),
        (f"phone_number={quote(phone_number(7, '212'))}", {7}),
        ("phone_number=%2B1415555", set()),
        ("search=*Contact 11*", {11, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119}),
        ("search=*5550107&search_fields=phone_number", {7, 107}),
        ("search=Contact 7&search_fields=first_name", set()),
        ("priorities=11&search=Contact 1&search_fields=last_name", {14, 19, 104, 109, 114, 119}),
        ("timezones=Europe/Lisbon&priorities=1&search=Contact 2", {21}),
        (f"updated_at_from={zulu(NOW - 130)}&updated_at_to={zulu(NOW - 50)}", {1, 2}),
        ("upload_request_id=none", set()),
    ],
)
def test_records_are_filtered(opened: Opened, query: str, found: set[int]) -> None:
    page = opened().records(query)
    assert set(ids_of(page)) == {record_id(n) for n in found}
    assert page["count"] == len(found)


def test_parameters_that_are_none_have_no_effect(opened: Opened) -> None:
    sandbox = opened()
    assert ids_of(sandbox.records("limit=5&offset=7")) == ids_of(sandbox.records())


@pytest.mark.parametrize(
    ("order", "sign"), [("priority", 1), ("priority:asc", 1), ("priority:desc", -1)]
)
def test_records_are_ordered(opened: Opened, order: str, sign: int) -> None:
    records = opened().records(f"order_by={order}&per_page=500")["_embedded"]["records"]
    priorities = [sign * record["priority"] for record in records]
    assert priorities == sorted(priorities)


def test_one_record_is_read_in_its_own_list_only(opened: Opened) -> None:
    sandbox = opened()
    record = sandbox.record(record_id(2)).json()
    assert record["id"] == record_id(2)
    assert [entry["phone_type"] for entry in record["phone_numbers"]] == [
        "MOBILE",
        "OFFICE",
        "HOME",
    ]
    assert record["external_id"] == "003SANDBOX00000002"
    elsewhere = sandbox.talkdesk("GET", f"{SECOND}/{record_id(2)}")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "0530920")


def test_a_bulk_deletion_deletes_at_once(opened: Opened) -> None:
    sandbox = opened()
    answer = sandbox.delete_records(record_id(0), record_id(1))
    assert answer.status_code == 200
    assert answer.json() == {
        "record_list_id": RECORD_LIST,
        "has_errors": False,
        "total_errors": 0,
        "total_deleted": 2,
        "_links": {
            "self": {"href": f"http://sandbox{RECORDS}"},
            "record_list": {"href": f"http://sandbox/record-lists/{RECORD_LIST}"},
        },
        "_embedded": {},
    }
    assert len(sandbox.store.record_ids(RECORD_LIST)) == 118
    assert sandbox.records()["count"] == 118
    assert sandbox.record(record_id(0)).json()["code"] == "0530920"


def test_a_bulk_deletion_names_what_it_did_not_delete(opened: Opened) -> None:
    sandbox = opened()
    answer = sandbox.delete_records(record_id(0), record_id(999), "no-uuid", record_id(0)).json()
    assert (answer["has_errors"], answer["total_errors"], answer["total_deleted"]) == (True, 2, 1)
    failed = [entry["id"] for entry in answer["_embedded"]["failed_records"]]
    assert failed == [record_id(999), "no-uuid"]
    assert answer["_embedded"]["reason"] == {
        "bad_request_param": ["no-uuid"],
        "record_not_found": [record_id(999)],
    }


def test_records_of_another_list_are_not_found(opened: Opened) -> None:
    answer = opened().delete_records(record_id(1_000_000)).json()
    assert answer["_embedded"]["reason"] == {"record_not_found": [record_id(1_000_000)]}


def test_a_number_may_delete_more_records_than_one(opened: Opened) -> None:
    sandbox = opened()
    body = [{"phone_number": phone_number(0)}, {"phone_number": "+100000000"}]
    answer = sandbox.talkdesk("DELETE", f"{SECOND}/bulks", body).json()
    assert (answer["total_deleted"], answer["total_errors"]) == (2, 1)
    assert answer["_embedded"] == {"reason": {"record_not_found": ["+100000000"]}}
    assert len(sandbox.store.record_ids(record_list_id(1))) == 18


def test_external_ids_delete_in_bulk(opened: Opened) -> None:
    names = ["003SANDBOX00000002", "003SANDBOX99999999"]
    body = [{"external_provider": "salesforce", "external_id": name} for name in names]
    answer = opened().talkdesk("DELETE", BULKS, body).json()
    assert (answer["total_deleted"], answer["total_errors"]) == (1, 1)
    missing = "external_provider=salesforce, external_id=003SANDBOX99999999"
    assert answer["_embedded"]["reason"] == {"record_not_found": [missing]}


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"records": []},
        ["x"],
        [{}],
        [{"id": 5}],
        [{"id": "x" * 37}],
        [{"phone_number": "1" * 17}],
        [{"external_id": "x"}],
        [{"id": record_id(0), "phone_number": "+1"}],
        [{"id": record_id(0)}, {"phone_number": "+1"}],
    ],
)
def test_a_bulk_deletion_with_another_body_is_a_400(opened: Opened, body: object) -> None:
    sandbox = opened()
    answer = sandbox.talkdesk("DELETE", BULKS, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "0530900")
    assert len(sandbox.store.record_ids(RECORD_LIST)) == 120


def test_one_record_is_deleted_alone(opened: Opened) -> None:
    sandbox = opened()
    url = f"{RECORDS}/{record_id(0)}"
    assert sandbox.talkdesk("DELETE", url).status_code == 204
    again = sandbox.talkdesk("DELETE", url)
    assert (again.status_code, again.json()["code"]) == (404, "0530920")
    assert len(sandbox.store.record_ids(RECORD_LIST)) == 119


def test_records_are_deleted_by_number_and_by_external_id(opened: Opened) -> None:
    sandbox = opened()
    by_number = f"{RECORDS}?phone_number={quote(phone_number(3))}"
    by_reference = (
        f"/record-lists/{RECORD_LIST}/external-records"
        "?external_provider=salesforce&external_id=003SANDBOX00000004"
    )
    assert sandbox.talkdesk("DELETE", by_number).status_code == 204
    assert sandbox.talkdesk("DELETE", by_reference).status_code == 204
    away = {record_id(n) for n in range(120)} - sandbox.store.record_ids(RECORD_LIST)
    assert away == {record_id(3), record_id(4)}
    assert sandbox.talkdesk("DELETE", by_number).status_code == 404


def test_a_deletion_without_its_parameter_is_a_400(opened: Opened) -> None:
    sandbox = opened()
    assert sandbox.talkdesk("DELETE", RECORDS).status_code == 400
    url = f"/record-lists/{RECORD_LIST}/external-records?external_id=x"
    assert sandbox.talkdesk("DELETE", url).status_code == 400
    assert len(sandbox.store.record_ids(RECORD_LIST)) == 120


def test_a_record_is_created_with_priority_11(opened: Opened) -> None:
    sandbox = opened()
    answer = sandbox.talkdesk("POST", RECORDS, NEW)
    assert answer.status_code == 201
    assert answer.json()["priority"] == 11
    assert sandbox.record(answer.json()["id"]).json() == answer.json()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"phone_numbers": []}, "0530921"),
        ({"timezone": "Moon/Base"}, "0530940"),
        ({"last_name": ""}, "0530900"),
    ],
)
def test_a_record_that_lacks_something_is_a_400(
    opened: Opened, changes: dict[str, object], code: str
) -> None:
    answer = opened().talkdesk("POST", RECORDS, {**NEW, **changes})
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_records_are_created_in_bulk_with_the_errors_of_each(opened: Opened) -> None:
    sandbox = opened()
    answer = sandbox.talkdesk("POST", BULKS, {"records": [NEW, {**NEW, "first_name": ""}, 5]})
    assert answer.status_code == 201
    assert (answer.json()["total_created"], answer.json()["total_errors"]) == (1, 2)
    created, *refused = answer.json()["_embedded"]["records"]
    assert created["id"] in sandbox.store.record_ids(RECORD_LIST)
    assert [entry["errors"] for entry in refused] == [["FIRST_NAME_MISSING"], ["REQUIRED_FIELDS"]]
    assert sandbox.talkdesk("POST", BULKS, {"records": []}).status_code == 400
