"""Items: one for every absence of a plan, made when it is shown or written, never kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from reconciler.domain.absences import Declared
from reconciler.domain.live import Evidence, Present
from reconciler.domain.plan import ACTIONS, Action, Remainder, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One target, as the plan shows it."""

    address: str
    account: str
    system: str
    container: str
    """The record list; ``task`` for LeadSquared."""
    target_id: str
    action: Action
    reason: str
    declared: tuple[Declared, ...]
    fingerprint: str = ""
    evidence: Evidence | None = None
    live: Mapping[str, str] | None = None
    """The attributes that people are shown; None where nothing was seen."""


def item_at(section: Section, position: int) -> Item:
    """Make the item of one target."""
    container = section.absences.container
    target_id = section.absences.ids[position]
    state = section.reading.table.state(position)
    action = section.action(position)
    seen = state if isinstance(state, Present) else None
    return Item(
        address=container.address(target_id),
        account=container.account,
        system=container.system,
        container=container.record_list or "task",
        target_id=target_id,
        action=action,
        reason=section.notes.get(position) or _REASONS[action],
        declared=tuple(section.absences.declared(position)),
        fingerprint=seen.fingerprint if seen else "",
        evidence=getattr(state, "evidence", None),
        live=seen.shown if seen else None,
    )


def remainder_item(section: Section, remainder: Remainder) -> Item:
    """Make the item of what a rule or an identifier leaves."""
    container = section.absences.container
    return Item(
        address=f"{container.home}{remainder.kind}/{remainder.place}",
        account=container.account,
        system=container.system,
        container=container.record_list or "task",
        target_id=remainder.place,
        action=remainder.action,
        reason=remainder.reason,
        declared=remainder.declared,
        evidence=remainder.evidence,
    )


def items_of(section: Section, most: int | None = None) -> Iterator[Item]:
    """Yield the items of a section, sorted by address; ``most`` limits those of each action."""
    positions: Iterator[int] = iter(range(len(section.codes)))
    others = list(section.remainders)
    if most is not None:
        chosen = (islice(section.positions(action), most) for action in ACTIONS)
        positions = iter(sorted(position for few in chosen for position in few))
        few = (islice((one for one in others if one.action is action), most) for action in ACTIONS)
        others = [one for some in few for one in some]
    others.sort(key=lambda one: (one.kind, one.place))
    noun = section.absences.container.noun
    yield from (remainder_item(section, one) for one in others if one.kind < noun)
    yield from (item_at(section, position) for position in positions)
    yield from (remainder_item(section, one) for one in others if one.kind > noun)


_REASONS = {
    Action.DELETE: "declared absent and seen alive",
    Action.ABSENT: "already absent",
    Action.PROTECTED: "protected",
    Action.HELD: "held",
    Action.UNKNOWN: "could not be read",
}
