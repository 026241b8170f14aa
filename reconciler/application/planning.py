"""Planning: read what the accounts hold, then decide. It is given nothing that could delete."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from reconciler.application.pool import each
from reconciler.application.ports import OutOfCallsError, Reader, UnreadableError
from reconciler.domain.absences import Absences, Declarations, accounts_in_scope
from reconciler.domain.accounts import Account
from reconciler.domain.approval import Reviewed, hold_unreviewed_matches, restrict
from reconciler.domain.digest import plan_digest, scope_digest
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.guards import GuardResult, judge
from reconciler.domain.live import LiveTable, Unknown
from reconciler.domain.measures import facets_of, forecast_of, quota_warning
from reconciler.domain.narrowing.matching import check_read
from reconciler.domain.narrowing.scope import scope_of
from reconciler.domain.plan import AccountPlan, Forecast, Origin, Plan, Reading, Section
from reconciler.domain.planner import decide
from reconciler.domain.policies import caps_for
from reconciler.errors import IdentityError

PLAN_LASTS = timedelta(hours=24)


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
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """One account as it was read."""

    account: Account
    tenant: str
    calls: int
    readings: Sequence[tuple[Absences, Reading]]
    warnings: tuple[str, ...]
    remaining: int | None = None
    """Calls that the account's daily limit leaves; None without one."""
    identified: bool = True
    """The account said who it is."""


async def survey(declarations: Declarations, readers: Mapping[str, Reader]) -> tuple[Survey, ...]:
    """Read every account in scope, side by side.

    Raises IdentityError naming every account that is another one than declared.
    """
    surveys: dict[str, Survey] = {}
    strangers: list[IdentityError] = []

    async def read(account: Account) -> None:
        absences = [one for one in declarations.absences if one.container.account == account.name]
        try:
            surveys[account.name] = await _survey_one(account, absences, readers[account.name])
        except IdentityError as error:
            strangers.append(error)

    accounts = accounts_in_scope(declarations)
    await each(accounts, read, at_once=max(1, len(accounts)))
    if strangers:
        raise _all_of(strangers)
    return tuple(surveys[account.name] for account in accounts)


def _all_of(errors: Sequence[IdentityError]) -> IdentityError:
    if len(errors) == 1:
        return errors[0]
    details = (f"{error.summary}: {error.detail}" for error in errors)
    return IdentityError("Several accounts refuse", detail="\n".join(details), hint=errors[0].hint)


async def _survey_one(account: Account, absences: Sequence[Absences], reader: Reader) -> Survey:
    try:
        identity = await reader.identify()
    except (UnreadableError, OutOfCallsError) as error:
        return _unread(account, absences, str(error), reader.calls)
    readings = [(one, await read_container(reader, one)) for one in absences]
    warnings = [*identity.warnings]
    for _, reading in readings:
        warnings += [warning for warning in reading.warnings if warning not in warnings]
    return Survey(
        account=account,
        tenant=identity.tenant,
        calls=reader.calls,
        remaining=reader.remaining,
        readings=readings,
        warnings=tuple(warnings),
    )


async def read_container(reader: Reader, absences: Absences) -> Reading:
    """Read one container; a quota that ends leaves the rest of it unknown."""
    try:
        return await reader.read(absences)
    except OutOfCallsError as error:
        return unread(absences, str(error))


def _unread(account: Account, absences: Sequence[Absences], cause: str, calls: int) -> Survey:
    return Survey(
        account=account,
        tenant=account.tenant,
        calls=calls,
        readings=[(one, unread(one, cause)) for one in absences],
        warnings=(f"{account.name} could not be read: {cause}",),
        identified=False,
    )


def unread(absences: Absences, cause: str) -> Reading:
    """Return the reading of a container that nothing could be read of."""
    table = LiveTable(absences.container, absences.ids)
    for position in range(len(table)):
        table.mark(position, Unknown(cause))
    return Reading(table=table, way="not read", population=None, unread=cause)


def assemble(
    declarations: Declarations,
    surveys: Sequence[Survey],
    circumstances: Circumstances,
    reviewed: Reviewed | None = None,
    *,
    unattended: bool = False,
) -> Plan:
    """Decide every absence and judge every guard.

    With ``reviewed`` what was not reviewed is held; ``unattended`` says that nobody reviews at
    all, so that what only a rule matches is held. Raises UsageError where the declarations were
    narrowed to an address that nothing has, which a reviewed plan may well be by now.
    """
    hold = _holding(reviewed, unattended=unattended)
    accounts = [_account_plan(one, declarations, circumstances, hold) for one in surveys]
    if reviewed is None:
        check_read(declarations, [section for one in accounts for section in one.sections])
    guards: list[GuardResult] = []
    for one in accounts:
        caps = caps_for(one.account.name, declarations.policies, circumstances.max_deletes)
        guards += judge(facets_of(one), caps)
    return Plan(
        tool_version=circumstances.tool_version,
        created_at=circumstances.now,
        expires_at=circumstances.now + PLAN_LASTS,
        origin=circumstances.origin,
        declarations=declarations,
        scope=scope_digest(
            accounts_in_scope(declarations), declarations.absences, circumstances.keys
        ),
        accounts=accounts,
        guards=guards,
        digest=plan_digest(accounts),
        warnings=(*declarations.warnings, *circumstances.warnings),
    )


_Hold: TypeAlias = Callable[[Section], Section]


def _holding(reviewed: Reviewed | None, *, unattended: bool) -> _Hold:
    """Return what holds the deletions that the approval does not cover."""
    if reviewed is not None:
        return lambda section: restrict(section, reviewed)
    return hold_unreviewed_matches if unattended else lambda section: section


def _account_plan(
    one: Survey, declarations: Declarations, circumstances: Circumstances, hold: _Hold
) -> AccountPlan:
    sections = [
        hold(decide(absences, reading, scope_of(declarations, absences.container)))
        for absences, reading in one.readings
    ]
    plan = AccountPlan(
        account=one.account,
        host=circumstances.hosts[one.account.name],
        key_id=circumstances.keys[one.account.name].key_id,
        tenant=one.tenant,
        calls=one.calls,
        forecast=Forecast(reads=one.calls, deletions=0, verification=0, minutes=0),
        sections=sections,
        warnings=one.warnings,
    )
    canary = caps_for(one.account.name, declarations.policies).canary
    forecast = forecast_of(plan, one.remaining, canary)
    warnings = (*plan.warnings, *quota_warning(one.account, forecast))
    return replace(plan, forecast=forecast, warnings=warnings)
