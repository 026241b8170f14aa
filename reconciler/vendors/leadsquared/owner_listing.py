"""Listing by owner: all tasks of each of some users, several users side by side."""

from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.application.pool import each
from reconciler.application.ports import OutOfCallsError, Progress, UnreadableError
from reconciler.domain.accounts import Account
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared import api
from reconciler.vendors.leadsquared.counts import Counts
from reconciler.vendors.leadsquared.narrowed import Narrowed
from reconciler.vendors.leadsquared.owners import Owner, foreign
from reconciler.vendors.leadsquared.pages import Page, Take, flaw_of, list_all

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

    async def read(self, wanted: Narrowed) -> None:
        """List the tasks of all owners; a listing that fails is distrusted, never an exception."""
        self.progress.begin(f"Listing {self.account.name}", len(wanted))
        self._ahead = dict.fromkeys(wanted, 1)
        await each(wanted.items(), self._list, at_once=AT_ONCE)

    async def _list(self, asked: tuple[Owner, int | None]) -> None:
        owner, status = asked
        self.progress.advance()
        if self.spent or self.given_up:
            self.left += 1
            return
        rows = 0

        def doubt(page: Page) -> str:
            nonlocal rows
            rows += len(page.rows)
            self.counts.name(owner, page.count)
            if found := foreign(page.rows, [owner]):
                # A count that holds the tasks of others says nothing of this owner's.
                self.counts.settle(owner)
            return found or self._not_worth(owner, page, rows)

        try:
            listing = await list_all(
                self.caller,
                lambda at: api.tasks_of(owner.name, at, status),
                self.account.limits.page,
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
            else:
                self.counts.settle(owner)
        self._ahead[owner] = 0

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
        return 0
    return 1 + -(-max(0, (page.count or 0) - rows) // len(page.rows))
