"""Orphans: batches whose run ended before it knew what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, update

from reconciler.application.recovering import Orphan
from reconciler.audit.file import complete
from reconciler.domain.accounts import Account, Container
from reconciler.ledger.database import Database
from reconciler.ledger.journal import unpack
from reconciler.ledger.schema import audit_lines, batches, runs

_OPEN = ("intent", "sent", "unknown")


@dataclass(frozen=True, slots=True)
class Orphans:
    """Finds and closes what earlier runs left open; its holder has the account's lease."""

    database: Database

    def of(self, account: Account) -> Sequence[Orphan]:
        """Return the open batches of an account, oldest first."""
        query = (
            select(batches)
            .where(batches.c.account == account.name, batches.c.state.in_(_OPEN))
            .order_by(batches.c.run_id, batches.c.number, batches.c.attempt)
        )
        with self.database.transaction() as connection:
            rows = connection.execute(query).all()
        return [
            Orphan(
                run_id=row.run_id,
                number=row.number,
                attempt=row.attempt,
                container=Container(account.system, account.name, row.container),
                ids=unpack(row.ids),
                intent_at=row.intent_at,
            )
            for row in rows
        ]

    def close(self, orphan: Orphan) -> None:
        """Note that a batch was settled by reading."""
        with self.database.transaction() as connection:
            connection.execute(
                update(batches)
                .where(
                    batches.c.run_id == orphan.run_id,
                    batches.c.account == orphan.container.account,
                    batches.c.number == orphan.number,
                    batches.c.attempt == orphan.attempt,
                )
                .values(state="settled")
            )

    def complete_audit_files(self, run_ids: Sequence[str]) -> list[str]:
        """Bring the files of dead runs up to the ledger's copy; return those that do not match."""
        damaged = []
        for run_id in run_ids:
            with self.database.transaction() as connection:
                path = connection.scalar(select(runs.c.audit_file).where(runs.c.run_id == run_id))
                lines = connection.scalars(
                    select(audit_lines.c.line)
                    .where(audit_lines.c.run_id == run_id)
                    .order_by(audit_lines.c.seq)
                ).all()
            if path and not complete(Path(path), lines):
                damaged.append(path)
        return damaged
