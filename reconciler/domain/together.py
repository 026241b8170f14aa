"""Sharing one fate: records that one declared identifier deletes are deleted all, or none."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reconciler.domain.decision import decide_seen
from reconciler.domain.identifiers import Identifier, Sent
from reconciler.domain.live import LiveTable, Present
from reconciler.domain.plan import ACTIONS, Action, Section
from reconciler.domain.selection import Selection


def selected_as_declared(section: Section) -> Iterator[Sent]:
    """Yield the identifiers of ``deleteBy: declared`` with all that they select, each once."""
    absences, seen = section.absences, set[Identifier]()
    for index, named in enumerate(absences.named):
        ids = section.selection.by_named.get(index, ())
        if ids and absences.manifests[named.manifest].as_declared and named.identifier not in seen:
            seen.add(named.identifier)
            yield Sent(named.identifier, tuple(ids))


def hold_together(section: Section) -> Section:
    """Hold every deletion whose identifier would also delete what is not to be deleted.

    Two identifiers may share a record, so holding goes on until nothing more has to be held.
    """
    place = section.reading.table.position
    groups = [[place(one) for one in sent.ids] for sent in selected_as_declared(section)]
    if not groups:
        return section
    delete, held = ACTIONS.index(Action.DELETE), ACTIONS.index(Action.HELD)
    codes, notes = array("B", section.codes), dict(section.notes)
    changed = True
    while changed:
        changed = False
        for positions in groups:
            # What a narrowed plan leaves out has no position in it.
            mine = [one for one in positions if one is not None and codes[one] == delete]
            others = [one for one in positions if one is None or codes[one] != delete]
            if not others or not mine:
                continue
            changed = True
            other = others[0]
            fate = "out of scope" if other is None else ACTIONS[codes[other]]
            for position in mine:
                codes[position] = held
                notes[position] = (
                    f"its identifier is sent as declared and also selects a record that is {fate}"
                )
    return replace(section, codes=codes, notes=notes)


def due_as_declared(section: Section) -> list[Sent]:
    """Return the identifiers that are to be sent; every target is the deletion of one of them."""
    declared = list(selected_as_declared(section))
    if not declared:
        return []
    due = {section.absences.ids[position] for position in section.deletions()}
    sent: list[Sent] = []
    taken: set[str] = set()
    for one in declared:
        mine = tuple(target_id for target_id in one.ids if target_id in due - taken)
        if mine:
            taken.update(mine)
            others = tuple(target_id for target_id in one.ids if target_id not in mine)
            sent.append(Sent(one.identifier, mine, others))
    return sent


def still_due(
    section: Section, sent: Sequence[Sent], now: LiveTable, selection: Selection
) -> tuple[list[Sent], dict[str, str]]:
    """Hold what identifiers select right before their batch against the plan.

    ``selection`` has what each of ``sent`` selects in ``now``, by its index. Returns what may be
    sent, with just the targets that are still there, and why other targets may not be deleted.
    One that an identifier no longer selects is in neither.
    """
    selected = {index: set(selection.by_named.get(index, ())) for index in range(len(sent))}
    held = {
        index
        for index, ids in selected.items()
        if not all(_is_unchanged(section, target_id, now) for target_id in ids)
    }
    grown = True
    while grown:
        left = {target_id for index in held for target_id in selected[index]}
        grown = not held.issuperset(
            found := {index for index, ids in selected.items() if ids & left}
        )
        held |= found
    left_out = {target_id: _NOT_ALONE for index in held for target_id in sent[index].ids}
    allowed = []
    for index, one in enumerate(sent):
        mine = tuple(target_id for target_id in one.ids if target_id in selected[index])
        if index not in held and mine:
            others = tuple(sorted(selected[index].difference(mine)))
            allowed.append(Sent(one.identifier, mine, others))
    return allowed, left_out


_NOT_ALONE = (
    "held: right before its batch, its identifier also selected a record that is not an unchanged "
    "deletion of the plan"
)


def _is_unchanged(section: Section, target_id: str, now: LiveTable) -> bool:
    position, seen = section.reading.table.position(target_id), now.position(target_id)
    if position is None or seen is None or section.action(position) is not Action.DELETE:
        return False
    state = now.state(seen)
    if not isinstance(state, Present) or state.fingerprint != section.fingerprint(position):
        return False
    # What its fingerprint leaves out may protect it by now, or differ from what is expected.
    return decide_seen(section.absences, position, state.facts)[0] is Action.DELETE
