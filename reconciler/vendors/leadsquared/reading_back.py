"""Reading back: what is left of some tasks, by id or in another listing of the whole account."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.domain.live import Absent, Evidence, LiveTable, Unknown
from reconciler.domain.plan import Reading
from reconciler.vendors.leadsquared.gathering import View, marking
from reconciler.vendors.leadsquared.listings.listing import MANY, TaskListing
from reconciler.vendors.leadsquared.single import Single, seen_by_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingBack:
    """One reading of tasks that were read before; marks ``table``."""

    single: Single
    listing: TaskListing
    before: Reading
    table: LiveTable
    view: View
    only_lists: bool
    """Reading by id was found to prove nothing."""

    async def read(self) -> None:
        """List the account where that takes fewer calls; ask for what it does not settle."""
        many = len(self.table) >= MANY
        if self.before.listed_whole and (many or self.only_lists):
            await self._list_again()
        left = list(self.table.positions_of(Unknown))
        if left:
            await self._ask_again(left)

    async def _ask_again(self, left: Sequence[int]) -> None:
        await self.single.calibrate(self.view, anew=False)
        await self.single.read(self.table, left, self.view)
        if seen_by_id(self.before.table):
            return  # those that were seen alive are the live control
        if doubt := await self.single.doubt(self.table, self.view):
            self.table.doubt(doubt)

    async def _list_again(self) -> None:
        """Mark what left a complete listing, unless reading a few of them by id contradicts."""
        table, most = self.table, None if self.only_lists else len(self.table)
        whole = await self.listing.everything(marking(table, self.view), most)
        left = [
            position
            for position in table.positions_of(Unknown)
            if self.before.table.was_listed(table.ids[position])
        ]
        if whole.population is None or await self.single.shows_any(table, left, self.view):
            return
        answer = f"left a complete listing of {whole.tasks} in which it was seen before"
        for position in left:
            table.mark(position, Absent(Evidence("listing", answer)))
