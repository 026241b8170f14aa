"""Occasions: guards on when, and by which approval, a plan is applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.domain.guarding.allowances import Allowance
from reconciler.domain.guarding.guards import GuardResult, Verdict
from reconciler.domain.guarding.policies import Caps
from reconciler.domain.guarding.spelling import spelled_duration
from reconciler.domain.guarding.windows import Window, are_open, next_opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """An apply that is about to begin."""

    reviewed_at: datetime | None
    """When the plan was made that somebody reviewed; None where there is no such plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timely:
    """What the guards on an occasion say, and the windows that hold from then on."""

    guards: tuple[GuardResult, ...]
    windows: Sequence[Window]
    """Empty where batches may be sent at any time."""


def timely(
    account: str,
    caps: Caps,
    allowances: Sequence[Allowance],
    occasion: Occasion | None,
    now: datetime,
) -> Timely:
    """Judge an occasion for one account; a plan is made on none, and only shows what will hold."""
    scope = f"account/{account}"
    windows, lifted = _windows_in_force(caps.windows, allowances, now)
    guards: list[GuardResult] = []
    if caps.windows:
        guards.append(_windows(scope, windows, lifted, occasion, now))
    if caps.cool_off:
        guards.append(_cool_off(scope, caps.cool_off, allowances, occasion, now))
    if caps.require_plan:
        guards.append(_plan(scope, occasion))
    return Timely(guards=tuple(guards), windows=windows)


def _windows_in_force(
    windows: Sequence[Window], allowances: Sequence[Allowance], now: datetime
) -> tuple[Sequence[Window], Allowance | None]:
    """Return the windows that hold, and what lifted those of the policy, if that was needed."""
    if are_open(windows, now):
        return windows, None
    lifting = [(one.lifts.windows, one) for one in allowances if one.lifts.windows is not None]
    # At any time is more than in any windows.
    for lifts, one in sorted(lifting, key=lambda found: bool(found[0])):
        if are_open(lifts, now):
            return (*windows, *lifts) if lifts else (), one
    return windows, None


def _windows(
    scope: str,
    windows: Sequence[Window],
    lifted: Allowance | None,
    occasion: Occasion | None,
    now: datetime,
) -> GuardResult:
    is_open = are_open(windows, now)
    opens = "" if is_open else f"closed, opens at {_moment(next_opening(windows, now))}"
    if occasion is None:
        verdict = Verdict.NOT_EVALUATED
    else:
        verdict = Verdict.PASSED if is_open else Verdict.VIOLATED
    return GuardResult(
        guard="windows",
        scope=scope,
        verdict=verdict,
        limit=1,
        observed=int(is_open),
        note=opens or "open now",
        allowance=lifted.address if lifted else "",
    )


def _cool_off(
    scope: str,
    least: int,
    allowances: Sequence[Allowance],
    occasion: Occasion | None,
    now: datetime,
) -> GuardResult:
    if occasion is None or occasion.reviewed_at is None:
        return GuardResult(
            guard="coolOff",
            scope=scope,
            verdict=Verdict.NOT_EVALUATED,
            limit=least,
            observed=0,
            note=f"a reviewed plan rests for {spelled_duration(least)}",
        )
    age = int((now - occasion.reviewed_at).total_seconds())
    lifted = min(
        (one for one in allowances if one.lifts.cool_off is not None),
        key=lambda one: one.lifts.cool_off or 0,
        default=None,
    )
    limit, allowance = least, ""
    if age < least and lifted and (lifted.lifts.cool_off or 0) < least:
        limit, allowance = lifted.lifts.cool_off or 0, lifted.address
    rests = _moment(occasion.reviewed_at + timedelta(seconds=limit))
    return GuardResult(
        guard="coolOff",
        scope=scope,
        verdict=Verdict.VIOLATED if age < limit else Verdict.PASSED,
        limit=limit,
        observed=age,
        note=f"the reviewed plan rests until {rests}" if age < limit else "",
        allowance=allowance,
    )


def _plan(scope: str, occasion: Occasion | None) -> GuardResult:
    if occasion is None:
        verdict = Verdict.NOT_EVALUATED
    else:
        verdict = Verdict.VIOLATED if occasion.reviewed_at is None else Verdict.PASSED
    return GuardResult(
        guard="requirePlan",
        scope=scope,
        verdict=verdict,
        limit=1,
        observed=int(verdict is Verdict.PASSED),
        note="" if verdict is Verdict.PASSED else "only apply --plan is allowed",
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
