"""Closing: what interrupted runs left open is settled by reading; nothing is sent."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.application.opening import (
    OpenJournal,
    Started,
    record_recovery,
    record_refusal,
)
from reconciler.application.ports import Clock, Progress, Reader
from reconciler.application.recovering import Found, Orphans, recover
from reconciler.application.stopping import Stop, unless_stopped
from reconciler.domain.accounts import Account
from reconciler.domain.events import RunFinished
from reconciler.domain.outcomes import Outcome
from reconciler.errors import ExitCode, ReconcilerError, weightiest


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What became of batches that earlier runs left open."""

    run_id: str
    found: Sequence[Found]
    damaged: Sequence[str]
    """A warning for every audit file that the ledger contradicts."""
    codes: Sequence[ExitCode] = ()
    """What it ends in besides."""

    @property
    def counts(self) -> Counter[Outcome]:
        """How many targets ended in which outcome."""
        counts = Counter[Outcome]()
        for one in self.found:
            counts.update({outcome: len(ids) for outcome, ids in one.outcomes.items()})
        return counts

    @property
    def exit_code(self) -> ExitCode:
        """The code that settling ends in."""
        unknown = [ExitCode.INCOMPLETE] if self.counts[Outcome.UNKNOWN] else []
        return weightiest([*self.codes, *unknown])


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingTools:
    """What settling works with; nothing in here could delete."""

    readers: Mapping[str, Reader]
    orphans: Orphans
    open_journal: OpenJournal
    started: Started
    clock: Clock
    progress: Progress
    stop: Stop
    codes: Sequence[ExitCode] = ()
    """What it ends in, whatever is found, unless something weighs more."""


async def close_open(accounts: Iterable[Account], tools: ClosingTools) -> Closed:
    """Read what became of every open batch, and write it down; the accounts are held.

    Raises IdentityError for an account that is another one than declared, InterruptedRunError
    when a signal came.
    """
    recovery = recover(accounts, tools.readers, tools.orphans, tools.clock, tools.progress)
    try:
        found, damaged = await unless_stopped(recovery, tools.stop)
    except ReconcilerError as error:
        record_refusal(error, tools.open_journal, tools.started)
        raise
    journal = tools.open_journal(None)
    journal.record(tools.started(None))
    record_recovery(journal, found, tools.orphans)
    closed = Closed(run_id=journal.run_id, found=found, damaged=damaged, codes=tools.codes)
    code = closed.exit_code
    finished = RunFinished(outcomes={}, exit_code=code, failure_reason=code.failure_reason)
    journal.finish(finished, interrupted=False)
    return closed
