"""Reads the records of a list, by id or as a whole list, whichever takes fewer calls."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from reconciler.application.ports import Identity, OutOfCallsError, Progress, UnreadableError
from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Account
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import Absent, Evidence, LiveTable, Present, Unknown
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Reading
from reconciler.vendors.by_id import ById, Control, leave
from reconciler.vendors.calls import Caller
from reconciler.vendors.talkdesk import api
from reconciler.vendors.talkdesk.single import Single
from reconciler.vendors.talkdesk.whole_list import LISTED, WholeList

BY_ID = "by id"
_LARGEST_LIST = 250_000
_SAMPLE = 3
"""So many records that have left a listing are asked for by id: two ways must agree."""
_OK = 200


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
        """Read every declared record of one list, and those that rules and identifiers select."""
        table = LiveTable(absences.container, absences.ids, keeps_facts=absences.needs_facts)
        reading = Reading(table=table, way=BY_ID, population=None)
        try:
            population = await self._population(absences.container.record_list)
            reading = replace(reading, population=population)
            # One more by id, for the control; listing is done twice when deletions are due.
            # Which records an identifier or a rule selects, only the whole list can tell.
            if absences.selects or len(table) + 1 > self._pages(population) * 2:
                return await self._whole_list(absences, population)
            self.progress.begin(f"Reading {self.account.name}", len(table))
            await self._by_id(table, range(len(table)))
        except (UnreadableError, OutOfCallsError) as error:
            leave(table, str(error))
            reading = replace(reading, unread=str(error) if absences.selects else "")
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

    async def _whole_list(self, absences: Absences, population: int | None) -> Reading:
        """List once, and once more when deletions are due: a list shifts while dialers work."""
        pages = self._pages(population)
        most = max(self._pages(None) if absences.selects else pages, len(absences))
        self.progress.begin(f"Listing {self.account.name}", pages)
        listing = self._listing(absences, most)
        cause = ""
        try:
            await self._list_as_needed(listing, population)
            table = listing.table()
            if not listing.count and not listing.flaw:
                await self._check_empty(listing, table)
            await self._by_id(table, listing.doubtful(table), revise=True)
        except (UnreadableError, OutOfCallsError) as error:
            # What was seen stays seen.
            cause, table = str(error), listing.table()
            leave(table, cause)
        return listing.reading(table, population, cause)

    def _listing(self, absences: Absences, most: int) -> WholeList:
        return WholeList(
            caller=self.caller,
            absences=absences,
            key=self.key,
            mask=self.mask,
            page=self.account.limits.page,
            most=most,
        )

    async def _list_as_needed(self, listing: WholeList, population: int | None) -> None:
        await self._checked_pass(listing, population)
        if listing.flaw or listing.found:
            await self._checked_pass(listing, population)

    async def _check_empty(self, listing: WholeList, table: LiveTable) -> None:
        """Ask for a few by id where a list says that it is empty: two ways must agree."""
        await self._by_id(table, range(len(table))[:_SAMPLE])
        if found := table.count(Present):
            listing.contradict(f"it shows nothing, but {found} of a few were read by id")

    async def _checked_pass(self, listing: WholeList, population: int | None) -> None:
        """List once, and compare with what the list itself says that it holds.

        An account that answers with less than there is, and counts only that, is caught here.
        """
        await listing.run()
        counted = listing.count or 0
        if listing.flaw or (population is not None and counted >= population):
            return
        holds = await self._population(listing.absences.container.record_list)
        if holds is None or counted < holds:
            listing.contradict(f"{listing.count} counted, but the list says {holds}")

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
        asked = Absences(before.table.container, (), table.ids, (), ())
        listing = self._listing(asked, len(table))
        await listing.run()
        seen = listing.table()
        for position in seen.positions_of(Present):
            table.mark(position, seen.state(position))
        left = [
            position
            for position in table.positions_of(Unknown)
            if _was_listed(before.table, table.ids[position])
        ]
        if listing.flaw or not left:
            return
        sample = left[:: -(-len(left) // _SAMPLE)]
        await self._by_id(table, sample)
        if any(isinstance(table.state(position), Present) for position in sample):
            return
        answer = f"left a complete listing of {listing.count} in which it was seen before"
        for position in left:
            table.mark(position, Absent(Evidence("listing", answer)))

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
    return isinstance(state, Present) and state.evidence == LISTED
