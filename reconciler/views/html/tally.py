"""Counts of items, kept while they are written: what the page says of them as a whole."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice

from reconciler.domain.document import Fields
from reconciler.domain.plan import Action
from reconciler.views.html.blocks import heads_of

FIRST = 50
"""Items that the page also has as plain HTML, for browsers that run no script."""
NOT_TOLD = "not told"
OTHER = "other reasons"
_REASONS = 500
"""Reasons that are told apart."""

_AGES = (
    ("2 years and over", timedelta(days=730)),
    ("1 to 2 years", timedelta(days=365)),
    ("6 to 12 months", timedelta(days=182)),
    ("3 to 6 months", timedelta(days=91)),
    ("1 to 3 months", timedelta(days=30)),
    ("1 to 4 weeks", timedelta(days=7)),
    ("under a week", timedelta.min),
)
"""The least age of each group; times in the future count as the youngest."""


@dataclass(slots=True)
class Tally:
    """Items counted by state, and by what they have in common.

    An item that several manifests declare counts for each of them, likewise for its tickets.
    """

    state: str
    """The name of what became, or would become, of an item."""
    items: int = 0
    by_account: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_manifest: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_ticket: Counter[str] = field(default_factory=Counter)
    by_state: Counter[str] = field(default_factory=Counter)
    by_change: Counter[str] = field(default_factory=Counter)
    by_run: Counter[str] = field(default_factory=Counter)
    by_reason: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Of states and reasons; beyond so many of them only states are told apart."""
    first: list[Fields] = field(default_factory=list)

    def see(self, items: Sequence[Fields]) -> None:
        """Count more items."""
        name = self.state
        self.items += len(items)
        self.first += islice(items, FIRST - len(self.first))
        self.by_account.update((item["account"], item[name]) for item in items)
        self.by_state.update(item[name] for item in items)
        self.by_change.update(item.get("change", "") for item in items)
        self.by_run.update(item.get("run", "") for item in items)
        self._see_reasons(Counter((item[name], item.get("reason", "")) for item in items))
        places = Counter((heads_of(item), item[name]) for item in items)
        for (heads, state), count in places.items():
            for manifest in {manifest for _, manifest, _, _ in heads if manifest}:
                self.by_manifest[manifest, state] += count
            for ticket in {ticket for _, _, ticket, _ in heads if ticket}:
                self.by_ticket[ticket] += count

    def _see_reasons(self, counts: Mapping[tuple[str, str], int]) -> None:
        for (state, reason), count in counts.items():
            is_told = (state, reason) in self.by_reason or len(self.by_reason) < _REASONS
            self.by_reason[state, reason if is_told else OTHER] += count

    def accounts(self) -> list[tuple[str, Counter[str]]]:
        """Return the counts of each account, by name."""
        return list(_grouped(self.by_account).items())

    def manifests(self) -> list[tuple[str, Counter[str]]]:
        """Return the counts of each manifest, those with most items first."""
        return sorted(_grouped(self.by_manifest).items(), key=lambda one: -one[1].total())

    @property
    def most(self) -> int:
        """Return how many items the largest manifest has."""
        return max((counts.total() for _, counts in self.manifests()), default=0)


def totalled(groups: Iterable[tuple[str, Counter[str]]]) -> dict[str, int]:
    """Return how many items each name has, of whatever state."""
    return {name: counts.total() for name, counts in groups}


def _grouped(counts: Mapping[tuple[str, str], int]) -> dict[str, Counter[str]]:
    """Return the counts of each state, by name; the names in order."""
    found: dict[str, Counter[str]] = {}
    for (name, state), count in sorted(counts.items()):
        found.setdefault(name, Counter())[state] += count
    return found


@dataclass(slots=True)
class Ages:
    """How old the targets are that would be deleted, by the time of their creation."""

    made: date
    """When the plan was made."""
    counts: Counter[str] = field(default_factory=Counter)

    def see(self, items: Iterable[Fields]) -> None:
        """Count more deletions."""
        days = Counter(
            str(item["live"].get("created", ""))[:10]
            for item in items
            if item["action"] == Action.DELETE and "live" in item
        )
        for day, count in days.items():
            self.counts[self._age(day)] += count

    def groups(self) -> list[tuple[str, int]]:
        """Return how many there are of each age, the oldest first; those not told last."""
        groups = [(name, self.counts[name]) for name, _ in _AGES]
        untold = self.counts[NOT_TOLD]
        return [*groups, (NOT_TOLD, untold)] if untold else groups

    def _age(self, day: str) -> str:
        try:
            age = self.made - date.fromisoformat(day)
        except ValueError:
            return NOT_TOLD
        return next(name for name, least in _AGES if age >= least)
