"""Reading for rules: the tasks of the owners that they name, or of every user of the account."""

from dataclasses import dataclass, field
from typing import Any

from reconciler.application.ports import OutOfCallsError, Progress
from reconciler.domain.accounts import Account
from reconciler.domain.masking import Mask
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared.gathering import Gathering
from reconciler.vendors.leadsquared.listings.control import EmptyControl
from reconciler.vendors.leadsquared.listings.counts import Counts
from reconciler.vendors.leadsquared.listings.narrowed import Narrowed
from reconciler.vendors.leadsquared.listings.owner_listing import OwnerListing
from reconciler.vendors.leadsquared.listings.owners import Owner, Owners
from reconciler.vendors.leadsquared.listings.windows import Windows, period

_NAMED = 3
"""So many owners are named in one warning."""


@dataclass(slots=True, kw_only=True)
class RuleReading:
    """One reading of the owners that rules need; what it shows goes into ``gathering``."""

    account: Account
    caller: Caller
    gathering: Gathering
    owners: Owners
    mask: Mask
    progress: Progress
    today: str
    user: str
    """The id of the user that the key belongs to, in lower case."""
    sees_all: bool
    """The key sees every task, so that what listings leave out is not there."""
    everybody: bool = False
    """Some rule is about the tasks of every user."""
    proves: bool = False
    """What is declared and not shown is to be absent."""
    warnings: list[str] = field(default_factory=list)
    _causes: list[str] = field(default_factory=list)
    _population: int = 0
    _whole: bool = True
    _distrusted: dict[Owner, str] = field(default_factory=dict)
    """Why the first way of listing is not believed, by owner."""
    _counts: Counts = field(default_factory=lambda: Counts({}))
    _shown: bool = False
    """Some listing showed a task, whosever it is."""
    _spent: str = ""
    _left: int = 0

    @property
    def unread(self) -> str:
        """Why rules may select more than was seen; empty if they do not."""
        first = self._causes[:_NAMED]
        more = len(self._causes) - len(first)
        return "; ".join([*first, f"and {more} more"] if more else first)

    @property
    def population(self) -> int | None:
        """How many tasks the account holds; None where it was not listed whole."""
        whole = self.everybody and self._whole and not self._causes
        return self._population if whole else None

    async def read(self, wanted: Narrowed) -> None:
        """List the tasks of all owners; what cannot be read becomes a cause, never an exception."""
        if not self.sees_all:
            self._causes.append("the key's role is not Administrator, so it may not see everything")
        if self.everybody and self.owners.flaw:
            self._causes.append(f"the users could not be read: {self.owners.flaw}")
        self._whole = all(owner.user_id and code is None for owner, code in wanted.items())
        self._counts = Counts(wanted)
        listing = OwnerListing(
            account=self.account,
            caller=self.caller,
            progress=self.progress,
            take=self._take,
            counts=self._counts,
            proves=self.proves,
        )
        await listing.read(wanted)
        self._population, self._distrusted = listing.tasks, listing.distrusted
        self._spent, self._left = listing.spent, listing.left
        if not self._shown and not self._spent:
            await self._check_emptiness(wanted)
        if self._distrusted:
            await self._list_windows()
        if self._spent:
            self._causes.append(
                f"{self._spent}, so the tasks of {self._left} of {len(wanted)} owners were not read"
            )
        if not self._shown and not self._causes:
            self.warnings.append(
                f"{self.account.name}: no listing shows any task of the account, so nothing "
                "was matched"
            )

    def _take(self, row: dict[str, Any]) -> None:
        self._shown = True
        self._counts.take(row)
        self.gathering.take(row)

    async def _check_emptiness(self, wanted: Narrowed) -> None:
        """Look for a task elsewhere before listings without a single one are believed."""
        empty = [owner for owner in wanted if owner not in self._distrusted]
        if not empty:
            return
        control = EmptyControl(
            caller=self.caller,
            owners=self.owners,
            user=self.user,
            today=self.today,
            take=self._take,
        )
        try:
            doubt = await control.doubt(wanted, empty)
        except OutOfCallsError as error:
            self._spent = str(error)
            self._left += len(empty)
        else:
            if doubt:
                self._distrusted.update(dict.fromkeys(empty, doubt))

    async def _list_windows(self) -> None:
        """Read the other listings of those whose first one is not believed."""
        self._whole = False
        windows = Windows(
            account=self.account,
            caller=self.caller,
            progress=self.progress,
            take=self._take,
        )
        first, last = period(self.today)
        try:
            if not self._spent:
                await windows.read(self._distrusted, self.today)
                self._warn(
                    f"their to-dos and appointments from {first} to {last} were read instead"
                )
        except OutOfCallsError as error:
            self._spent = str(error)
        if self._spent:
            self._left += len(self._distrusted)
        self._causes += windows.flaws
        if not self._spent:
            self._causes += self._counts.missing(self.mask)

    def _warn(self, instead: str) -> None:
        """Say once for every reason whose listing was not believed, and what was read instead."""
        owners_of: dict[str, list[Owner]] = {}
        for owner, why in sorted(self._distrusted.items()):
            owners_of.setdefault(why, []).append(owner)
        for why, owners in owners_of.items():
            names = ", ".join(one.shown(self.mask) for one in owners[:_NAMED])
            more = f" and {len(owners) - _NAMED} more" if len(owners) > _NAMED else ""
            self.warnings.append(
                f"{self.account.name}: the listing of the tasks of {names}{more} is not believed "
                f"({why}); {instead}"
            )
