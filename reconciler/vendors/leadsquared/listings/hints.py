"""Hints: declared tasks looked for where manifests say that many of them are together.

A wrong hint costs calls. What it shows is present; what it does not show is asked for by id.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from reconciler.application.ports import UnreadableError
from reconciler.domain.absences import Absences, Lookup
from reconciler.domain.listing import Listing
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared import api
from reconciler.vendors.leadsquared.gathering import Gathering
from reconciler.vendors.leadsquared.listings.owners import Owner, Owners
from reconciler.vendors.leadsquared.listings.pages import PageCall, read_page

_FEW = 3
"""So many are asked for by id as cheaply as a listing is read."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Declared tasks that are said to belong to one owner, or to one lead."""

    lookup: Lookup
    ids: Collection[str]


def hints_of(absences: Absences) -> list[Hint]:
    """Return what the manifests of a container say about where its tasks are."""
    lookups = {
        index: _place(absences.manifests[index].lookup, absences) for index in absences.in_use
    }
    if not any(lookups.values()):
        return []
    ids_of: dict[Lookup, set[str]] = {}
    for position, target_id in enumerate(absences.ids):
        for index, _ in absences.places(position):
            if lookup := lookups[index]:
                ids_of.setdefault(lookup, set()).add(target_id)
    return [Hint(lookup, ids) for lookup, ids in ids_of.items()]


def _place(lookup: Lookup, absences: Absences) -> Lookup | None:
    """Return what is used of a lookup: the rows of an owner tell more than those of a lead."""
    if lookup.owner:
        return Lookup(owner=lookup.owner.lower())
    # The rows of a lead lack what conditions ask for.
    return Lookup(lead=lookup.lead) if lookup.lead and not absences.needs_facts else None


def hinted_owners(hints: Collection[Hint], owners: Owners) -> set[Owner]:
    """Return the users among whose tasks declared ones are said to be."""
    names = {hint.lookup.owner for hint in hints if len(hint.ids) > _FEW} - {""}
    return {owner for name in names for owner in owners.called(name)}


@dataclass(frozen=True, slots=True, kw_only=True)
class HintReading:
    """Follows hints as long as that takes fewer calls than asking for each task."""

    caller: Caller
    gathering: Gathering
    size: int
    """Rows in a page."""
    at_any_price: bool = False
    """Somebody wants this way, however many calls it takes."""

    async def follow(self, hint: Hint, owners: Owners, listed: Collection[Owner]) -> bool:
        """Look where a hint points, unless that was ``listed`` before; say whether anybody looked.

        Raises OutOfCallsError.
        """
        unseen = {target_id for target_id in hint.ids if self.gathering.is_open(target_id)}
        looked = False
        for call in self._calls(hint.lookup, owners, listed):
            if len(unseen) > (0 if self.at_any_price else _FEW):
                looked = True
                await self._look(call, unseen)
        return looked

    def _calls(
        self, lookup: Lookup, owners: Owners, listed: Collection[Owner]
    ) -> Iterator[PageCall]:
        if lookup.lead:
            yield lambda _: api.tasks_of_lead(lookup.lead)
        else:
            for owner in owners.called(lookup.owner):
                if owner not in listed:
                    yield _by_owner(owner)

    async def _look(self, call_for: PageCall, unseen: set[str]) -> None:
        """Read pages while those that are left are fewer than the tasks that are not seen yet."""
        listing, at = Listing(), api.At(size=self.size)
        while not listing.pages or self._goes_on(listing, len(unseen)):
            try:
                page = await read_page(self.caller, call_for(at))
            except UnreadableError:
                return
            listing.add(page.ids, count=page.count)
            page.hand_to(self.gathering.take)
            unseen.difference_update(page.ids)
            if listing.stalled:
                return
            at = replace(at, number=at.number + 1, offset=at.offset + len(page.rows))

    def _goes_on(self, listing: Listing, unseen: int) -> bool:
        ahead = listing.pages_in_all - listing.pages
        return ahead > 0 and (ahead < unseen or (self.at_any_price and unseen > 0))


def _by_owner(owner: Owner) -> PageCall:
    return lambda at: api.tasks_of(owner.name, at)
