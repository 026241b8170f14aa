"""Rechecking: read again what was proven gone. It is given nothing that could delete."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from reconciler.application.planning import all_of, read_container
from reconciler.application.pool import each
from reconciler.application.ports import (
    Identity,
    Journal,
    OutOfCallsError,
    Progress,
    Reader,
    UnreadableError,
)
from reconciler.application.stopping import Stop, unless_stopped
from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Account
from reconciler.domain.events import RunFinished, RunStarted, TenantChecked
from reconciler.domain.live import LiveTable, Unknown
from reconciler.domain.proofs import Gone, Place
from reconciler.domain.rechecked import Rechecked
from reconciler.domain.returns import Fate, Reread, Returns
from reconciler.errors import ExitCode, IdentityError, ReconcilerError, UnrecordedError

_UNTOLD = "the run that proved it gone does not tell in which tenant"


@dataclass(slots=True, kw_only=True)
class Recheck:
    """One run that reads again what was proven gone."""

    gone: Sequence[Gone]
    accounts: Mapping[str, Account]
    """Those that are declared now, by name."""
    readers: Mapping[str, Reader]
    """Of those of them that something was proven gone in."""
    journal: Journal
    started: RunStarted
    progress: Progress
    stop: Stop
    _identities: dict[str, Identity] = field(default_factory=dict)
    _causes: dict[str, str] = field(default_factory=dict)
    """Why accounts could not be asked who they are."""
    _tables: dict[int, LiveTable] = field(default_factory=dict)
    _warnings: list[str] = field(default_factory=list)

    async def run(self) -> Returns:
        """Read all of it, and write down what has returned.

        Raises IdentityError for accounts that are others than declared, InterruptedRunError
        after a signal: nothing is told of anything then. Raises UnrecordedError if it cannot be
        written down.
        """
        self.journal.record(self.started)
        try:
            await unless_stopped(self._for_each(self.readers, self._identify), self.stop)
            self._record_tenants()
            await unless_stopped(self._for_each(self._identities, self._read), self.stop)
        except UnrecordedError:
            raise
        except ReconcilerError as error:
            # What ended the run weighs more than that it cannot be written down.
            with suppress(UnrecordedError):
                self._finish(_nothing(self.gone), error.exit_code)
            raise
        finally:
            self.progress.end()
        rereads = [Reread(one, self._table(index)) for index, one in enumerate(self.gone)]
        return Returns(rereads, warnings=tuple(dict.fromkeys(self._warnings)))

    def conclude(self, found: Returns) -> None:
        """Write down what was found; raises UnrecordedError."""
        rechecked = Rechecked(
            still_gone=found.count(Fate.STILL_GONE),
            returned=[one.address for one in found.of(Fate.RETURNED)],
            unknown=found.count(Fate.UNKNOWN),
        )
        self._finish(rechecked, found.exit_code)

    def _finish(self, rechecked: Rechecked, code: ExitCode) -> None:
        event = RunFinished(
            outcomes={}, exit_code=code, failure_reason=code.failure_reason, rechecked=rechecked
        )
        self.journal.finish(event, interrupted=False)

    async def _for_each(
        self, names: Collection[str], work: Callable[[str], Awaitable[None]]
    ) -> None:
        """Do it for every account, side by side; raise IdentityError naming all that refuse."""
        strangers: list[IdentityError] = []

        async def one(name: str) -> None:
            try:
                await work(name)
            except IdentityError as error:
                strangers.append(error)

        await each(sorted(names), one, at_once=max(1, len(names)))
        if strangers:
            raise all_of(strangers)

    async def _identify(self, name: str) -> None:
        try:
            self._identities[name] = identity = await self.readers[name].identify()
        except (UnreadableError, OutOfCallsError) as error:
            self._causes[name] = str(error)
            return
        self._warnings += identity.warnings

    def _record_tenants(self) -> None:
        for name, identity in sorted(self._identities.items()):
            account = self.accounts[name]
            event = TenantChecked(
                account=name,
                system=account.system,
                host=identity.host,
                expected=account.tenant,
                observed=identity.tenant,
            )
            self.journal.record(event)

    async def _read(self, name: str) -> None:
        identity = self._identities[name]
        today = Place(identity.tenant, identity.host)
        for index, one in enumerate(self.gone):
            if one.container.account == name and not undeclared(one, self.accounts):
                self._tables[index] = await self._read_one(one, self.readers[name], today)

    async def _read_one(self, gone: Gone, reader: Reader, today: Place) -> LiveTable:
        """Read what was proven gone in the account that it is today; the rest stays unknown."""
        causes = [_elsewhere(gone.proofs[target_id].place, today) for target_id in gone.ids]
        mine = [target_id for target_id, cause in zip(gone.ids, causes, strict=True) if not cause]
        table = LiveTable(gone.container, mine)
        if mine:
            # As if they were declared: read in the cheapest way that is evidence by itself.
            reading = await read_container(reader, Absences(gone.container, (), mine, (), ()))
            self._warnings += reading.warnings
            table = reading.table
        if len(mine) == len(gone):
            return table
        whole = table.over(gone.ids)
        for position, cause in enumerate(causes):
            if cause:
                whole.mark(position, Unknown(cause))
        return whole

    def _table(self, index: int) -> LiveTable:
        """Return what was read of a container; that nothing was, and why."""
        if index in self._tables:
            return self._tables[index]
        gone = self.gone[index]
        cause = undeclared(gone, self.accounts) or self._causes[gone.container.account]
        table = LiveTable(gone.container, gone.ids)
        for position in range(len(table)):
            table.mark(position, Unknown(cause))
        return table


def undeclared(gone: Gone, accounts: Mapping[str, Account]) -> str:
    """Return why a container cannot be read with the accounts that are declared; empty if it can.

    What was proven gone in one system is not looked for in the other.
    """
    container = gone.container
    account = accounts.get(container.account)
    if account is None:
        return f"account {container.account} is not declared any more"
    if account.system is not container.system:
        return f"account {account.name} is one of {account.system} now"
    return ""


def _elsewhere(place: Place | None, today: Place) -> str:
    """Return why a proof says nothing of the account as it is today; empty if it does."""
    if place is None:
        return _UNTOLD
    if place.is_that_of(today):
        return ""
    return f"proven gone in {place.words}, and the account is {today.words} now"


def _nothing(gone: Sequence[Gone]) -> Rechecked:
    return Rechecked(still_gone=0, returned=(), unknown=sum(map(len, gone)))
