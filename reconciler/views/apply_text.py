"""What an apply did, as people read it at a terminal."""

from collections.abc import Iterator

from reconciler.application.applying import Applied
from reconciler.domain.document import last_line
from reconciler.domain.inert import inert
from reconciler.domain.outcomes import Outcome, Tally
from reconciler.errors import ExitCode
from reconciler.views.lines import EMPTY, Line, Style, line

_SHOWN = 50
_GOOD = (Outcome.DELETED, Outcome.ALREADY_ABSENT)
_STYLES = {
    Outcome.STILL_PRESENT: ("!", Style.DELETE),
    Outcome.FAILED: ("!", Style.DELETE),
    Outcome.UNKNOWN: ("?", Style.DOUBT),
    Outcome.NOT_ATTEMPTED: ("·", Style.WARN),
}


def apply_text(applied: Applied, *, audit_file: str, full: bool) -> Iterator[Line]:
    """Yield the lines of an apply; exactly one last line counts the outcomes."""
    shown = 0
    bad = 0
    for address, settled in applied.results.items():
        if settled.outcome in _GOOD:
            continue
        bad += 1
        if full or shown < _SHOWN:
            shown += 1
            sign, style = _STYLES[settled.outcome]
            reason = f": {inert(settled.reason)}" if settled.reason else ""
            yield (
                (f"  {sign} ", style),
                (f"{address} {settled.outcome.words}{reason}", Style.PLAIN),
            )
    if bad > shown:
        yield line(f"  … and {bad - shown} more (--full shows all)", Style.QUIET)
    if bad:
        yield EMPTY
    yield line(f"Audit log: {audit_file}", Style.QUIET)
    yield EMPTY
    yield line(apply_line(applied), Style.STRONG)


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
