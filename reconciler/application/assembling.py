"""Assembling: what was read becomes a plan, every absence decided and every guard judged."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from reconciler.application.planning import Survey
from reconciler.domain.absences import Declarations, accounts_in_scope
from reconciler.domain.approval import Reviewed, hold_unreviewed_matches, restrict
from reconciler.domain.digest import plan_digest, scope_digest
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.guarding.allowances import valid
from reconciler.domain.guarding.guards import GuardResult
from reconciler.domain.guarding.judging import judge
from reconciler.domain.guarding.occasions import Occasion, timely
from reconciler.domain.guarding.policies import Caps, Returned, caps_for
from reconciler.domain.guarding.returned import hold_returned
from reconciler.domain.measures import facets_of, forecast_of, quota_warning
from reconciler.domain.narrowing.matching import check_read
from reconciler.domain.narrowing.scope import scope_of
from reconciler.domain.plan import AccountPlan, Forecast, Origin, Plan, Section
from reconciler.domain.planner import decide
from reconciler.domain.remembered import Remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """When, where and by what a plan is made."""

    tool_version: str
    now: datetime
    origin: Origin
    hosts: Mapping[str, str]
    """What stands for each account's address in plan and audit."""
    keys: Mapping[str, FingerprintKey]
    """The key of each account, by which personal values enter digests."""
    max_deletes: int | None = None
    """The command line's cap, which can only lower."""
    occasion: Occasion | None = None
    """The apply that is about to begin; None for a plan to look at."""
    remembered: Remembered = field(default_factory=Remembered)
    warnings: tuple[str, ...] = ()


def assemble(
    declarations: Declarations,
    surveys: Sequence[Survey],
    circumstances: Circumstances,
    reviewed: Reviewed | None = None,
    *,
    unattended: bool = False,
) -> Plan:
    """Decide every absence and judge every guard.

    With ``reviewed`` what was not reviewed is held; ``unattended`` says that no person reviewed
    anything, so that what only a rule matches is held. Raises UsageError where declarations were
    narrowed to an address that nothing has, which a reviewed plan may well be by now.
    """
    hold = _holding(reviewed, unattended=unattended)
    accounts = [_account_plan(one, declarations, circumstances, hold) for one in surveys]
    if reviewed is None:
        check_read(declarations, [section for one in accounts for section in one.sections])
    digest = plan_digest(accounts)
    approved = reviewed.digests if reviewed else {}
    return Plan(
        tool_version=circumstances.tool_version,
        created_at=circumstances.now,
        expires_at=circumstances.now + timedelta(seconds=_shortest_ttl(accounts)),
        origin=circumstances.origin,
        declarations=declarations,
        scope=scope_digest(
            accounts_in_scope(declarations), declarations.absences, circumstances.keys
        ),
        accounts=[
            _guarded(one, declarations, circumstances, approved.get(one.account.name) or digest)
            for one in accounts
        ],
        digest=digest,
        approved=reviewed.digest if reviewed else "",
        warnings=(*declarations.warnings, *circumstances.warnings),
    )


def _shortest_ttl(accounts: Sequence[AccountPlan]) -> int:
    return min((one.caps.plan_ttl for one in accounts), default=Caps().plan_ttl)


_Hold: TypeAlias = Callable[[Section], Section]


def _holding(reviewed: Reviewed | None, *, unattended: bool) -> _Hold:
    """Return what holds the deletions that the approval does not cover."""

    def hold(section: Section) -> Section:
        if reviewed is not None:
            section = restrict(section, reviewed)
        return hold_unreviewed_matches(section) if unattended else section

    return hold


def _account_plan(
    one: Survey, declarations: Declarations, circumstances: Circumstances, hold: _Hold
) -> AccountPlan:
    caps = caps_for(one.account.name, declarations.policies)
    sections = []
    for absences, reading in one.readings:
        section = decide(absences, reading, scope_of(declarations, absences.container))
        if caps.returned is Returned.HOLD:
            gone = circumstances.remembered.gone.get(absences.container, {})
            section = hold_returned(section, gone)
        sections.append(hold(section))
    plan = AccountPlan(
        account=one.account,
        host=circumstances.hosts[one.account.name],
        key_id=circumstances.keys[one.account.name].key_id,
        tenant=one.tenant,
        calls=one.calls,
        forecast=Forecast(reads=one.calls, deletions=0, verification=0, minutes=0),
        sections=sections,
        warnings=one.warnings,
        caps=caps,
    )
    forecast = forecast_of(plan, one.remaining, caps.canary)
    warnings = (*plan.warnings, *quota_warning(one.account, forecast))
    return replace(plan, forecast=forecast, warnings=warnings)


def _guarded(
    one: AccountPlan, declarations: Declarations, circumstances: Circumstances, digest: str
) -> AccountPlan:
    """Judge the guards of one account; ``digest`` is what allowances are held against."""
    name, now, remembered = one.account.name, circumstances.now, circumstances.remembered
    unused = (each for each in declarations.allowances if each.key not in remembered.used)
    allowances = valid(unused, name, digest, now.date())
    facets = facets_of(one, remembered, circumstances.max_deletes)
    when = timely(name, one.caps, allowances, circumstances.occasion, now)
    guards = (*judge(facets, one.caps, allowances), *when.guards)
    warnings = (*one.warnings, *_not_remembered(one, guards)) if remembered.is_new else one.warnings
    return replace(one, guards=guards, windows=when.windows, approved=digest, warnings=warnings)


def _not_remembered(one: AccountPlan, guards: Sequence[GuardResult]) -> Iterator[str]:
    """Yield what a ledger that began in this run cannot know, as far as it matters."""
    began = f"{one.account.name}: the ledger began in this run, so it does not know whether"
    if used := sorted({guard.allowance for guard in guards if guard.allowance}):
        yield f"{began} {', '.join(used)} was used before"
    named = any(section.absences.named for section in one.sections)
    if named and one.caps.returned is Returned.HOLD:
        yield f"{began} phone numbers and external ids have returned"
