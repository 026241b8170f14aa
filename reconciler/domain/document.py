"""The plan as a document: the names and shapes that other programs read, from a plan or a file."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from reconciler.domain.absences import Declared
from reconciler.domain.guarding.openings import openings
from reconciler.domain.items import Item, items_of
from reconciler.domain.plan import ACTIONS, AccountPlan, Action, Plan, Section

FORMAT_VERSION = "1.0"

Fields: TypeAlias = dict[str, Any]

_ENCODER = json.JSONEncoder(separators=(",", ":"))
"""Made once, and not for every item."""


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A plan in plain values: what is written to a file, and what views render."""

    header: Fields
    footer: Fields
    items: Callable[[int | None], Iterator[Fields]]
    """Yields items sorted by address; given a number, at most so many per account and action."""
    warning: str = ""
    """What is wrong with a saved plan by now, such as that it is expired."""


def document(plan: Plan) -> PlanDocument:
    """Return a plan as a document; items are made as they are asked for."""

    def items(most: int | None) -> Iterator[Fields]:
        for section in _sections(plan):
            yield from map(item_fields, items_of(section, most))

    return PlanDocument(header_fields(plan), footer_fields(plan), items)


def _sections(plan: Plan) -> list[Section]:
    sections = [section for one in plan.accounts for section in one.sections]
    return sorted(sections, key=lambda section: section.absences.container.prefix)


def header_fields(plan: Plan) -> Fields:
    """Return the first line of a plan file."""
    return {
        "type": "plan",
        "format_version": FORMAT_VERSION,
        "tool_version": plan.tool_version,
        "created_at": moment(plan.created_at),
        "expires_at": moment(plan.expires_at),
        "manifests": {
            "commit": plan.origin.commit,
            "ref": plan.origin.ref,
            "dirty": plan.origin.dirty,
            "tree_digest": plan.declarations.tree_digest,
        },
        "relative_times": {
            written: moment(instant)
            for written, instant in sorted(plan.declarations.relative_times.items())
        },
        "scope": plan.scope,
        **plan.declarations.targeting.written,
        "accounts": [_account(one) for one in plan.accounts],
        "warnings": [*plan.warnings, *(text for one in plan.accounts for text in one.warnings)],
    }


def _account(one: AccountPlan) -> Fields:
    populations = [section.reading.population for section in one.sections]
    known = [population for population in populations if population is not None]
    return {
        "name": one.account.name,
        "system": one.account.system.value,
        "tenant": one.account.tenant,
        "host": one.host,
        "key_id": one.key_id,
        "way": ", ".join(dict.fromkeys(section.reading.way for section in one.sections)),
        "calls": one.calls,
        "population": sum(known) if len(known) == len(populations) else None,
        "containers": [
            {
                "container": section.absences.container.record_list or "task",
                "way": section.reading.way,
                "population": section.reading.population,
                "counts": {action.value: section.count(action) for action in ACTIONS},
            }
            for section in one.sections
        ],
        "forecast": {
            "reads": one.forecast.reads,
            "deletions": one.forecast.deletions,
            "verification": one.forecast.verification,
            "minutes": round(one.forecast.minutes, 1),
            "daily_percent": one.forecast.daily_percent,
            "daily_left": one.forecast.daily_left,
        },
    }


def to_json(fields: Fields) -> str:
    """Return fields as JSON, in ASCII so that no text in it can mislead a terminal.

    Nor a CI log: some take ##[…] for a command, wherever in a line it stands.
    """
    return _ENCODER.encode(fields).replace("##[", "##\\u005b")


def item_fields(item: Item) -> Fields:
    """Return one line of a plan file."""
    fields: Fields = {
        "type": "item",
        "address": item.address,
        "account": item.account,
        "system": item.system,
        "container": item.container,
        "id": item.target_id,
        "action": item.action.value,
        "reason": item.reason,
        "declared": [declared_fields(one) for one in item.declared],
    }
    if item.fingerprint:
        fields["fingerprint"] = item.fingerprint
    if item.evidence:
        fields["evidence"] = {"by": item.evidence.by, "answer": item.evidence.answer}
    if item.live is not None:
        fields["live"] = dict(item.live)
    return fields


def declared_fields(one: Declared) -> Fields:
    """Return where one thing is declared, and by which manifest."""
    fields: Fields = {
        "file": one.manifest.file,
        "line": one.line,
        "manifest": one.manifest.address,
        "ticket": one.manifest.ticket,
        "purpose": one.manifest.purpose,
    }
    if one.note:
        fields["note"] = one.note
    return fields


def footer_fields(plan: Plan) -> Fields:
    """Return the last line of a plan file, all but its checksum."""
    fields: Fields = {
        "type": "end",
        "counts": {action.value: count for action, count in plan.counts().items()},
        "guards": [guard.fields for guard in plan.guards],
        "applyable": plan.applyable,
        "digest": plan.digest,
    }
    if allowances := list(openings(plan)):
        fields["allowances"] = allowances
    return fields


def last_line(counts: Mapping[str, int]) -> str:
    """Return the one line that sums a plan up, from its counts by action."""
    absent = f"{counts[Action.ABSENT]} already absent, {counts[Action.PROTECTED]} protected"
    if not counts[Action.DELETE] and not counts[Action.HELD] and not counts[Action.UNKNOWN]:
        return f"No changes. {absent}."
    return (
        f"Plan: {counts[Action.DELETE]} to delete, {absent}, "
        f"{counts[Action.HELD]} held, {counts[Action.UNKNOWN]} unknown."
    )


def moment(instant: datetime) -> str:
    """Return an instant in UTC, to the second."""
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")
