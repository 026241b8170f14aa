"""Policies: what manifests allow for an account, and what is in force of it."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from reconciler.domain.guarding.windows import Window


class Returned(StrEnum):
    """What becomes of a record by whose phone number or external id another was proven gone."""

    HOLD = "hold"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What one manifest sets; None where it is silent."""

    name: str
    place: str
    """``file:line`` of the document."""
    accounts: tuple[str, ...] = ()
    """The accounts it names; empty for all."""
    max_deletes: int | None = None
    max_delete_percent: int | None = None
    max_deletes_per_day: int | None = None
    allow_emptying: bool | None = None
    allow_declared: bool | None = None
    require_ticket: bool | None = None
    require_plan: bool | None = None
    plan_ttl: int | None = None
    cool_off: int | None = None
    windows: tuple[Window, ...] | None = None
    returned: Returned | None = None
    canary: tuple[int, ...] | None = None
    max_failure_percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """What is in force for one account; the defaults hold without a policy."""

    max_deletes: int = 500
    """Per run."""
    max_delete_percent: int = 25
    max_deletes_per_day: int = 2000
    """In any 24 hours."""
    allow_emptying: bool = False
    allow_declared: bool = False
    require_ticket: bool = False
    require_plan: bool = False
    plan_ttl: int = 24 * 3600
    """Seconds after which a plan may not be applied any more."""
    cool_off: int = 0
    """Seconds before which a plan may not be applied yet."""
    windows: tuple[Window, ...] = ()
    """When batches may be sent; empty for always."""
    returned: Returned = Returned.HOLD
    canary: tuple[int, ...] = (1, 10, 100)
    """Sizes of the first batches, each proven before the next is sent."""
    max_failure_percent: int = 5
    """Of what was attempted."""


def caps_for(account: str, policies: Iterable[Policy]) -> Caps:
    """Return what is in force for an account.

    A policy that names the account beats one that does not, field by field.
    """
    general = [policy for policy in policies if not policy.accounts]
    particular = [policy for policy in policies if account in policy.accounts]
    caps = Caps()
    for policy in (*general, *particular):
        said = {
            field.name: getattr(policy, field.name)
            for field in fields(Caps)
            if getattr(policy, field.name) is not None
        }
        caps = replace(caps, **said)
    return caps
