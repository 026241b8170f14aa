"""Records by their ids, once their list has shown how it answers for an unknown one."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from reconciler.application.ports import Progress
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import LiveTable
from reconciler.domain.masking import Mask
from reconciler.vendors.by_id import ById, Control
from reconciler.vendors.calls import Caller
from reconciler.vendors.talkdesk.single import Single


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
        single = Single(self.caller, table.container.record_list, self.key, self.mask)
        control = self._controls.get(single.list_id) or await single.calibrate(self.new_id())
        if control.gone:
            # One that failed is not kept: the next reading asks again.
            self._controls[single.list_id] = control
        await ById(single.ask, control, self.progress).read(table, positions, revise=revise)
