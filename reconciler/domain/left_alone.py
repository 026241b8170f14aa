"""What a plan leaves alone: how many targets of each manifest it does not send, and why."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from reconciler.domain.plan import ACTIONS, Action, Plan, Section

LEFT = (Action.PROTECTED, Action.HELD, Action.UNKNOWN)
"""Actions that leave a declared target alone without saying that it is absent."""


@dataclass(slots=True)
class _Counts:
    """Counts by manifest, and the manifests that the plan is about at all."""

    by_action: Mapping[Action, Counter[int]] = field(
        default_factory=lambda: {action: Counter() for action in LEFT}
    )
    in_plan: set[int] = field(default_factory=set)


def left_alone(plan: Plan) -> dict[int, dict[Action, int]]:
    """Return, by the index of each manifest in the plan, how many of its targets are left alone.

    Counts that are 0 are not in it; a manifest that none is left of has an empty entry. A target
    of several manifests counts once in each.
    """
    counts = _Counts()
    for one in plan.accounts:
        for section in one.sections:
            _count(section, counts)
    return {
        index: {action: found[index] for action, found in counts.by_action.items() if found[index]}
        for index in sorted(counts.in_plan)
    }


def _count(section: Section, counts: _Counts) -> None:
    absences = section.absences
    counts.in_plan.update(absences.in_use)
    for action, found in counts.by_action.items():
        # A million targets are counted without a step of our own for each.
        found.update(map(absences.manifest.__getitem__, section.positions(action)))
        found.update(chain.from_iterable(_others(section, action)))
    indexes = {id(manifest): index for index, manifest in enumerate(absences.manifests)}
    for one in section.remainders:
        if one.action in counts.by_action:
            rows = {indexes[id(declared.manifest)] for declared in one.declared}
            counts.by_action[one.action].update(rows)


def _others(section: Section, action: Action) -> Iterator[set[int]]:
    """Yield, for targets that are declared more than once, the manifests beside the first."""
    absences, code = section.absences, ACTIONS.index(action)
    for position, places in absences.also.items():
        if section.codes[position] == code:
            yield {index for index, _ in places} - {absences.manifest[position]}
