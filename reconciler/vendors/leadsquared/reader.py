"""Reads LeadSquared tasks by id, once the account has shown how it answers for an unknown one."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from reconciler.application.ports import Identity, OutOfCallsError, Progress, UnreadableError
from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Account
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import LiveTable, Present
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Reading
from reconciler.errors import IdentityError
from reconciler.vendors.by_id import ById, Control, Gone, Meaning, Odd, leave
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared import api
from reconciler.vendors.leadsquared.meaning import meaning
from reconciler.vendors.leadsquared.witness import listed_tasks

BY_ID = "by id"
_WITNESSES = 10
"""So many tasks that listings show are asked for by id, and if none is seen there is no witness."""
_OK, _FORBIDDEN = 200, 403


class Sightings(Protocol):
    """Remembers that reading by id has shown a live target."""

    def saw_alive(self, account: str, tenant: str, gone: str) -> None:
        """Note that it did, beside the answer for an unknown id."""
        ...

    def has_seen_alive(self, account: str, tenant: str, gone: str) -> bool:
        """Say whether it did lately, beside the same answer for an unknown id."""
        ...


_UNCALIBRATED = Control("", "not calibrated")


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
    _user: str = ""
    _sees_all: bool = False
    _control: Control = _UNCALIBRATED

    @property
    def calls(self) -> int:
        """Calls spent so far."""
        return self.caller.calls

    async def identify(self) -> Identity:
        """Ask whose key it is; raises IdentityError for another organisation than declared."""
        reply = await self.caller.read(api.who_am_i())
        if reply.status == _FORBIDDEN:
            raise IdentityError("The account refuses the credentials", detail=api.said(reply))
        if reply.status != _OK or not isinstance(reply.body, dict) or api.is_error(reply.body):
            raise UnreadableError(f"who the key belongs to: {api.said(reply)}")
        org = {str(reply.body.get(name) or "").lower() for name in ("OrgShortCode", "OrgId")}
        tenant = self.account.tenant
        if tenant.lower() not in org - {""}:
            raise IdentityError(
                "The key belongs to another organisation",
                detail=f"{self.account.name} declares tenant {tenant}, the account is "
                f"{reply.body.get('OrgShortCode')} ({reply.body.get('OrgId')})",
                hint="Correct the tenant in the Account, or use the key of the right account.",
            )
        role = str(reply.body.get("Role") or "none")
        self._user = str(reply.body.get("Id") or "")
        self._sees_all = self.account.sees_all or role == "Administrator"
        warnings = () if self._sees_all else (_not_administrator(self.account.name, role),)
        return Identity(tenant=tenant, host=self.host, sees_all=self._sees_all, warnings=warnings)

    async def read(self, absences: Absences) -> Reading:
        """Ask for every task by id; absence counts only after both controls."""
        table = LiveTable(absences.container, absences.ids)
        self.progress.begin(f"Reading {self.account.name}", len(table))
        try:
            self._control = await self._calibrate()
            await self._by_id().read(table, range(len(table)))
            doubt = await self._doubt(table)
        except OutOfCallsError as error:
            # What was seen stays seen, and what was answered as gone if something else was seen.
            doubt = "" if table.count(Present) else str(error)
            leave(table, str(error))
        warnings: tuple[str, ...] = ()
        if doubt:
            table.doubt(doubt)
            warnings = (f"{self.account.name}: absence cannot be proven: {doubt}",)
        return Reading(table=table, way=BY_ID, population=None, warnings=warnings)

    async def read_back(self, before: Reading, ids: Sequence[str]) -> LiveTable:
        """Ask for some of the tasks again; those that ``read`` saw alive are the live control."""
        table = LiveTable(before.table.container, ids)
        if not self._control.gone:
            self._control = await self._calibrate()
        await self._by_id().read(table, range(len(table)))
        if not before.table.count(Present) and (doubt := await self._doubt(table)):
            table.doubt(doubt)
        return table

    def _by_id(self) -> ById:
        return ById(self._ask, self._control, self.progress)

    async def _ask(self, task_id: str) -> Meaning:
        reply = await self.caller.read(api.task_by_id(task_id))
        return meaning(reply, task_id, self.key, self.mask)

    async def _calibrate(self) -> Control:
        """Learn how the account answers for an id that surely does not exist."""
        try:
            answer = await self._ask(self.new_id())
        except UnreadableError as error:
            return Control("", f"a random id had no usable answer: {error}")
        if not isinstance(answer, Gone):
            said = answer.said if isinstance(answer, Odd) else "a task"
            return Control("", f"a random id was answered with {said}")
        if not self._sees_all:
            return Control("", "the key's role is not Administrator, so it may not see everything")
        return Control(answer.spelling)

    async def _doubt(self, table: LiveTable) -> str:
        """Return why reading by id does not tell a live task from one that is gone, if so."""
        if not self._control.gone:
            return self._control.doubt
        place = (self.account.name, self.account.tenant, self._control.gone)
        if table.count(Present) or await self._sees_a_live_task():
            self.sightings.saw_alive(*place)
            return ""
        if self.sightings.has_seen_alive(*place):
            return ""
        return "reading by id has shown no live task, so its answers may mean nothing"

    async def _sees_a_live_task(self) -> bool:
        asked = 0
        async with aclosing(listed_tasks(self.caller, self._user, self.today())) as listed:
            async for task_id in listed:
                try:
                    if isinstance(await self._ask(task_id), Present):
                        return True
                except UnreadableError:
                    pass  # the next one may do
                asked += 1
                if asked >= _WITNESSES:
                    break
        return False


def _not_administrator(account: str, role: str) -> str:
    return (
        f"{account}: the key's role is {role}, not Administrator, so what it does not see is "
        "unknown; use an administrator's key, or set sees: all if the key does see everything"
    )
