"""Listing a whole record list, as often as needed, and what the passes prove together."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from operator import ne
from typing import Any

from reconciler.domain.absences import Absences
from reconciler.domain.facts import NO_FACTS, Facts
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.identifiers import By
from reconciler.domain.live import Absent, Evidence, LiveTable, Present, Unknown
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Reading
from reconciler.domain.selection import Selectors
from reconciler.domain.ways import Way
from reconciler.vendors.calls import Caller
from reconciler.vendors.talkdesk import api, rows
from reconciler.vendors.talkdesk.listing import Pages, Paging

LISTED = Evidence("listing", "seen in the record list")


@dataclass(slots=True)
class _Pass:
    """What one pass showed."""

    declared: bytearray
    """For each declared id whether it was there."""
    selected: set[str] = field(default_factory=set)
    """Of what only rules or identifiers select."""

    def unlike(self, other: "_Pass", ids: Sequence[str]) -> set[str]:
        """Return what just one of two passes showed."""
        odd = self.selected ^ other.selected
        if self.declared != other.declared:
            odd.update(compress(ids, map(ne, self.declared, other.declared)))
        return odd


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
    count: int | None = None
    """How many records the newest pass counted."""
    pages: int = 0
    """Pages of the newest pass."""
    flaws: list[str] = field(default_factory=list)
    """Why each pass was not complete; empty texts for those that were."""
    _declared: LiveTable = field(init=False)
    """What any pass showed of what is declared by id; the later row wins."""
    _selected: dict[str, Present] = field(default_factory=dict)
    """What any pass showed of what is only selected, by id; the later row wins."""
    _untold: dict[str, tuple[By, ...]] = field(default_factory=dict)
    """Records whose newest row may tell less than all of their identifiers, by their kinds."""
    _passes: list[_Pass] = field(default_factory=list)
    _pages: Pages = field(default_factory=dict)
    """The pages of the newest pass."""
    _selectors: Selectors = field(init=False)

    def __post_init__(self) -> None:
        """Know nothing yet."""
        absences = self.absences
        keeps_facts = absences.needs_facts
        self._declared = LiveTable(absences.container, absences.ids, keeps_facts=keeps_facts)
        self._selectors = Selectors(absences)

    @property
    def flaw(self) -> str:
        """Why the newest pass was not complete; empty if it was."""
        return self.flaws[-1]

    @property
    def found(self) -> bool:
        """Whether any pass showed anything that is declared or selected."""
        return bool(self._selected or self._declared.count(Present))

    async def run(self) -> None:
        """Make one pass; raises OutOfCallsError with what it showed kept."""
        list_id = self.absences.container.record_list
        if not self.flaws or self.flaw:
            # Where rows came twice, which of them is the later one depends on all pages.
            self._pages.clear()
        self._passes.append(_Pass(bytearray(len(self.absences.ids))))
        paging = Paging(
            caller=self.caller,
            list_id=list_id,
            most=self.most,
            take=self._take,
            again=self._again,
            pages=self._pages,
        )
        listing = await paging.run(api.first_page(list_id, self.page))
        self.count, self.pages = listing.count, listing.pages
        self.flaws.append(listing.verdict())

    def _take(self, target_id: str, row: dict[str, Any]) -> None:
        told = self._told(target_id, row)
        position = self._declared.position(target_id)
        # What an earlier pass showed is kept up to date, though nothing may select it now.
        if position is not None:
            self._passes[-1].declared[position] = 1
            self._declared.mark(position, self._present(row, told))
        elif target_id in self._selected or self._selectors.select(told):
            self._passes[-1].selected.add(target_id)
            self._selected[target_id] = self._present(row, told)

    def _again(self, target_id: str) -> None:
        position = self._declared.position(target_id)
        if position is not None:
            self._passes[-1].declared[position] = 1
        elif target_id in self._selected:
            self._passes[-1].selected.add(target_id)

    def _told(self, target_id: str, row: dict[str, Any]) -> Facts:
        """Return what a row tells, if anybody will ask, and note what it does not."""
        if not self._declared.keeps_facts:
            return NO_FACTS
        told = rows.facts(row, self.mask)
        self._untold.pop(target_id, None)
        if self.absences.named and told.untold:
            self._untold[target_id] = told.untold
        return told

    def _present(self, row: dict[str, Any], told: Facts) -> Present:
        list_id = self.absences.container.record_list
        state = rows.present(row, list_id, self.key, self.mask, LISTED)
        return state if told is NO_FACTS else replace(state, facts=told)

    def contradict(self, flaw: str) -> None:
        """Note that something else speaks against the newest pass."""
        self.flaws[-1] = flaw

    def table(self) -> LiveTable:
        """Return what is declared and what was found, with the rows in it."""
        return _with(self._declared, self._selected)

    def doubtful(self, table: LiveTable) -> Collection[int]:
        """Return what has to be asked by id; mark as absent what a complete listing lacks.

        Where deletions are due: what only one pass showed, and what is declared and was seen in
        neither. Where nothing was seen, everything unless the listing was complete.
        """
        if self.found:
            odd = self._passes[0].unlike(self._passes[-1], self.absences.ids)
            return sorted({*table.positions_of(Unknown), *_positions(table, odd)})
        if self.flaw:
            return range(len(table))
        for position in table.positions_of(Unknown):
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
    keeps_facts = absences.needs_facts
    return _with(LiveTable(absences.container, absences.ids, keeps_facts=keeps_facts), rows)


def _with(table: LiveTable, rows: Mapping[str, Present]) -> LiveTable:
    """Return a table with further rows, in which every one of them has a place."""
    if any(table.position(target_id) is None for target_id in rows):
        table = table.over(sorted({*table.ids, *rows}))
    for position in _positions(table, rows):
        table.mark(position, rows[table.ids[position]])
    return table


def _positions(table: LiveTable, ids: Iterable[str]) -> list[int]:
    found = (table.position(target_id) for target_id in ids)
    return [position for position in found if position is not None]
