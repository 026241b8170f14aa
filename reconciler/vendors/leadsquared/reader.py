"""Reads LeadSquared tasks: listed where rules or hints point, every other one by its id."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reconciler.application.ports import Identity, OutOfCallsError, Progress
from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Account
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import LiveTable, Present, Unknown
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Reading
from reconciler.errors import IdentityError
from reconciler.vendors.by_id import leave
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared.gathering import View
from reconciler.vendors.leadsquared.key_user import ask_key_user
from reconciler.vendors.leadsquared.listing import Listed, TaskListing
from reconciler.vendors.leadsquared.single import Sightings, Single, seen_by_id

BY_ID = "by id"


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
    _single: Single = field(init=False)

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

    async def identify(self) -> Identity:
        """Ask whose key it is; raises IdentityError for another organisation than declared."""
        user, tenant = await ask_key_user(self.caller), self.account.tenant
        if tenant.lower() not in {one.lower() for one in user.names}:
            raise IdentityError(
                "The key belongs to another organisation",
                detail=f"{self.account.name} declares tenant {tenant}, the account is "
                f"{user.short_code} ({user.org_id})",
                hint="Correct the tenant in the Account, or use the key of the right account.",
            )
        sees_all = self.account.sees_all or user.is_administrator
        self._single.user = user.user_id
        self._single.sees_all = sees_all
        warnings = () if sees_all else (_not_administrator(self.account.name, user.role),)
        return Identity(tenant=tenant, host=self.host, sees_all=sees_all, warnings=warnings)

    async def read(self, absences: Absences) -> Reading:
        """Read every declared task, and those that rules select; a failure is a state."""
        listed = await self._listing().read(absences)
        table, warnings = listed.table, list(listed.warnings)
        left = list(table.positions_of(Unknown))
        self.progress.begin(f"Reading {self.account.name}", len(left))
        try:
            doubt = await self._read_by_id(listed, left)
        except OutOfCallsError as error:
            # What was seen stays seen, and what was answered as gone if something else was seen.
            doubt = "" if seen_by_id(table) else str(error)
            leave(table, str(error))
        if doubt and left:
            table.doubt(doubt)
            warnings.append(f"{self.account.name}: absence cannot be proven: {doubt}")
        ways = [*listed.ways, BY_ID] if left or not listed.ways else listed.ways
        return Reading(
            table=table,
            way=", ".join(ways),
            population=listed.population,
            unread=listed.unread,
            warnings=tuple(warnings),
        )

    async def _read_by_id(self, listed: Listed, left: Sequence[int]) -> str:
        """Ask for what no listing showed; return why absence cannot be proven, if so."""
        table, view = listed.table, listed.view
        if left:
            await self._single.calibrate(view, anew=True)
            await self._single.read(table, left, view)
            return await self._single.doubt(table, view)
        if table.count(Present):
            # Reading back goes by id: it must have shown one of them while it was alive.
            await self._single.vouch(table, view)
        return ""

    async def read_back(self, before: Reading, ids: Sequence[str]) -> LiveTable:
        """Ask for some of the tasks again; those that ``read`` saw alive are the live control."""
        table, view = LiveTable(before.table.container, ids), View(self.key, self.mask)
        await self._single.calibrate(view, anew=False)
        await self._single.read(table, range(len(table)), view)
        if not seen_by_id(before.table) and (doubt := await self._single.doubt(table, view)):
            table.doubt(doubt)
        return table

    def _listing(self) -> TaskListing:
        return TaskListing(
            account=self.account,
            caller=self.caller,
            key=self.key,
            mask=self.mask,
            progress=self.progress,
            today=self.today(),
            user=self._single.user.lower(),
            sees_all=self._single.sees_all,
        )


def _not_administrator(account: str, role: str) -> str:
    return (
        f"{account}: the key's role is {role}, not Administrator, so what it does not see is "
        "unknown; use an administrator's key, or set sees: all if the key does see everything"
    )
