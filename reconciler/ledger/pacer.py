"""Pacing: hands out the ledger's slots to the calls of one account, many at a time."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import assert_never

from reconciler.application.ports import DEADLINE, Clock, OutOfCallsError
from reconciler.domain.accounts import Account
from reconciler.ledger import slots
from reconciler.ledger.database import Database
from reconciler.ledger.slots import Exhausted, Granted, Wait, Window, Wish

_AHEAD = 32
"""Slots taken in one transaction, so that a thousand calls are not a thousand transactions."""
_STALE = 1.0
"""Seconds for which a slot taken ahead may lie unused."""


class Pacer:
    """Slots for the calls of one account; what it holds is in the ledger before a call leaves."""

    in_flight = DEADLINE + _STALE
    """Seconds after which a call of which nothing was heard has reached the server or died."""

    def __init__(self, database: Database, account: Account) -> None:
        """Start with nothing in stock."""
        self._database = database
        self.account = account
        self._clock: Clock = database.clock
        self._stock: deque[tuple[int, float]] = deque()
        self._answered: list[tuple[int, float]] = []
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Hold one slot for the length of a call; raises OutOfCallsError when none is left."""
        slot = await self._take()
        try:
            yield
        finally:
            self.answered(slot)

    async def _take(self) -> int:
        # One caller at a time asks the ledger; the others find what it brought.
        async with self._turn:
            while True:
                if slot := self._from_stock():
                    return slot
                await self._restock()

    def _from_stock(self) -> int | None:
        stale = [pair for pair in self._stock if pair[1] + _STALE < self._clock.time()]
        if stale:
            with self._database.transaction() as connection:
                slots.give_back(connection, self.account, stale)
            self._stock = deque(pair for pair in self._stock if pair not in stale)
        return self._stock.popleft()[0] if self._stock else None

    async def _restock(self) -> None:
        now = self._clock.time()
        with self._database.transaction() as connection:
            slots.release(connection, self.account, self._drain(), now)
            wish = Wish(_AHEAD, self.in_flight, deleting=False)
            grant = slots.grant(connection, self.account, now, wish)
        match grant:
            case Granted(ids=ids):
                self._stock.extend((slot, now) for slot in ids)
            case Wait(seconds=seconds):
                await self.wait(seconds)
            case Exhausted(spent=spent):
                raise self.exhausted(spent)
            case _:
                assert_never(grant)

    async def wait(self, seconds: float) -> None:
        """Wait until a slot may be free: so long, or until a call of ours was answered."""
        waiting = asyncio.ensure_future(self._changed.wait())
        sleeping = asyncio.ensure_future(self._clock.sleep(max(seconds, 0.001)))
        try:
            await asyncio.wait((waiting, sleeping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            sleeping.cancel()

    def exhausted(self, spent: int) -> OutOfCallsError:
        """Return the error for a day's limit that is used up."""
        name, daily = self.account.name, self.account.limits.daily
        return OutOfCallsError(
            f"{name} has spent {spent} of {daily} calls in 24 hours (limits.daily)"
        )

    def answered(self, slot: int) -> None:
        """Note that the call in this slot was answered, or given up, now."""
        self._answered.append((slot, self._clock.time()))
        self._changed.set()

    def _drain(self) -> list[tuple[int, float]]:
        # Who waits from now on waits for an answer that the ledger does not know yet.
        self._changed.clear()
        answered, self._answered = self._answered, []
        return answered

    def flush(self) -> None:
        """Write every answer down and give back what was taken ahead."""
        unused = list(self._stock)
        self._stock.clear()
        answered = self._drain()
        if not unused and not answered:
            return
        now = self._clock.time()
        with self._database.transaction() as connection:
            slots.release(connection, self.account, answered, now)
            slots.give_back(connection, self.account, unused)

    def pause(self, seconds: float) -> None:
        """Let no call to this account leave for some seconds, whoever makes it."""
        self.flush()
        with self._database.transaction() as connection:
            slots.pause(connection, self.account.name, self._clock.time() + seconds)

    def learn(self, calls: int, per: float, *, deleting: bool) -> None:
        """Adopt the limit that an answer named."""
        with self._database.transaction() as connection:
            slots.learn(
                connection,
                self.account.name,
                Window(calls, per),
                self._clock.time(),
                deleting=deleting,
            )

    def remaining(self) -> int | None:
        """Return the calls that the daily limit leaves; None without one."""
        daily = self.account.limits.daily
        if daily is None:
            return None
        with self._database.transaction() as connection:
            spent = slots.calls_spent(connection, self.account.name, self._clock.time())
        # What was taken ahead is counted as spent, and is still ours to spend.
        return max(0, daily - spent + len(self._stock))
