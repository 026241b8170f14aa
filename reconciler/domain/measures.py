"""Measures of an account's plan: what guards look at, and what applying it will cost."""

from reconciler.domain.guards import Facets, Matches, Share
from reconciler.domain.plan import AccountPlan, Action, Forecast, Section
from reconciler.domain.together import due_as_declared


def facets_of(plan: AccountPlan) -> Facets:
    """Return what guards look at in the plan of one account."""
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


def forecast_of(plan: AccountPlan) -> Forecast:
    """Return the calls and the least time that applying a plan will take."""
    limits = plan.account.limits
    deletions = verification = 0
    for section in plan.sections:
        count, population = section.count(Action.DELETE), section.reading.population
        deletions += -(-count // limits.batch)
        listed = section.reading.listed_whole and population is not None
        pages = max(1, -(-(population or 0) // limits.page))
        verification += min(count, pages) if listed else count
    total = plan.calls + deletions + verification
    return Forecast(
        reads=plan.calls,
        deletions=deletions,
        verification=verification,
        # The first window's worth of calls waits for nothing.
        minutes=max(0, total - limits.calls) / limits.calls * limits.per / 60,
        daily_percent=None if limits.daily is None else -(-100 * total // limits.daily),
    )
