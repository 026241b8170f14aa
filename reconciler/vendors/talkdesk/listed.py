"""Reading a record list as a whole: twice where deletions are due, for it shifts meanwhile."""

from dataclasses import dataclass

from reconciler.application.ports import OutOfCallsError, Progress, UnreadableError
from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Account
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import Absent, Evidence, LiveTable, Present, Unknown
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Reading
from reconciler.vendors.by_id import leave
from reconciler.vendors.calls import Caller
from reconciler.vendors.talkdesk.one_by_one import OneByOne
from reconciler.vendors.talkdesk.population import pages_of, read_population
from reconciler.vendors.talkdesk.whole_list import WholeList

_SAMPLE = 3
"""So many records that have left a listing are asked for by id: two ways must agree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReading:
    """Lists the record lists of one account."""

    account: Account
    caller: Caller
    key: FingerprintKey
    mask: Mask
    progress: Progress
    one_by_one: OneByOne

    async def read(
        self, absences: Absences, population: int | None, *, at_any_price: bool
    ) -> Reading:
        """List once, and once more when deletions are due: a list shifts while dialers work.

        A listing that takes more pages than were expected is worth it ``at_any_price``, and where
        rules or identifiers select; otherwise what it does not show is asked for by id.
        """
        page = self.account.limits.page
        pages = pages_of(population, page)
        worth = pages_of(None, page) if absences.selects or at_any_price else pages
        self.progress.begin(f"Listing {self.account.name}", pages)
        listing = self._listing(absences, max(worth, len(absences)))
        cause = ""
        try:
            await self._list_as_needed(listing, population)
            table = listing.table()
            if not listing.count and not listing.flaw:
                await self._check_empty(listing, table)
            await self.one_by_one.read(table, listing.doubtful(table), revise=True)
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
        await self.one_by_one.read(table, range(len(table))[:_SAMPLE])
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
        holds = await read_population(self.caller, listing.absences.container.record_list)
        if holds is None or counted < holds:
            listing.contradict(f"{listing.count} counted, but the list says {holds}")

    async def mark_left(self, before: LiveTable, table: LiveTable) -> None:
        """Mark what left a complete listing, unless reading a few of them by id contradicts."""
        asked = Absences(table.container, (), table.ids, (), ())
        listing = self._listing(asked, len(table))
        await listing.run()
        seen = listing.table()
        for position in seen.positions_of(Present):
            table.mark(position, seen.state(position))
        left = [
            position
            for position in table.positions_of(Unknown)
            if before.was_listed(table.ids[position])
        ]
        if listing.flaw or not left:
            return
        sample = left[:: -(-len(left) // _SAMPLE)]
        await self.one_by_one.read(table, sample)
        if any(isinstance(table.state(position), Present) for position in sample):
            return
        answer = f"left a complete listing of {listing.count} in which it was seen before"
        for position in left:
            table.mark(position, Absent(Evidence("listing", answer)))
