"""Orphans: batches whose run ended before it knew what became of them."""

import json
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, or_, select, update

from reconciler.application.recovering import Found, Orphan
from reconciler.audit.file import complete, is_held
from reconciler.domain.accounts import Account, Container, System
from reconciler.domain.batches import Batch
from reconciler.domain.outcomes import Outcome
from reconciler.domain.proofs import Place
from reconciler.errors import UnrecordedError
from reconciler.ledger.batch_rows import OPEN, SETTLED, note_gone, set_state, unpack
from reconciler.ledger.database import Database
from reconciler.ledger.leases import Leases, living_runs, prolong
from reconciler.ledger.memory import Memory
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
            places = {
                one: _place_of(connection, one, account.name)
                for one in {row.run_id for row in rows}
            }
        return [
            Orphan(
                run_id=row.run_id,
                number=row.number,
                attempt=row.attempt,
                container=Container(account.system, account.name, row.container),
                ids=unpack(row.ids),
                age=now - row.intent_at,
                place=places[row.run_id],
            )
            for row in rows
        ]

    def containers(self) -> set[Container]:
        """Return where batches are open, in whatever account."""
        query = select(batches.c.account, batches.c.container).where(batches.c.state.in_(OPEN))
        with self.database.transaction() as connection:
            rows = connection.execute(query.distinct()).all()
        return {
            Container(
                System.TALKDESK if row.container else System.LEADSQUARED, row.account, row.container
            )
            for row in rows
        }

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
            left = found.outcomes.get(Outcome.STILL_PRESENT, ())
            set_state(connection, orphan.run_id, batch, SETTLED, len(proven) + len(left))
            note_gone(connection, orphan.run_id, batch, proven, self.database.clock.time())

    def complete_audit_files(self) -> list[str]:
        """Bring the files of dead runs up to the ledger's copy; return those that do not match."""
        dead = self.dead().items()
        return [str(path) for run_id, path in dead if not self._is_completed(run_id, path)]

    def _is_completed(self, run_id: str, path: Path) -> bool:
        lines = Memory(self.database).audit_copy(run_id)
        try:
            return complete(path, lines)
        except UnrecordedError:
            # The folder of another machine, say; where this one writes, it finds out by itself.
            return False

    def dead(self) -> dict[str, Path]:
        """Return the runs that have no end and do not live, with their audit files."""
        with self.database.transaction() as connection:
            # Those that live on other machines write files of their own there.
            living = living_runs(connection, self.database.clock.time())
            query = select(runs.c.run_id, runs.c.audit_file).where(runs.c.finished_at.is_(None))
            rows = connection.execute(query.order_by(runs.c.run_id)).all()
        ended = {run_id: Path(path) for run_id, path in rows if run_id not in living}
        # A recheck lives without holding an account.
        return {run_id: path for run_id, path in ended.items() if not is_held(path)}

    def bury(self, run_ids: Collection[str]) -> None:
        """Note that dead runs were told of; those with something left are told of once more."""
        open_ones = select(batches.c.run_id).where(batches.c.state.in_(OPEN))
        with self.database.transaction() as connection:
            connection.execute(
                update(runs)
                .where(
                    runs.c.run_id.in_(run_ids),
                    runs.c.run_id.not_in(open_ones),
                    or_(runs.c.terms.is_(None), runs.c.taken_over_by.is_not(None)),
                )
                .values(finished_at=self.database.clock.time())
            )


def _place_of(connection: Connection, run_id: str, account: str) -> Place | None:
    """Return where a run reached an account, which it tells before it sends anything."""
    query = select(audit_lines.c.line).where(audit_lines.c.run_id == run_id)
    with closing(connection.scalars(query.order_by(audit_lines.c.seq))) as lines:
        for event in map(json.loads, lines):
            if event["type"] == "tenant.checked" and event["account"] == account:
                return Place(event["observed"], event["host"])
            if event["type"] == "batch.intent":
                break
    return None
