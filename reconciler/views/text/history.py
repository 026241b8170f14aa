"""Past runs as people read them."""

from collections.abc import Iterator, Sequence

from reconciler.audit.past import RECHECK, PastRun, Treated
from reconciler.domain.outcomes import Outcome
from reconciler.domain.returns import Fate
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.wording import clean, several

_MOST = 50
"""Targets of one run, unless all are asked for."""
_STYLES: dict[str, Style] = {
    Outcome.DELETED: Style.GOOD,
    Outcome.ALREADY_ABSENT: Style.PLAIN,
    Outcome.NOT_ATTEMPTED: Style.QUIET,
}


def history_text(runs: Sequence[PastRun], *, detailed: bool, full: bool) -> Iterator[Line]:
    """Yield every run, the newest first; ``detailed`` with the targets that were asked for."""
    for run in runs:
        yield from _run(run)
        if detailed:
            shown = run.treated if full else run.treated[:_MOST]
            for one in shown:
                yield _target(one)
            if len(run.treated) > len(shown):
                hidden = len(run.treated) - len(shown)
                yield line(f"    … and {hidden} more (--full shows all)", Style.QUIET)
        yield EMPTY
    yield line(f"{several(len(runs), 'run')}.", Style.STRONG)


def _run(run: PastRun) -> Iterator[Line]:
    recheck = ": recheck" if run.command == RECHECK else ""
    yield line(f"Run {clean(run.run_id)}{recheck}", Style.STRONG)
    yield line(f"  started {clean(run.started)} by {clean(run.actor)}{_commit(run)}", Style.QUIET)
    if run.finished:
        reason = f" ({clean(run.failure_reason)})" if run.failure_reason else ""
        yield line(f"  ended {clean(run.finished)}, exit code {run.exit_code}{reason}", Style.QUIET)
    else:
        yield line("  has not said that it ended: it was cut short, or is under way", Style.WARN)
    yield line(f"  {what_came_of(run)}")


def what_came_of(run: PastRun) -> str:
    """Return what a run came to: what it sent, or what it read again."""
    if run.command != RECHECK:
        counted = ", ".join(f"{count} {_words(name)}" for name, count in run.outcomes.items())
        planned = sum(run.outcomes.values()) if run.finished else run.deletions
        return f"of {several(planned, 'deletion')}: {counted or 'none was sent'}"
    counted = ", ".join(f"{run.rechecked.get(fate, 0)} {fate.words}" for fate in Fate)
    told = counted if run.rechecked else "nothing is told of it"
    return f"of {several(sum(run.rechecked.values()), 'target')} proven gone before: {told}"


def _commit(run: PastRun) -> str:
    return f", commit {clean(run.commit[:12])}" if run.commit else ""


def _words(outcome: str) -> str:
    known = outcome in set(Outcome)
    return Outcome(outcome).words if known else clean(outcome)


def _target(one: Treated) -> Line:
    places = ", ".join((*one.manifests, *one.tickets))
    style = _STYLES.get(one.outcome, Style.WARN)
    return (
        (f"    {_words(one.outcome):<14}", style),
        (f" {clean(one.address)}", Style.PLAIN),
        (f"  {clean(one.time)}  {clean(places)}", Style.QUIET),
    )
