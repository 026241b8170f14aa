"""The plan as a document: names and shapes that other programs read."""

import json
from dataclasses import replace

import pytest

from reconciler.domain.absences import Declared
from reconciler.domain.document import (
    document,
    footer_fields,
    header_fields,
    item_fields,
    last_line,
)
from reconciler.domain.items import item_at
from reconciler.domain.live import LiveState, Unknown
from reconciler.domain.plan import Forecast, Plan
from tests.fakes.plans import ABSENT, RECORDS, TASKS, a_manifest, a_plan, an_id, crm, present

TASKS_PREFIX = "leadsquared/acme-crm/task/"


def plan() -> Plan:
    return a_plan(
        {
            TASKS: {
                an_id(1): present("a", name="C***"),
                an_id(2): ABSENT,
                an_id(3): Unknown("503"),
            },
            RECORDS: {an_id(4): present("b")},
        },
        populations={RECORDS: 40},
    )


def declared(line: int, manifest: str = "m0", kind: str = "AbsentTasks") -> dict[str, object]:
    return {
        "file": f"manifests/{manifest}.yaml",
        "line": line,
        "manifest": f"{kind}/{manifest}",
        "ticket": "T-0" if manifest == "m0" else "T-1",
        "purpose": "hygiene",
    }


def test_the_items_are_sorted_and_say_everything() -> None:
    shared = {"account": "acme-crm", "system": "leadsquared", "container": "task", "type": "item"}
    assert list(document(plan()).items(None)) == [
        {
            **shared,
            "address": TASKS_PREFIX + an_id(1),
            "id": an_id(1),
            "action": "delete",
            "reason": "declared absent and seen alive",
            "declared": [declared(10)],
            "fingerprint": "f1:key:a",
            "evidence": {"by": "id", "answer": "200 with the task"},
            "live": {"name": "C***"},
        },
        {
            **shared,
            "address": TASKS_PREFIX + an_id(2),
            "id": an_id(2),
            "action": "absent",
            "reason": "already absent",
            "declared": [declared(11)],
            "evidence": {"by": "id", "answer": "200 []"},
        },
        {
            **shared,
            "address": TASKS_PREFIX + an_id(3),
            "id": an_id(3),
            "action": "unknown",
            "reason": "503",
            "declared": [declared(12)],
        },
        {
            "type": "item",
            "account": "acme-dialer",
            "system": "talkdesk",
            "container": "list-1",
            "address": "talkdesk/acme-dialer/list-1/record/" + an_id(4),
            "id": an_id(4),
            "action": "delete",
            "reason": "declared absent and seen alive",
            "declared": [declared(10, "m1", "AbsentRecords")],
            "fingerprint": "f1:key:b",
            "evidence": {"by": "id", "answer": "200 with the task"},
            "live": {},
        },
    ]


def test_the_header_says_what_the_plan_was_made_from() -> None:
    made = plan()
    counts = {"delete": 0, "absent": 0, "protected": 0, "held": 0, "unknown": 0}
    forecast = {
        "reads": 3,
        "deletions": 1,
        "verification": 1,
        "minutes": 0,
        "daily_percent": None,
        "daily_left": None,
    }
    assert header_fields(made) == {
        "type": "plan",
        "format_version": "1.0",
        "tool_version": "1.0",
        "created_at": "2026-11-22T09:00:00Z",
        "expires_at": "2026-11-23T09:00:00Z",
        "manifests": {
            "commit": "c0ffee",
            "ref": "main",
            "dirty": False,
            "tree_digest": "sha256:0",
        },
        "relative_times": {},
        "scope": made.scope,
        "targets": [],
        "excludes": [],
        "accounts": [
            {
                "name": "acme-crm",
                "system": "leadsquared",
                "tenant": "22824",
                "host": "sandbox",
                "key_id": "key",
                "way": "by id",
                "calls": 3,
                "population": None,
                "containers": [
                    {
                        "container": "task",
                        "way": "by id",
                        "population": None,
                        "counts": {**counts, "delete": 1, "absent": 1, "unknown": 1},
                    }
                ],
                "forecast": forecast,
            },
            {
                "name": "acme-dialer",
                "system": "talkdesk",
                "tenant": "acme",
                "host": "sandbox",
                "key_id": "key",
                "way": "by id",
                "calls": 3,
                "population": 40,
                "containers": [
                    {
                        "container": "list-1",
                        "way": "by id",
                        "population": 40,
                        "counts": {**counts, "delete": 1},
                    }
                ],
                "forecast": forecast,
            },
        ],
        "warnings": [],
    }


def test_the_footer_counts_and_judges() -> None:
    made = a_plan({TASKS: {an_id(1): present()}}, max_deletes=0)
    assert footer_fields(made) == {
        "type": "end",
        "counts": {"delete": 1, "absent": 0, "protected": 0, "held": 0, "unknown": 0},
        "guards": [
            {
                "guard": "maxDeletes",
                "scope": "account/acme-crm",
                "verdict": "violated",
                "limit": 0,
                "observed": 1,
                "note": "lowered by --max-deletes",
            },
            {
                "guard": "maxDeletesPerDay",
                "scope": "account/acme-crm",
                "verdict": "passed",
                "limit": 2000,
                "observed": 1,
                "note": "",
            },
            {
                "guard": "maxDeletePercent",
                "scope": "leadsquared/acme-crm/task",
                "verdict": "not_evaluated",
                "limit": 25,
                "observed": 0,
                "note": "for up to 10 deletions",
            },
            {
                "guard": "allowEmptying",
                "scope": "leadsquared/acme-crm/task",
                "verdict": "not_evaluated",
                "limit": 0,
                "observed": 0,
                "note": "how much there is in all is not known",
            },
        ],
        "applyable": False,
        "digest": made.digest,
    }


def test_the_document_is_json() -> None:
    shown = document(plan())
    for fields in (shown.header, shown.footer, *shown.items(None)):
        assert json.loads(json.dumps(fields)) == fields


def test_a_note_is_told_where_there_is_one() -> None:
    item = item_at(plan().accounts[0].sections[0], 0)
    noted = replace(item, declared=(Declared(a_manifest(), 3, "second copy"),))
    assert item_fields(noted)["declared"] == [
        {**declared(3), "ticket": "T-1", "note": "second copy"}
    ]


def test_few_items_are_shown_per_action_and_in_order() -> None:
    made = a_plan({TASKS: {an_id(n): present() if n % 2 else ABSENT for n in range(10)}})
    shown = [item["id"] for item in document(made).items(2)]
    assert shown == [an_id(0), an_id(1), an_id(2), an_id(3)]


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        (
            {"delete": 12, "absent": 3, "protected": 1, "held": 0, "unknown": 0},
            "Plan: 12 to delete, 3 already absent, 1 protected, 0 held, 0 unknown.",
        ),
        (
            {"delete": 0, "absent": 3, "protected": 1, "held": 0, "unknown": 0},
            "No changes. 3 already absent, 1 protected.",
        ),
        (
            {"delete": 0, "absent": 3, "protected": 0, "held": 2, "unknown": 0},
            "Plan: 0 to delete, 3 already absent, 0 protected, 2 held, 0 unknown.",
        ),
        (
            {"delete": 0, "absent": 0, "protected": 0, "held": 0, "unknown": 4},
            "Plan: 0 to delete, 0 already absent, 0 protected, 0 held, 4 unknown.",
        ),
    ],
)
def test_the_last_line_sums_the_plan_up(counts: dict[str, int], line: str) -> None:
    assert last_line(counts) == line


@pytest.mark.parametrize(
    ("states", "cap", "applyable"),
    [
        ([present()], None, True),
        ([present(), ABSENT], None, True),
        ([ABSENT], None, False),
        ([present(), Unknown("?")], None, False),
        ([present()], 0, False),
    ],
)
def test_a_plan_is_applyable_if_an_apply_of_it_would_delete(
    states: list[LiveState], cap: int | None, *, applyable: bool
) -> None:
    tasks = {an_id(n): state for n, state in enumerate(states)}
    assert a_plan({TASKS: tasks}, max_deletes=cap).applyable is applyable


def test_a_forecast_counts_calls_minutes_and_the_share_of_a_day() -> None:
    account = crm(calls=10, per=5.0, batch=2, daily=100)
    made = a_plan({TASKS: {an_id(n): present() for n in range(5)}}, accounts=[account])
    # 3 calls to read again, 5 tasks in 3 batches, 5 reads behind them: one call over a window.
    assert made.accounts[0].forecast == Forecast(
        reads=3, deletions=3, verification=5, minutes=1 / 10 * 5.0 / 60, daily_percent=11
    )
