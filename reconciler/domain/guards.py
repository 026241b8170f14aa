"""Guards: limits on what a plan may delete, judged before the first request."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum

_FREE_OF_PERCENT = 10
"""Up to this many deletions a percentage says nothing about size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits as one manifest sets them; None where it is silent."""

    name: str
    place: str
    """``file:line`` of the document."""
    accounts: tuple[str, ...] = ()
    """The accounts it names; empty for all."""
    max_deletes: int | None = None
    max_delete_percent: int | None = None
    allow_emptying: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The limits in force for one account; the defaults hold without a policy."""

    max_deletes: int = 500
    max_delete_percent: int = 25
    allow_emptying: bool = False


def caps_for(account: str, policies: Iterable[Policy], max_deletes: int | None = None) -> Caps:
    """Return the limits in force for an account.

    A policy that names the account beats one that does not, field by field.
    ``max_deletes`` is the command line's, which can only lower.
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
    if max_deletes is None:
        return caps
    return replace(caps, max_deletes=min(max_deletes, caps.max_deletes))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of what a container holds a plan deletes."""

    scope: str
    deletes: int
    population: int | None
    """What it holds now; None where nobody counted."""


def judge(
    account: str, deletes: int, shares: Sequence[Share], caps: Caps
) -> tuple[GuardResult, ...]:
    """Judge every guard for one account; ``shares`` has one entry per container."""
    results = [
        GuardResult(
            guard="maxDeletes",
            scope=f"account/{account}",
            verdict=Verdict.VIOLATED if deletes > caps.max_deletes else Verdict.PASSED,
            limit=caps.max_deletes,
            observed=deletes,
        )
    ]
    for share in shares:
        results.append(_percent(share, caps.max_delete_percent))
        results.append(_emptying(share, allowed=caps.allow_emptying))
    return tuple(results)


_UNCOUNTED = "how much there is in all is not known"


def _percent(share: Share, limit: int) -> GuardResult:
    verdict, observed, note = Verdict.NOT_EVALUATED, 0, ""
    if limit == 0:
        # Zero is a limit like any other: it allows nothing, whatever the population.
        verdict = Verdict.VIOLATED if share.deletes else Verdict.PASSED
        observed, note = share.deletes, "0 allows no deletion"
    elif share.deletes <= _FREE_OF_PERCENT:
        note = f"for up to {_FREE_OF_PERCENT} deletions"
    elif share.population is None:
        note = _UNCOUNTED
    else:
        # Rounded up, so that 25.01 % is more than 25.
        observed = -(-100 * share.deletes // max(share.population, 1))
        verdict = Verdict.VIOLATED if observed > limit else Verdict.PASSED
        note = f"{share.deletes} of {share.population}"
    return GuardResult(
        guard="maxDeletePercent",
        scope=share.scope,
        verdict=verdict,
        limit=limit,
        observed=observed,
        note=note,
    )


def _emptying(share: Share, *, allowed: bool) -> GuardResult:
    emptied = share.population is not None and 0 < share.deletes >= share.population
    if share.population is None:
        verdict, note = Verdict.NOT_EVALUATED, _UNCOUNTED
    elif emptied:
        verdict = Verdict.PASSED if allowed else Verdict.VIOLATED
        note = f"would delete all of {share.population}"
    else:
        verdict, note = Verdict.PASSED, ""
    return GuardResult(
        guard="allowEmptying",
        scope=share.scope,
        verdict=verdict,
        limit=int(allowed),
        observed=int(emptied),
        note=note,
    )
