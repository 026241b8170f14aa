"""Accounts of the two systems."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from reconciler.manifests.shapes.fields import (
    Duration,
    Name,
    Positive,
    Shape,
    Tenant,
    Whole,
    number,
    word,
    written,
)
from reconciler.manifests.values import scalars

REGIONS = {
    "leadsquared": ("sg", "us11", "in21", "in22", "ir31", "ca12", "me61"),
    "talkdesk": ("us", "eu", "ca"),
}
_CALLS = "Calls in any window of the length `per`; the vendor's own limit is the default."
_SETTLE = (
    "How long a target may still be seen after its deletion was answered; after that it counts as "
    "still present. Digits and a unit, s, m, h or d."
)
_BATCH = "Ids in one deleting call; may only lower the vendor's maximum, which is the default."
_REGION = "Chooses the host; no manifest can name one."


class Limits(Shape):
    """What both systems have in common."""

    calls: Positive = Field(description=_CALLS, examples=[5])
    per: Annotated[Duration, Field(gt=0), written("^[1-9][0-9]{0,8}[smhd]$")] = Field(
        5,
        description="The length of the window: digits and a unit, s, m, h or d.",
        examples=["5s", "1m"],
        json_schema_extra={"default": "5s"},
    )
    delete_calls: Positive | None = Field(
        None,
        description="Deletions in any window; they count as calls, so at most `calls`, which is "
        "the default.",
        examples=[5],
    )
    batch: Positive = Field(description=_BATCH, examples=[50])
    page: Positive = Field(description="Rows of one page of a listing.", examples=[500])
    daily: Positive | None = Field(
        None, description="Calls in any 24 hours. Default: no limit.", examples=[100_000]
    )
    settle_within: Duration = Field(description=_SETTLE, examples=["120s"])


class LeadSquaredLimits(Limits):
    """Limits of a LeadSquared account."""

    calls: Positive = Field(25, description=_CALLS, examples=[25])
    batch: Annotated[Whole, Field(ge=1, le=5000), number(1, 5000)] = Field(
        5000, description=_BATCH, examples=[1000]
    )
    page: Annotated[Whole, Field(ge=1, le=1000), number(1, 1000)] = Field(
        500, description="Rows of one page of a listing, at most 1000.", examples=[500]
    )
    settle_within: Duration = Field(
        120, description=_SETTLE, examples=["120s"], json_schema_extra={"default": "120s"}
    )


class TalkdeskLimits(Limits):
    """Limits of a Talkdesk account."""

    calls: Positive = Field(10, description=_CALLS, examples=[10])
    batch: Annotated[Whole, Field(ge=1, le=100), number(1, 100)] = Field(
        100, description=_BATCH, examples=[50]
    )
    page: Annotated[Whole, Field(ge=1, le=500), number(1, 500)] = Field(
        500, description="Rows of one page of a listing, at most 500.", examples=[500]
    )
    settle_within: Duration = Field(
        60, description=_SETTLE, examples=["60s"], json_schema_extra={"default": "60s"}
    )


class LeadSquaredSpec(Shape):
    """A LeadSquared account."""

    system: Annotated[str, word("leadsquared")] = Field(
        description="The system that the account is of.", examples=["leadsquared"]
    )
    region: Annotated[str, word(*REGIONS["leadsquared"])] = Field(
        description=_REGION, examples=["in21"]
    )
    tenant: Tenant = Field(
        description="The OrgShortCode, letters and digits, or the OrgId, a GUID; checked before "
        "reading and before deleting. Quoted if it consists of digits.",
        examples=["22824", "acme"],
    )
    sees: Annotated[str, word("all")] | None = Field(
        None,
        description="The key sees every task although its role is not Administrator. Without it "
        "what such a key does not see is unknown, not absent.",
        examples=["all"],
    )
    limits: LeadSquaredLimits = Field(
        LeadSquaredLimits.model_construct(),
        description="What may be asked of the account, and how fast.",
        examples=[{"calls": 25, "per": "5s", "daily": 100_000}],
    )


class TalkdeskSpec(Shape):
    """A Talkdesk account."""

    idle = frozenset({"sees"})
    system: Annotated[str, word("talkdesk")] = Field(
        description="The system that the account is of.", examples=["talkdesk"]
    )
    region: Annotated[str, word(*REGIONS["talkdesk"])] = Field(description=_REGION, examples=["eu"])
    tenant: Name = Field(
        description="The account name, which is the host that tokens come from; checked before "
        "reading and before deleting.",
        examples=["acme"],
    )
    limits: TalkdeskLimits = Field(
        TalkdeskLimits.model_construct(),
        description="What may be asked of the account, and how fast.",
        examples=[{"calls": 10, "per": "5s"}],
    )


class UndecidedSpec(Shape):
    """An account whose system is missing or unknown, so that nothing else can be judged."""

    model_config = ConfigDict(extra="ignore")
    system: Annotated[str, BeforeValidator(scalars.word(*REGIONS))]
