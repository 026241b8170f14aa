"""One task at a time, once the account has shown how it answers for an unknown one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from reconciler.application.ports import Progress, UnreadableError
from reconciler.domain.accounts import Account
from reconciler.domain.live import LiveTable, Present
from reconciler.vendors.by_id import ById, Control, Gone, Meaning, Odd
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared import api
from reconciler.vendors.leadsquared.gathering import View
from reconciler.vendors.leadsquared.meaning import meaning
from reconciler.vendors.leadsquared.witness import listed_tasks

_WITNESSES = 10
"""So many tasks that listings show are asked for by id, and if none is seen there is no witness.

As many that a complete listing lacks are asked for too: two ways must agree.
"""
_SAMPLE = 3
"""So many of those that were to be read anyway, before others are looked for."""


class Sightings(Protocol):
    """Remembers that reading by id has shown a live target."""

    def saw_alive(self, account: str, tenant: str, gone: str) -> None:
        """Note that it did, beside the answer for an unknown id."""
        ...

    def has_seen_alive(self, account: str, tenant: str, gone: str) -> bool:
        """Say whether it did lately, beside the same answer for an unknown id."""
        ...


@dataclass(slots=True, kw_only=True)
class Single:
    """Asks for tasks by id, and knows what the answers are worth."""

    account: Account
    caller: Caller
    sightings: Sightings
    progress: Progress
    new_id: Callable[[], str]
    """Makes random GUIDs."""
    today: Callable[[], str]
    """Gives the date in UTC."""
    user: str = ""
    """The id of the user that the key belongs to."""
    sees_all: bool = False
    _control: Control = field(default=Control("", "not calibrated"))

    @property
    def control(self) -> Control:
        """What was learned of the account's answers."""
        return self._control

    async def read(self, table: LiveTable, positions: Iterable[int], view: View) -> None:
        """Ask for the targets at ``positions``."""
        await ById(partial(self._ask, view), self._control, self.progress).read(table, positions)

    async def _ask(self, view: View, task_id: str) -> Meaning:
        reply = await self.caller.read(api.task_by_id(task_id))
        return meaning(reply, task_id, view)

    async def calibrate(self, view: View, *, anew: bool) -> None:
        """Learn how the account answers for an id that surely does not exist.

        What was learned before stays, unless it is to be learned ``anew``.
        """
        if anew or not self._control.gone:
            self._control = await self._calibrate(view)

    async def _calibrate(self, view: View) -> Control:
        try:
            answer = await self._ask(view, self.new_id())
        except UnreadableError as error:
            return Control("", f"a random id had no usable answer: {error}", unread=str(error))
        if not isinstance(answer, Gone):
            said = answer.said if isinstance(answer, Odd) else "a task"
            return Control("", f"a random id was answered with {said}")
        if not self.sees_all:
            return Control("", "the key's role is not Administrator, so it may not see everything")
        return Control(answer.spelling)

    async def vouch(self, table: LiveTable, view: View) -> bool:
        """Ask for some tasks that a listing showed: say whether reading by id shows one too.

        One that it shows is marked so: seen alive now, it is proof for when it is gone.
        """
        for position in _listed(table, _SAMPLE):
            try:
                answer = await self._ask(view, table.ids[position])
            except UnreadableError:
                continue
            if isinstance(answer, Present):
                table.mark(position, answer)
                return True
        return False

    async def shows_any(self, table: LiveTable, positions: Sequence[int], view: View) -> bool:
        """Ask for a few of the targets that a complete listing lacks: say whether one is there."""
        for position in positions[:: max(1, -(-len(positions) // _WITNESSES))]:
            try:
                answer = await self._ask(view, table.ids[position])
            except UnreadableError:
                continue
            if isinstance(answer, Present):
                table.mark(position, answer)
                return True
        return False

    async def doubt(self, table: LiveTable, view: View) -> str:
        """Return why reading by id does not tell a live task from one that is gone, if so."""
        if not self._control.gone:
            return self._control.doubt
        place = (self.account.name, self.account.tenant, self._control.gone)
        if seen_by_id(table) or await self.vouch(table, view) or await self._sees_a_live_task(view):
            self.sightings.saw_alive(*place)
            return ""
        if self.sightings.has_seen_alive(*place):
            return ""
        return "reading by id has shown no live task, so its answers may mean nothing"

    async def _sees_a_live_task(self, view: View) -> bool:
        asked = 0
        async with aclosing(listed_tasks(self.caller, self.user, self.today())) as listed:
            async for task_id in listed:
                try:
                    if isinstance(await self._ask(view, task_id), Present):
                        return True
                except UnreadableError:
                    pass  # the next one may do
                asked += 1
                if asked >= _WITNESSES:
                    break
        return False


def seen_by_id(table: LiveTable) -> bool:
    """Say whether a task was seen by asking for it; a listing may show what is gone."""
    return any(_evidence(table, position) == "id" for position in table.positions_of(Present))


def _listed(table: LiveTable, most: int) -> Iterator[int]:
    """Yield a few tasks that only a listing showed."""
    left = most
    for position in table.positions_of(Present):
        if left and _evidence(table, position) == "listing":
            left -= 1
            yield position


def _evidence(table: LiveTable, position: int) -> str:
    state = table.state(position)
    return state.evidence.by if isinstance(state, Present) else ""
