"""The condition of a ledger: how old it is, what is open in it, what accounts were asked."""

from collections import Counter

from sqlalchemy import delete, insert, select

from reconciler.application.clock import utc
from reconciler.domain.checkup.account import LearnedLimit, Usage
from reconciler.domain.checkup.machine import LedgerState
from reconciler.ledger import slots
from reconciler.ledger.batch_rows import OPEN
from reconciler.ledger.database import Database
from reconciler.ledger.leases import living_runs
from reconciler.ledger.schema import batches, learned, pauses

_DAY = 24 * 3600.0
_NOBODY = ""
"""No account has this name."""


def condition_of(database: Database, *, began_after: float) -> LedgerState:
    """Return what is worth knowing of a ledger; one younger than ``began_after`` is new.

    Raises UnrecordedError where it cannot be written: a row is, and taken back at once.
    """
    with database.transaction() as connection:
        connection.execute(insert(pauses).values(account=_NOBODY, until=0.0))
        connection.execute(delete(pauses).where(pauses.c.account == _NOBODY))
        living = living_runs(connection, database.clock.time())
        runs = connection.scalars(select(batches.c.run_id).where(batches.c.state.in_(OPEN)))
        left_open = Counter(run for run in runs if run not in living)
    return LedgerState(
        name=database.name,
        log_id=database.log_id,
        began_at=utc(database.began_at),
        is_new=database.began_at >= began_after,
        left_open=left_open,
    )


def usage_of(database: Database, account: str) -> Usage:
    """Return what was asked of an account; raises UnrecordedError."""
    now = database.clock.time()
    limits = select(learned).where(learned.c.account == account, learned.c.until > now)
    with database.transaction() as connection:
        spent = slots.calls_spent(connection, account, now)
        rows = connection.execute(limits.order_by(learned.c.deleting)).all()
    return Usage(
        spent=spent,
        since=utc(database.began_at) if database.began_at > now - _DAY else None,
        learned=tuple(
            LearnedLimit(row.calls, row.per, utc(row.until), deleting=bool(row.deleting))
            for row in rows
        ),
    )
