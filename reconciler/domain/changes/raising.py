"""Raising: limits that allow more after a change, and accounts that are others than before."""

from collections.abc import Iterator, Mapping
from dataclasses import fields

from reconciler.domain.absences import Declarations
from reconciler.domain.accounts import Account
from reconciler.domain.changes.difference import Change
from reconciler.domain.changes.permitting import allows_more
from reconciler.domain.guarding.policies import Caps, Policy, caps_for
from reconciler.domain.guarding.spelling import KEYS, spelled


def raised(base: Declarations, head: Declarations) -> Iterator[Change]:
    """Yield the limits that allow more for an account, by whatever policies set them."""
    for account in sorted(head.accounts):
        before, after = caps_for(account, base.policies), caps_for(account, head.policies)
        for field in fields(Caps):
            if allows_more(field.name, before, after):
                words = [spelled(field.name, getattr(one, field.name)) for one in (before, after)]
                yield _raised_limit(base, head, account, field.name, " becomes ".join(words))


def _raised_limit(
    base: Declarations, head: Declarations, account: str, name: str, words: str
) -> Change:
    setting = _setting(head, account, name)
    policy = setting or _setting(base, account, name)
    return Change(
        account=account,
        manifest=f"Policy/{policy.name}" if policy else "Policy",
        place=policy.place if policy else "",
        subject=f"{KEYS[name]} of {account}",
        words=words + ("" if setting else ", the default"),
        in_base=setting is None,
    )


def _setting(declarations: Declarations, account: str, name: str) -> Policy | None:
    """Return the policy that sets a limit of an account; None where the default holds."""
    setting = [one for one in declarations.policies if getattr(one, name) is not None]
    particular = [one for one in setting if account in one.accounts]
    general = [one for one in setting if not one.accounts]
    return next(iter((*particular, *general)), None)


def redirected(
    base: Declarations, head: Declarations, places: Mapping[str, str]
) -> Iterator[Change]:
    """Yield what lets the absences of an account reach more, or something else."""
    for name in sorted(head.accounts):
        now, was = head.accounts[name], base.accounts.get(name)
        for words in _account_words(was, now) if was else _new_name(now, base):
            yield Change(
                account=name,
                manifest=f"Account/{name}",
                place=places.get(name, ""),
                subject=f"account {name}",
                words=words,
            )


def _new_name(now: Account, base: Declarations) -> Iterator[str]:
    """Yield what it was called so far, if it was declared: the ledger goes by names."""
    for was in base.accounts.values():
        if (was.system, was.region, was.tenant) == (now.system, now.region, now.tenant):
            yield (
                f"{was.name} gets another name, by which the ledger knows nothing: neither what "
                "was deleted today, nor used allowances, nor what was proven gone"
            )


def _account_words(was: Account, now: Account) -> Iterator[str]:
    for name in ("system", "region", "tenant"):
        before, after = getattr(was, name), getattr(now, name)
        if before != after:
            yield f"{name} {before} becomes {after}"
    if now.sees_all and not was.sees_all:
        yield "`sees: all` is added"
    before, after = was.limits.daily, now.limits.daily
    if before is not None and (after is None or after > before):
        yield f"limits.daily {before} becomes {'unlimited' if after is None else after}"
