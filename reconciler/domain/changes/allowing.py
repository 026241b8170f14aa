"""Allowing: allowances that a change brings, each of which lifts guards for one run."""

from collections.abc import Iterator
from dataclasses import fields

from reconciler.domain.absences import Declarations
from reconciler.domain.changes.difference import Change
from reconciler.domain.guarding.allowances import Allowance
from reconciler.domain.guarding.spelling import KEYS, spelled


def allowed(base: Declarations, head: Declarations) -> Iterator[Change]:
    """Yield the allowances that the base does not have as they are.

    Also one that lifts less than it did: it is another one now, which no run has used yet.
    """
    known = {one.key for one in base.allowances}
    names = {one.name for one in base.allowances}
    for one in head.allowances:
        if one.key not in known:
            yield Change(
                account=one.account,
                manifest=one.address,
                place=one.place,
                subject=f"allowance for {one.account}",
                words=f"{'is another one now' if one.name in names else 'is added'}: {_terms(one)}",
            )


def _terms(one: Allowance) -> str:
    lifts = [(field.name, getattr(one.lifts, field.name)) for field in fields(one.lifts)]
    some = [f"{KEYS[name]} {spelled(name, value)}" for name, value in lifts if value is not None]
    terms = [", ".join(some)]
    if one.digest:
        terms.append(f"for plan {one.digest} only")
    if one.expires:
        terms.append(f"until {one.expires}")
    return ", ".join(terms)
