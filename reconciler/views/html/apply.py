"""What an apply, or a resume, did, as a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.application.apply_document import ApplyDocument
from reconciler.domain.document import last_line
from reconciler.domain.guarding.guards import Verdict
from reconciler.domain.outcomes import Outcome
from reconciler.errors import ExitCode
from reconciler.views.html import charts
from reconciler.views.html.guards import guard_part
from reconciler.views.html.items import Items
from reconciler.views.html.page import page
from reconciler.views.html.tally import Tally, totalled
from reconciler.views.html.vocabulary import (
    APPLY_COLUMNS,
    OUTCOMES,
    Filter,
    State,
    Status,
    state_filter,
    value_filter,
)
from reconciler.views.presentation import Presentation
from reconciler.views.text.narrowing import narrowing_text

_SHOWN = 20
"""Reasons, beyond which the table of items tells more."""
_WELL = (Outcome.DELETED, Outcome.ALREADY_ABSENT)


@dataclass(frozen=True, slots=True)
class Reason:
    """Targets that did not end well, in the same way and for the same reason."""

    state: State
    words: str
    count: int


def apply_html(done: ApplyDocument, about: Presentation) -> Iterator[str]:
    """Yield the page, piece by piece: a million items are never held."""
    header = done.header
    tally = Tally("outcome")

    def filters() -> Sequence[Filter]:
        return (
            state_filter("Outcome", OUTCOMES, tally.by_state),
            value_filter("account", "Account", totalled(tally.accounts())),
            value_filter("manifest", "Manifest", totalled(tally.manifests())),
            value_filter("ticket", "Ticket", tally.by_ticket),
        )

    return page(
        "apply.html",
        kind=header["type"],
        title=done.last_line,
        done=done,
        about=about,
        status=apply_status(done),
        states=OUTCOMES,
        counts=header["outcomes"],
        planned=last_line(header["counts"]),
        narrowing=narrowing_text(header, full=True),
        guards=guard_part(header),
        reasons=lambda: _reasons(tally),
        items=Items(
            source=done.items(),
            tally=tally,
            see=tally.see,
            states=OUTCOMES,
            columns=APPLY_COLUMNS,
            filters=filters,
        ),
        charts=charts,
    )


def apply_status(done: ApplyDocument) -> Status:
    """Return how an apply ended."""
    code = ExitCode(done.footer["exit_code"])
    counts = done.header["outcomes"]
    if any(one["verdict"] == Verdict.VIOLATED for one in done.header["guards"]):
        return Status("Refused by a guard", "danger")
    if code is ExitCode.DONE:
        return Status("Complete" if sum(counts.values()) else "Nothing to do", "good")
    bad = counts[Outcome.STILL_PRESENT] or counts[Outcome.FAILED]
    words = code.failure_reason.replace("_", " ").capitalize()
    return Status(words, "danger" if bad or code is not ExitCode.INCOMPLETE else "doubt")


def _reasons(tally: Tally) -> Sequence[Reason]:
    """Return what did not end well, the gravest outcome first, then what is most frequent."""
    ranks = {state.name: rank for rank, state in enumerate(OUTCOMES)}
    states = {state.name: state for state in OUTCOMES}
    found = [
        Reason(states[name], reason, count)
        for (name, reason), count in tally.by_reason.items()
        if name not in _WELL
    ]
    return sorted(found, key=lambda one: (ranks[one.state.name], -one.count))[:_SHOWN]
