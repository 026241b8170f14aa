"""Accounting: every deletion that was planned ends in exactly one outcome."""

from collections.abc import Mapping, Sequence

from reconciler.application.recovering import Found
from reconciler.application.results import Results
from reconciler.domain.approval import Reviewed
from reconciler.domain.items import item_at
from reconciler.domain.live import Absent
from reconciler.domain.outcomes import Outcome, Settled
from reconciler.domain.plan import Action, Plan, Section


def account_for_the_rest(
    plan: Plan, results: Results, reviewed: Reviewed | None, found: Sequence[Found]
) -> None:
    """Give an outcome to every planned deletion that none was noted for.

    The planned ones are those of the reviewed plan, or of the fresh one where none was reviewed.
    """
    recovered = _recovered(found)
    for one in plan.accounts:
        unreadable = bool(one.count(Action.UNKNOWN))
        for section in one.sections:
            gone = recovered.get(section.absences.container.prefix, frozenset())
            for position in _planned(section, reviewed):
                target_id = section.absences.ids[position]
                container = section.absences.container
                if results.has(container, target_id):
                    continue
                if plan.violated and section.action(position) is Action.DELETE:
                    results.leave(container, [target_id], "a guard refused", explained=True)
                    continue
                settled = _outcome(section, position, gone, unreadable=unreadable)
                results.put(container, target_id, settled)


def _planned(section: Section, reviewed: Reviewed | None) -> Sequence[int]:
    if reviewed is None:
        return list(section.deletions())
    positions = (section.reading.table.position(one) for one in reviewed.of(section))
    return [position for position in positions if position is not None]


def _outcome(section: Section, position: int, gone: frozenset[str], *, unreadable: bool) -> Settled:
    state = section.reading.table.state(position)
    if isinstance(state, Absent):
        evidence = f"by {state.evidence.by}: {state.evidence.answer}"
        if section.absences.ids[position] in gone:
            return Settled(Outcome.DELETED, "by an interrupted run, found out now", evidence)
        return Settled(Outcome.ALREADY_ABSENT, evidence=evidence)
    if section.action(position) is not Action.DELETE:
        return Settled(Outcome.NOT_ATTEMPTED, item_at(section, position).reason)
    if unreadable:
        return Settled(Outcome.NOT_ATTEMPTED, "not everything could be read in this account")
    return Settled(Outcome.NOT_ATTEMPTED, "the run was stopped")


def _recovered(found: Sequence[Found]) -> Mapping[str, frozenset[str]]:
    gone: dict[str, set[str]] = {}
    for one in found:
        prefix = one.orphan.container.prefix
        gone.setdefault(prefix, set()).update(one.outcomes.get(Outcome.DELETED, ()))
    return {prefix: frozenset(ids) for prefix, ids in gone.items()}
