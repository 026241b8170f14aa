"""Reading by phone number: the records that the list's own filter shows for each number.

Which of a record's numbers that filter compares is not documented. So it is only believed after it
has shown a record for a number that is not its first, and only for numbers that it finds: that a
number has no record is for the whole list to prove.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.application.pool import each
from reconciler.domain.absences import Absences
from reconciler.domain.facts import Facts
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.identifiers import Phone
from reconciler.domain.live import Present
from reconciler.domain.masking import Mask
from reconciler.transport.wire import Call
from reconciler.vendors.calls import Caller
from reconciler.vendors.talkdesk import api, rows
from reconciler.vendors.talkdesk.listing import Paging, Take
from reconciler.vendors.talkdesk.whole_list import LISTED

CONTROL = 3
"""Calls that the control takes at the most: a number, a page of the list, another number."""
_MOST = 4
"""Pages that the records of one number are worth."""
_AT_ONCE = 8
_FEW = 100
"""Rows of the page on which a record with several numbers is looked for."""


def numbers_only(absences: Absences) -> Sequence[str]:
    """Return the numbers that select all that a container selects; none where more does.

    Identifiers that are sent themselves are resolved in the whole list, for sending deletes
    whatever they match.
    """
    manifests = absences.manifests
    if absences.rules or any(manifests[one.manifest].as_declared for one in absences.named):
        return ()
    numbers = {one.identifier.number for one in absences.named if isinstance(one.identifier, Phone)}
    others = any(not isinstance(one.identifier, Phone) for one in absences.named)
    return () if others else sorted(numbers)


@dataclass(slots=True, kw_only=True)
class ByPhone:
    """One reading of the records that go by some numbers."""

    caller: Caller
    list_id: str
    key: FingerprintKey
    mask: Mask
    page: int
    """Rows of one page."""
    rows: dict[str, Present] = field(default_factory=dict)
    """What was found, by id."""
    flaw: str = ""
    """Why what was found may not be all; empty if it is."""
    _vouched: bool = False
    """The filter has found a record by a number that is not its first."""

    async def read(self, numbers: Sequence[str]) -> None:
        """Look for the records of every number; one that has none ends it."""
        await self._look_for(numbers[0])
        if not self.flaw and not self._vouched:
            await self._vouch()
        await each(numbers[1:], self._look_for, at_once=_AT_ONCE)

    async def _look_for(self, number: str) -> None:
        if self.flaw:
            return
        found: dict[str, Facts] = {}

        def take(target_id: str, row: dict[str, Any]) -> None:
            told = rows.facts(row, self.mask)
            found[target_id] = told
            state = rows.present(row, self.list_id, self.key, self.mask, LISTED)
            self.rows[target_id] = replace(state, facts=told)

        flaw = await self._list(api.records_by_phone(self.list_id, number, self.page), _MOST, take)
        if flaw or not found:
            self.flaw = flaw or "no record is found for a number"
        elif any(number not in told.phones for told in found.values()):
            self.flaw = "the filter shows records that do not have the number"
        elif any(told.phones.index(number) for told in found.values()):
            self._vouched = True

    async def _vouch(self) -> None:
        """Ask for a record by a number that is not its first: the filter must show it."""
        several = await self._record_with_several_numbers()
        if several is None:
            self.flaw = "no record shows whether the filter compares all numbers"
            return
        wanted, number = several
        seen = set[str]()
        call = api.records_by_phone(self.list_id, number, self.page)
        flaw = await self._list(call, _MOST, lambda target_id, _: seen.add(target_id))
        if flaw or wanted not in seen:
            self.flaw = flaw or "the filter does not compare all numbers of a record"

    async def _record_with_several_numbers(self) -> tuple[str, str] | None:
        """Return a record's id and its last number, of those found or on a page of the list."""
        for target_id, state in self.rows.items():
            if len(state.facts.phones) > 1:
                return target_id, state.facts.phones[-1]
        found: list[tuple[str, str]] = []

        def take(target_id: str, row: dict[str, Any]) -> None:
            numbers = rows.facts(row, self.mask).phones
            if len(numbers) > 1:
                found.append((target_id, numbers[-1]))

        await self._list(api.first_page(self.list_id, min(self.page, _FEW)), 1, take)
        return found[0] if found else None

    async def _list(self, call: Call, most: int, take: Take) -> str:
        paging = Paging(caller=self.caller, list_id=self.list_id, most=most, take=take)
        return (await paging.run(call)).verdict()
