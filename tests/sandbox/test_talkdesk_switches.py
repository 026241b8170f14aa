"""What each Talkdesk switch changes."""

from collections.abc import Callable
from urllib.parse import quote

import pytest

from reconciler.sandbox.seed import phone_number, record_id
from tests.sandbox.harness import BULKS, RECORD_LIST, RECORDS, Harness, ids_of

Opened = Callable[..., Harness]
FOUR = [record_id(n) for n in range(4)]


def gone(sandbox: Harness) -> set[str]:
    """Return the records that are away once every deletion is done."""
    sandbox.now += 100
    return {record_id(n) for n in range(120)} - sandbox.store.record_ids(RECORD_LIST)


def all_pages(sandbox: Harness, size: int = 40) -> list[str]:
    """Return the ids of all pages, by the numbers of the first one."""
    last = sandbox.records(f"per_page={size}")["total_pages"]
    return [
        found
        for page in range(1, last + 1)
        for found in ids_of(sandbox.records(f"per_page={size}&page={page}"))
    ]


def test_ten_calls_are_accepted_in_any_5_seconds(opened: Opened) -> None:
    sandbox = opened(limited=True)
    statuses = [sandbox.talkdesk("GET", "/record-lists").status_code for _ in range(10)]
    assert statuses == [200] * 9 + [429]
    sandbox.now += 5.1
    assert sandbox.talkdesk("GET", "/record-lists").status_code == 200


def test_the_limit_is_the_one_of_the_switch(opened: Opened) -> None:
    sandbox = opened("talkdesk_limit=1", limited=True)
    answer = sandbox.talkdesk("GET", "/record-lists")
    assert (answer.status_code, answer.json()["code"]) == (429, "0012001")
    assert "retry-after" not in answer.headers


def test_the_limit_may_be_load_shedding(opened: Opened) -> None:
    sandbox = opened("talkdesk_limit=1", "talkdesk_limit_mode=load_shedding", limited=True)
    answer = sandbox.talkdesk("GET", "/record-lists")
    assert (answer.status_code, answer.json()["code"]) == (429, "0020017")
    assert answer.json()["fields"][0]["name"] == "retry-after"


@pytest.mark.parametrize(("value", "header"), [("auto", "6"), ("1000000000", "1000000000")])
def test_retry_after_is_what_the_switch_says(opened: Opened, value: str, header: str) -> None:
    sandbox = opened("talkdesk_limit=1", f"talkdesk_retry_after={value}", limited=True)
    assert sandbox.talkdesk("GET", "/record-lists").headers["retry-after"] == header


def test_a_token_lives_as_long_as_the_switch_says(opened: Opened) -> None:
    sandbox = opened("talkdesk_token_lifetime=10")
    assert sandbox.token().json()["expires_in"] == 10
    assert sandbox.talkdesk("GET", "/record-lists").status_code == 200
    sandbox.now += 10
    assert sandbox.talkdesk("GET", "/record-lists").status_code == 401


def test_a_token_may_be_revoked_after_some_calls(opened: Opened) -> None:
    sandbox = opened("talkdesk_token_revoked_after=2")
    statuses = [sandbox.talkdesk("GET", "/record-lists").status_code for _ in range(3)]
    assert statuses == [200, 200, 401]


def test_without_the_scope_every_call_is_a_403(opened: Opened) -> None:
    sandbox = opened("talkdesk_granted_scopes=account:read")
    assert sandbox.token().json()["scope"] == "account:read"
    answer = sandbox.talkdesk("GET", "/record-lists")
    assert (answer.status_code, answer.json()["code"]) == (403, "0530902")


@pytest.mark.parametrize("answer", ["202", "202_with_body"])
def test_an_accepted_deletion_is_done_5_seconds_later(opened: Opened, answer: str) -> None:
    sandbox = opened(f"talkdesk_delete_answer={answer}")
    response = sandbox.delete_records(*FOUR)
    assert response.status_code == 202
    assert bool(response.content) == (answer == "202_with_body")
    sandbox.now += 4.9
    assert sandbox.record(record_id(0)).status_code == 200
    sandbox.now += 0.2
    assert sandbox.record(record_id(0)).status_code == 404
    assert gone(sandbox) == set(FOUR)


def test_an_accepted_deletion_is_done_after_the_delay(opened: Opened) -> None:
    sandbox = opened("talkdesk_delete_answer=202", "talkdesk_delete_delay=50")
    sandbox.delete_records(*FOUR)
    sandbox.now += 49
    assert len(sandbox.store.record_ids(RECORD_LIST)) == 120
    sandbox.now += 2
    assert len(sandbox.store.record_ids(RECORD_LIST)) == 116


@pytest.mark.parametrize(("deleted", "away"), [("as_answered", set()), ("all", set(FOUR))])
def test_a_refused_deletion_may_delete_all_the_same(
    opened: Opened, deleted: str, away: set[str]
) -> None:
    sandbox = opened("talkdesk_delete_answer=400", f"talkdesk_deleted={deleted}")
    assert sandbox.delete_records(*FOUR).status_code == 400
    assert gone(sandbox) == away


@pytest.mark.parametrize(
    ("deleted", "claimed", "failed", "away"),
    [
        ("all", 4, 0, 4),
        ("none", 4, 0, 0),
        ("half", 2, 2, 2),
        ("half_silently", 4, 0, 2),
        ("extra", 4, 0, 5),
    ],
)
def test_a_deletion_may_delete_something_else_than_it_says(
    opened: Opened, deleted: str, claimed: int, failed: int, away: int
) -> None:
    sandbox = opened(f"talkdesk_deleted={deleted}")
    answer = sandbox.delete_records(*FOUR).json()
    assert (answer["total_deleted"], answer["total_errors"]) == (claimed, failed)
    assert answer["has_errors"] == (failed > 0)
    assert len(answer["_embedded"].get("failed_records", [])) == failed
    assert len(gone(sandbox)) == away
    assert (gone(sandbox) <= set(FOUR)) == (deleted != "extra")


@pytest.mark.parametrize(("maximum", "most"), [("100", 100), ("200", 200)])
def test_a_bulk_deletion_has_a_maximum(opened: Opened, maximum: str, most: int) -> None:
    sandbox = opened(f"talkdesk_bulk_maximum={maximum}")
    ids = [record_id(n) for n in range(most + 1)]
    assert sandbox.delete_records(*ids).status_code == 400
    assert sandbox.store.arrivals()[-1].size == most + 1
    assert sandbox.delete_records(*ids[1:]).status_code == 200


def test_the_reasons_may_be_missing(opened: Opened) -> None:
    answer = opened("talkdesk_reason=false").delete_records(record_id(999)).json()
    assert (answer["has_errors"], set(answer["_embedded"])) == (True, {"failed_records"})


def test_the_failed_records_may_be_missing(opened: Opened) -> None:
    answer = opened("talkdesk_failed_records=false").delete_records(record_id(999)).json()
    assert (answer["has_errors"], set(answer["_embedded"])) == (True, {"reason"})


@pytest.mark.parametrize(("mode", "total"), [("right", 4), ("too_high", 5), ("too_low", 3)])
def test_the_total_may_be_wrong(opened: Opened, mode: str, total: int) -> None:
    answer = opened(f"talkdesk_total_deleted={mode}").delete_records(*FOUR).json()
    assert answer["total_deleted"] == total


@pytest.mark.parametrize(("mode", "status"), [("refused", 400), ("accepted", 200)])
def test_mixed_identifiers_may_be_accepted(opened: Opened, mode: str, status: int) -> None:
    sandbox = opened(f"talkdesk_mixed_kinds={mode}")
    body = [{"id": record_id(0)}, {"phone_number": phone_number(1)}]
    assert sandbox.talkdesk("DELETE", BULKS, body).status_code == status
    assert len(gone(sandbox)) == (2 if status == 200 else 0)


def test_one_id_may_poison_its_batch(opened: Opened) -> None:
    sandbox = opened(f"talkdesk_poison_id={record_id(2)}")
    assert sandbox.delete_records(*FOUR).status_code == 400
    assert sandbox.delete_records(record_id(0)).status_code == 200
    assert gone(sandbox) == {record_id(0)}


def test_a_record_in_use_is_not_deleted(opened: Opened) -> None:
    sandbox = opened(f"talkdesk_busy_id={record_id(0)}")
    alone = sandbox.talkdesk("DELETE", f"{RECORDS}/{record_id(0)}")
    assert (alone.status_code, alone.json()["code"]) == (422, "0530905")
    answer = sandbox.delete_records(*FOUR).json()
    assert answer["_embedded"]["reason"] == {"bad_request_param": [record_id(0)]}
    assert gone(sandbox) == set(FOUR[1:])


def test_the_body_of_a_deletion_may_be_dropped(opened: Opened) -> None:
    sandbox = opened("talkdesk_body_dropped=true")
    assert sandbox.delete_records(*FOUR).status_code == 400
    assert not gone(sandbox)


@pytest.mark.parametrize(("mode", "found"), [("any", 1), ("first", 0)])
def test_only_the_first_number_may_be_compared(opened: Opened, mode: str, found: int) -> None:
    sandbox = opened(f"talkdesk_phone_match={mode}")
    body = [{"phone_number": phone_number(1, "212")}]
    assert sandbox.talkdesk("DELETE", BULKS, body).json()["total_deleted"] == found


def test_single_deletions_may_be_accepted_only(opened: Opened) -> None:
    sandbox = opened("talkdesk_single_delete=202")
    urls = [f"{RECORDS}/{record_id(0)}", f"{RECORDS}?phone_number={quote(phone_number(1))}"]
    assert [sandbox.talkdesk("DELETE", url).status_code for url in urls] == [202, 202]
    assert len(sandbox.store.record_ids(RECORD_LIST)) == 120
    assert gone(sandbox) == {record_id(0), record_id(1)}


@pytest.mark.parametrize(
    ("mode", "rows", "unique"),
    [
        ("honoured", 120, 120),
        ("repeat", 120, 80),
        ("skip", 80, 80),
        ("shift", 120, 118),
        ("short", 117, 117),
        ("empty", 0, 0),
        ("empty_middle", 80, 80),
    ],
)
def test_pages_may_be_wrong(opened: Opened, mode: str, rows: int, unique: int) -> None:
    found = all_pages(opened(f"talkdesk_paging={mode}"))
    assert (len(found), len(set(found))) == (rows, unique)


def test_the_next_link_may_be_missing_too_early(opened: Opened) -> None:
    page = opened("talkdesk_paging=no_next").records("per_page=40")
    assert page["total_pages"] == 3
    assert "next" not in page["_links"]


@pytest.mark.parametrize(
    ("mode", "start"),
    [
        ("absolute", "http://sandbox/record-lists"),
        ("relative", "/record-lists/"),
        ("foreign_host", "http://elsewhere.invalid/record-lists/"),
    ],
)
def test_the_next_link_may_point_elsewhere(opened: Opened, mode: str, start: str) -> None:
    page = opened(f"talkdesk_next_link={mode}").records()
    assert page["_links"]["next"]["href"].startswith(start)


def test_the_last_page_may_link_to_itself(opened: Opened) -> None:
    page = opened("talkdesk_next_link=always").records("page=3")
    assert page["_links"]["next"] == page["_links"]["self"] == page["_links"]["last"]


@pytest.mark.parametrize(
    ("mode", "count"), [("right", 120), ("too_high", 123), ("too_low", 117), ("page", 50)]
)
def test_the_count_of_a_listing_may_be_wrong(opened: Opened, mode: str, count: int) -> None:
    page = opened(f"talkdesk_count={mode}").records()
    assert (page["count"], page["total"]) == (count, count)


def test_the_total_of_a_listing_may_be_missing(opened: Opened) -> None:
    sandbox = opened("talkdesk_total=false")
    assert "total" not in sandbox.records()
    assert "total" not in sandbox.talkdesk("GET", "/record-lists").json()


def test_the_count_of_a_list_may_lag(opened: Opened) -> None:
    sandbox = opened("talkdesk_records_count_lag=30")
    sandbox.delete_records(*FOUR)
    url = f"/record-lists/{RECORD_LIST}"
    assert sandbox.talkdesk("GET", url).json()["records_count"] == 120
    assert sandbox.records()["count"] == 116
    sandbox.now += 31
    assert sandbox.talkdesk("GET", url).json()["records_count"] == 116


def test_listings_may_lag(opened: Opened) -> None:
    sandbox = opened("talkdesk_list_lag=30")
    sandbox.delete_records(*FOUR)
    assert sandbox.records()["count"] == 120
    assert sandbox.record(record_id(0)).status_code == 404
    sandbox.now += 31
    assert sandbox.records()["count"] == 116


def test_reads_of_one_record_may_lag(opened: Opened) -> None:
    sandbox = opened("talkdesk_get_lag=30")
    sandbox.delete_records(*FOUR)
    assert sandbox.record(record_id(0)).status_code == 200
    assert sandbox.records()["count"] == 116
    sandbox.now += 31
    assert sandbox.record(record_id(0)).status_code == 404


@pytest.mark.parametrize(
    ("spelling", "status", "body"),
    [
        ("404", 404, {"code": "0530920", "message": "Record not found."}),
        ("404_list", 404, {"code": "0530910", "message": "Record List not found."}),
        ("empty_object", 200, {}),
        ("null", 200, None),
    ],
)
def test_gone_may_be_spelt_otherwise(
    opened: Opened, spelling: str, status: int, body: object
) -> None:
    answer = opened(f"talkdesk_gone={spelling}").record(record_id(999))
    assert (answer.status_code, answer.json()) == (status, body)


def test_a_deleted_record_may_be_shown_for_ever(opened: Opened) -> None:
    sandbox = opened("talkdesk_gone=stale")
    sandbox.delete_records(*FOUR)
    assert gone(sandbox) == set(FOUR)
    assert sandbox.record(record_id(0)).status_code == 200
    assert sandbox.record(record_id(999)).status_code == 404


def test_a_record_list_may_be_missing(opened: Opened) -> None:
    sandbox = opened(f"talkdesk_missing_list={RECORD_LIST}")
    answer = sandbox.talkdesk("GET", RECORDS)
    assert (answer.status_code, answer.json()["code"]) == (404, "0530910")
