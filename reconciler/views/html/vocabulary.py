"""What the page calls the states of items, and which columns and filters each report has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.audit.past import RETURNED
from reconciler.domain.changes.marking import NO_ACTION
from reconciler.domain.outcomes import Outcome
from reconciler.domain.plan import Action


@dataclass(frozen=True, slots=True)
class State:
    """What becomes, or became, of an item: as it is written, said and signed."""

    name: str
    words: str
    sign: str
    look: str
    """The class of its colour; never the only carrier of a meaning."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a page says first, in a word or two."""

    words: str
    look: str


ACTIONS = (
    State(Action.DELETE, "to delete", "-", "danger"),
    State(Action.ABSENT, "already absent", "=", "quiet"),
    State(Action.PROTECTED, "protected", "!", "calm"),
    State(Action.HELD, "held", "!", "warn"),
    State(Action.UNKNOWN, "unknown", "?", "doubt"),
)
WITHDRAWN = State(NO_ACTION, "no action", "\u00b7", "quiet")
"""Of what only the base of a comparison declares."""
OUTCOMES = (
    State(Outcome.DELETED, Outcome.DELETED.words, "\u2713", "good"),
    State(Outcome.ALREADY_ABSENT, Outcome.ALREADY_ABSENT.words, "=", "calm"),
    State(Outcome.STILL_PRESENT, Outcome.STILL_PRESENT.words, "\u00d7", "danger"),
    State(Outcome.FAILED, Outcome.FAILED.words, "\u00d7", "danger"),
    State(Outcome.UNKNOWN, Outcome.UNKNOWN.words, "?", "doubt"),
    State(Outcome.NOT_ATTEMPTED, Outcome.NOT_ATTEMPTED.words, "\u00b7", "quiet"),
)
PAST = (*OUTCOMES, State(RETURNED, "returned", "+", "warn"))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table of items."""

    name: str
    label: str


def plan_columns(*, compared: bool) -> Sequence[Column]:
    """Return the columns of a plan; ``compared`` with a base it says what a change brings."""
    more = Column("change", "Change") if compared else Column("created", "Created")
    return (Column("state", "Action"), *_WHAT, more, _WHY)


_WHAT = (
    Column("id", "Target"),
    Column("account", "Account"),
    Column("manifest", "Manifest"),
    Column("ticket", "Ticket"),
)
_WHY = Column("reason", "Reason")
APPLY_COLUMNS = (Column("state", "Outcome"), *_WHAT, _WHY)
HISTORY_COLUMNS = (
    *(Column("state", "Outcome"), *_WHAT),
    *(Column("time", "Time"), Column("run", "Run")),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice of one value of a column."""

    name: str
    label: str
    options: Sequence[tuple[str, str, int]]
    """Value, words, and how many items have it."""


def state_filter(label: str, states: Sequence[State], counts: Mapping[str, int]) -> Filter:
    """Return the filter by state, with those that occur."""
    words = {one.name: one.words for one in states}
    names = [*words, *sorted(counts.keys() - words.keys())]
    some = [(name, words.get(name, name), counts[name]) for name in names if counts.get(name)]
    return Filter("state", label, some)


def value_filter(name: str, label: str, counts: Mapping[str, int]) -> Filter:
    """Return a filter by the values of a column."""
    return Filter(name, label, [(one, one, count) for one, count in sorted(counts.items()) if one])
