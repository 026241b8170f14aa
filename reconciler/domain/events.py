"""Audit events: a closed set, in domain words; chain and canonical form are the log's business."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from reconciler.domain.batches import Batch
from reconciler.domain.guarding.guards import GuardResult
from reconciler.domain.outcomes import Outcome
from reconciler.domain.rechecked import Rechecked

Json: TypeAlias = "str | int | bool | Mapping[str, Json] | Sequence[Json]"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """A run begins: who, from which commit, for which plan, by which manifests."""

    type: ClassVar[str] = "run.started"
    fields: Mapping[str, Json]

    def body(self) -> dict[str, Json]:
        """Return the event's own fields."""
        return dict(self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantChecked:
    """The account was asked who it is, and is the declared one."""

    type: ClassVar[str] = "tenant.checked"
    account: str
    system: str
    host: str
    expected: str
    observed: str

    def body(self) -> dict[str, Json]:
        """Return the event's own fields."""
        return {
            "account": self.account,
            "system": self.system,
            "host": self.host,
            "expected": self.expected,
            "observed": self.observed,
        }


@dataclass(frozen=True, slots=True)
class GuardEvaluated:
    """One guard was judged, whatever it said."""

    type: ClassVar[str] = "guard.evaluated"
    result: GuardResult

    def body(self) -> dict[str, Json]:
        """Return the event's own fields."""
        return {**self.result.fields}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchIntent:
    """A request is about to leave; durable before it does."""

    type: ClassVar[str] = "batch.intent"
    batch: Batch
    declared: Sequence[Sequence[int]]
    """For each id, the rows of the run's table of manifests that declare it."""
    sent_as: Mapping[str, str] = field(default_factory=dict)
    """Pseudonyms of the identifiers that are sent instead of ids, by id."""

    def body(self) -> dict[str, Json]:
        """Return the event's own fields."""
        container = self.batch.container
        return {
            "batch": {
                "number": self.batch.number,
                "attempt": self.batch.attempt,
                "account": container.account,
                "container": container.record_list or "task",
                "by": self.batch.by.value,
                "size": len(self.batch.ids),
                "canary": self.batch.canary,
            },
            "items": [
                self._item(target_id, rows)
                for target_id, rows in zip(self.batch.ids, self.declared, strict=True)
            ],
        }

    def _item(self, target_id: str, rows: Sequence[int]) -> dict[str, Json]:
        sent_as = self.sent_as.get(target_id)
        item: dict[str, Json] = {"id": target_id, "declared": list(rows)}
        return item if sent_as is None else {**item, "sent_as": sent_as}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResponse:
    """What came back: status, time and what the API claimed and named."""

    type: ClassVar[str] = "batch.response"
    account: str
    number: int
    attempt: int
    reply: str
    """``delivered``, ``throttled``, ``unsent``, ``malformed`` or ``unauthorised``."""
    status: int
    latency_ms: int
    claimed: Mapping[str, int] = field(default_factory=dict)
    named: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Ids by what was said of them."""
    note: str = ""

    def body(self) -> dict[str, Json]:
        """Return the event's own fields."""
        body: dict[str, Json] = {
            "batch": {"account": self.account, "number": self.number, "attempt": self.attempt},
            "reply": self.reply,
            "latency_ms": self.latency_ms,
            "claimed": dict(self.claimed),
            "named": {said: list(ids) for said, ids in self.named.items()},
        }
        if self.status:
            body["status"] = self.status
        if self.note:
            body["note"] = self.note
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSettled:
    """Every target of a batch has its outcome; the commonest one is ``rest``."""

    type: ClassVar[str] = "batch.settled"
    account: str
    number: int
    attempt: int
    rest: Outcome
    others: Mapping[Outcome, Sequence[str]] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    """How often each reason was given."""
    evidence: Mapping[str, int] = field(default_factory=dict)
    """How often each was found that a target is gone."""
    resent_as: Sequence[int] = ()
    """Numbers of the batches that its targets went into instead."""

    def body(self) -> dict[str, Json]:
        """Return the event's own fields."""
        outcomes: dict[str, Json] = {"rest": self.rest.value}
        outcomes.update({outcome.value: list(ids) for outcome, ids in self.others.items()})
        body: dict[str, Json] = {
            "batch": {"account": self.account, "number": self.number, "attempt": self.attempt},
            "outcomes": outcomes,
        }
        if self.reasons:
            body["reasons"] = dict(self.reasons)
        if self.evidence:
            body["evidence"] = dict(self.evidence)
        if self.resent_as:
            body["resent_as"] = list(self.resent_as)
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookReceived:
    """The account called back about a batch, and the run looks at it sooner; proves nothing."""

    type: ClassVar[str] = "webhook.received"
    account: str
    number: int
    attempt: int
    claimed: Mapping[str, str | int] = field(default_factory=dict)

    def body(self) -> dict[str, Json]:
        """Return the event's own fields."""
        return {
            "batch": {"account": self.account, "number": self.number, "attempt": self.attempt},
            "claimed": dict(self.claimed),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryStarted:
    """Batches that an earlier run left unknown are about to be read."""

    type: ClassVar[str] = "recovery.started"
    account: str
    batches: Sequence[tuple[str, int, int]]
    """Run id, number and attempt of each."""

    def body(self) -> dict[str, Json]:
        """Return the event's own fields."""
        return {"account": self.account, "batches": _references(self.batches)}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverySettled:
    """What was read of one batch that an earlier run left unknown."""

    type: ClassVar[str] = "recovery.settled"
    account: str
    batch: tuple[str, int, int]
    outcomes: Mapping[Outcome, Sequence[str]]
    evidence: Mapping[str, int] = field(default_factory=dict)
    """How often each was found that a target is gone."""

    def body(self) -> dict[str, Json]:
        """Return the event's own fields."""
        body: dict[str, Json] = {
            "account": self.account,
            "batch": _references([self.batch])[0],
            "outcomes": {outcome.value: list(ids) for outcome, ids in self.outcomes.items()},
        }
        return {**body, "evidence": dict(self.evidence)} if self.evidence else body


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    """The run is over; counts of outcomes and the exit code."""

    type: ClassVar[str] = "run.finished"
    outcomes: Mapping[Outcome, int]
    exit_code: int
    failure_reason: str
    rechecked: Rechecked | None = None
    """Of a recheck only."""

    def body(self) -> dict[str, Json]:
        """Return the event's own fields."""
        body: dict[str, Json] = {
            "outcomes": {outcome.value: self.outcomes.get(outcome, 0) for outcome in Outcome},
            "exit_code": self.exit_code,
            "failure_reason": self.failure_reason,
        }
        if self.rechecked:
            body["rechecked"] = self.rechecked.counts
            body["returned"] = list(self.rechecked.returned)
        return body


def _references(batches: Sequence[tuple[str, int, int]]) -> list[Json]:
    return [
        {"run_id": run_id, "number": number, "attempt": attempt}
        for run_id, number, attempt in batches
    ]


Event: TypeAlias = (
    RunStarted
    | TenantChecked
    | GuardEvaluated
    | BatchIntent
    | BatchResponse
    | BatchSettled
    | WebhookReceived
    | RecoveryStarted
    | RecoverySettled
    | RunFinished
)
