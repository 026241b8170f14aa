"""Judging: guards are limits on what a plan may delete, held against it before it is applied."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from reconciler.domain.guarding.allowances import Allowance, most_lifted
from reconciler.domain.guarding.guards import Facets, GuardResult, Share, Verdict
from reconciler.domain.guarding.policies import Caps

CAPPED = "lowered by --max-deletes"
_FREE_OF_PERCENT = 10
"""Up to this many deletions a percentage says nothing about size."""


def judge(
    facets: Facets, caps: Caps, allowances: Sequence[Allowance] = ()
) -> tuple[GuardResult, ...]:
    """Judge every guard for one account; ``allowances`` are those that are valid for it."""
    return tuple(_judge(facets, caps, allowances))


def _judge(facets: Facets, caps: Caps, allowances: Sequence[Allowance]) -> Iterator[GuardResult]:
    lifted = partial(_lifted, allowances)
    yield lifted("max_deletes", partial(_deletes, facets), caps.max_deletes)
    yield lifted("max_deletes_per_day", partial(_per_day, facets), caps.max_deletes_per_day)
    for share in facets.shares:
        yield lifted("max_delete_percent", partial(_percent, share), caps.max_delete_percent)
        yield lifted("allow_emptying", partial(_emptying, share), int(caps.allow_emptying))
    for one in facets.matches:
        yield lifted("where_max", partial(_at_most, "where.max", one.scope, one.found), one.most)
    if facets.as_declared is not None:
        yield _declared(facets.scope, facets.as_declared, allowed=caps.allow_declared)
    if caps.require_ticket:
        yield _tickets(facets)


def _lifted(
    allowances: Sequence[Allowance], field: str, judge_at: Callable[[int], GuardResult], limit: int
) -> GuardResult:
    """Judge at a limit, or at the largest that an allowance lifts it to where that is needed."""
    result = judge_at(limit)
    if result.verdict is not Verdict.VIOLATED:
        return result
    most, allowance = most_lifted(allowances, field)
    if allowance is None or most <= limit:
        return result
    result = judge_at(most)
    refused_anyway = result.verdict is Verdict.VIOLATED and result.note == CAPPED
    return result if refused_anyway else replace(result, allowance=allowance.address)


def _at_most(guard: str, scope: str, observed: int, limit: int) -> GuardResult:
    return GuardResult(
        guard=guard,
        scope=scope,
        verdict=Verdict.VIOLATED if observed > limit else Verdict.PASSED,
        limit=limit,
        observed=observed,
    )


def _deletes(facets: Facets, limit: int) -> GuardResult:
    if facets.cap is None or facets.cap >= limit:
        return _at_most("maxDeletes", facets.scope, facets.deletes, limit)
    capped = _at_most("maxDeletes", facets.scope, facets.deletes, facets.cap)
    return replace(capped, note=CAPPED)


def _per_day(facets: Facets, limit: int) -> GuardResult:
    in_all = facets.deleted_today + facets.deletes
    result = _at_most("maxDeletesPerDay", facets.scope, in_all, limit)
    if not facets.deletes:
        # What was deleted before is nothing to refuse this plan for.
        result = replace(result, verdict=Verdict.PASSED)
    before = f"{facets.deleted_today} of them before" if facets.deleted_today else ""
    since = facets.counted_since
    counted = f"counted since {since:%Y-%m-%dT%H:%M:%SZ} only" if since else ""
    return replace(result, note="; ".join(filter(None, (before, counted))))


def _tickets(facets: Facets) -> GuardResult:
    lacking = facets.unticketed
    return GuardResult(
        guard="requireTicket",
        scope=facets.scope,
        verdict=Verdict.VIOLATED if lacking else Verdict.PASSED,
        limit=0,
        observed=lacking,
        note=f"{lacking} declared by a manifest without a ticket" if lacking else "",
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
        # Rounded up, so that 25.01 % is more than 25; where more is deleted than was counted, it
        # is all there is.
        observed = min(100, -(-100 * share.deletes // max(share.population, 1)))
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


def _emptying(share: Share, allowed: int) -> GuardResult:
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
        limit=allowed,
        observed=int(emptied),
        note=note,
    )
