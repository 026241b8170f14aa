"""Measures of an account's plan: what guards look at, and what applying it will cost."""

from collections.abc import Iterator, Sequence

from reconciler.domain.accounts import Account
from reconciler.domain.batches import parts_proven_apart
from reconciler.domain.guarding.guards import Facets, Matches, Share
from reconciler.domain.plan import AccountPlan, Action, Forecast, Section
from reconciler.domain.remembered import Remembered
from reconciler.domain.together import due_as_declared


def facets_of(plan: AccountPlan, remembered: Remembered, cap: int | None) -> Facets:
    """Return what guards look at in the plan of one account; ``cap`` is the command line's."""
    matches = [
        Matches(
            scope=section.absences.manifests[rule.manifest].address,
            found=len(section.selection.by_rule.get(index, ())),
            most=rule.most,
        )
        for section in plan.sections
        for index, rule in enumerate(section.absences.rules)
        if index not in section.aside
    ]
    declares_so = any(map(_declares_so, plan.sections))
    due = [sent for section in plan.sections for sent in due_as_declared(section)]
    return Facets(
        account=plan.account.name,
        deletes=plan.count(Action.DELETE),
        shares=[_share(section) for section in plan.sections],
        matches=matches,
        as_declared=sum(len(one.ids) for one in due) if declares_so else None,
        cap=cap,
        deleted_today=remembered.deleted_today.get(plan.account.name, 0),
        counted_since=remembered.counted_since,
        unticketed=sum(map(_unticketed, plan.sections)) if plan.caps.require_ticket else 0,
    )


def _unticketed(section: Section) -> int:
    """Return how many deletions a manifest without a ticket declares, among others perhaps."""
    absences = section.absences
    lacking = {index for index in absences.in_use if not absences.manifests[index].ticket}
    if not lacking:
        return 0
    return sum(
        any(index in lacking for index, _ in absences.places(position))
        for position in section.deletions()
    )


def _declares_so(section: Section) -> bool:
    absences = section.absences
    return any(absences.manifests[named.manifest].as_declared for named in absences.named)


def _share(section: Section) -> Share:
    container = section.absences.container
    return Share(
        scope=container.prefix.rstrip("/"),
        deletes=section.count(Action.DELETE),
        population=section.reading.population,
    )


def forecast_of(plan: AccountPlan, daily_left: int | None, canary: Sequence[int] = ()) -> Forecast:
    """Return the calls and the least time that applying a plan will take.

    ``canary`` has the sizes of its first batches.
    """
    limits = plan.account.limits
    counts = [section.count(Action.DELETE) for section in plan.sections]
    deletions = verification = 0
    parts = parts_proven_apart(counts, canary, limits.batch)
    for section, sizes in zip(plan.sections, parts, strict=True):
        listing = section.reading.listing_calls
        deletions += sum(-(-size // limits.batch) for size in sizes)
        verification += sum(min(size, listing or size) for size in sizes)
    total = plan.calls + deletions + verification
    return Forecast(
        reads=plan.calls,
        deletions=deletions,
        verification=verification,
        minutes=max(
            _minutes(total, limits.calls, limits.per),
            _minutes(deletions, limits.delete_calls, limits.per),
        ),
        daily_percent=None if limits.daily is None else -(-100 * total // limits.daily),
        daily_left=daily_left,
    )


def quota_warning(account: Account, forecast: Forecast) -> Iterator[str]:
    """Yield that applying takes more calls than are left, and what would take fewer, if so."""
    if forecast.is_beyond_today:
        yield (
            f"{account.name}: applying takes about {forecast.total} calls, and of limits.daily "
            f"{account.limits.daily} only {forecast.daily_left} are left; narrow it with --target, "
            "or apply it when more are back"
        )


def _minutes(calls: int, limit: int, per: float) -> float:
    # The first window's worth of calls waits for nothing.
    return max(0, calls - limit) / limit * per / 60
