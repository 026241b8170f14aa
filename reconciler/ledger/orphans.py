"""Orphans: batches whose run ended before it knew what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from reconciler.application.recovering import Found, Orphan
from reconciler.audit.file import complete
from reconciler.domain.accounts import Account, Container
from reconciler.domain.batches import Batch
from reconciler.domain.outcomes import Outcome
from reconciler.ledger.batch_rows import OPEN, SETTLED, note_gone, set_state, unpack
from reconciler.ledger.database import Database
from reconciler.ledger.leases import Leases, prolong
from reconciler.ledger.schema import audit_lines, batches, runs


@dataclass(frozen=True, slots=True)
class Orphans:
    """Finds and closes what earlier runs left open; its holder has the account's lease."""

    database: Database
    leases: Leases | None = None
    """Those of the run, which are held against the ledger; None where nothing can be in doubt."""

    def of(self, account: Account) -> Sequence[Orphan]:
        """Return the open batches of an account, oldest first.

        Raises LockedError when the account's lease was taken over: they may be the new holder's.
        """
        query = (
            select(batches)
            .where(batches.c.account == account.name, batches.c.state.in_(OPEN))
            .order_by(batches.c.run_id, batches.c.number, batches.c.attempt)
        )
        lease = self.leases.held[account.name] if self.leases else None
        with self.database.transaction() as connection:
            if lease:
                prolong(connection, lease, self.database.clock.time())
            rows = connection.execute(query).all()
            now = self.database.clock.time()
        return [
            Orphan(
                run_id=row.run_id,
                number=row.number,
                attempt=row.attempt,
                container=Container(account.system, account.name, row.container),
                ids=unpack(row.ids),
                age=now - row.intent_at,
            )
            for row in rows
        ]

    def close(self, found: Found) -> None:
        """Note that a batch was settled by reading, and what was proven gone."""
        orphan = found.orphan
        batch = Batch(
            number=orphan.number,
            attempt=orphan.attempt,
            container=orphan.container,
            ids=orphan.ids,
        )
        proven = found.outcomes.get(Outcome.DELETED, ())
        with self.database.transaction() as connection:
            set_state(connection, orphan.run_id, batch, SETTLED)
            note_gone(connection, orphan.run_id, batch, proven, self.database.clock.time())

    def complete_audit_files(self) -> list[str]:
        """Bring the files of dead runs up to the ledger's copy; return those that do not match."""
        with self.database.transaction() as connection:
            unfinished = connection.execute(
                select(runs.c.run_id, runs.c.audit_file).where(runs.c.finished_at.is_(None))
            ).all()
        return [path for run_id, path in unfinished if not complete(Path(path), self._copy(run_id))]

    def _copy(self, run_id: str) -> Sequence[bytes]:
        query = select(audit_lines.c.line).where(audit_lines.c.run_id == run_id)
        with self.database.transaction() as connection:
            return connection.scalars(query.order_by(audit_lines.c.seq)).all()
