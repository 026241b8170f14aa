"""The control of empty listings: that the listing by owner shows a task at all, if there is one.

"Nothing" is what an account without tasks answers, and also one that hides them.
"""

from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass

from reconciler.application.ports import UnreadableError
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared import api, rows
from reconciler.vendors.leadsquared.listings.narrowed import Asked, Narrowed
from reconciler.vendors.leadsquared.listings.owners import Owner, Owners, read_users
from reconciler.vendors.leadsquared.listings.pages import Page, Take, read_page

_USERS_ASKED = 20
_FEW = api.At()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyControl:
    """Looks for a task where no listing by owner showed one."""

    caller: Caller
    owners: Owners
    user: str
    """The id of the user that the key belongs to, in lower case; empty if it is not known."""
    today: str
    take: Take

    async def doubt(self, wanted: Narrowed, empty: Collection[Owner]) -> str:
        """Return why the listings of ``empty`` are not believed, which showed nothing.

        Where nobody's listing shows a task, nothing speaks for any of them. Raises
        OutOfCallsError.
        """
        asked = Asked({owner: wanted[owner] for owner in empty})
        async with aclosing(self._others(wanted)) as others:
            async for user_id in others:
                page = await self._page_of(user_id)
                if page is not None and any(page.ids):
                    found = (row for row in page.rows if rows.listed_id(row))
                    hidden = any(any(asked.owners_of(row)) for row in found)
                    return "it shows nothing, but there are tasks" if hidden else ""
        return "it shows nothing, and no listing by owner shows a task"

    async def _others(self, wanted: Narrowed) -> AsyncGenerator[str, None]:
        """Yield the key's user and then others, but for those who were listed in full."""
        listed = {owner.user_id for owner, code in wanted.items() if code is None}
        if self.user and self.user not in listed:
            yield self.user
        user_ids = [one.user_id for one in self.owners.everybody]
        if not user_ids and not self.owners.flaw:
            try:
                user_ids = list(await read_users(self.caller))
            except UnreadableError:
                return
        others = [one for one in user_ids if one != self.user and one not in listed]
        for user_id in others[:_USERS_ASKED]:
            yield user_id

    async def _page_of(self, user_id: str) -> Page | None:
        try:
            page = await read_page(self.caller, api.tasks_of(user_id, _FEW))
        except UnreadableError:
            return None  # the next user may do
        page.hand_to(self.take)
        return page
