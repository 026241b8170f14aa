"""Audit events: their own fields, to the letter."""

import pytest

from reconciler.domain.batches import Batch, batch_of
from reconciler.domain.events import (
    BatchIntent,
    BatchResponse,
    BatchSettled,
    Event,
    GuardEvaluated,
    Json,
    RecoverySettled,
    RecoveryStarted,
    RunFinished,
    RunStarted,
    TenantChecked,
)
from reconciler.domain.guarding.guards import GuardResult, Verdict
from reconciler.domain.identifiers import Phone, Sent
from reconciler.domain.outcomes import Outcome
from reconciler.domain.rechecked import Rechecked
from tests.fakes.plans import RECORDS, TASKS

BATCH = Batch(number=2, attempt=1, container=TASKS, ids=["a", "b"])
NAME: dict[str, Json] = {"account": "acme-crm", "number": 2, "attempt": 1}

EVENTS: list[tuple[Event, str, dict[str, Json]]] = [
    (RunStarted(fields={"actor": "ada"}), "run.started", {"actor": "ada"}),
    (
        TenantChecked(
            account="acme-crm", system="leadsquared", host="h", expected="22824", observed="22824"
        ),
        "tenant.checked",
        {
            "account": "acme-crm",
            "system": "leadsquared",
            "host": "h",
            "expected": "22824",
            "observed": "22824",
        },
    ),
    (
        GuardEvaluated(
            GuardResult(
                guard="maxDeletes", scope="s", verdict=Verdict.PASSED, limit=5, observed=2, note="n"
            )
        ),
        "guard.evaluated",
        {
            "guard": "maxDeletes",
            "scope": "s",
            "verdict": "passed",
            "limit": 5,
            "observed": 2,
            "note": "n",
        },
    ),
    (
        BatchIntent(batch=BATCH, declared=[[0], [0, 1]]),
        "batch.intent",
        {
            "batch": {**NAME, "container": "task", "by": "id", "size": 2, "canary": False},
            "items": [{"id": "a", "declared": [0]}, {"id": "b", "declared": [0, 1]}],
        },
    ),
    (
        BatchResponse(
            account="acme-crm",
            number=2,
            attempt=1,
            reply="delivered",
            status=200,
            latency_ms=12,
            claimed={"total_deleted": 1},
            named={"not_found": ["b"]},
            note="odd",
        ),
        "batch.response",
        {
            "batch": NAME,
            "reply": "delivered",
            "status": 200,
            "latency_ms": 12,
            "claimed": {"total_deleted": 1},
            "named": {"not_found": ["b"]},
            "note": "odd",
        },
    ),
    (
        BatchResponse(
            account="acme-crm", number=2, attempt=1, reply="unsent", status=0, latency_ms=0
        ),
        "batch.response",
        {"batch": NAME, "reply": "unsent", "latency_ms": 0, "claimed": {}, "named": {}},
    ),
    (
        BatchSettled(
            account="acme-crm",
            number=2,
            attempt=1,
            rest=Outcome.DELETED,
            others={Outcome.FAILED: ["b"]},
            reasons={"busy": 1},
        ),
        "batch.settled",
        {
            "batch": NAME,
            "outcomes": {"rest": "deleted", "failed": ["b"]},
            "reasons": {"busy": 1},
        },
    ),
    (
        BatchSettled(
            account="acme-crm",
            number=2,
            attempt=1,
            rest=Outcome.NOT_ATTEMPTED,
            resent_as=[3, 4],
        ),
        "batch.settled",
        {"batch": NAME, "outcomes": {"rest": "not_attempted"}, "resent_as": [3, 4]},
    ),
    (
        RecoveryStarted(account="acme-crm", batches=[("r", 2, 1)]),
        "recovery.started",
        {"account": "acme-crm", "batches": [{"run_id": "r", "number": 2, "attempt": 1}]},
    ),
    (
        RecoverySettled(
            account="acme-crm", batch=("r", 2, 1), outcomes={Outcome.DELETED: ["a", "b"]}
        ),
        "recovery.settled",
        {
            "account": "acme-crm",
            "batch": {"run_id": "r", "number": 2, "attempt": 1},
            "outcomes": {"deleted": ["a", "b"]},
        },
    ),
    (
        RunFinished(outcomes={Outcome.DELETED: 2}, exit_code=6, failure_reason="bad_outcomes"),
        "run.finished",
        {
            "outcomes": {
                "deleted": 2,
                "already_absent": 0,
                "still_present": 0,
                "failed": 0,
                "unknown": 0,
                "not_attempted": 0,
            },
            "exit_code": 6,
            "failure_reason": "bad_outcomes",
        },
    ),
    (
        RunFinished(
            outcomes={},
            exit_code=2,
            failure_reason="changes_pending",
            rechecked=Rechecked(still_gone=3, returned=["leadsquared/crm/task/a"], unknown=1),
        ),
        "run.finished",
        {
            "outcomes": {
                "deleted": 0,
                "already_absent": 0,
                "still_present": 0,
                "failed": 0,
                "unknown": 0,
                "not_attempted": 0,
            },
            "exit_code": 2,
            "failure_reason": "changes_pending",
            "rechecked": {"still_gone": 3, "returned": 1, "unknown": 1},
            "returned": ["leadsquared/crm/task/a"],
        },
    ),
]


@pytest.mark.parametrize(("event", "kind", "body"), EVENTS)
def test_an_event_has_its_name_and_its_fields(
    event: Event, kind: str, body: dict[str, Json]
) -> None:
    assert (event.type, event.body()) == (kind, body)


def test_a_record_list_is_the_container_of_its_batches() -> None:
    batch = Batch(number=1, attempt=1, container=RECORDS, ids=["a"])
    body = BatchIntent(batch=batch, declared=[[0]]).body()
    assert body["batch"] == {
        "number": 1,
        "attempt": 1,
        "account": "acme-dialer",
        "container": "list-1",
        "by": "id",
        "size": 1,
        "canary": False,
    }


def test_no_intent_leaves_a_target_without_its_manifests() -> None:
    with pytest.raises(ValueError, match="shorter"):
        BatchIntent(batch=BATCH, declared=[[0]]).body()


def test_an_intent_by_phone_number_names_pseudonyms_and_never_the_number() -> None:
    batch = batch_of(4, RECORDS, [Sent(Phone("+14155550100"), ("a", "b"))])
    intent = BatchIntent(batch=batch, declared=[[0], [1]], sent_as=dict.fromkeys("ab", "h1:k:m"))
    assert intent.body()["batch"] == {
        "number": 4,
        "attempt": 1,
        "account": "acme-dialer",
        "container": "list-1",
        "by": "phone_number",
        "size": 2,
        "canary": False,
    }
    assert intent.body()["items"] == [
        {"id": "a", "declared": [0], "sent_as": "h1:k:m"},
        {"id": "b", "declared": [1], "sent_as": "h1:k:m"},
    ]
    assert "4155550100" not in str(intent)
