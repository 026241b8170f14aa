"""Records by their ids, once their list has shown how it answers for an unknown one."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from reconciler.application.ports import OutOfCallsError, Progress, UnreadableError
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import Absent, LiveTable, Present
from reconciler.domain.masking import Mask
from reconciler.vendors.by_id import ById, Control, Gone
from reconciler.vendors.calls import Caller
from reconciler.vendors.talkdesk import api
from reconciler.vendors.talkdesk.listing import Paging
from reconciler.vendors.talkdesk.single import Single

_ROWS, _WITNESSES = 10, 3
"""Records to list, and how many of them to ask for by id until one is seen."""


@dataclass(slots=True, kw_only=True)
class OneByOne:
    """Asks for records of the lists of one account."""

    caller: Caller
    key: FingerprintKey
    mask: Mask
    progress: Progress
    new_id: Callable[[], str]
    """Makes random GUIDs."""
    _controls: dict[str, Control] = field(default_factory=dict)

    async def read(
        self, table: LiveTable, positions: Collection[int], *, revise: bool = False
    ) -> None:
        """Ask for the targets at ``positions``; with ``revise`` its answers count the most."""
        if not positions:
            return
        single = self._single(table)
        control = self._controls.get(single.list_id) or await single.calibrate(self.new_id())
        if control.gone:
            # One that failed is not kept: the next reading asks again.
            self._controls[single.list_id] = control
        await ById(single.ask, control, self.progress).read(table, positions, revise=revise)

    def _single(self, table: LiveTable) -> Single:
        return Single(self.caller, table.container.record_list, self.key, self.mask)

    async def hold_against_the_list(self, table: LiveTable, positions: Collection[int]) -> None:
        """Doubt that what was asked for is gone, where what the list shows is gone by id, too.

        One that was seen at ``positions``, all of which were asked for, makes that needless.
        """
        states = [table.state(position) for position in positions]
        if any(isinstance(one, Present) for one in states):
            return
        gone = any(isinstance(one, Absent) for one in states)
        if gone and await self._calls_all_gone(table):
            table.doubt(_BLIND)

    async def _calls_all_gone(self, table: LiveTable) -> bool:
        """Say whether a few records that the list shows are answered as gone, one and all.

        Those that are declared are asked for last: a listing may lag behind their deletion.
        """
        single, listed = self._single(table), list[str]()
        paging = Paging(
            caller=self.caller,
            list_id=single.list_id,
            most=1,
            take=lambda record_id, _: listed.append(record_id),
        )
        try:
            await paging.run(api.first_page(single.list_id, _ROWS))
            listed.sort(key=lambda record_id: table.position(record_id) is not None)
            for record_id in listed[:_WITNESSES]:
                if not isinstance(await single.ask(record_id), Gone):
                    return False
        except (UnreadableError, OutOfCallsError):
            return False  # what cannot be asked does not speak against reading by id
        return bool(listed)


_BLIND = "reading by id answers as gone even what the list shows, so it proves nothing"
