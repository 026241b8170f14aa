"""Reads the records of a list by id, by phone number or as a whole: what takes the fewest calls."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from reconciler.application.ports import Identity, OutOfCallsError, Progress, UnreadableError
from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Account
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import LiveTable, Unknown
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Reading
from reconciler.domain.ways import Preference, Way, cheapest, joined
from reconciler.vendors.by_id import leave
from reconciler.vendors.calls import Caller
from reconciler.vendors.talkdesk import by_phone
from reconciler.vendors.talkdesk.by_phone import ByPhone, numbers_only
from reconciler.vendors.talkdesk.listed import ListReading
from reconciler.vendors.talkdesk.one_by_one import OneByOne
from reconciler.vendors.talkdesk.population import pages_of, read_population
from reconciler.vendors.talkdesk.whole_list import merged

_CHEAPER = "--target reads a part of them, and a day later all calls are back"
_INSUFFICIENT = (Way.BY_ID, Way.BY_PHONE)
_REPLACED = (
    "record list {}: reading {} cannot tell what is selected there, so the whole list was read"
)


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
    prefer: Preference = cheapest
    """Says which way of reading somebody wants."""
    _one_by_one: OneByOne = field(init=False)
    _listed: ListReading = field(init=False)

    def __post_init__(self) -> None:
        """Read nothing yet."""
        self._one_by_one = OneByOne(
            caller=self.caller,
            key=self.key,
            mask=self.mask,
            progress=self.progress,
            new_id=self.new_id,
        )
        self._listed = ListReading(
            account=self.account,
            caller=self.caller,
            key=self.key,
            mask=self.mask,
            progress=self.progress,
            one_by_one=self._one_by_one,
        )

    @property
    def calls(self) -> int:
        """Calls spent so far."""
        return self.caller.calls

    @property
    def remaining(self) -> int | None:
        """Calls that the account's daily limit leaves; None without one."""
        return self.caller.remaining

    async def identify(self) -> Identity:
        """Get a token; whom it belongs to is settled by the host that it is asked from."""
        await self.ready()
        return Identity(tenant=self.account.tenant, host=self.host, sees_all=True)

    async def read(self, absences: Absences) -> Reading:
        """Read every declared record of one list, and those that rules and identifiers select."""
        table = LiveTable(absences.container, absences.ids, keeps_facts=absences.needs_facts)
        reading = Reading(table=table, way=Way.BY_ID, population=None)
        try:
            population = await read_population(self.caller, absences.container.record_list)
            reading = replace(reading, population=population)
            return await self._read(absences, reading, self.prefer(absences.container))
        except (UnreadableError, OutOfCallsError) as error:
            cause = str(error) if absences.selects else ""
            return self._ended(replace(reading, unread=cause), error)

    def _ended(self, reading: Reading, error: Exception) -> Reading:
        """Return a reading that an error ended: what was seen stays seen, the rest is unknown."""
        leave(reading.table, str(error))
        if isinstance(error, UnreadableError):
            return reading
        warning = f"{self.account.name}: not everything was read: {error}"
        return replace(reading, warnings=(*reading.warnings, warning))

    async def _read(self, absences: Absences, reading: Reading, way: Way | None) -> Reading:
        """Read in the way that is wanted, or else in the one that takes the fewest calls."""
        pages = pages_of(reading.population, self.account.limits.page)
        numbers = numbers_only(absences)
        calls = len(numbers) + by_phone.CONTROL + len(absences)
        cheap = way is None and calls < pages * 2
        warnings: tuple[str, ...] = ()
        if numbers and (cheap or way is Way.BY_PHONE):
            found = await self._by_phone(absences, reading, numbers)
            if isinstance(found, Reading):
                return found
            warnings = (found,) if way else ()
        # One more by id, for the control; listing is done twice when deletions are due.
        # Which records a rule or an external id selects, only the whole list can tell.
        if absences.selects and not warnings and way in _INSUFFICIENT:
            warnings = (_REPLACED.format(absences.container.record_list, way),)
        few = way is not Way.WHOLE_LIST and (way is Way.BY_ID or len(absences) < pages * 2)
        if absences.selects or not few:
            if reading.population is not None:
                self.caller.afford(pages, "listing the whole record list", _CHEAPER)
            whole = await self._listed.read(
                absences, reading.population, at_any_price=way is Way.WHOLE_LIST
            )
            return replace(whole, warnings=(*warnings, *whole.warnings))
        self.caller.afford(len(absences) + 1, f"asking for {len(absences)} by id", _CHEAPER)
        self.progress.begin(f"Reading {self.account.name}", len(absences))
        await self._ask(reading, range(len(absences)))
        return reading

    async def _ask(self, reading: Reading, positions: Collection[int]) -> None:
        await self._one_by_one.read(reading.table, positions)
        if reading.population != 0:
            await self._one_by_one.hold_against_the_list(reading.table, positions)

    async def _by_phone(
        self, absences: Absences, reading: Reading, numbers: Sequence[str]
    ) -> Reading | str:
        """Look for each number; a text says why the whole list has to tell."""
        container, count = absences.container, len(numbers)
        self.caller.afford(count, f"looking up {count} phone numbers", _CHEAPER)
        self.progress.begin(f"Reading {self.account.name}", count + len(absences))
        phones = ByPhone(
            caller=self.caller,
            list_id=container.record_list,
            key=self.key,
            mask=self.mask,
            page=self.account.limits.page,
        )
        try:
            await phones.read(numbers)
        except OutOfCallsError as error:
            table = merged(absences, phones.rows)
            cut = replace(reading, table=table, way=Way.BY_PHONE, unread=str(error))
            return self._ended(cut, error)
        if phones.flaw:
            return (
                f"record list {container.record_list}: reading by phone number does not do "
                f"({phones.flaw}), so the whole list was read"
            )
        return await self._rest_by_id(
            replace(reading, table=merged(absences, phones.rows), way=Way.BY_PHONE)
        )

    async def _rest_by_id(self, reading: Reading) -> Reading:
        """Ask for what no number showed."""
        left = list(reading.table.positions_of(Unknown))
        if not left:
            return reading
        reading = replace(reading, way=joined([Way.BY_PHONE, Way.BY_ID]))
        try:
            self.caller.afford(len(left) + 1, f"asking for {len(left)} by id", _CHEAPER)
            await self._ask(reading, left)
        except OutOfCallsError as error:
            return self._ended(reading, error)
        return reading

    async def read_back(self, before: Reading, ids: Sequence[str]) -> LiveTable:
        """Read some records again: by id, or by listing what once was seen in a whole listing."""
        table = LiveTable(before.table.container, ids)
        left = None if before.population is None else max(before.population - len(ids), 0)
        if before.listed_whole and pages_of(left, self.account.limits.page) < len(table):
            await self._listed.mark_left(before.table, table)
        await self._one_by_one.read(table, list(table.positions_of(Unknown)))
        return table

    async def count(self, before: Reading) -> int | None:
        """Ask a record list how many records it holds."""
        return await read_population(self.caller, before.table.container.record_list)
