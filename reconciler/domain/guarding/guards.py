"""Guards: what they look at, and what each of them says of a plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What a guard says of one plan."""

    PASSED = "passed"
    VIOLATED = "violated"
    NOT_EVALUATED = "not_evaluated"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardResult:
    """One guard, judged; shown also when it passes."""

    guard: str
    """The name of the field of a Policy that sets it."""
    scope: str
    """The account, or the container, that it was judged for."""
    verdict: Verdict
    limit: int
    observed: int
    note: str = ""
    allowance: str = ""
    """The Allowance whose limit this is, as ``Allowance/NAME``; empty where the policy's is."""

    @property
    def fields(self) -> dict[str, str | int]:
        """The result as plan file, JSON and audit log have it."""
        fields: dict[str, str | int] = {
            "guard": self.guard,
            "scope": self.scope,
            "verdict": self.verdict.value,
            "limit": self.limit,
            "observed": self.observed,
            "note": self.note,
        }
        return {**fields, "allowance": self.allowance} if self.allowance else fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of what a container holds a plan deletes."""

    scope: str
    deletes: int
    population: int | None
    """What it holds now; None where nobody counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """How many targets a rule matches."""

    scope: str
    """The manifest of the rule, as ``KIND/NAME``."""
    found: int
    most: int
    """What the rule itself allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Everything about one account's deletions that guards look at."""

    account: str
    deletes: int
    shares: Sequence[Share]
    """One entry per container."""
    matches: Sequence[Matches] = ()
    """One entry per rule."""
    as_declared: int | None = None
    """Deletions that would be sent as phone numbers or external ids; None if none may be."""
    cap: int | None = None
    """The command line's cap, which neither policies nor allowances raise."""
    deleted_today: int = 0
    """What was deleted, or may have been, in the last 24 hours."""
    counted_since: datetime | None = None
    """Since when that was counted, where it is less than 24 hours."""
    unticketed: int = 0
    """Deletions that a manifest without a ticket declares."""

    @property
    def scope(self) -> str:
        """The account as the scope of a guard."""
        return f"account/{self.account}"
