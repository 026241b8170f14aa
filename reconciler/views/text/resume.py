"""What resume settled without deleting anything, for people and for programs."""

from collections.abc import Iterator, Sequence

from reconciler.application.apply_document import SETTLED, settled_line
from reconciler.application.closing import Closed
from reconciler.domain.document import FORMAT_VERSION, to_json
from reconciler.errors import ExitCode, ReconcilerError
from reconciler.views.machine import ending
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.wording import clean

_SHOWN = 50


def closed_text(closed: Closed | None, audit_file: str, *, full: bool) -> Iterator[Line]:
    """Yield what became of every open target; exactly one last line counts them."""
    if closed is None:
        yield line(settled_line(closed), Style.STRONG)
        return
    for warning in closed.damaged:
        yield line(f"Warning: {clean(warning, longest=400)}", Style.WARN)
    lines = [
        f"  {outcome.words}: {clean(one.orphan.container.address(target_id))}"
        for one in closed.found
        for outcome, ids in one.outcomes.items()
        for target_id in ids
    ]
    yield from map(line, lines if full else lines[:_SHOWN])
    if len(lines) > _SHOWN and not full:
        yield line(f"  … and {len(lines) - _SHOWN} more (--full shows all)", Style.QUIET)
    if lines:
        yield EMPTY
    yield line(f"Audit log: {clean(audit_file, longest=1000)}", Style.QUIET)
    yield EMPTY
    yield line(settled_line(closed), Style.STRONG)


def closed_json(
    closed: Closed | None, audit_file: str, trouble: Sequence[ReconcilerError], code: ExitCode
) -> Iterator[str]:
    """Yield what was settled as one JSON object."""
    found = closed.found if closed else ()
    counts = closed.counts if closed else {}
    yield to_json(
        {
            "type": "resume",
            "format_version": FORMAT_VERSION,
            "run_id": closed.run_id if closed else "",
            "audit_file": audit_file,
            "batches": [
                {
                    "run_id": one.orphan.run_id,
                    "number": one.orphan.number,
                    "attempt": one.orphan.attempt,
                    "outcomes": {
                        outcome.value: [one.orphan.container.address(each) for each in ids]
                        for outcome, ids in one.outcomes.items()
                    },
                }
                for one in found
            ],
            "outcomes": {one.value: counts.get(one, 0) for one in SETTLED},
            "warnings": list(closed.damaged) if closed else [],
            "errors": [error.fields for error in trouble],
            **ending(code),
        }
    )
    yield "\n"
