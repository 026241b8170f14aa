"""Policies: limits on what a plan may delete, and on how an apply goes about it."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from reconciler.domain.guarding.policies import Returned
from reconciler.manifests.shapes.fields import (
    Age,
    Boolean,
    Names,
    Percent,
    Positive,
    Shape,
    Whole,
    word,
    written,
)
from reconciler.manifests.shapes.windows import EXAMPLE, Windows
from reconciler.manifests.values import scalars


class PolicySpec(Shape):
    """Limits on what a plan may delete, and on how an apply goes about it."""

    accounts: Names | None = Field(
        None,
        description="The names of the accounts that it is for. A policy that names an account "
        "beats one that names none, field by field. Default: every account.",
        examples=[["acme-crm"]],
    )
    max_deletes: Whole | None = Field(
        None,
        description="Deletions per run and account; 0 allows none.",
        examples=[500, 0],
        json_schema_extra={"default": 500},
    )
    max_delete_percent: Percent | None = Field(
        None,
        description="Deletions in percent of what the container holds, judged from the 11th "
        "deletion on where that is known; 0 allows none.",
        examples=[25],
        json_schema_extra={"default": 25},
    )
    max_deletes_per_day: Whole | None = Field(
        None,
        description="Deletions of an account in any 24 hours, by all runs that share a ledger; 0 "
        "allows none.",
        examples=[2000, 0],
        json_schema_extra={"default": 2000},
    )
    allow_emptying: Boolean | None = Field(
        None,
        description="Whether all that a container holds may be deleted.",
        examples=[True],
        json_schema_extra={"default": False},
    )
    allow_declared: Boolean | None = Field(
        None,
        description="Whether phone numbers and external ids may be sent themselves, as "
        "`deleteBy: declared` asks.",
        examples=[True],
        json_schema_extra={"default": False},
    )
    require_ticket: Boolean | None = Field(
        None,
        description="Whether every manifest that deletes something needs a `ticket`.",
        examples=[True],
        json_schema_extra={"default": False},
    )
    require_plan: Boolean | None = Field(
        None,
        description="Whether only a reviewed plan may be applied (`apply --plan`).",
        examples=[True],
        json_schema_extra={"default": False},
    )
    plan_ttl: Annotated[Age, Field(gt=0), written("^[1-9][0-9]{0,8}[smhd]$")] | None = Field(
        None,
        description="The age up to which a reviewed plan may be applied: digits and a unit, s, m, "
        "h or d; at most 36500d.",
        examples=["24h", "7d"],
        json_schema_extra={"default": "24h"},
    )
    cool_off: Age | None = Field(
        None,
        description="The age from which on a reviewed plan may be applied: digits and a unit, s, "
        "m, h or d; at most 36500d. 0m for at once.",
        examples=["30m", "0m"],
        json_schema_extra={"default": "0m"},
    )
    windows: Windows | None = Field(
        None,
        description="When batches may be sent: in any of these windows; [] for at any time.",
        examples=[[EXAMPLE], []],
        json_schema_extra={"default": []},
    )
    returned: Annotated[str, word(*Returned)] | None = Field(
        None,
        description="What becomes of a record that a phone number or an external id matches by "
        "which another record was proven gone before.",
        examples=[*Returned],
        json_schema_extra={"default": Returned.HOLD},
    )
    canary: Annotated[list[Positive], BeforeValidator(scalars.items)] | None = Field(
        None,
        description="Sizes of an account's first batches, each proven before the next one is "
        "sent; [] for none.",
        examples=[[1, 10, 100], []],
        json_schema_extra={"default": [1, 10, 100]},
    )
    max_failure_percent: Percent | None = Field(
        None,
        description="How many of a run's attempts may fail before it stops, in percent; judged "
        "after 100 of them.",
        examples=[5],
        json_schema_extra={"default": 5},
    )
