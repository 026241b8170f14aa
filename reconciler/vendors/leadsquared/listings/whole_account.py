"""The whole account: the tasks of every user, active or not, and whether that was all of them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from reconciler.application.ports import OutOfCallsError, Progress, UnreadableError
from reconciler.domain.accounts import Account
from reconciler.domain.masking import Mask
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared.listings.owner_listing import LEAST, OwnerListing
from reconciler.vendors.leadsquared.listings.owners import Owner, read_users
from reconciler.vendors.leadsquared.listings.pages import Take

_NAMED = 3
"""So many owners are named in one warning."""


@dataclass(slots=True, kw_only=True)
class WholeAccount:
    """One listing of every user's tasks; it proves absence only if nothing speaks against it."""

    account: Account
    caller: Caller
    progress: Progress
    mask: Mask
    take: Take
    user: str
    """The id of the user that the key belongs to, in lower case."""
    sees_all: bool
    """The key sees every task, so that what listings leave out is not there."""
    most: int | None = None
    """More calls than these are not worth it; None for any number."""
    tasks: int = 0
    calls: int = 0
    users: int = 0
    given_up: bool = False
    """It was not worth its calls; that is no fault of the account."""
    flaw: str = ""
    """Why it is not complete; empty if it is."""
    _shown: bool = field(default=False, init=False)
    _before: int = field(default=0, init=False)
    """Calls that were made before."""

    @property
    def population(self) -> int | None:
        """How many tasks there are; None if the listing is not complete."""
        return None if self.flaw else self.tasks

    async def read(self) -> None:
        """List everything; whatever goes wrong is a flaw, never an exception."""
        self._before = self.caller.calls
        try:
            self.flaw = await self._read()
        except (UnreadableError, OutOfCallsError) as error:
            self.flaw = f"the users could not be read: {error}"
        self.calls = self._spent

    async def _read(self) -> str:
        emails = await read_users(self.caller)
        self.users = len(emails)
        if not self._is_worth(LEAST * self.users):
            self.given_up = True
            return "it takes too many calls"
        listing = OwnerListing(
            account=self.account,
            caller=self.caller,
            progress=self.progress,
            take=self._take,
            proves=True,
            worth=self._is_worth,
        )
        await listing.read({Owner(user_id, email): None for user_id, email in emails.items()})
        self.tasks, self.given_up = listing.tasks, listing.given_up
        return self._flaw(listing, emails)

    @property
    def _spent(self) -> int:
        return self.caller.calls - self._before

    def _is_worth(self, ahead: int) -> bool:
        return self.most is None or self._spent + ahead <= self.most

    def _take(self, row: dict[str, Any]) -> None:
        self._shown = True
        self.take(row)

    def _flaw(self, listing: OwnerListing, users: Collection[str]) -> str:
        if listing.spent:
            return listing.spent
        if listing.given_up:
            return "it takes too many calls"
        if listing.distrusted:
            return self._distrust(listing)
        if self.user not in users:
            return "the user of the key is not among the users"
        if not self._shown:
            # "Nothing" is what an account without tasks answers, and also one that hides them.
            return "it shows no task at all"
        return "" if self.sees_all else "the key's role is not Administrator"

    def _distrust(self, listing: OwnerListing) -> str:
        owners = sorted(listing.distrusted)
        names = ", ".join(one.shown(self.mask) for one in owners[:_NAMED])
        more = f" and {len(owners) - _NAMED} more" if len(owners) > _NAMED else ""
        return f"the tasks of {names}{more}: {listing.distrusted[owners[0]]}"
