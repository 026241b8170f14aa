"""Explaining: everything that decides what becomes of one target, as plain values."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reconciler.cli.inspecting.probing import Target, narrowed
from reconciler.domain.absences import Absences, Declared, Rule
from reconciler.domain.accounts import Container, System
from reconciler.domain.changes.difference import identifier_words
from reconciler.domain.conditions import Conditions, Truth, truth
from reconciler.domain.document import FORMAT_VERSION, Fields, declared_fields
from reconciler.domain.facts import Facts
from reconciler.domain.items import item_at, items_of
from reconciler.domain.live import Absent, LiveState, Present, Unknown
from reconciler.domain.plan import Action, Reading, Section
from reconciler.domain.planner import decide
from reconciler.domain.protections import Protection, protects, protects_by_id

_VERDICTS = {Truth.HOLDS: "holds", Truth.FAILS: "fails", Truth.UNREADABLE: "not told"}


def explanation(target: Target, absences: Absences, reading: Reading) -> Fields:
    """Return why one target gets its action.

    ``absences`` are those of its container, ``reading`` has a table of this target alone.
    """
    mine = narrowed(target, absences)
    if mine.ids:
        mine = replace(mine, ids=reading.table.ids)
    state = reading.table.state(0)
    facts = state.facts if isinstance(state, Present) else None
    section = decide(mine, replace(reading, unread="")) if mine.ids or mine.selects else None
    action, reason = _decision(section, state)
    fields: Fields = {
        **_head(target),
        "action": action,
        "reason": reason,
        "declared": [declared_fields(one) for one in _places(mine)],
        "identifiers": list(_identifiers(mine, facts)),
        "rules": [_rule(mine, one, facts) for one in mine.rules],
        "expects": list(_expects(mine, section, facts)),
        "protections": [_protection(one, target, facts) for one in mine.protections],
    }
    if isinstance(state, Present):
        fields["live"] = dict(state.shown)
    if not isinstance(state, Unknown):
        fields["evidence"] = {"by": state.evidence.by, "answer": state.evidence.answer}
    fields["to_change"] = list(_to_change(fields))
    return fields


def sends_identifiers(absences: Absences) -> bool:
    """Whether something in the container is deleted by phone number or external id itself."""
    return any(absences.manifests[one.manifest].as_declared for one in absences.named)


def with_fate(fields: Fields, target: Target, section: Section) -> Fields:
    """Return an explanation with the action that the whole of its container gives a target."""
    for item in items_of(section):
        if item.address == target.address:
            changed = {**fields, "action": item.action.value, "reason": item.reason}
            return {**changed, "to_change": list(_to_change(changed))}
    return fields


def undeclared(target: Target) -> Fields:
    """Return the explanation of a target that nothing in its container could declare."""
    lists = ("declared", "identifiers", "rules", "expects", "protections")
    fields: Fields = {**_head(target), "action": "", "reason": _UNDECLARED}
    fields.update((name, []) for name in lists)
    fields["to_change"] = list(_to_change(fields))
    return fields


def undeclared_id(target_id: str) -> Fields:
    """Return the explanation of an id that no container could declare."""
    nowhere = undeclared(Target(Container(System.LEADSQUARED, ""), target_id))
    hint = "Give its address, leadsquared/ACCOUNT/task/ID or talkdesk/ACCOUNT/LIST/record/ID."
    unknown = {"address": target_id, "account": "", "system": "", "container": ""}
    return {**nowhere, **unknown, "to_change": [hint]}


def _head(target: Target) -> Fields:
    return {
        "type": "explain",
        "format_version": FORMAT_VERSION,
        "address": target.address,
        "account": target.container.account,
        "system": target.container.system.value,
        "container": target.container.record_list or "task",
        "id": target.target_id,
    }


_UNDECLARED = "nothing declares it"
_GONE = "nothing declares it, and it is not there"
_UNTOLD = "nothing lists it, and whether a rule or an identifier selects it cannot be told"


def _decision(section: Section | None, state: LiveState) -> tuple[str, str]:
    if section is not None and section.codes:
        item = item_at(section, 0)
        return item.action.value, item.reason
    selects = section is not None and section.absences.selects
    if selects and isinstance(state, Unknown):
        return Action.UNKNOWN.value, f"{_UNTOLD}: {state.cause}"
    return "", _GONE if isinstance(state, Absent) else _UNDECLARED


def _places(absences: Absences) -> Iterator[Declared]:
    return absences.declared(0) if absences.ids else iter(())


def _identifiers(absences: Absences, facts: Facts | None) -> Iterator[Fields]:
    """Yield the declared identifiers that the target goes by."""
    mine = set(facts.identifiers) if facts else set()
    for one in absences.named:
        if one.identifier in mine:
            manifest = absences.manifests[one.manifest]
            yield {
                "identifier": identifier_words(one.identifier),
                "sent": manifest.as_declared,
                **declared_fields(Declared(manifest, one.line, one.note)),
            }


def _rule(absences: Absences, rule: Rule, facts: Facts | None) -> Fields:
    conditions = _conditions(rule.conditions, facts)
    return {
        "matches": _all_hold(conditions, facts),
        "conditions": conditions,
        "unattended": rule.unattended,
        **declared_fields(Declared(absences.manifests[rule.manifest], rule.line)),
    }


def _expects(absences: Absences, section: Section | None, facts: Facts | None) -> Iterator[Fields]:
    """Yield what every manifest that selects the target expects of it."""
    places = section.absences.places(0) if section and section.codes else ()
    for index, line in dict(reversed(places)).items():
        manifest = absences.manifests[index]
        if manifest.expect:
            conditions = _conditions(manifest.expect, facts)
            yield {
                "met": _all_hold(conditions, facts),
                "conditions": conditions,
                **declared_fields(Declared(manifest, line)),
            }


def _protection(one: Protection, target: Target, facts: Facts | None) -> Fields:
    why = protects_by_id((one,), target.target_id) or (protects((one,), facts) if facts else "")
    by_row = bool(one.identifiers or one.conditions)
    fields: Fields = {
        "protection": f"Protection/{one.name}",
        "place": one.place,
        "reason": one.reason,
        "protects": True if why else (None if by_row and facts is None else False),
        "conditions": _conditions(one.conditions, facts),
    }
    if why:
        fields["why"] = why
    return fields


def _conditions(conditions: Conditions, facts: Facts | None) -> list[Fields]:
    found = []
    for one in conditions:
        fact = facts.fields.get(one.field) if facts else None
        verdict = _VERDICTS[truth(one, facts)] if facts else "not told"
        found.append({"asks": one.words, "verdict": verdict, "is": fact.words if fact else ""})
    return found


def _all_hold(conditions: Sequence[Fields], facts: Facts | None) -> bool | None:
    return all(one["verdict"] == "holds" for one in conditions) if facts else None


def _to_change(fields: Fields) -> Iterator[str]:
    """Yield what would give the target another action."""
    places = _joined([*fields["declared"], *fields["identifiers"]])
    rules = _joined([one for one in fields["rules"] if one["matches"]])
    withdraw = f"withdraw it at {places}" if places else ""
    narrow = f"narrow the rule at {rules}" if rules else ""
    undo = " and ".join(one for one in (withdraw, narrow) if one)
    match fields["action"]:
        case Action.DELETE:
            yield f"{undo[0].upper()}{undo[1:]}, or list it in a Protection: then it stays."
            yield "Add an `expect` that it does not meet: then it is held."
        case Action.ABSENT:
            yield "Nothing has to be done: it is gone. Withdrawing it changes nothing."
        case Action.PROTECTED:
            names = [one["protection"] for one in fields["protections"] if one["protects"]]
            yield f"Take it out of {', '.join(names)}: then it is no longer protected."
        case Action.HELD:
            names = [one["manifest"] for one in fields["expects"] if not one["met"]]
            yield f"Change `expect` of {', '.join(names)}, or {undo}."
        case Action.UNKNOWN:
            yield "Read it again: as long as it is unknown, it is not deleted."
        case _ if fields["reason"] != _GONE:
            kind = "AbsentTasks" if fields["system"] == "leadsquared" else "AbsentRecords"
            yield f"List its id in an {kind} of {fields['account']}: then it is declared."


def _joined(parts: Sequence[Fields]) -> str:
    return ", ".join(dict.fromkeys(f"{one['file']}:{one['line']}" for one in parts))
