"""Applying: settle what is open, read afresh, hold what was not reviewed, delete, prove."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.application.accounting import (
    account_for_the_rest,
    deleted_earlier,
    is_undecided,
    not_sent,
    read_unselected,
    unselected,
)
from reconciler.application.applied import Applied
from reconciler.application.approved_plan import ApprovedPlan, Terms, approved_plan
from reconciler.application.assembling import Circumstances, assemble
from reconciler.application.deleting.account_run import AccountRun
from reconciler.application.deleting.hints import Hints
from reconciler.application.opening import (
    OpenJournal,
    Started,
    record_guards,
    record_recovery,
    record_refusal,
    record_tenants,
)
from reconciler.application.planning import Survey, survey
from reconciler.application.pool import each
from reconciler.application.ports import Clock, Deleter, Journal, Progress, Reader
from reconciler.application.recovering import Found, Orphans, recover
from reconciler.application.results import Results
from reconciler.application.stopping import Stop, unless_stopped, until_stopped
from reconciler.domain.absences import Declarations, accounts_in_scope
from reconciler.domain.approval import Reviewed
from reconciler.domain.events import RunFinished
from reconciler.domain.plan import AccountPlan, Action, Plan
from reconciler.domain.pseudonyms import Pseudonyms
from reconciler.domain.remembered import Remembered
from reconciler.errors import (
    ExitCode,
    ReconcilerError,
    RefusedError,
    StaleError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What an apply works with; the only use case that is given deleters."""

    readers: Mapping[str, Reader]
    deleters: Mapping[str, Deleter]
    orphans: Orphans
    remember: Callable[[Sequence[Found]], Remembered]
    """Says what earlier runs did, with what was just found out of what they left open."""
    open_journal: OpenJournal
    started: Started
    """Makes the first event of the run; without a plan for a run that got no further."""
    terms: Callable[[Plan], Terms]
    """Makes the terms on which a plan is applied, for whoever may have to take it up."""
    clock: Clock
    progress: Progress
    stop: Stop
    show: Callable[[Plan], None]
    """Shows the fresh plan before anything is sent."""
    results: Results
    """Where outcomes are noted as they become known."""
    ends_at: float | None
    """When no further batch may be sent, on the monotonic clock; None for no such time."""
    pseudonyms: Pseudonyms
    """What stands for phone numbers and external ids in the audit log."""
    approve: Callable[[int], Awaitable[bool]]
    """Asks for approval of so many deletions where none was given beforehand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What was approved beforehand."""

    reviewed: Reviewed | None = None
    expected_digest: str = ""
    takes_over: Sequence[str] = ()
    """The interrupted runs whose deletions these are."""
    deleted_before: Mapping[str, Collection[str]] = field(default_factory=dict)
    """What those runs have proven gone, by the prefix of its container."""
    unattended: bool = False
    """Nobody reviews anything: what only a rule matches is held, unless the rule says otherwise."""
    skip_unknown: bool = False
    """What was seen alive is deleted although other things in its account could not be read."""
    codes: Sequence[ExitCode] = ()
    """What the run ends in, whatever becomes of its deletions, unless something weighs more."""


async def apply(
    declarations: Declarations, circumstances: Circumstances, approval: Approval, tools: Tools
) -> Applied:
    """Delete what the manifests declare, the accounts hold and the approval covers.

    The caller holds the lease of every account in scope. Raises StaleError when the approved
    digest is not today's, RefusedError when the person asked says no, InterruptedRunError when a
    signal came before the first request: nothing was sent then.
    """
    try:
        prepared = await _prepare(declarations, circumstances, approval, tools)
    except ReconcilerError as error:
        record_refusal(error, tools.open_journal, tools.started)
        raise
    plan = prepared.plan
    journal = tools.open_journal(_approved(prepared, circumstances, approval, tools))
    journal.record(tools.started(plan))
    record_tenants(journal, plan, prepared.surveys)
    record_recovery(journal, prepared.found, tools.orphans)
    record_guards(journal, plan)
    applied = Applied(
        plan=plan, results=tools.results, run_id=journal.run_id, besides=approval.codes
    )
    await _delete(applied, approval, journal, tools)
    left = unselected(plan, approval.reviewed)
    with applied.ending():
        if left and not tools.stop.requested:
            await until_stopped(read_unselected(plan, left, tools.readers), tools.stop)
    account_for_the_rest(
        plan,
        applied.results,
        approval.reviewed,
        deleted_earlier(prepared.found, approval.deleted_before),
        left,
        skip_unknown=approval.skip_unknown,
    )
    applied.cut_short |= is_undecided(plan, approval.reviewed, skip_unknown=approval.skip_unknown)
    if tools.stop.requested:
        applied.cut_short = True
        applied.codes.append(tools.stop.code)
    _finish(journal, applied)
    return applied


def _approved(
    prepared: "_Prepared", circumstances: Circumstances, approval: Approval, tools: Tools
) -> ApprovedPlan | None:
    """Return what the run may delete; nothing where guards refuse it."""
    plan = prepared.plan
    if plan.violated:
        return None
    terms = tools.terms(plan)
    if approval.reviewed is None and not approval.expected_digest:
        # Who was asked was asked for what may be sent, and approved nothing beside it.
        plan = replace(plan, accounts=_sendable(plan, approval))
    return approved_plan(plan, approval.reviewed, terms, circumstances.keys, approval.takes_over)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What is known before the first request."""

    plan: Plan
    surveys: Sequence[Survey]
    found: Sequence[Found]


async def _prepare(
    declarations: Declarations, circumstances: Circumstances, approval: Approval, tools: Tools
) -> _Prepared:
    """Settle what is open, read afresh, and have the plan approved."""
    accounts = accounts_in_scope(declarations)
    recovery = recover(accounts, tools.readers, tools.orphans, tools.clock, tools.progress)
    found, damaged = await unless_stopped(recovery, tools.stop)
    circumstances = replace(
        circumstances,
        remembered=tools.remember(found),
        warnings=(*circumstances.warnings, *damaged),
    )
    surveys = await unless_stopped(survey(declarations, tools.readers), tools.stop)
    tools.progress.end()
    plan = assemble(
        declarations,
        surveys,
        circumstances,
        approval.reviewed,
        unattended=approval.unattended,
    )
    tools.show(plan)
    await _check_approval(plan, approval, tools)
    return _Prepared(plan, surveys, found)


async def _check_approval(plan: Plan, approval: Approval, tools: Tools) -> None:
    if approval.expected_digest and approval.expected_digest != plan.digest:
        raise StaleError(
            "The plan is not the approved one",
            detail=f"approved {approval.expected_digest}, today's is {plan.digest}",
            hint="Review today's plan and approve its digest.",
        )
    if approval.reviewed is not None or approval.expected_digest:
        return
    deletes = sum(one.count(Action.DELETE) for one in _sendable(plan, approval))
    if plan.violated or not deletes:
        return
    if not await unless_stopped(tools.approve(deletes), tools.stop):
        raise RefusedError("The plan was not approved", hint="Nothing was sent.")


def _sendable(plan: Plan, approval: Approval) -> list[AccountPlan]:
    """Return the accounts that something is to be deleted in, and that may be sent to."""
    return [
        one
        for one in plan.accounts
        if one.count(Action.DELETE) and not not_sent(one, skip_unknown=approval.skip_unknown)
    ]


async def _delete(applied: Applied, approval: Approval, journal: Journal, tools: Tools) -> None:
    """Send to every account that nothing speaks against, side by side."""
    if applied.plan.violated:
        applied.codes.append(ExitCode.REFUSED)
    if any(not_sent(one, skip_unknown=False) for one in applied.plan.accounts):
        applied.codes.append(ExitCode.INCOMPLETE)
    hints = Hints(journal)
    ready = [
        AccountRun(
            plan=one,
            reader=tools.readers[one.account.name],
            deleter=tools.deleters[one.account.name],
            journal=journal,
            results=applied.results,
            clock=tools.clock,
            progress=tools.progress,
            stop=tools.stop,
            pseudonyms=tools.pseudonyms,
            hints=hints,
            ends_at=tools.ends_at,
        )
        for one in (() if applied.plan.violated else _sendable(applied.plan, approval))
    ]
    with applied.ending():
        if ready:
            journal.checkpoint()
        await until_stopped(each(ready, AccountRun.run, at_once=max(1, len(ready))), tools.stop)
    for one in ready:
        with applied.ending():
            one.conclude()
        applied.codes += one.codes
        applied.braked |= one.braked
        applied.cut_short |= one.cut_short
    tools.progress.end()


def _finish(journal: Journal, applied: Applied) -> None:
    code = applied.exit_code
    event = RunFinished(
        outcomes=dict(applied.results.tally().counts),
        exit_code=code,
        failure_reason=code.failure_reason,
    )
    with applied.ending():
        journal.finish(event, interrupted=applied.interrupted)
