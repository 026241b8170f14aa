"""The shapes of manifests, as pydantic models; no other module knows pydantic."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from reconciler.manifests import scalars
from reconciler.manifests.nodes import Fields, Node

API_VERSION = "reconciler/v1"
KINDS = ("Account", "Policy", "AbsentTasks", "AbsentRecords")
LATER_KINDS = ("Protection", "Allowance")
PURPOSES = ("hygiene", "retention_expiry", "dnc_request", "gdpr_erasure", "ccpa_delete")
REGIONS = {
    "leadsquared": ("sg", "us11", "in21", "in22", "ir31", "ca12", "me61"),
    "talkdesk": ("us", "eu", "ca"),
}

Text = Annotated[str, BeforeValidator(scalars.text)]
Name = Annotated[str, BeforeValidator(scalars.name)]
Names = Annotated[list[Name], BeforeValidator(scalars.items)]
Whole = Annotated[int, BeforeValidator(scalars.whole)]
Boolean = Annotated[bool, BeforeValidator(scalars.boolean)]
Duration = Annotated[int, BeforeValidator(scalars.duration)]
Day = Annotated[date, BeforeValidator(scalars.day)]
Kind = Annotated[str, BeforeValidator(scalars.word(*KINDS, later=LATER_KINDS))]
Purpose = Annotated[str, BeforeValidator(scalars.word(*PURPOSES))]
# Entries stay nodes: they are read in bulk (entries.py), since a model for each would be slow.
Entries = Annotated[list[object], BeforeValidator(scalars.items)]


class Shape(BaseModel):
    """A mapping with known keys only."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)
    later: ClassVar[frozenset[str]] = frozenset()
    """Keys of the language that this version does not support."""
    idle: ClassVar[frozenset[str]] = frozenset()
    """Keys of the language that would have no effect here."""

    @model_validator(mode="before")
    @classmethod
    def _open(cls, node: Node) -> Mapping[str, Node]:
        return scalars.fields(node)


class Metadata(Shape):
    """The head of an Account or a Policy."""

    idle = frozenset({"purpose", "expires"})
    name: Name
    owner: Text | None = None
    reason: Text | None = None
    ticket: Text | None = None


class AbsenceMetadata(Shape):
    """The head of a manifest of absences."""

    name: Name
    owner: Text
    reason: Text
    ticket: Text | None = None
    purpose: Purpose = "hygiene"
    expires: Day | None = None


class Limits(Shape):
    """What both systems have in common."""

    calls: Annotated[Whole, Field(ge=1)]
    per: Annotated[Duration, Field(gt=0)] = 5
    delete_calls: Annotated[Whole, Field(ge=1)] | None = None
    daily: Annotated[Whole, Field(ge=1)] | None = None


class LeadSquaredLimits(Limits):
    """Limits of a LeadSquared account."""

    calls: Annotated[Whole, Field(ge=1)] = 25
    batch: Annotated[Whole, Field(ge=1, le=5000)] = 5000
    page: Annotated[Whole, Field(ge=1, le=1000)] = 500
    settle_within: Duration = 120


class TalkdeskLimits(Limits):
    """Limits of a Talkdesk account."""

    calls: Annotated[Whole, Field(ge=1)] = 10
    batch: Annotated[Whole, Field(ge=1, le=100)] = 100
    page: Annotated[Whole, Field(ge=1, le=500)] = 500
    settle_within: Duration = 60


class LeadSquaredSpec(Shape):
    """A LeadSquared account."""

    system: Annotated[str, BeforeValidator(scalars.word("leadsquared"))]
    region: Annotated[str, BeforeValidator(scalars.word(*REGIONS["leadsquared"]))]
    tenant: Annotated[str, BeforeValidator(scalars.tenant_code)]
    sees: Annotated[str, BeforeValidator(scalars.word("all"))] | None = None
    limits: LeadSquaredLimits = LeadSquaredLimits.model_construct()


class TalkdeskSpec(Shape):
    """A Talkdesk account."""

    idle = frozenset({"sees"})
    system: Annotated[str, BeforeValidator(scalars.word("talkdesk"))]
    region: Annotated[str, BeforeValidator(scalars.word(*REGIONS["talkdesk"]))]
    tenant: Name
    limits: TalkdeskLimits = TalkdeskLimits.model_construct()


class UndecidedSpec(Shape):
    """An account whose system is missing or unknown, so that nothing else can be judged."""

    model_config = ConfigDict(extra="ignore")
    system: Annotated[str, BeforeValidator(scalars.word(*REGIONS))]


class PolicySpec(Shape):
    """Limits on what a plan may delete."""

    later = frozenset({"maxDeletesPerDay", "allowDeclared", "requireTicket", "requirePlan"}) | {
        *("planTtl", "coolOff", "windows", "returned", "maxFailurePercent")
    }
    accounts: Annotated[Names, Field(min_length=1)] | None = None
    max_deletes: Whole | None = None
    max_delete_percent: Annotated[Whole, Field(le=100)] | None = None
    allow_emptying: Boolean | None = None
    canary: Annotated[list[object], BeforeValidator(scalars.no_items)] | None = None


class AbsentTasksSpec(Shape):
    """Tasks that must not exist."""

    later = frozenset({"tasksFrom", "where", "expect", "lookup"})
    account: Name
    tasks: Entries | None = None


class AbsentRecordsSpec(Shape):
    """Records of one record list that must not exist."""

    later = frozenset({"recordsFrom", "where", "expect"})
    account: Name
    record_list: Annotated[str, BeforeValidator(scalars.guid("record list"))]
    records: Entries | None = None
    delete_by: Annotated[str, BeforeValidator(scalars.word("id", later=("declared",)))] = "id"


class Document(Shape):
    """One document; a known kind decides which of the shapes below it must have."""

    api_version: Annotated[str, BeforeValidator(scalars.word(API_VERSION))]
    kind: Kind


class UndecidedDocument(Document):
    """A document whose kind is missing or unknown, so that nothing else can be judged."""

    model_config = ConfigDict(extra="ignore")


class LeadSquaredAccount(Document):
    """An account of LeadSquared."""

    metadata: Metadata
    spec: LeadSquaredSpec


class TalkdeskAccount(Document):
    """An account of Talkdesk."""

    metadata: Metadata
    spec: TalkdeskSpec


class UndecidedAccount(Document):
    """An account of neither system."""

    metadata: Metadata
    spec: UndecidedSpec


class PolicyDocument(Document):
    """A policy."""

    metadata: Metadata
    spec: PolicySpec


class AbsentTasks(Document):
    """A manifest of tasks."""

    metadata: AbsenceMetadata
    spec: AbsentTasksSpec


class AbsentRecords(Document):
    """A manifest of records."""

    metadata: AbsenceMetadata
    spec: AbsentRecordsSpec


@dataclass(frozen=True, slots=True)
class Mistake:
    """One way in which a document differs from its shape."""

    path: tuple[int | str, ...]
    cause: str
    """pydantic's word for it."""
    details: Mapping[str, object]


def check(shape: type[Document], document: Fields) -> Document | list[Mistake]:
    """Return the document in its shape, or everything that keeps it from it."""
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        return [
            Mistake(one["loc"], one["type"], one.get("ctx", {}))
            for one in error.errors(include_url=False, include_input=False)
        ]


def shape_at(shape: type[Shape], path: tuple[int | str, ...]) -> type[Shape]:
    """Return the shape of the mapping at a path of keys."""
    for step in path:
        field = next((one for one in shape.model_fields.values() if one.alias == step), None)
        annotation = field.annotation if field else None
        if isinstance(annotation, type) and issubclass(annotation, Shape):
            shape = annotation
    return shape


def keys_of(shape: type[Shape]) -> tuple[str, ...]:
    """Return the keys that a mapping of this shape may have."""
    return tuple(field.alias or name for name, field in shape.model_fields.items())
