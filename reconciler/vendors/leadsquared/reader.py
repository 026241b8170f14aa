"""Reads LeadSquared tasks: listed where rules or hints point, every other one by its id."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from reconciler.application.ports import Identity, OutOfCallsError, Progress
from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Account
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import Absent, Evidence, LiveTable, Present, Unknown
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Reading
from reconciler.domain.ways import Preference, Way, cheapest, joined
from reconciler.vendors.by_id import leave
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared.gathering import View, marking
from reconciler.vendors.leadsquared.identity import identify
from reconciler.vendors.leadsquared.listings.listing import MANY, Listed, TaskListing
from reconciler.vendors.leadsquared.reading_back import ReadingBack
from reconciler.vendors.leadsquared.single import Sightings, Single, seen_by_id

_CHEAPER = (
    "--read-by account, or a `lookup` that names their owner or lead, may take fewer, --target "
    "reads a part of them, and a day later all calls are back"
)
_CHEAP = 25
"""Calls that merely counting the tasks of an account may take: those of the usual window."""
_LACKING = "reading by id shows a task that it lacks"
_CONTRADICTED = (
    f"the listing of the whole account is not believed, for {_LACKING}; what it does not show was "
    "asked for by id"
)
_ON_ITS_WORD = "what the listing of the whole account lacks is absent on its word alone, for {}"


@dataclass(slots=True, kw_only=True)
class TaskReader:
    """Reads the tasks of one account."""

    account: Account
    host: str
    caller: Caller
    key: FingerprintKey
    mask: Mask
    sightings: Sightings
    progress: Progress
    new_id: Callable[[], str]
    """Makes random GUIDs."""
    today: Callable[[], str]
    """Gives the date in UTC."""
    prefer: Preference = cheapest
    """Says which way of reading somebody wants."""
    _single: Single = field(init=False)
    _only_lists: bool = field(default=False, init=False)
    """Reading by id was found to prove nothing, so whole listings have to."""

    def __post_init__(self) -> None:
        """Read nothing yet."""
        self._single = Single(
            account=self.account,
            caller=self.caller,
            sightings=self.sightings,
            progress=self.progress,
            new_id=self.new_id,
            today=self.today,
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
        """Ask whose key it is; raises IdentityError for another organisation than declared."""
        found = await identify(self.account, self.host, self.caller)
        self._single.user, self._single.sees_all = found.user, found.identity.sees_all
        return found.identity

    async def read(self, absences: Absences) -> Reading:
        """Read every declared task, and those that rules select; a failure is a state."""
        way = self.prefer(absences.container)
        listing = self._listing(way)
        listed = await self._believed(await listing.read(absences))
        left, doubt, warnings = list(listed.table.positions_of(Unknown)), "", list[str]()
        try:
            doubt = await self._prove(listed, left)
        except OutOfCallsError as error:
            warnings.append(f"{self.account.name}: not everything was read: {error}")
        if listed.population is not None and _only_by_id(listed.table, left):
            listed = self._discredited(listed)
        if doubt and (listed.population is not None or self._may_list_instead(way, listed)):
            listed, doubt = await self._list_instead(listing, listed, left, doubt)
        if doubt:
            warnings.append(f"{self.account.name}: absence cannot be proven: {doubt}")
        ways = [*listed.ways, Way.BY_ID] if left or not listed.ways else listed.ways
        return Reading(
            table=listed.table,
            way=joined(ways),
            population=listed.population,
            listed_whole=listed.population is not None,
            listing_calls=listed.listing_calls,
            unread=listed.unread,
            warnings=(*listed.warnings, *warnings),
        )

    def _may_list_instead(self, way: Way | None, listed: Listed) -> bool:
        return way is None and not listed.tried and self._single.sees_all

    async def _believed(self, listed: Listed) -> Listed:
        """Mark what a complete listing lacks as absent, unless reading by id contradicts.

        A few are left to be asked for by id one and all: that is the surer word, and costs little.
        """
        left = list(listed.table.positions_of(Unknown))
        if listed.population is None or len(left) < MANY:
            return listed
        try:
            contradicted = await self._single.shows_any(listed.table, left, listed.view)
        except OutOfCallsError:
            return replace(listed, population=None, listing_calls=0)  # reading by id will say so
        if contradicted:
            return self._discredited(listed)
        _mark_absent(listed.table, left, listed.population)
        return listed

    def _discredited(self, listed: Listed) -> Listed:
        warnings = (*listed.warnings, f"{self.account.name}: {_CONTRADICTED}")
        return replace(listed, population=None, listing_calls=0, tried=True, warnings=warnings)

    async def _prove(self, listed: Listed, left: Sequence[int]) -> str:
        """Ask for what no listing showed; return why absence cannot be proven, if so.

        Raises OutOfCallsError with what was read kept.
        """
        table = listed.table
        self.progress.begin(f"Reading {self.account.name}", len(left))
        try:
            doubt = await self._read_by_id(listed, left)
        except OutOfCallsError as error:
            # What was seen stays seen, and what was answered as gone if something else was seen.
            leave(table, str(error))
            if not seen_by_id(table):
                table.doubt(str(error))
            if left:
                raise
            return ""
        if doubt and left:
            table.doubt(doubt)
        return doubt if left else ""

    async def _read_by_id(self, listed: Listed, left: Sequence[int]) -> str:
        table, view = listed.table, listed.view
        if left:
            self.caller.afford(len(left) + 1, f"asking for {len(left)} tasks by id", _CHEAPER)
            await self._single.calibrate(view, anew=True)
            await self._single.read(table, left, view)
            return await self._single.doubt(table, view)
        if table.count(Present):
            # Reading back goes by id: it must have shown one of them while it was alive.
            await self._single.vouch(table, view)
        return ""

    async def _list_instead(
        self, listing: TaskListing, listed: Listed, left: Sequence[int], doubt: str
    ) -> tuple[Listed, str]:
        """Go by the whole account where reading by id proves nothing: the only other evidence.

        ``left`` is what was asked for by id.
        """
        table = listed.table
        if listed.population is None:
            whole = await listing.everything(marking(table, listed.view), None)
            if whole.population is None:
                return listed, f"{doubt}; nor by the whole account: {whole.flaw}"
            if _only_by_id(table, left):
                return listed, f"{doubt}; nor by the whole account: {_LACKING}"
            listed = replace(listed, population=whole.population, listing_calls=whole.calls)
        warning = f"{self.account.name}: {_ON_ITS_WORD.format(doubt)}"
        listed = replace(listed, warnings=(*listed.warnings, warning))
        _mark_absent(table, list(table.positions_of(Unknown)), listed.population)
        self._only_lists = True
        return listed, ""

    async def read_back(self, before: Reading, ids: Sequence[str]) -> LiveTable:
        """Read some of the tasks again: by id, or by listing the account if that is cheaper."""
        again = ReadingBack(
            single=self._single,
            listing=self._listing(None),
            before=before,
            table=LiveTable(before.table.container, ids),
            view=View(self.key, self.mask),
            only_lists=self._only_lists,
        )
        await again.read()
        return again.table

    async def count(self, before: Reading) -> int | None:
        """List the account once more, where all of it takes a few calls."""
        if not before.listed_whole or before.listing_calls > _CHEAP:
            return None
        whole = await self._listing(None).everything(lambda _: None, _CHEAP)
        return whole.population

    def _listing(self, way: Way | None) -> TaskListing:
        return TaskListing(
            account=self.account,
            caller=self.caller,
            key=self.key,
            mask=self.mask,
            progress=self.progress,
            today=self.today(),
            user=self._single.user.lower(),
            sees_all=self._single.sees_all,
            way=way,
        )


def _only_by_id(table: LiveTable, asked: Sequence[int]) -> bool:
    """Say whether one of the tasks that were asked for by id is there, and no listing shows it."""
    seen = (one for one in asked if isinstance(table.state(one), Present))
    return any(not table.was_listed(table.ids[one]) for one in seen)


def _mark_absent(table: LiveTable, positions: Sequence[int], tasks: int | None) -> None:
    evidence = Evidence("listing", f"not among the {tasks} tasks of a complete listing")
    for position in positions:
        table.mark(position, Absent(evidence))
