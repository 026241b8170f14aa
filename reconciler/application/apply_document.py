"""What an apply did as a document: the names and shapes that views and other programs read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.application.applied import Applied
from reconciler.application.closing import Closed
from reconciler.domain.accounts import Container
from reconciler.domain.document import FORMAT_VERSION, Fields, declared_fields, last_line
from reconciler.domain.guarding.openings import openings
from reconciler.domain.outcomes import Outcome, Settled, Tally
from reconciler.domain.plan import ACTIONS, Section
from reconciler.errors import ExitCode, ReconcilerError

SETTLED = (Outcome.DELETED, Outcome.STILL_PRESENT, Outcome.UNKNOWN)
"""The outcomes that settling finds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyDocument:
    """What an apply, or a resume, did, in plain values."""

    header: Fields
    """``type`` (the command), ``run_id``, ``audit_file``, ``digest``, ``counts`` of the plan,
    ``guards``, ``allowances`` that would open it, and ``outcomes`` counted; ``warnings`` where
    something was only settled."""
    footer: Fields
    """``errors``, ``exit_code``, ``failure_reason``."""
    items: Callable[[], Iterator[Fields]]
    """Yields one per outcome, sorted by address: ``address``, ``account``, ``system``,
    ``container``, ``id``, ``outcome``, ``reason``, ``evidence``, ``declared``."""
    last_line: str
    """The one line that counts the outcomes."""


def apply_document(applied: Applied, audit_file: str, *, command: str = "apply") -> ApplyDocument:
    """Return what was done as a document; items are made as they are asked for."""
    tally = applied.results.tally()
    header: dict[str, Any] = {
        "type": command,
        "format_version": FORMAT_VERSION,
        "run_id": applied.run_id,
        "audit_file": audit_file,
        "digest": applied.plan.digest,
        **applied.plan.declarations.targeting.written,
        "counts": {action.value: count for action, count in applied.plan.counts().items()},
        "guards": [guard.fields for guard in applied.plan.guards],
        **({"allowances": allowances} if (allowances := list(openings(applied.plan))) else {}),
        "outcomes": {outcome.value: tally.of(outcome) for outcome in Outcome},
    }
    footer: dict[str, Any] = {
        "errors": [error.fields for error in applied.trouble],
        "exit_code": int(applied.exit_code),
        "failure_reason": applied.exit_code.failure_reason,
    }
    sections = {
        section.absences.container: section
        for account in applied.plan.accounts
        for section in account.sections
    }

    def items() -> Iterator[Fields]:
        for container, target_id, settled in applied.results.by_target():
            yield _item(container, target_id, settled, sections)

    return ApplyDocument(header=header, footer=footer, items=items, last_line=apply_line(applied))


def _item(
    container: Container, target_id: str, settled: Settled, sections: Mapping[Container, Section]
) -> Fields:
    section = sections.get(container)
    position = None if section is None else section.reading.table.position(target_id)
    # What was reviewed may not be declared any more: then no manifest is named.
    declared = () if section is None or position is None else section.absences.declared(position)
    return {
        "address": container.address(target_id),
        "account": container.account,
        "system": container.system.value,
        "container": container.record_list or "task",
        "id": target_id,
        "outcome": settled.outcome.value,
        "reason": settled.reason,
        "evidence": settled.evidence,
        "declared": [declared_fields(one) for one in declared],
    }


def apply_line(applied: Applied) -> str:
    """Return the last line: outcomes counted, or the plan's where there was nothing to do."""
    if applied.nothing_to_delete:
        counts = {action.value: count for action, count in applied.plan.counts().items()}
        return last_line(counts)
    return outcome_line(applied.results.tally(), applied.exit_code)


def outcome_line(tally: Tally, code: ExitCode) -> str:
    """Return the outcomes counted in one sentence."""
    head = "Apply complete" if code is ExitCode.DONE else "Apply incomplete"
    counts = ", ".join(f"{tally.of(outcome)} {outcome.words}" for outcome in Outcome)
    return f"{head}: {counts}."


def settled_document(
    closed: Closed | None, audit_file: str, trouble: Sequence[ReconcilerError], code: ExitCode
) -> ApplyDocument:
    """Return what was settled without a plan, in the same shape; ``closed`` if anything was open.

    There is no plan, so there are no guards, its counts are zero, and nothing is ``declared``.
    """
    counts = closed.counts if closed else {}
    header: Fields = {
        "type": "resume",
        "format_version": FORMAT_VERSION,
        "run_id": closed.run_id if closed else "",
        "audit_file": audit_file,
        "digest": "",
        "targets": [],
        "excludes": [],
        "counts": {action.value: 0 for action in ACTIONS},
        "guards": [],
        "outcomes": {outcome.value: counts.get(outcome, 0) for outcome in Outcome},
        "warnings": list(closed.damaged) if closed else [],
    }
    footer: Fields = {
        "errors": [error.fields for error in trouble],
        "exit_code": int(code),
        "failure_reason": code.failure_reason,
    }

    def items() -> Iterator[Fields]:
        found = [
            _item(one.orphan.container, target_id, Settled(outcome), {})
            for one in (closed.found if closed else ())
            for outcome, ids in one.outcomes.items()
            for target_id in ids
        ]
        yield from sorted(found, key=lambda item: str(item["address"]))

    return ApplyDocument(header=header, footer=footer, items=items, last_line=settled_line(closed))


def settled_line(closed: Closed | None) -> str:
    """Return the last line of what was settled without a plan."""
    if closed is None:
        return "Nothing to resume: no run was interrupted."
    counts = ", ".join(f"{closed.counts[one]} {one.words}" for one in SETTLED)
    batches = f"{len(closed.found)} open batch{'' if len(closed.found) == 1 else 'es'}"
    return f"Settled {batches}: {counts}."
