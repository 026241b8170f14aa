"""Holding accounts for the length of a run: nobody else deletes in them meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress

from reconciler.application.stopping import Stop, unless_stopped
from reconciler.cli.runs.run_head import new_run_id
from reconciler.cli.session import Session
from reconciler.errors import LockedError, RefusedError, UnrecordedError
from reconciler.ledger.database import Database
from reconciler.ledger.halts import Halts
from reconciler.ledger.leases import Leases


@asynccontextmanager
async def holding(
    session: Session, accounts: Collection[str], database: Database, stop: Stop
) -> AsyncIterator[Leases]:
    """Hold accounts for as long as it takes.

    Raises LockedError when another run holds one, InterruptedRunError when a signal came meanwhile.
    """
    leases = Leases(database, new_run_id(session))
    try:
        for name in sorted(accounts):
            taking = leases.take(name, session.clock, session.options.lock_timeout)
            await unless_stopped(taking, stop)
        keeping = asyncio.ensure_future(leases.keep(session.clock))
        try:
            yield leases
        finally:
            keeping.cancel()
            # What ended the renewing has been told by the run, or ends with it.
            with suppress(asyncio.CancelledError, LockedError, UnrecordedError):
                await keeping
    finally:
        # A ledger that died must not hide what the run did; the leases run out by themselves.
        with suppress(UnrecordedError):
            leases.free()


def check_halts(database: Database, accounts: Collection[str]) -> None:
    """Raise RefusedError where an account is halted; nothing is read or sent then."""
    if found := Halts(database).of(accounts):
        raise RefusedError(
            "Halted",
            detail="\n".join(one.words for one in found),
            hint="When the reason is gone: reconciler halt --lift",
        )
