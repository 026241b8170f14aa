"""The journal of one run: ledger rows and audit lines, durable together before anything leaves."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import assert_never

from sqlalchemy import Connection, insert, select

from reconciler.application.approved_plan import ApprovedPlan
from reconciler.application.clock import stamp
from reconciler.application.ports import LEAVES_WITHIN, HaltedError, Slot
from reconciler.audit.chain import Chain, Tip, line_hash
from reconciler.audit.file import AuditFile
from reconciler.audit.place import AuditPlace
from reconciler.domain.batches import Batch
from reconciler.domain.events import (
    BatchIntent,
    BatchResponse,
    BatchSettled,
    Event,
    RunFinished,
    WebhookReceived,
)
from reconciler.domain.outcomes import Outcome
from reconciler.errors import UnrecordedError
from reconciler.ledger import batch_rows, slots
from reconciler.ledger.approvals import FINISHED, INTERRUPTED, end, keep
from reconciler.ledger.batch_rows import SETTLED, note_gone, set_state
from reconciler.ledger.halts import halted
from reconciler.ledger.hooks import Hooks, reports
from reconciler.ledger.leases import Lease, Leases, prolong
from reconciler.ledger.pacer import Pacer
from reconciler.ledger.schema import audit_lines, runs
from reconciler.ledger.slots import Exhausted, Granted, Wait, Wish
from reconciler.ledger.used_allowances import consume

_LOOK_UP = 1.0
"""Seconds between two looks at whether the run was stopped, while waiting for a slot."""


class Journal:
    """What a run writes down, and in which order: the ledger leads, the file follows."""

    def __init__(
        self,
        leases: Leases,
        pacers: Mapping[str, Pacer],
        place: AuditPlace,
        approved: ApprovedPlan | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        """Begin the run's rows and its audit file; raises UnrecordedError if it cannot.

        Without ``approved`` it is the journal of a run that deletes nothing.
        """
        self._database = database = leases.database
        self._leases = leases
        self._pacers = pacers
        self._clock = database.clock
        self._began = self._clock.monotonic()
        self._failed: UnrecordedError | None = None
        self._hooks = hooks
        self._approved = approved
        self.run_id = run_id = leases.run_id
        self.path = place.lines_of(run_id)
        self._checkpoints = place.checkpoints_of(database.log_id, run_id)
        with database.transaction() as connection:
            self._chain = Chain(log_id=database.log_id, run_id=run_id, previous=_tip(connection))
            connection.execute(
                insert(runs).values(
                    run_id=run_id,
                    started_at=self._clock.time(),
                    plan=approved.digest if approved else "",
                    audit_file=str(self.path),
                    terms=json.dumps(approved.terms.fields) if approved else None,
                )
            )
            if approved:
                keep(connection, run_id, approved)
            self._file = AuditFile(self.path)

    def record(self, event: Event) -> None:
        """Write one event down; it is durable when this returns."""
        with self._writing() as (_, events):
            events.append(event)

    async def intend(self, intent: BatchIntent, stopped: Callable[[], bool]) -> Slot | None:
        """Take a slot and write the intent, in one transaction; wait while no slot is free.

        Returns None once ``stopped`` says so. Raises LockedError when the account's lease was
        taken over, HaltedError when somebody has halted it, OutOfCallsError when the day has no
        call left, UnrecordedError when it cannot be written: nothing may be sent then.
        """
        account = intent.batch.container.account
        pacer, lease = self._pacers[account], self._leases.held[account]
        while not stopped():
            pacer.flush()
            grant, since = self._try_to_intend(intent, pacer, lease)
            match grant:
                case Granted(ids=ids):
                    return Slot(ids[0], since)
                case Wait(seconds=seconds):
                    await pacer.wait(min(seconds, _LOOK_UP))
                case Exhausted(spent=spent):
                    raise pacer.exhausted(spent)
                case _:
                    assert_never(grant)
        return None

    def _try_to_intend(
        self, intent: BatchIntent, pacer: Pacer, lease: Lease
    ) -> tuple[slots.Grant, float]:
        with self._writing(pacer.account.name) as (connection, events):
            since, now = self._clock.monotonic(), self._clock.time()
            prolong(connection, lease, now)
            if words := halted(connection, lease.account):
                raise HaltedError(words)
            wish = Wish(1, pacer.in_flight + LEAVES_WITHIN, deleting=True)
            grant = slots.grant(connection, pacer.account, now, wish)
            if isinstance(grant, Granted):
                batch_rows.intend(connection, self.run_id, intent.batch, now)
                self._consume(connection, lease.account, now)
                if self._hooks and reports(intent.batch):
                    self._hooks.expect(connection, intent.batch)
                events.append(intent)
        return grant, since

    def _consume(self, connection: Connection, account: str, now: float) -> None:
        """Note the allowances that the account needs as used, with its first batch."""
        if self._approved:
            keys = self._approved.allowances.get(account, ())
            terms = self._approved.terms
            consume(
                connection,
                keys,
                run_id=self.run_id,
                account=account,
                plan=terms.checksum,
                digest=terms.digests.get(account, ""),
                now=now,
            )

    def respond(self, batch: Batch, slot: Slot, response: BatchResponse) -> None:
        """Write down what was answered, and start the slot's window."""
        pacer = self._pacers[batch.container.account]
        pacer.answered(slot.number)
        with self._writing() as (connection, events):
            set_state(connection, self.run_id, batch, "sent")
            events.append(response)
        pacer.flush()

    def settle(self, batch: Batch, settled: BatchSettled) -> None:
        """Write down the outcomes of a batch, and what was proven gone.

        A batch with an unknown outcome stays open, for a later run to settle by reading.
        """
        unknown = settled.rest is Outcome.UNKNOWN or Outcome.UNKNOWN in settled.others
        rest_ids = set(batch.ids).difference(*settled.others.values())
        ids = {**settled.others, settled.rest: sorted(rest_ids)}
        with self._writing() as (connection, events):
            may_be = sum(len(ids.get(one, ())) for one in _MAY_BE_GONE)
            state = "unknown" if unknown else SETTLED
            set_state(connection, self.run_id, batch, state, may_be)
            note_gone(
                connection,
                self.run_id,
                batch,
                ids.get(Outcome.DELETED, ()),
                self._clock.time(),
                not_found=ids.get(Outcome.ALREADY_ABSENT, ()),
            )
            events.append(settled)

    def hints(self) -> Sequence[WebhookReceived]:
        """Return what accounts called back since the last look; nothing without a receiver."""
        return self._hooks.arrived() if self._hooks else ()

    def checkpoint(self) -> None:
        """Bind the lines so far by a checkpoint; raises UnrecordedError if it cannot."""
        if self._failed:
            raise self._failed
        try:
            self._checkpoints.append(self._chain.seq, self._chain.prev)
        except UnrecordedError as error:
            self._failed = error
            raise

    def finish(self, event: RunFinished, *, interrupted: bool) -> None:
        """Write the last event and close the run; one that was interrupted may be taken up."""
        self.record(event)
        self.checkpoint()
        self._checkpoints.close()
        self._file.close()
        # Only now: the file of a run that is not marked as finished is completed by the next.
        with self._database.transaction() as connection:
            ended = INTERRUPTED if interrupted else FINISHED
            end(connection, self.run_id, ended, self._clock.time())

    def _copy(self, connection: Connection, event: Event) -> bytes:
        mono_ms = int((self._clock.monotonic() - self._began) * 1000)
        line = self._chain.link(event, time=stamp(self._clock.time()), mono_ms=mono_ms)
        connection.execute(
            insert(audit_lines).values(run_id=self.run_id, seq=self._chain.seq, line=line)
        )
        return line

    @contextmanager
    def _writing(self, account: str = "") -> Iterator[tuple[Connection, list[Event]]]:
        """Give a transaction, and a list for the event that is to be durable with it.

        A write that failed is never tried again, in either place: what is on the disk then is
        not known. The ledger's rows stay as they are, for the next run to settle by reading.
        """
        if self._failed:
            raise self._failed
        events: list[Event] = []
        try:
            with self._database.transaction(account) as connection:
                yield connection, events
                lines = [self._copy(connection, event) for event in events]
            for line in lines:
                self._chain.advance(line)
                self._file.append(line)
        except UnrecordedError as error:
            self._failed = error
            raise


_MAY_BE_GONE = (Outcome.DELETED, Outcome.STILL_PRESENT, Outcome.UNKNOWN)
"""Outcomes that count as deletions of the day: what was accepted may still be executed."""


def _tip(connection: Connection) -> Tip | None:
    """Return the newest line of the newest run."""
    row = connection.execute(
        select(audit_lines.c.run_id, audit_lines.c.seq, audit_lines.c.line)
        .order_by(audit_lines.c.run_id.desc(), audit_lines.c.seq.desc())
        .limit(1)
    ).one_or_none()
    return Tip(run_id=row.run_id, seq=row.seq, hash=line_hash(row.line)) if row else None
