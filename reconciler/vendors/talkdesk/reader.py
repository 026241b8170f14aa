"""Reads the records of a list, by id or as a whole list, whichever takes fewer calls."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.application.ports import Identity, Progress, UnreadableError
from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Account
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import Absent, Evidence, LiveTable, Present, Unknown
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Reading
from reconciler.vendors.by_id import ById, Control, Gone, Meaning, Odd
from reconciler.vendors.calls import Caller
from reconciler.vendors.talkdesk import api, rows
from reconciler.vendors.talkdesk.listing import list_records

BY_ID, WHOLE_LIST = "by id", "whole list"
_OK, _NOT_FOUND = 200, 404
_GONE = f"404 {api.RECORD_NOT_FOUND}"
_LISTED = Evidence("listing", "seen in the record list")


@dataclass(slots=True, kw_only=True)
class RecordReader:
    """Reads the record lists of one account."""

    account: Account
    host: str
    caller: Caller
    key: FingerprintKey
    mask: Mask
    progress: Progress
    new_id: Callable[[], str]
    """Makes random GUIDs."""
    ready: Callable[[], Awaitable[None]]
    """Gets the token."""
    _controls: dict[str, Control] = field(default_factory=dict)

    @property
    def calls(self) -> int:
        """Calls spent so far."""
        return self.caller.calls

    async def identify(self) -> Identity:
        """Get a token; whom it belongs to is settled by the host that it is asked from."""
        await self.ready()
        return Identity(tenant=self.account.tenant, host=self.host, sees_all=True)

    async def read(self, absences: Absences) -> Reading:
        """Read every declared record of one list."""
        list_id = absences.container.record_list
        table = LiveTable(absences.container, absences.ids)
        try:
            population = await self._population(list_id)
        except UnreadableError as error:
            return Reading(table=_unread(table, str(error)), way=BY_ID, population=None)
        # One more by id, for the control; listing is done twice when deletions are due.
        if len(table) + 1 <= self._pages(population) * 2:
            self.progress.begin(f"Reading {self.account.name}", len(table))
            await self._by_id(table, range(len(table)))
            return Reading(table=table, way=BY_ID, population=population)
        return await self._whole_list(table, population)

    async def _population(self, list_id: str) -> int | None:
        """Return how many records a list holds; raises UnreadableError where there is no list."""
        reply = await self.caller.read(api.record_list(list_id))
        if reply.status != _OK:
            raise UnreadableError(f"the record list was answered {api.said(reply)}")
        count = reply.body.get("records_count")
        return count if isinstance(count, int) and not isinstance(count, bool) else None

    def _pages(self, rows_expected: int | None) -> int:
        # A list holds at most 250,000 records.
        expected = 250_000 if rows_expected is None else rows_expected
        return max(1, -(-expected // self.account.limits.page))

    async def _whole_list(self, table: LiveTable, population: int | None) -> Reading:
        """List once, and once more when deletions are due: a list shifts while dialers work."""
        list_id = table.container.record_list
        self.progress.begin(f"Listing {self.account.name}", self._pages(population))
        seen, flaw, counted = await self._pass(table)
        warnings = [f"record list {list_id}: the listing is not complete: {flaw}"] if flaw else []
        ask: Collection[int] = ()
        if table.count(Present):
            again, flaw_again, counted = await self._pass(table)
            if flaw_again and flaw_again != flaw:
                warnings.append(f"record list {list_id}: the second listing: {flaw_again}")
            unseen = set(table.positions_of(Unknown))
            ask = sorted(unseen | (seen ^ again))
            flaw = flaw or flaw_again
        elif flaw:
            ask = range(len(table))
        if ask:
            await self._by_id(table, ask, revise=True)
        elif not flaw:
            answer = f"not among the {counted} records of a complete listing"
            _mark(table, table.positions_of(Unknown), Evidence("listing", answer))
        return Reading(
            table=table,
            way=WHOLE_LIST,
            population=counted if population is None else population,
            listed_whole=not flaw,
            warnings=tuple(warnings),
        )

    async def _pass(self, table: LiveTable) -> tuple[set[int], str, int | None]:
        """List once: mark what is seen, return its positions, the flaw if any, and the count."""
        list_id = table.container.record_list
        seen: set[int] = set()

        def take(target_id: str, row: dict[str, Any]) -> None:
            position = table.position(target_id)
            if position is not None:
                seen.add(position)
                table.mark(position, rows.present(row, list_id, self.key, self.mask, _LISTED))

        listing = await list_records(self.caller, list_id, self.account.limits.page, take)
        return seen, listing.verdict(), listing.count

    async def read_back(self, before: Reading, ids: Sequence[str]) -> LiveTable:
        """Read some records again: by id, or by listing what once was seen in a whole listing."""
        table = LiveTable(before.table.container, ids)
        left = None if before.population is None else max(before.population - len(ids), 0)
        if before.listed_whole and self._pages(left) < len(table):
            _, flaw, counted = await self._pass(table)
            if not flaw:
                evidence = Evidence(
                    "listing", f"left a complete listing of {counted} in which it was seen before"
                )
                listed = (
                    position
                    for position in table.positions_of(Unknown)
                    if _was_listed(before.table, ids[position])
                )
                _mark(table, listed, evidence)
        await self._by_id(table, list(table.positions_of(Unknown)))
        return table

    async def _by_id(
        self, table: LiveTable, positions: Iterable[int], *, revise: bool = False
    ) -> None:
        list_id = table.container.record_list
        if list_id not in self._controls:
            self._controls[list_id] = await self._calibrate(list_id)

        async def ask(record_id: str) -> Meaning:
            return await self._ask(list_id, record_id)

        by_id = ById(ask, self._controls[list_id], self.progress)
        await by_id.read(table, positions, revise=revise)

    async def _calibrate(self, list_id: str) -> Control:
        """Learn whether the list answers for a record that surely is not in it as documented."""
        try:
            meaning = await self._ask(list_id, self.new_id())
        except UnreadableError as error:
            return Control("", f"a random id had no usable answer: {error}")
        if isinstance(meaning, Gone):
            return Control(meaning.spelling)
        said = meaning.said if isinstance(meaning, Odd) else "a record"
        return Control("", f"a random id was answered with {said}")

    async def _ask(self, list_id: str, record_id: str) -> Meaning:
        reply = await self.caller.read(api.record(list_id, record_id))
        if reply.status == _NOT_FOUND and api.code(reply) == api.RECORD_NOT_FOUND:
            return Gone(_GONE)
        if reply.status != _OK or rows.record_id(reply.body, list_id) != record_id:
            return Odd(api.said(reply))
        evidence = Evidence("id", "200 with the record")
        return rows.present(reply.body, list_id, self.key, self.mask, evidence)


def _was_listed(table: LiveTable, target_id: str) -> bool:
    position = table.position(target_id)
    state = None if position is None else table.state(position)
    return isinstance(state, Present) and state.evidence is _LISTED


def _mark(table: LiveTable, positions: Iterable[int], evidence: Evidence) -> None:
    for position in list(positions):
        table.mark(position, Absent(evidence))


def _unread(table: LiveTable, cause: str) -> LiveTable:
    for position in range(len(table)):
        table.mark(position, Unknown(cause))
    return table
