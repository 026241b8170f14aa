"""Conditions on tasks and records: what `where` and `expect` are made of."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from reconciler.manifests.shapes.fields import (
    Boolean,
    Owner,
    PhonePrefix,
    Shape,
    Text,
    Texts,
    Time,
    Whole,
    word,
)
from reconciler.manifests.values import scalars

_BEFORE = (
    "strictly before this time: a date (00:00 UTC), an instant with its time zone, or a time "
    "relative to the plan such as 730d ago or in 30d."
)
_AFTER = (
    "at or after this time: a date (00:00 UTC), an instant with its time zone, or a time relative "
    "to the plan such as 730d ago or in 30d."
)
# `max` is always there, and `unattended` may be; everything beyond these is a condition.
_RULE: JsonDict = {
    "minProperties": 2,
    "dependentSchemas": {"unattended": {"minProperties": 3}},
}
_MAX = (
    "How many it may match at most; more violates a guard, and nothing is deleted. 0 allows no "
    "match."
)
_UNATTENDED = (
    "Whether what it matches may be deleted although nobody reviewed a plan with it "
    "(`apply --auto-approve`); otherwise it is held there. Default: false."
)


class TaskConditions(Shape):
    """Conditions on a task; all of them must hold, and at least one is needed."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})
    owner: Annotated[list[Owner], BeforeValidator(scalars.items), Field(min_length=1)] | None = (
        Field(
            None,
            description="The task belongs to one of these users, each by e-mail address or id.",
            examples=[["vir@example.com"], ["4b4c1a5e-5f6b-4d0e-8a53-1f7f1a2b3c4d"]],
        )
    )
    type: Texts | None = Field(
        None,
        description="The task is of one of these types, each by name or id; upper and lower case "
        "are the same.",
        examples=[["Call back", "Meeting"]],
    )
    status: Annotated[str, word("pending", "completed", "cancelled")] | None = Field(
        None, description="The status of the task.", examples=["pending", "completed", "cancelled"]
    )
    due_before: Time | None = Field(
        None, description=f"The task is due {_BEFORE}", examples=["2026-03-02", "30d ago"]
    )
    due_after: Time | None = Field(
        None, description=f"The task is due {_AFTER}", examples=["in 30d"]
    )
    created_before: Time | None = Field(
        None,
        description=f"The task was created {_BEFORE}",
        examples=["2026-03-02", "2026-03-02T08:00:00Z"],
    )
    created_after: Time | None = Field(
        None, description=f"The task was created {_AFTER}", examples=["2026-03-01"]
    )
    modified_before: Time | None = Field(
        None, description=f"The task was last modified {_BEFORE}", examples=["365d ago"]
    )
    modified_after: Time | None = Field(
        None,
        description=f"The task was last modified {_AFTER}",
        examples=["2026-03-01T00:00:00+05:30"],
    )
    completed_before: Time | None = Field(
        None,
        description=f"The task was completed {_BEFORE} A task that was never completed does not "
        "match.",
        examples=["730d ago"],
    )
    completed_after: Time | None = Field(
        None,
        description=f"The task was completed {_AFTER} A task that was never completed does not "
        "match.",
        examples=["2026-01-01"],
    )


class RecordConditions(Shape):
    """Conditions on a record; all of them must hold, and at least one is needed."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})
    priority: Annotated[list[Whole], BeforeValidator(scalars.items), Field(min_length=1)] | None = (
        Field(None, description="The record has one of these priorities.", examples=[[1, 2]])
    )
    timezone: Texts | None = Field(
        None,
        description="The record is in one of these time zones; upper and lower case are the same.",
        examples=[["Europe/Lisbon", "America/New_York"]],
    )
    phone_prefix: PhonePrefix | None = Field(
        None,
        description="One of the record's phone numbers begins so: + and 1 to 15 digits, quoted.",
        examples=["+351"],
    )
    external_provider: Text | None = Field(
        None,
        description="The record comes from this other system; upper and lower case are the same.",
        examples=["salesforce"],
    )
    updated_before: Time | None = Field(
        None, description=f"The record was last updated {_BEFORE}", examples=["730d ago"]
    )
    updated_after: Time | None = Field(
        None, description=f"The record was last updated {_AFTER}", examples=["2026-01-01"]
    )
    created_before: Time | None = Field(
        None, description=f"The record was created {_BEFORE}", examples=["2026-03-02"]
    )
    created_after: Time | None = Field(
        None, description=f"The record was created {_AFTER}", examples=["2026-03-01T08:00:00Z"]
    )


class TaskRule(TaskConditions):
    """A rule that declares tasks absent: at least one condition, and `max`."""

    model_config = ConfigDict(json_schema_extra=_RULE)
    max: Whole = Field(description=_MAX, examples=[500])
    unattended: Boolean = Field(default=False, description=_UNATTENDED, examples=[True])


class RecordRule(RecordConditions):
    """A rule that declares records absent: at least one condition, and `max`."""

    model_config = ConfigDict(json_schema_extra=_RULE)
    max: Whole = Field(description=_MAX, examples=[500])
    unattended: Boolean = Field(default=False, description=_UNATTENDED, examples=[True])
