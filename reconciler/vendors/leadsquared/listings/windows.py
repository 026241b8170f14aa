"""Windows: the to-dos and appointments of users, a hundred days at a time, over many years.

The second way to list tasks, with a paging that the vendor documents. It costs far more calls,
so it is only gone where the first one proves unreliable.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeAlias

from reconciler.application.pool import each
from reconciler.application.ports import Progress, UnreadableError
from reconciler.domain.accounts import Account
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared import api
from reconciler.vendors.leadsquared.listings.owner_listing import AT_ONCE
from reconciler.vendors.leadsquared.listings.owners import Owner, foreign
from reconciler.vendors.leadsquared.listings.pages import PageCall, Pages, Take, flaw_of, list_all

_FIRST = date(2011, 1, 1)
"""LeadSquared exists since that year."""
_AHEAD = timedelta(days=731)
_LENGTH = timedelta(days=99)
"""A day less than the vendor allows, for it may count the last one too."""
_USERS_AT_ONCE = 50

Window: TypeAlias = tuple[date, date]


def period(today: str) -> Window:
    """Return the first and the last day that windows cover."""
    return _FIRST, date.fromisoformat(today) + _AHEAD


def windows(today: str) -> Iterator[Window]:
    """Yield windows that cover the period; each begins on the day that the one before ends on."""
    begin, last = period(today)
    while begin < last:
        end = min(begin + _LENGTH, last)
        yield begin, end
        begin = end


@dataclass(slots=True, kw_only=True)
class Windows:
    """One reading of all windows of some owners."""

    account: Account
    caller: Caller
    progress: Progress
    take: Take
    _flaws: dict[tuple[Window, str], str] = field(default_factory=dict)
    _broken: bool = False

    @property
    def flaws(self) -> list[str]:
        """Why it is not complete, window by window."""
        return [
            f"{what} from {begin} to {end}: {flaw}"
            for ((begin, end), what), flaw in sorted(self._flaws.items())
        ]

    async def read(self, owners: Collection[Owner], today: str) -> None:
        """List every window; after a page that cannot be read no other window is begun."""
        work = [
            (users, window, to_dos)
            for users in groups(owners)
            for window in windows(today)
            for to_dos in (True, False)
        ]
        self.progress.begin(f"Listing {self.account.name} again", len(work))
        await each(work, self._one, at_once=AT_ONCE)

    async def _one(self, work: tuple[Sequence[Owner], Window, bool]) -> None:
        users, window, to_dos = work
        self.progress.advance()
        if self._broken:
            return
        calls, size = _calls(users, window, to_dos=to_dos), self.account.limits.page
        try:
            listing = await list_all(
                self.caller, Pages(calls, size), self.take, lambda page: foreign(page.rows, users)
            )
            flaw = flaw_of(listing)
        except UnreadableError as error:
            self._broken, flaw = True, str(error)
        if flaw:
            what = "to-dos" if to_dos else "appointments"
            self._flaws[window, what] = flaw


def groups(owners: Collection[Owner]) -> Iterator[Sequence[Owner]]:
    """Yield owners as they are asked for together: all by id, or all by address."""
    by_id = sorted(one for one in owners if one.user_id)
    by_email = sorted(one for one in owners if not one.user_id)
    for group in (by_id, by_email):
        for begin in range(0, len(group), _USERS_AT_ONCE):
            yield group[begin : begin + _USERS_AT_ONCE]


def _calls(users: Sequence[Owner], window: Window, *, to_dos: bool) -> PageCall:
    names = [user.name for user in users]
    return lambda at: api.scheduled(names, *window, at, to_dos=to_dos)
