"""Opening: what a run writes down before its first request."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol, TypeAlias

from reconciler.application.approved_plan import ApprovedPlan
from reconciler.application.planning import Survey
from reconciler.application.ports import Journal
from reconciler.application.recovering import Found, Orphans
from reconciler.domain.events import (
    GuardEvaluated,
    RecoverySettled,
    RecoveryStarted,
    RunFinished,
    RunStarted,
    TenantChecked,
)
from reconciler.domain.plan import Plan
from reconciler.errors import ReconcilerError, UnrecordedError

Started: TypeAlias = Callable[[Plan | None], RunStarted]
"""Makes the first event of a run; without a plan for a run that got no further."""


class OpenJournal(Protocol):
    """Opens the run's journal once it is known what it may delete."""

    def __call__(self, approved: ApprovedPlan | None) -> Journal:
        """Return a journal, without an approval for a run that deletes nothing.

        Raises UnrecordedError if nothing can be written.
        """
        ...


def record_refusal(error: ReconcilerError, open_journal: OpenJournal, started: Started) -> None:
    """Write down that a run ended before its first request, and why."""
    code = error.exit_code
    # Nothing was sent: what stopped the run weighs more than that it cannot be written down.
    with suppress(UnrecordedError):
        journal = open_journal(None)
        journal.record(started(None))
        reason = code.failure_reason
        finished = RunFinished(outcomes={}, exit_code=code, failure_reason=reason)
        journal.finish(finished, interrupted=False)


def record_tenants(journal: Journal, plan: Plan, surveys: Sequence[Survey]) -> None:
    """Write down which accounts said who they are."""
    for one, read in zip(plan.accounts, surveys, strict=True):
        if read.identified:
            event = TenantChecked(
                account=one.account.name,
                system=one.account.system,
                host=one.host,
                expected=one.account.tenant,
                observed=read.tenant,
            )
            journal.record(event)


def record_recovery(journal: Journal, found: Sequence[Found], orphans: Orphans) -> None:
    """Write down what was read of batches that earlier runs left open, and close them."""
    for account in sorted({one.orphan.container.account for one in found}):
        mine = [one for one in found if one.orphan.container.account == account]
        references = [one.orphan.reference for one in mine]
        journal.record(RecoveryStarted(account=account, batches=references))
        for one in mine:
            journal.record(
                RecoverySettled(
                    account=account,
                    batch=one.orphan.reference,
                    outcomes=one.outcomes,
                    evidence=one.evidence,
                )
            )
            if one.settled:
                orphans.close(one)


def record_guards(journal: Journal, plan: Plan) -> None:
    """Write down what every guard said."""
    for guard in plan.guards:
        journal.record(GuardEvaluated(guard))
