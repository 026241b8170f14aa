"""A journal over a real ledger and a real file, for one account."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from reconciler.application.ports import Clock, Slot
from reconciler.audit.place import AuditPlace
from reconciler.domain.accounts import Account
from reconciler.domain.batches import Batch
from reconciler.domain.events import BatchIntent, BatchResponse, Json, RunFinished, RunStarted
from reconciler.domain.outcomes import Outcome
from reconciler.ledger.database import Database
from reconciler.ledger.journal import Journal
from reconciler.ledger.leases import Leases
from reconciler.ledger.memory import Memory
from reconciler.ledger.pacer import Pacer
from reconciler.ledger.schema import batches, slots
from tests.fakes.plans import TASKS, crm


def a_batch(*ids: str, number: int = 1, attempt: int = 1) -> Batch:
    return Batch(number=number, attempt=attempt, container=TASKS, ids=ids or ("a", "b"))


def an_intent(batch: Batch) -> BatchIntent:
    return BatchIntent(batch=batch, declared=[[0]] * len(batch.ids))


def a_response(batch: Batch) -> BatchResponse:
    return BatchResponse(
        account=batch.container.account,
        number=batch.number,
        attempt=batch.attempt,
        reply="delivered",
        status=200,
        latency_ms=5,
    )


def a_start(deletions: int = 2) -> RunStarted:
    fields: dict[str, Json] = {"actor": "ada", "deletions": deletions}
    return RunStarted(fields=fields)


def an_end(exit_code: int = 0, **outcomes: int) -> RunFinished:
    counts = {Outcome(name): count for name, count in outcomes.items()}
    return RunFinished(outcomes=counts, exit_code=exit_code, failure_reason="")


@dataclass
class Books:
    """Everything that a journal writes to, and ways to look at it."""

    database: Database
    clock: Clock
    folder: Path
    run_id: str = "20261122T090000000Z-00000001"
    account: Account = field(default_factory=crm)
    leases: Leases = field(init=False)
    journal: Journal = field(init=False)

    def __post_init__(self) -> None:
        self.leases = Leases(self.database, self.run_id)
        asyncio.run(self.leases.take(self.account.name, self.clock, 0.0))
        pacers = {self.account.name: Pacer(self.database, self.account)}
        self.journal = Journal(self.leases, pacers, AuditPlace(self.folder))

    @property
    def file(self) -> Path:
        return self.folder / f"{self.run_id}.jsonl"

    def in_the_file(self) -> list[bytes]:
        return self.file.read_bytes().splitlines()

    def in_the_ledger(self) -> list[bytes]:
        return Memory(self.database).audit_copy(self.run_id)

    def states(self) -> dict[tuple[int, int], str]:
        query = select(batches.c.number, batches.c.attempt, batches.c.state)
        with self.database.transaction() as connection:
            rows = connection.execute(query).all()
        return {(row.number, row.attempt): row.state for row in rows}

    def slots_taken(self) -> int:
        with self.database.transaction() as connection:
            return len(connection.execute(select(slots.c.id)).all())

    def intend(self, batch: Batch, stopped: Callable[[], bool] = lambda: False) -> Slot | None:
        return asyncio.run(self.journal.intend(an_intent(batch), stopped))
