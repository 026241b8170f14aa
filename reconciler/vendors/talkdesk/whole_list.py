"""Listing a whole record list, as often as needed, and what the passes prove together."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.domain.absences import Absences
from reconciler.domain.facts import NO_FACTS
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.identifiers import By
from reconciler.domain.live import Absent, Evidence, LiveTable, Present, Unknown
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Reading
from reconciler.domain.selection import Selectors
from reconciler.domain.ways import Way
from reconciler.vendors.calls import Caller
from reconciler.vendors.talkdesk import api, rows
from reconciler.vendors.talkdesk.listing import list_records

LISTED = Evidence("listing", "seen in the record list")


@dataclass(slots=True, kw_only=True)
class WholeList:
    """Passes over one record list; keeps what is declared or selected and no other row."""

    caller: Caller
    absences: Absences
    key: FingerprintKey
    mask: Mask
    page: int
    """Rows to ask for in one page."""
    most: int
    """Pages that are worth it."""
    rows: dict[str, Present] = field(default_factory=dict)
    """What any pass showed, by id; the later row wins."""
    count: int | None = None
    """How many records the newest pass counted."""
    pages: int = 0
    """Pages of the newest pass."""
    flaws: list[str] = field(default_factory=list)
    """Why each pass was not complete; empty texts for those that were."""
    _untold: dict[str, tuple[By, ...]] = field(default_factory=dict)
    """Records whose newest row may tell less than all of their identifiers, by their kinds."""
    _seen: list[set[str]] = field(default_factory=list)

    @property
    def flaw(self) -> str:
        """Why the newest pass was not complete; empty if it was."""
        return self.flaws[-1]

    async def run(self) -> None:
        """Make one pass; raises OutOfCallsError with what it showed kept."""
        list_id, seen = self.absences.container.record_list, set[str]()
        declared, selectors = set(self.absences.ids), Selectors(self.absences)
        selects, needs_facts = self.absences.selects, self.absences.needs_facts
        names = bool(self.absences.named)
        self._seen.append(seen)

        def take(target_id: str, row: dict[str, Any]) -> None:
            told = rows.facts(row, self.mask) if needs_facts else NO_FACTS
            self._untold.pop(target_id, None)
            if names and told.untold:
                self._untold[target_id] = told.untold
            # What an earlier pass showed is kept up to date, though nothing may select it now.
            known = target_id in declared or target_id in self.rows
            if known or (selects and selectors.select(told)):
                seen.add(target_id)
                state = rows.present(row, list_id, self.key, self.mask, LISTED)
                self.rows[target_id] = replace(state, facts=told) if needs_facts else state

        first = api.first_page(list_id, self.page)
        listing = await list_records(self.caller, first, list_id, self.most, take)
        self.count, self.pages = listing.count, listing.pages
        self.flaws.append(listing.verdict())

    def contradict(self, flaw: str) -> None:
        """Note that something else speaks against the newest pass."""
        self.flaws[-1] = flaw

    def table(self) -> LiveTable:
        """Return what is declared and what was found, with the rows in it."""
        return merged(self.absences, self.rows)

    def doubtful(self, table: LiveTable) -> Collection[int]:
        """Return what has to be asked by id; mark as absent what a complete listing lacks.

        Where deletions are due: what only one pass showed, and what is declared and was seen in
        neither. Where nothing was seen, everything unless the listing was complete.
        """
        if self.rows:
            odd = self._seen[0] ^ self._seen[-1]
            return sorted({*table.positions_of(Unknown), *_positions(table, odd)})
        if self.flaw:
            return range(len(table))
        for position in list(table.positions_of(Unknown)):
            table.mark(position, Absent(self._evidence))
        return ()

    @property
    def _evidence(self) -> Evidence:
        return Evidence("listing", f"not among the {self.count} records of a complete listing")

    @property
    def _untold_words(self) -> dict[By, str]:
        """Return why identifiers of a kind may select more than was seen, by their kind."""
        kinds = Counter(kind for kinds in self._untold.values() for kind in kinds)
        return {kind: f"{count} {_UNTOLD[kind]}" for kind, count in kinds.items()}

    def reading(self, table: LiveTable, population: int | None, cause: str) -> Reading:
        """Return what came of it; ``cause`` is why no further call could be made, if so."""
        flaw = cause or self.flaw
        unread = f"a listing was not complete: {flaw}" if flaw else ""
        flaws = [one for one in dict.fromkeys(self.flaws) if one]
        name = self.absences.container.record_list
        return Reading(
            table=table,
            way=Way.WHOLE_LIST,
            population=_least(population, self.count),
            listed_whole=not flaw,
            listing_calls=0 if flaw else self.pages,
            unread=unread,
            untold=self._untold_words,
            nothing_else=None if unread else self._evidence,
            warnings=tuple(
                f"record list {name}: a listing was not complete: {one}" for one in flaws
            ),
        )


_UNTOLD = {
    By.PHONE_NUMBER: "of the records listed may have phone numbers that are not told",
    By.EXTERNAL_ID: "of the records listed tell only a part of their external reference",
}


def _least(population: int | None, count: int | None) -> int | None:
    """Return the smaller count: guards that compare with it must not be too lenient."""
    counts = [one for one in (population, count) if one is not None]
    return min(counts, default=None)


def merged(absences: Absences, rows: Mapping[str, Present]) -> LiveTable:
    """Return a table of what is declared and what was found; what was not found is unknown."""
    new = rows.keys() - set(absences.ids)
    ids = sorted({*absences.ids, *new}) if new else absences.ids
    table = LiveTable(absences.container, ids, keeps_facts=absences.needs_facts)
    for position in _positions(table, rows):
        table.mark(position, rows[table.ids[position]])
    return table


def _positions(table: LiveTable, ids: Iterable[str]) -> list[int]:
    found = (table.position(target_id) for target_id in ids)
    return [position for position in found if position is not None]
