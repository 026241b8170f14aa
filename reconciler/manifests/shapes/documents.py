"""Whole documents, one shape for each kind."""

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from reconciler.manifests.shapes.absences import AbsentRecordsSpec, AbsentTasksSpec
from reconciler.manifests.shapes.accounts import LeadSquaredSpec, TalkdeskSpec, UndecidedSpec
from reconciler.manifests.shapes.allowances import AllowanceSpec
from reconciler.manifests.shapes.fields import Shape, word
from reconciler.manifests.shapes.heads import (
    ERASURES,
    AbsenceMetadata,
    AllowanceMetadata,
    Metadata,
    ProtectionMetadata,
)
from reconciler.manifests.shapes.policies import PolicySpec
from reconciler.manifests.shapes.protections import RecordProtectionSpec, TaskProtectionSpec

API_VERSION = "reconciler/v1"
KINDS = ("Account", "Policy", "Protection", "Allowance", "AbsentTasks", "AbsentRecords")

_HEAD = "Who answers for it, and why it is there."
_LIST_ID = "b3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10"


class Document(Shape):
    """One document; a known kind decides which of the shapes below it must have."""

    api_version: Annotated[str, word(API_VERSION)] = Field(
        description="The version of the language.", examples=[API_VERSION]
    )
    kind: Annotated[str, word(*KINDS)] = Field(
        description="What the document is about.", examples=[*KINDS]
    )


class UndecidedDocument(Document):
    """A document whose kind is missing or unknown, so that nothing else can be judged."""

    model_config = ConfigDict(extra="ignore")


class LeadSquaredAccount(Document):
    """An account of LeadSquared."""

    metadata: Metadata = Field(description=_HEAD, examples=[{"name": "acme-crm"}])
    spec: LeadSquaredSpec = Field(
        description="Which account it is.",
        examples=[{"system": "leadsquared", "region": "in21", "tenant": "22824"}],
    )


class TalkdeskAccount(Document):
    """An account of Talkdesk."""

    metadata: Metadata = Field(description=_HEAD, examples=[{"name": "acme-dialer"}])
    spec: TalkdeskSpec = Field(
        description="Which account it is.",
        examples=[{"system": "talkdesk", "region": "eu", "tenant": "acme"}],
    )


class UndecidedAccount(Document):
    """An account of neither system."""

    metadata: Metadata
    spec: UndecidedSpec


class PolicyDocument(Document):
    """Limits on what a plan may delete; without any Policy the defaults hold."""

    metadata: Metadata = Field(description=_HEAD, examples=[{"name": "default"}])
    spec: PolicySpec = Field(
        description="The limits; one that is left out keeps its default.",
        examples=[{"maxDeletes": 500, "maxDeletePercent": 25}],
    )


class AllowanceDocument(Document):
    """Lifts guards for one account and one run; consumed by the first run that needs it."""

    metadata: AllowanceMetadata = Field(
        description=_HEAD,
        examples=[{"name": "march-clean-up", "owner": "crm-ops", "reason": "One-off clean-up"}],
    )
    spec: AllowanceSpec = Field(
        description="What it lifts, and for which account.",
        examples=[{"account": "acme-crm", "lifts": {"maxDeletes": 12000}}],
    )


class TaskProtection(Document):
    """Tasks that are never deleted, by any manifest."""

    metadata: ProtectionMetadata = Field(
        description=_HEAD,
        examples=[{"name": "lawsuit", "owner": "legal", "reason": "Evidence"}],
    )
    spec: TaskProtectionSpec = Field(
        description="Which tasks: a list, a side file and a rule add up.",
        examples=[{"account": "acme-crm", "where": {"owner": ["legal@example.com"]}}],
    )


class RecordProtection(Document):
    """Records that are never deleted, by any manifest."""

    metadata: ProtectionMetadata = Field(
        description=_HEAD,
        examples=[{"name": "lawsuit", "owner": "legal", "reason": "Evidence"}],
    )
    spec: RecordProtectionSpec = Field(
        description="Which records: a list, a side file and a rule add up.",
        examples=[{"account": "acme-dialer", "where": {"phonePrefix": "+1"}}],
    )


def _erasing(**refused: JsonDict | bool) -> JsonDict:
    """Return what says which fields of ``spec`` an erasure must not have."""
    purpose: JsonDict = {"required": ["purpose"], "properties": {"purpose": {"enum": [*ERASURES]}}}
    return {
        "if": {"properties": {"metadata": purpose}},
        "then": {"properties": {"spec": {"properties": {**refused}}}},
    }


class AbsentTasks(Document):
    """Tasks that must not exist."""

    model_config = ConfigDict(json_schema_extra=_erasing(where=False))
    metadata: AbsenceMetadata = Field(
        description=_HEAD,
        examples=[{"name": "duplicates", "owner": "crm-ops", "reason": "Imported twice"}],
    )
    spec: AbsentTasksSpec = Field(
        description="Which tasks: `tasks`, `tasksFrom` or both, or `where`.",
        examples=[{"account": "acme-crm", "tasks": ["0017abfa-c100-11e5-9340-06c7eb5c8385"]}],
    )


class AbsentRecords(Document):
    """Records of one record list that must not exist."""

    model_config = ConfigDict(
        json_schema_extra=_erasing(
            where=False,
            records={
                "items": {
                    "properties": dict.fromkeys(
                        ("phoneNumber", "externalProvider", "externalId"), False
                    )
                }
            },
        )
    )
    metadata: AbsenceMetadata = Field(
        description=_HEAD,
        examples=[{"name": "opted-out", "owner": "dialer-ops", "reason": "Opted out"}],
    )
    spec: AbsentRecordsSpec = Field(
        description="Which records: `records`, `recordsFrom` or both, or `where`.",
        examples=[
            {
                "account": "acme-dialer",
                "recordList": _LIST_ID,
                "records": [{"id": "8858c834-481d-4a02-8176-cffc02c50350"}],
            }
        ],
    )


AbsenceDocument: TypeAlias = AbsentTasks | AbsentRecords
ProtectionDocument: TypeAlias = TaskProtection | RecordProtection
AccountDocument: TypeAlias = LeadSquaredAccount | TalkdeskAccount
