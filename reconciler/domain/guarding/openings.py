"""Openings: the Allowance documents that would open a plan which guards refuse."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields
from datetime import timedelta
from itertools import count
from typing import Any

from reconciler.domain.guarding.allowances import Lifts
from reconciler.domain.guarding.guards import GuardResult, Verdict
from reconciler.domain.guarding.judging import CAPPED
from reconciler.domain.guarding.spelling import KEYS
from reconciler.domain.plan import AccountPlan, Action, Plan

_NUMBERS = ("maxDeletes", "maxDeletesPerDay", "maxDeletePercent", "where.max")
_IN_ORDER = tuple(KEYS[one.name] for one in fields(Lifts))
"""As manifests are laid out."""
_LASTS = timedelta(days=7)
_LONGEST_NAME = 63
_DIGEST_PART = 8


def openings(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield, for every account that guards refuse, the document that would open it.

    None for an account that no allowance can open.
    """
    taken = {one.name for one in plan.declarations.allowances}
    for one in plan.accounts:
        if lifts := lifts_needed(one.guards):
            taken.add(name := _free_name(one, taken))
            yield {
                "apiVersion": "reconciler/v1",
                "kind": "Allowance",
                "metadata": _metadata(name, one, plan),
                "spec": {"account": one.account.name, "lifts": lifts, "digest": one.approved},
            }


def lifts_needed(guards: Sequence[GuardResult]) -> dict[str, int | bool | str]:
    """Return what has to be lifted, and up to what; nothing where that does not help."""
    lifts: dict[str, int | bool | str] = {}
    for guard in guards:
        if guard.verdict is not Verdict.VIOLATED:
            continue
        name = guard.guard
        if name in _NUMBERS and guard.note != CAPPED:
            # Of a percentage of none it is not known how many percent it takes.
            found = 100 if name == "maxDeletePercent" and not guard.limit else guard.observed
            lifts[name] = max(int(lifts.get(name, 0)), found)
        elif name in {"allowEmptying", "windows"}:
            lifts[name] = True
        elif name == "coolOff":
            lifts[name] = "0m"
        else:
            return {}
    return {name: lifts[name] for name in _IN_ORDER if name in lifts}


def _free_name(one: AccountPlan, taken: Collection[str]) -> str:
    """Return a name that no allowance of the manifests has, such as one for other guards."""
    digest = one.approved.partition(":")[2][:_DIGEST_PART]
    endings = (digest if number == 1 else f"{digest}-{number}" for number in count(1))
    names = (_name(one.account.name, ending) for ending in endings)
    return next(name for name in names if name not in taken)


def _name(account: str, ending: str) -> str:
    room = _LONGEST_NAME - len(f"open--{ending}")
    return f"open-{account[:room].rstrip('-')}-{ending}"


def _metadata(name: str, one: AccountPlan, plan: Plan) -> dict[str, str]:
    deletions = one.count(Action.DELETE)
    return {
        "name": name,
        "owner": _owners(one),
        "reason": f"Opens the plan of {plan.created_at:%Y-%m-%d} with its {deletions} "
        f"deletion{'' if deletions == 1 else 's'}",
        "expires": f"{plan.created_at + _LASTS:%Y-%m-%d}",
    }


def _owners(one: AccountPlan) -> str:
    """Return who answers for the manifests of an account."""
    owners = {
        section.absences.manifests[index].owner
        for section in one.sections
        for index in section.absences.in_use
    }
    return ", ".join(sorted(owners))
