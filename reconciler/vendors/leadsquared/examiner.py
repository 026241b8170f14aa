"""Asks a LeadSquared account about itself: whose key it is, and what its answers by id prove."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from reconciler.application.ports import Progress, UnreadableError
from reconciler.domain.accounts import Account, Container, System
from reconciler.domain.checkup.account import Holder
from reconciler.domain.checkup.clock import TimeTold
from reconciler.domain.checkup.evidence import Proves, ProvesNothing, Trial
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import LiveTable
from reconciler.domain.masking import Mask
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared import api
from reconciler.vendors.leadsquared.gathering import View
from reconciler.vendors.leadsquared.key_user import KeyUser, ask_key_user
from reconciler.vendors.leadsquared.listings.pages import read_page
from reconciler.vendors.leadsquared.single import Sightings, Single


@dataclass(slots=True, kw_only=True)
class TaskExaminer:
    """Examines one account."""

    account: Account
    caller: Caller
    key: FingerprintKey
    mask: Mask
    sightings: Sightings
    progress: Progress
    new_id: Callable[[], str]
    """Makes random GUIDs."""
    today: Callable[[], str]
    """Gives the date in UTC."""
    record_lists: tuple[str, ...] = ("",)
    _user: KeyUser | None = field(default=None)

    @property
    def time_told(self) -> TimeTold | None:
        """What the newest answer said of the time."""
        return self.caller.time_told

    async def holder(self) -> Holder:
        """Ask whose key it is."""
        self._user = user = await ask_key_user(self.caller)
        return Holder(names=user.names, role=user.role, sees_all=user.is_administrator)

    async def try_by_id(self, record_list: str) -> Trial:
        """Ask for a task that is not there, and look for one that is."""
        del record_list
        if self._user is None:
            raise RuntimeError("it is not known whose key it is")
        single = self._single(self._user)
        view = View(self.key, self.mask)
        await single.calibrate(view, anew=True)
        if single.control.unread:
            raise UnreadableError(f"{single.control.unread} (to a random id)")
        nothing = LiveTable(Container(System.LEADSQUARED, self.account.name), ())
        doubt = await single.doubt(nothing, view)
        if doubt and single.control.gone:
            await self._list_some(self._user)
        return ProvesNothing(doubt) if doubt else Proves(single.control.gone)

    async def _list_some(self, user: KeyUser) -> None:
        """Tell an account without tasks from one whose listings have no usable answer."""
        try:
            await read_page(self.caller, api.tasks_of(user.user_id, api.At()))
        except UnreadableError as error:
            raise UnreadableError(f"{error} (to a listing of tasks)") from error

    def _single(self, user: KeyUser) -> Single:
        return Single(
            # What is seen is remembered for the account that showed it, whatever is declared.
            account=self.account if self._is_declared(user) else _observed(self.account, user),
            caller=self.caller,
            sightings=self.sightings,
            progress=self.progress,
            new_id=self.new_id,
            today=self.today,
            user=user.user_id,
            sees_all=self.account.sees_all or user.is_administrator,
        )

    def _is_declared(self, user: KeyUser) -> bool:
        return self.account.tenant.lower() in {one.lower() for one in user.names}


def _observed(account: Account, user: KeyUser) -> Account:
    return replace(account, tenant=next(iter(user.names), ""))
