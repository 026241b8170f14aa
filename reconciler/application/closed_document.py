"""What resume settled without deleting anything, as the document that an apply leaves."""

from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.application.apply_document import ApplyDocument
from reconciler.application.closing import Closed
from reconciler.domain.document import FORMAT_VERSION, Fields
from reconciler.domain.outcomes import Outcome
from reconciler.domain.plan import ACTIONS
from reconciler.errors import ExitCode, ReconcilerError

NOTHING = "Nothing to resume: no run was interrupted."


def closed_document(
    closed: Closed | None,
    audit_file: str,
    trouble: Sequence[ReconcilerError],
    code: ExitCode,
    last_line: str,
) -> ApplyDocument:
    """Return what was settled; there was no plan, so nothing of one is told.

    ``closed`` is None where no run was interrupted; then there is no run to name either.
    """
    header: dict[str, Any] = {
        "type": "resume",
        "format_version": FORMAT_VERSION,
        "run_id": closed.run_id if closed else "",
        "audit_file": audit_file if closed else "",
        "digest": "",
        "counts": {action.value: 0 for action in ACTIONS},
        "guards": [],
        "warnings": list(closed.damaged) if closed else [],
        "outcomes": {one.value: closed.counts[one] if closed else 0 for one in Outcome},
    }
    footer: dict[str, Any] = {
        "errors": [error.fields for error in trouble],
        "exit_code": int(code),
        "failure_reason": code.failure_reason,
    }
    return ApplyDocument(
        header=header, footer=footer, items=lambda: _items(closed), last_line=last_line
    )


def _items(closed: Closed | None) -> Iterator[Fields]:
    """Yield every target of a batch that was open, sorted by address."""
    found = [
        (one.orphan, target_id, outcome)
        for one in (closed.found if closed else ())
        for outcome, ids in one.outcomes.items()
        for target_id in ids
    ]
    for orphan, target_id, outcome in sorted(
        found, key=lambda one: one[0].container.address(one[1])
    ):
        container = orphan.container
        yield {
            "address": container.address(target_id),
            "account": container.account,
            "system": container.system.value,
            "container": container.record_list or "task",
            "id": target_id,
            "outcome": outcome.value,
            "reason": f"left open by run {orphan.run_id}",
            "evidence": "",
            "declared": [],
        }
