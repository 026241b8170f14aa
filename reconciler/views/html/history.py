"""Past runs as a page."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from reconciler.audit.past import RECHECK, RETURNED, PastRun
from reconciler.domain.document import Fields
from reconciler.views.html import charts
from reconciler.views.html.items import Items
from reconciler.views.html.page import page
from reconciler.views.html.tally import Tally, totalled
from reconciler.views.html.vocabulary import (
    HISTORY_COLUMNS,
    PAST,
    Filter,
    state_filter,
    value_filter,
)
from reconciler.views.text.history import what_came_of
from reconciler.views.wording import several

_FEW = 40
"""Runs, up to which each has a column of its own in the chart."""
_DAYS = 120
"""Days with runs, up to which each has one; months after that."""
_DAY = len("2026-11-22")
_MONTH = len("2026-11")
_SHOWN = 50
"""Runs that are shown at once."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as it is told."""

    run: PastRun
    words: str
    counts: Counter[str]
    look: str


def history_html(runs: Sequence[PastRun]) -> Iterator[str]:
    """Yield the page; ``runs`` are the newest first."""
    tally = Tally("outcome")
    total = sum((_counts(run) for run in runs), Counter[str]())

    def filters() -> Sequence[Filter]:
        return (
            state_filter("Outcome", PAST, tally.by_state),
            value_filter("account", "Account", totalled(tally.accounts())),
            value_filter("manifest", "Manifest", totalled(tally.manifests())),
            value_filter("ticket", "Ticket", tally.by_ticket),
            value_filter("run", "Run", tally.by_run),
        )

    told = [_told(run) for run in runs]
    return page(
        "history.html",
        kind="history",
        title=f"{several(len(runs), 'run')}.",
        count=len(runs),
        shown=told[:_SHOWN],
        folded=told[_SHOWN:],
        states=PAST,
        counts=total,
        chart=_chart(runs),
        items=Items(
            source=_items(runs),
            tally=tally,
            see=tally.see,
            states=PAST,
            columns=HISTORY_COLUMNS,
            filters=filters,
        ),
        charts=charts,
    )


def _counts(run: PastRun) -> Counter[str]:
    """Return what became of targets; of a recheck only what was found returned."""
    if run.command == RECHECK:
        return Counter({RETURNED: run.rechecked.get(RETURNED, 0)})
    return Counter(run.outcomes)


def _told(run: PastRun) -> Run:
    look = "good" if run.exit_code == 0 else "warn" if run.exit_code is None else "danger"
    return Run(run, what_came_of(run), _counts(run), look)


def _chart(runs: Sequence[PastRun]) -> charts.Columns:
    """Return the chart of outcomes, the oldest first: by run, or day, or month."""
    ordered = sorted((run for run in runs if _counts(run).total()), key=lambda run: run.started)
    if len(ordered) <= _FEW:
        by_run = {f"{run.started} {run.run_id}": _counts(run) for run in ordered}
        return charts.columns(by_run, "run", PAST)
    days = {run.started[:_DAY] for run in ordered}
    length, unit = (_DAY, "day") if len(days) <= _DAYS else (_MONTH, "month")
    groups: dict[str, Counter[str]] = {}
    for run in ordered:
        groups.setdefault(run.started[:length], Counter()).update(_counts(run))
    return charts.columns(groups, unit, PAST)


def _items(runs: Sequence[PastRun]) -> Iterator[Fields]:
    for run in runs:
        for one in run.treated:
            # Manifests and tickets are told side by side; which belongs to which is not known.
            places = zip_longest(one.manifests, one.tickets, fillvalue="")
            yield {
                "address": one.address,
                "account": _account(one.address),
                "id": one.address.rpartition("/")[2],
                "outcome": one.outcome,
                "time": one.time,
                "run": run.run_id,
                "declared": [
                    {"file": "", "line": 0, "manifest": manifest, "ticket": ticket, "purpose": ""}
                    for manifest, ticket in places
                ],
            }


def _account(address: str) -> str:
    parts = address.split("/")
    return parts[1] if len(parts) > 1 else ""
