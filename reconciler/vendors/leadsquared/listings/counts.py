"""Counts: how many tasks of an owner were seen, and how many the account says there are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from reconciler.domain.masking import Mask
from reconciler.vendors.leadsquared import rows
from reconciler.vendors.leadsquared.listings.narrowed import Asked, Narrowed
from reconciler.vendors.leadsquared.listings.owners import Owner


@dataclass(slots=True)
class _Tally:
    seen: set[str] = field(default_factory=set)
    named: int = 0
    """The largest count that the listing by owner named."""


class Counts:
    """Counts the tasks of each owner, whichever listing shows them, until it is settled.

    Only what fits the listing by owner, narrowed as it was, is held against the count it named.
    """

    def __init__(self, narrowed: Narrowed) -> None:
        """Have seen nothing."""
        self._asked = Asked(narrowed)
        self._tallies = {owner: _Tally() for owner in narrowed}

    def take(self, row: dict[str, Any]) -> None:
        """Count one row, which has an id; a task counts once."""
        for owner in self._asked.owners_of(row):
            if owner in self._tallies:
                self._tallies[owner].seen.add(rows.listed_id(row))

    def name(self, owner: Owner, count: int | None) -> None:
        """Note the count that a page of the listing by owner names, if it does."""
        if tally := self._tallies.get(owner):
            tally.named = max(tally.named, count or 0)

    def settle(self, owner: Owner) -> None:
        """Forget an owner whose listing is believed, or whose count is of others too."""
        self._tallies.pop(owner, None)

    def missing(self, mask: Mask) -> Iterator[str]:
        """Yield for every owner that is not settled that fewer were seen than are counted."""
        for owner in sorted(self._tallies):
            tally = self._tallies[owner]
            seen = len(tally.seen)
            if seen < tally.named:
                tasks = "task" if seen == 1 else "tasks"
                yield f"{seen} {tasks} of {owner.shown(mask)} seen, {tally.named} counted"
