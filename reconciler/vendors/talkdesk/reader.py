"""Reads the records of a list, by id or as a whole list, whichever takes fewer calls."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.application.ports import Identity, OutOfCallsError, Progress, UnreadableError
from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Account
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import Absent, Evidence, LiveTable, Present, Unknown
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Reading
from reconciler.vendors.by_id import ById, Control, leave
from reconciler.vendors.calls import Caller
from reconciler.vendors.talkdesk import api, rows
from reconciler.vendors.talkdesk.listing import list_records
from reconciler.vendors.talkdesk.single import Single

BY_ID, WHOLE_LIST = "by id", "whole list"
_LARGEST_LIST = 250_000
_SAMPLE = 3
"""So many records that have left a listing are asked for by id: two ways must agree."""
_OK = 200
_LISTED = Evidence("listing", "seen in the record list")


@dataclass(frozen=True, slots=True)
class _Pass:
    """One listing of a whole list: the positions that it showed, and whether it was complete."""

    seen: set[int]
    flaw: str
    count: int | None


@dataclass(slots=True, kw_only=True)
class RecordReader:
    """Reads the record lists of one account."""

    account: Account
    host: str
    caller: Caller
    key: FingerprintKey
    mask: Mask
    progress: Progress
    new_id: Callable[[], str]
    """Makes random GUIDs."""
    ready: Callable[[], Awaitable[None]]
    """Gets the token."""
    _controls: dict[str, Control] = field(default_factory=dict)

    @property
    def calls(self) -> int:
        """Calls spent so far."""
        return self.caller.calls

    async def identify(self) -> Identity:
        """Get a token; whom it belongs to is settled by the host that it is asked from."""
        await self.ready()
        return Identity(tenant=self.account.tenant, host=self.host, sees_all=True)

    async def read(self, absences: Absences) -> Reading:
        """Read every declared record of one list."""
        table = LiveTable(absences.container, absences.ids)
        reading = Reading(table=table, way=BY_ID, population=None)
        try:
            population = await self._population(absences.container.record_list)
            reading = replace(reading, population=population)
            # One more by id, for the control; listing is done twice when deletions are due.
            if len(table) + 1 > self._pages(population) * 2:
                return await self._whole_list(table, population)
            self.progress.begin(f"Reading {self.account.name}", len(table))
            await self._by_id(table, range(len(table)))
        except (UnreadableError, OutOfCallsError) as error:
            leave(table, str(error))
        return reading

    async def _population(self, list_id: str) -> int | None:
        """Return how many records a list holds; raises UnreadableError where there is no list."""
        reply = await self.caller.read(api.record_list(list_id))
        if reply.status != _OK or not isinstance(reply.body, dict):
            raise UnreadableError(f"the record list was answered {api.said(reply)}")
        if str(reply.body.get("id")).lower() != list_id:
            raise UnreadableError("the record list was answered with something else")
        count = reply.body.get("records_count")
        is_count = isinstance(count, int) and not isinstance(count, bool) and count >= 0
        return count if is_count else None

    def _pages(self, rows_expected: int | None) -> int:
        expected = _LARGEST_LIST if rows_expected is None else rows_expected
        return max(1, -(-expected // self.account.limits.page))

    async def _whole_list(self, table: LiveTable, population: int | None) -> Reading:
        """List once, and once more when deletions are due: a list shifts while dialers work."""
        list_id = table.container.record_list
        most = max(self._pages(population), len(table))
        self.progress.begin(f"Listing {self.account.name}", self._pages(population))
        passes = [await self._checked_pass(table, most, population)]
        if passes[0].flaw or table.count(Present):
            passes.append(await self._checked_pass(table, most, population))
        last = passes[-1]
        ask: Collection[int] = ()
        if table.count(Present):
            ask = sorted({*table.positions_of(Unknown), *(passes[0].seen ^ last.seen)})
        elif last.flaw:
            ask = range(len(table))
        if ask:
            await self._by_id(table, ask, revise=True)
        else:
            answer = f"not among the {last.count} records of a complete listing"
            _mark(table, table.positions_of(Unknown), Evidence("listing", answer))
        return Reading(
            table=table,
            way=WHOLE_LIST,
            population=last.count if population is None else population,
            listed_whole=not last.flaw,
            warnings=tuple(
                f"record list {list_id}: a listing was not complete: {flaw}"
                for flaw in dict.fromkeys(one.flaw for one in passes)
                if flaw
            ),
        )

    async def _checked_pass(self, table: LiveTable, most: int, population: int | None) -> _Pass:
        """List once, and compare with what the list itself says that it holds.

        An account that answers with less than there is, and counts only that, is caught here.
        """
        found = await self._pass(table, most)
        if found.flaw or (population is not None and (found.count or 0) >= population):
            return found
        holds = await self._population(table.container.record_list)
        if holds is not None and (found.count or 0) >= holds:
            return found
        return replace(found, flaw=f"{found.count} counted, but the list says {holds}")

    async def _pass(self, table: LiveTable, most: int) -> _Pass:
        """List once and mark what is seen."""
        list_id = table.container.record_list
        seen: set[int] = set()

        def take(target_id: str, row: dict[str, Any]) -> None:
            position = table.position(target_id)
            if position is not None:
                seen.add(position)
                table.mark(position, rows.present(row, list_id, self.key, self.mask, _LISTED))

        first = api.first_page(list_id, self.account.limits.page)
        listing = await list_records(self.caller, first, list_id, most, take)
        return _Pass(seen, listing.verdict(), listing.count)

    async def read_back(self, before: Reading, ids: Sequence[str]) -> LiveTable:
        """Read some records again: by id, or by listing what once was seen in a whole listing."""
        table = LiveTable(before.table.container, ids)
        left = None if before.population is None else max(before.population - len(ids), 0)
        if before.listed_whole and self._pages(left) < len(table):
            await self._by_listing(before, table)
        await self._by_id(table, list(table.positions_of(Unknown)))
        return table

    async def _by_listing(self, before: Reading, table: LiveTable) -> None:
        """Mark what left a complete listing, unless reading a few of them by id contradicts."""
        found = await self._pass(table, len(table))
        left = [
            position
            for position in table.positions_of(Unknown)
            if _was_listed(before.table, table.ids[position])
        ]
        if found.flaw or not left:
            return
        sample = left[:: -(-len(left) // _SAMPLE)]
        await self._by_id(table, sample)
        if any(isinstance(table.state(position), Present) for position in sample):
            return
        answer = f"left a complete listing of {found.count} in which it was seen before"
        _mark(table, left, Evidence("listing", answer))

    async def _by_id(
        self, table: LiveTable, positions: Collection[int], *, revise: bool = False
    ) -> None:
        if not positions:
            return
        single = Single(self.caller, table.container.record_list, self.key, self.mask)
        control = self._controls.get(single.list_id) or await single.calibrate(self.new_id())
        if control.gone:
            # One that failed is not kept: the next reading asks again.
            self._controls[single.list_id] = control
        await ById(single.ask, control, self.progress).read(table, positions, revise=revise)


def _was_listed(table: LiveTable, target_id: str) -> bool:
    position = table.position(target_id)
    state = None if position is None else table.state(position)
    return isinstance(state, Present) and state.evidence == _LISTED


def _mark(table: LiveTable, positions: Iterable[int], evidence: Evidence) -> None:
    for position in list(positions):
        table.mark(position, Absent(evidence))
