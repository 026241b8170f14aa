"""Asks a Talkdesk account about itself: what its token is good for, and what answers prove."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.application.ports import UnreadableError
from reconciler.domain.accounts import Account
from reconciler.domain.checkup.account import Holder
from reconciler.domain.checkup.clock import TimeTold
from reconciler.domain.checkup.evidence import Missing, Proves, ProvesNothing, Trial
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.masking import Mask
from reconciler.vendors.calls import Caller
from reconciler.vendors.talkdesk import api
from reconciler.vendors.talkdesk.single import Single

_OK, _NOT_FOUND = 200, 404


@dataclass(slots=True, kw_only=True)
class RecordExaminer:
    """Examines one account."""

    account: Account
    caller: Caller
    key: FingerprintKey
    mask: Mask
    new_id: Callable[[], str]
    """Makes random GUIDs."""
    ready: Callable[[], Awaitable[None]]
    """Gets the token."""
    is_named_by_host: bool
    """The token comes from the host that bears the tenant's name."""
    named: Mapping[str, str]
    """Who names each record list, by its id."""

    @property
    def time_told(self) -> TimeTold | None:
        """What the newest answer said of the time."""
        return self.caller.time_told

    @property
    def record_lists(self) -> Sequence[str]:
        """The record lists that manifests name."""
        return tuple(self.named)

    async def holder(self) -> Holder:
        """Get a token, and ask for something that is not there, to see what it is good for."""
        await self.ready()
        await self.caller.read(api.record_list(self.new_id()))
        return Holder(names=(self.account.tenant,) if self.is_named_by_host else None)

    async def try_by_id(self, record_list: str) -> Trial:
        """Ask for a list, and for a record that is not in it."""
        reply = await self.caller.read(api.record_list(record_list))
        if reply.status == _NOT_FOUND:
            return Missing(api.said(reply), self.named[record_list])
        if reply.status != _OK:
            raise UnreadableError(f"the record list was answered {api.said(reply)}")
        single = Single(self.caller, record_list, self.key, self.mask)
        control = await single.calibrate(self.new_id())
        if control.unread:
            raise UnreadableError(f"{control.unread} (to a random id)")
        return Proves(control.gone) if control.gone else ProvesNothing(control.doubt)
