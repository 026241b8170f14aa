"""Guards: limits on what a plan may delete, judged before the first request."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from reconciler.domain.policies import Caps

_FREE_OF_PERCENT = 10
"""Up to this many deletions a percentage says nothing about size."""


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


def judge(facets: Facets, caps: Caps) -> tuple[GuardResult, ...]:
    """Judge every guard for one account."""
    scope = f"account/{facets.account}"
    results = [_at_most("maxDeletes", scope, facets.deletes, caps.max_deletes)]
    for share in facets.shares:
        results.append(_percent(share, caps.max_delete_percent))
        results.append(_emptying(share, allowed=caps.allow_emptying))
    results += [_at_most("where.max", one.scope, one.found, one.most) for one in facets.matches]
    if facets.as_declared is not None:
        results.append(_declared(scope, facets.as_declared, allowed=caps.allow_declared))
    return tuple(results)


def _at_most(guard: str, scope: str, observed: int, limit: int) -> GuardResult:
    return GuardResult(
        guard=guard,
        scope=scope,
        verdict=Verdict.VIOLATED if observed > limit else Verdict.PASSED,
        limit=limit,
        observed=observed,
    )


def _declared(scope: str, observed: int, *, allowed: bool) -> GuardResult:
    return GuardResult(
        guard="allowDeclared",
        scope=scope,
        verdict=Verdict.VIOLATED if observed and not allowed else Verdict.PASSED,
        limit=int(allowed),
        observed=observed,
        note=f"{observed} by phone number or external id itself" if observed else "",
    )


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
