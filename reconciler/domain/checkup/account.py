"""What ``doctor`` says of one account, from what the account answered and the ledger knows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from reconciler.domain.accounts import Account
from reconciler.domain.checkup.checks import Check, failed, warned
from reconciler.domain.checkup.clock import TimeTold
from reconciler.domain.document import moment
from reconciler.errors import ExitCode

CREDENTIALS, ROLE, TENANT, CLOCK = "credentials", "role", "tenant", "clock"
LIMITS, EVIDENCE = "limits", "evidence"
_TENANT = re.compile(r"[A-Za-z0-9]{1,64}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HARMLESS_SKEW, _MINUTE = 5.0, 60.0
_HOUR, _DAY = 60 * _MINUTE, 24 * 60 * _MINUTE
_SCARCE = 10
"""A daily limit of which less than this part, in percent, is left is worth a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose credentials they are, as the account says."""

    names: tuple[str, ...] | None = None
    """What the account calls itself, each good for a manifest; None where it is never asked."""
    role: str | None = None
    """None where credentials have no role."""
    sees_all: bool = True
    """The role is one that sees everything."""


@dataclass(frozen=True, slots=True)
class LearnedLimit:
    """A limit that an answer named, in force for all runners until some time."""

    calls: int
    per: float
    until: datetime
    deleting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was asked of an account, as far as the ledger knows."""

    spent: int
    """Calls in 24 hours."""
    since: datetime | None = None
    """When the ledger began to count, if that is less than 24 hours ago."""
    learned: tuple[LearnedLimit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeclared:
    """A tenant that the manifest does not name yet."""

    place: str
    """``file:line`` of the Account."""
    advice: str
    """How to learn it, where the account was not asked."""


def accepted(account: Account, host: str) -> Check:
    """Say that the account takes the credentials."""
    return Check(name=CREDENTIALS, words=f"accepted by {host}", account=account.name)


def role_checks(account: Account, holder: Holder) -> Iterator[Check]:
    """Say whether the credentials see everything, where they have a role."""
    if holder.role is None:
        return
    if holder.sees_all:
        yield Check(name=ROLE, words=holder.role, account=account.name)
    elif account.sees_all:
        words = f"{holder.role}; the manifest says `sees: all`"
        yield Check(name=ROLE, words=words, account=account.name)
    else:
        yield warned(
            ROLE,
            f"{holder.role}, not Administrator: what the key does not see is unknown, not absent",
            "Use an administrator's key, or write `sees: all` if this one does see everything.",
            account=account.name,
        )


def tenant_check(account: Account, holder: Holder) -> Check:
    """Hold the tenant that is declared against what the account says it is."""
    declared, name = account.tenant, account.name
    if holder.names is None:
        words = f"{declared} as declared; the endpoint in use cannot tell"
        return Check(name=TENANT, words=words, account=name)
    if declared.lower() in {one.lower() for one in holder.names}:
        return Check(name=TENANT, words=_called(holder.names), account=name)
    return failed(
        TENANT,
        f"{declared} is declared, but the account is {_called(holder.names)}",
        "Correct the tenant in the Account, or use the key of the right account.",
        ExitCode.IDENTITY,
        account=name,
    )


def undeclared_tenant(
    account: Account, host: str, holder: Holder | None, undeclared: Undeclared
) -> Check:
    """Say which tenant the manifest is to declare, as far as the account told."""
    words, hint = "the manifest declares none yet", undeclared.advice
    names = holder.names if holder is not None else None
    if names is not None:
        words += f"; {host} says that it is {_called(names)}"
        # What cannot stand in a manifest is not offered for one.
        fit = [one for one in names if _TENANT.fullmatch(one)]
        if fit:
            place = undeclared.place
            hint = f'Write this into `spec` of the Account at {place}:\ntenant: "{fit[0]}"'
    return failed(TENANT, words, hint, ExitCode.INVALID, account=account.name)


def _called(names: Sequence[str]) -> str:
    first, *others = names or ("not told",)
    return f"{first} ({', '.join(others)})" if others else first


def clock_check(account: Account, time_told: TimeTold | None) -> Check:
    """Hold our clock against the account's; never a failure."""
    if time_told is None:
        words = "the account's answers do not tell its time"
        return Check(name=CLOCK, words=words, account=account.name)
    ahead = time_told.ahead
    if abs(ahead) < 1:
        return Check(name=CLOCK, words="agrees with the account's", account=account.name)
    side = "ahead of" if ahead > 0 else "behind"
    words = f"ours is {_duration(abs(ahead))} {side} the account's"
    if abs(ahead) <= _HARMLESS_SKEW:
        return Check(name=CLOCK, words=words, account=account.name)
    hint = "Set the clock of this machine, by NTP say."
    if abs(ahead) > _MINUTE:
        hint += (
            " When plans and manifests expire, what `730d ago` means and which times the audit "
            "log shows goes by it; lengths of rate windows do not."
        )
    return warned(CLOCK, words, hint, account=account.name)


def _duration(seconds: float) -> str:
    for unit, length in (("days", _DAY), ("hours", _HOUR), ("minutes", _MINUTE)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def limits_check(account: Account, usage: Usage) -> Check:
    """Say which limits are in force, and what is left of the daily one."""
    words = "; ".join([_declared(account), *map(_learned, usage.learned), _spent(account, usage)])
    daily = account.limits.daily
    left = 0 if daily is None else daily - usage.spent
    if daily is None or left * 100 >= daily * _SCARCE:
        return Check(name=LIMITS, words=words, account=account.name)
    hint = "Calls count for 24 hours: wait, or raise `limits.daily` if the account allows more."
    if left > 0:
        return warned(LIMITS, words, hint, account=account.name)
    return failed(LIMITS, words, hint, ExitCode.INCOMPLETE, account=account.name)


def _declared(account: Account) -> str:
    limits = account.limits
    return (
        f"calls {limits.calls} per {limits.per:g}s, deleteCalls {limits.delete_calls}, "
        f"batch {limits.batch}, page {limits.page}"
    )


def _learned(limit: LearnedLimit) -> str:
    name = "deleteCalls" if limit.deleting else "calls"
    return f"learned: {name} {limit.calls} per {limit.per:g}s until {moment(limit.until)}"


def _spent(account: Account, usage: Usage) -> str:
    daily = account.limits.daily
    of = "no daily limit" if daily is None else f"{max(daily - usage.spent, 0)} of {daily} left"
    since = f", counted since {moment(usage.since)} only" if usage.since else ""
    return f"calls in 24 h: {usage.spent}, {of}{since}"
