"""The shape of a plan file's lines: what everything that shows or applies a plan relies on.

A checksum only says that a file is as it was written, and not by whom. Keys that are not named
here are let through: a later version of the same format may add some.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    InstanceOf,
)

_MOST = 2**53
"""No number in a plan is larger; far larger ones cannot be drawn or divided."""
_OPTIONAL: Any = Field(default=None)
"""May be left out; None is no value of it."""


def _instant(text: str) -> str:
    try:
        datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError from error
    return text


# Not str: that refuses lone surrogates, which accounts may hold and views write out.
Text = InstanceOf[str]
Time = Annotated[Text, AfterValidator(_instant)]
Whole = Annotated[int, Field(ge=-_MOST, le=_MOST)]
Count = Annotated[int, Field(ge=0, le=_MOST)]
Minutes = Annotated[float, Field(ge=0, le=_MOST, allow_inf_nan=False)]
System = Literal["leadsquared", "talkdesk"]


class Shape(BaseModel):
    """Part of a line; nothing in it is converted, so that the line itself can be used."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Manifests(Shape):
    """Where the manifests stood."""

    commit: Text
    ref: Text
    dirty: bool


class Counts(Shape):
    """How many items there are of each action."""

    delete: Count
    absent: Count
    protected: Count
    held: Count
    unknown: Count


class ContainerRead(Shape):
    """How one container was read, and what came of it."""

    container: Text
    way: Text
    population: Count | None
    counts: Counts


class Forecast(Shape):
    """What applying costs."""

    reads: Count
    deletions: Count
    verification: Count
    minutes: Minutes
    daily_percent: Whole | None
    daily_left: Whole | None = None


class AccountRead(Shape):
    """How one account was read, and what applying costs there."""

    name: Text
    system: System
    tenant: Text
    host: Text
    key_id: Text
    way: Text
    calls: Count
    population: Count | None
    containers: list[ContainerRead]
    forecast: Forecast


class Base(Shape):
    """What a plan was compared with."""

    ref: Text
    commit: Text
    error: Text = _OPTIONAL


class Loosened(Shape):
    """One thing that stands less in the way of deletions than it did."""

    account: Text
    manifest: Text
    place: Text
    subject: Text
    words: Text = _OPTIONAL
    in_base: bool = _OPTIONAL


class Header(Shape):
    """The first line."""

    type: Literal["plan"]
    format_version: Text
    tool_version: Text = _OPTIONAL
    created_at: Time
    expires_at: Time
    manifests: Manifests
    relative_times: dict[Text, Time]
    scope: Text
    targets: list[Text] = _OPTIONAL
    excludes: list[Text] = _OPTIONAL
    accounts: list[AccountRead]
    warnings: list[Text]
    base: Base = _OPTIONAL
    loosened: list[Loosened] = _OPTIONAL


class Place(Shape):
    """Where a target is declared."""

    file: Text
    line: Count
    manifest: Text
    ticket: Text
    purpose: Text
    note: Text = _OPTIONAL


class Evidence(Shape):
    """What proves an item's state."""

    by: Text
    answer: Text


class ItemOfAnyAction(Shape):
    """What every item has, whatever its action."""

    type: Literal["item"]
    address: Text
    account: Text
    system: System
    container: Text
    id: Text
    reason: Text
    declared: Annotated[list[Place], Field(min_length=1)]
    live: dict[Text, Text] = _OPTIONAL
    change: Literal["introduced", "pre-existing", "withdrawn"] = _OPTIONAL


class Deletion(ItemOfAnyAction):
    """An item to be deleted, if it is still as its fingerprint says."""

    action: Literal["delete"]
    fingerprint: Text
    evidence: Evidence = _OPTIONAL


class Absence(ItemOfAnyAction):
    """An item that is gone already, with what proves it."""

    action: Literal["absent"]
    fingerprint: Text = _OPTIONAL
    evidence: Evidence


class Rest(ItemOfAnyAction):
    """An item that nothing is done about."""

    action: Literal["protected", "held", "unknown", "none"]
    fingerprint: Text = _OPTIONAL
    evidence: Evidence = _OPTIONAL


class Guard(Shape):
    """What a guard said."""

    guard: Text
    scope: Text
    verdict: Literal["passed", "violated", "not_evaluated"]
    limit: Whole
    observed: Whole
    note: Text
    allowance: Text = _OPTIONAL


class Changes(Shape):
    """How many items have each mark, in a plan that was compared with a base."""

    introduced: Count
    pre_existing: Count = Field(alias="pre-existing")
    withdrawn: Count
    loosened: Count


_Leaf = Text | bool | int
_Allowance = dict[Text, _Leaf | dict[Text, _Leaf | dict[Text, _Leaf]]]
"""A document that is shown as it stands: metadata, and a spec with what it lifts."""


class Footer(Shape):
    """The last line."""

    type: Literal["end"]
    counts: Counts
    guards: list[Guard]
    applyable: bool
    digest: Text
    checksum: Text
    allowances: list[_Allowance] = _OPTIONAL
    changes: Changes = _OPTIONAL


Item = Annotated[Deletion | Absence | Rest, Field(discriminator="action")]
"""One line between them; its action says which."""
