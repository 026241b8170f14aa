"""Listing by owner: all tasks of each of some users, several users side by side.

A task may be given to another user meanwhile: from one whose tasks were not read yet to one whose
tasks were. So where what is not shown is to be absent, nobody's listing ends before everybody's
rows were read; then each must still end there, but for tasks that came behind its last one: they
are new, for rows are sorted by creation.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.application.pool import each
from reconciler.application.ports import OutOfCallsError, Progress, UnreadableError
from reconciler.domain.accounts import Account
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared import api
from reconciler.vendors.leadsquared.listings.counts import Counts
from reconciler.vendors.leadsquared.listings.narrowed import Narrowed
from reconciler.vendors.leadsquared.listings.owners import Owner, foreign
from reconciler.vendors.leadsquared.listings.pages import (
    Page,
    Pages,
    Take,
    flaw_of,
    list_all,
    read_page,
)

LEAST = 2
"""Calls that the tasks of one owner take at the least: a page, and the empty one behind it."""
AT_ONCE = 8
"""Listings that are read side by side; each holds one page in memory."""


@dataclass(slots=True, kw_only=True)
class OwnerListing:
    """One pass over the tasks of some owners; every row goes to ``take``."""

    account: Account
    caller: Caller
    progress: Progress
    take: Take
    counts: Counts = field(default_factory=lambda: Counts({}))
    proves: bool = False
    """What it does not show is to be absent."""
    worth: Callable[[int], bool] = lambda _: True
    """Says of the calls that are still ahead whether they are worth it."""
    distrusted: dict[Owner, str] = field(default_factory=dict)
    """Why a listing is not believed, by owner."""
    tasks: int = 0
    """How many tasks the listings showed."""
    spent: str = ""
    """Why no further call could be made; empty if that did not happen."""
    given_up: bool = False
    """What was ahead was not worth it."""
    left: int = 0
    """Owners that were not read to the end for either reason."""
    _ahead: dict[Owner, int] = field(default_factory=dict)
    _ends: dict[Owner, tuple[api.At, str]] = field(default_factory=dict)
    """Where the listing of each owner ended whose rows came as counted, and the last id in it."""

    async def read(self, wanted: Narrowed) -> None:
        """List the tasks of all owners; a listing that fails is distrusted, never an exception."""
        self.progress.begin(f"Listing {self.account.name}", len(wanted))
        self._ahead = dict.fromkeys(wanted, LEAST)
        await each(wanted.items(), self._list, at_once=AT_ONCE)
        ends = ((owner, wanted[owner]) for owner in self._ends)
        await each(ends, self._end, at_once=AT_ONCE)

    async def _list(self, asked: tuple[Owner, int | None]) -> None:
        owner, status = asked
        self.progress.advance()
        if self.spent or self.given_up:
            self.left += 1
            return
        rows, last, size = 0, "", self.account.limits.page

        def doubt(page: Page) -> str:
            nonlocal rows, last
            rows, last = rows + len(page.rows), (page.ids or [last])[-1]
            self.counts.name(owner, page.count)
            if found := foreign(page.rows, [owner]):
                # A count that holds the tasks of others says nothing of this owner's.
                self.counts.settle(owner)
            return found or self._not_worth(owner, page, rows)

        try:
            listing = await list_all(
                self.caller,
                Pages(lambda at: api.tasks_of(owner.name, at, status), size, to_count=self.proves),
                self.take,
                doubt,
            )
        except OutOfCallsError as error:
            self.spent = str(error)
            self.left += 1
        except UnreadableError as error:
            self.distrusted[owner] = str(error)
        else:
            self.tasks += len(listing.seen)
            if flaw := flaw_of(listing):
                self.distrusted[owner] = flaw
            elif self.proves:
                self._ends[owner] = api.At(offset=rows, size=size), last
            else:
                self.counts.settle(owner)
        self._ahead[owner] = int(owner in self._ends)

    async def _end(self, asked: tuple[Owner, int | None]) -> None:
        """Ask for the page behind the last one, now that the rows of all were read."""
        owner, status = asked
        if self.spent or self.given_up:
            self.left += 1
            return
        at, last = self._ends[owner]
        try:
            page = await read_page(self.caller, api.tasks_of(owner.name, at, status))
        except OutOfCallsError as error:
            self.spent = str(error)
            self.left += 1
        except UnreadableError as error:
            self.distrusted[owner] = f"the page behind the last one could not be read: {error}"
        else:
            self.counts.name(owner, page.count)
            page.hand_to(self.take)
            if flaw := _flaw_behind(page, at, last) or foreign(page.rows, [owner]):
                self.distrusted[owner] = flaw
            else:
                self.tasks += len(page.rows)
                self.counts.settle(owner)

    def _not_worth(self, owner: Owner, page: Page, rows: int) -> str:
        """Note what is ahead after one page; say so if that is not worth its calls."""
        self._ahead[owner] = _pages_after(page, rows)
        if not self.given_up and self.worth(sum(self._ahead.values())):
            return ""
        self.given_up = True
        return "what is left of it takes too many calls"


def _pages_after(page: Page, rows: int) -> int:
    """Return how many pages follow one, the empty one at the end included, as it looks."""
    if not page.rows:
        return 1
    return 1 + -(-max(0, (page.count or 0) - rows) // len(page.rows))


def _flaw_behind(page: Page, at: api.At, last: str) -> str:
    """Say what is wrong with the page behind the last one; empty for nothing."""
    if len(set(page.ids) - {"", last}) < len(page.rows):
        return "rows came behind the last one that are not new"
    # Some count here what a page holds, which beyond the last one is nothing.
    nothing = not page.rows and page.count == 0
    whole = page.count == at.offset + len(page.rows)
    return "" if whole or nothing else "the count changed while paging"
