"""Allowances: what lifts guards for one run."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from reconciler.manifests.shapes.fields import (
    Age,
    Digest,
    Name,
    Percent,
    Positive,
    Shape,
    Whole,
)
from reconciler.manifests.shapes.windows import EXAMPLE, WindowSpec
from reconciler.manifests.syntax.nodes import Node, Scalar
from reconciler.manifests.values import scalars

_TRUE: Any = Literal[True]
_TRUE_OR_WINDOWS: Any = Literal[True] | list[WindowSpec]


def _windows(node: Node) -> list[Node]:
    """Return the nodes of windows; none of them where ``true`` stands for any time."""
    if isinstance(node, Scalar) and node.value in {"true", "false"}:
        scalars.only_true(node)
        return []
    if isinstance(node, Scalar):
        hint = "Write `true` for at any time, or one `- …` line for each window."
        raise scalars.ReadingError("Must be `true` or a list of windows.", hint)
    return scalars.items(node)


class LiftsSpec(Shape):
    """What an allowance lifts, and up to what."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})
    max_deletes: Whole | None = Field(
        None, description="Deletions of the run in the account.", examples=[12000]
    )
    max_deletes_per_day: Whole | None = Field(
        None, description="Deletions of the account in any 24 hours.", examples=[12000]
    )
    max_delete_percent: Percent | None = Field(
        None, description="Deletions in percent of what the container holds.", examples=[60]
    )
    allow_emptying: (
        Annotated[bool, BeforeValidator(scalars.only_true, json_schema_input_type=_TRUE)] | None
    ) = Field(
        None, description="Whether all that a container holds may be deleted.", examples=[True]
    )
    windows: (
        Annotated[
            list[WindowSpec], BeforeValidator(_windows, json_schema_input_type=_TRUE_OR_WINDOWS)
        ]
        | None
    ) = Field(
        None,
        description="When batches may be sent beside the windows of the policy; true, or [], for "
        "at any time.",
        examples=[True, [EXAMPLE]],
    )
    cool_off: Age | None = Field(
        None,
        description="The age from which on a reviewed plan may be applied: digits and a unit, s, "
        "m, h or d. 0m for at once.",
        examples=["0m"],
    )
    where_max: Positive | None = Field(
        None,
        alias="where.max",
        description="How many targets each rule of the account may match.",
        examples=[900],
    )


class AllowanceSpec(Shape):
    """Lifts guards for one account, once."""

    account: Name = Field(description="The name of the account.", examples=["acme-crm"])
    lifts: LiftsSpec = Field(
        description="What it lifts; at least one. Of several allowances the largest counts.",
        examples=[{"maxDeletes": 12000, "maxDeletePercent": 60}],
    )
    digest: Digest | None = Field(
        None,
        description="The digest of the one plan that it opens. Default: whichever needs it first.",
        examples=["sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
