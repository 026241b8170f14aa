"""A check-up of accounts: who they are, and whether runs can do their work. Deletes nothing."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from reconciler.application.pool import each
from reconciler.application.ports import OutOfCallsError, Progress, UnreadableError
from reconciler.domain.accounts import Account
from reconciler.domain.checkup.account import (
    CREDENTIALS,
    EVIDENCE,
    LIMITS,
    Holder,
    Undeclared,
    Usage,
    accepted,
    clock_check,
    limits_check,
    role_checks,
    tenant_check,
    undeclared_tenant,
)
from reconciler.domain.checkup.checks import Check, failed, refused
from reconciler.domain.checkup.clock import TimeTold
from reconciler.domain.checkup.evidence import Trial, evidence_check, nothing_to_ask
from reconciler.errors import ExitCode, IdentityError, UnrecordedError


class Examiner(Protocol):
    """Asks one account about itself. It cannot change anything.

    What it asks raises IdentityError for credentials that are refused, UnreadableError without a
    usable answer, OutOfCallsError without a call left, UnrecordedError without a rate slot.
    """

    @property
    def time_told(self) -> TimeTold | None:
        """What the newest answer said of the time; None if none did."""
        ...

    @property
    def record_lists(self) -> Sequence[str]:
        """What asking by id is to be tried in; one empty name for an account of tasks."""
        ...

    async def holder(self) -> Holder:
        """Ask whose credentials they are."""
        ...

    async def try_by_id(self, record_list: str) -> Trial:
        """Find out what the account's answers for single ids are worth; after ``holder`` only."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One account that is to be examined."""

    account: Account
    host: str
    examiner: Examiner | Check
    """Who asks it, or why nobody can."""
    usage: Callable[[], Usage]
    """What was asked of it so far; raises UnrecordedError."""
    undeclared: Undeclared | None
    """Its tenant, if the manifest does not name it."""


async def examine(subjects: Sequence[Subject], progress: Progress) -> list[Check]:
    """Examine accounts side by side; return what was found in their order."""
    found: dict[str, list[Check]] = {}

    async def examine_one(subject: Subject) -> None:
        found[subject.account.name] = await _examine(subject, progress)

    await each(subjects, examine_one, at_once=max(1, len(subjects)))
    return [check for one in subjects for check in found[one.account.name]]


async def _examine(subject: Subject, progress: Progress) -> list[Check]:
    """Examine one account; what needs an answer is left out where there was none."""
    examiner = subject.examiner
    if isinstance(examiner, Check):
        return [examiner, *_tenant(subject, None), _limits(subject)]
    progress.begin(f"Examining {subject.account.name}", 1 + len(examiner.record_lists))
    holder, asked = await _ask_holder(subject, examiner)
    progress.advance()
    tenant = list(_tenant(subject, holder))
    evidence: list[Check] = []
    if holder is not None and not _is_another(tenant):
        evidence = [one async for one in _evidence(subject.account, examiner, progress)]
    # After everything that was asked, so that what was told, spent and learned just now counts.
    clock = _clock(subject.account, holder, examiner.time_told)
    return [*asked, *tenant, *clock, _limits(subject), *evidence]


async def _ask_holder(
    subject: Subject, examiner: Examiner
) -> tuple[Holder | None, Sequence[Check]]:
    try:
        holder = await examiner.holder()
    except _TROUBLE as error:
        return None, [_trouble(CREDENTIALS, subject.account, error)]
    taken = accepted(subject.account, subject.host)
    return holder, [taken, *role_checks(subject.account, holder)]


def _tenant(subject: Subject, holder: Holder | None) -> Iterator[Check]:
    if subject.undeclared is not None:
        yield undeclared_tenant(subject.account, subject.host, holder, subject.undeclared)
    elif holder is not None:
        yield tenant_check(subject.account, holder)


def _is_another(tenant: Sequence[Check]) -> bool:
    """Say whether it is another account than declared, of which nothing more is to be asked."""
    return any(one.code is ExitCode.IDENTITY for one in tenant)


def _clock(account: Account, holder: Holder | None, time_told: TimeTold | None) -> Iterator[Check]:
    # An answer that refuses everything tells the time too.
    if holder is not None or time_told is not None:
        yield clock_check(account, time_told)


async def _evidence(
    account: Account, examiner: Examiner, progress: Progress
) -> AsyncIterator[Check]:
    if not examiner.record_lists:
        yield nothing_to_ask(account)
    for record_list in examiner.record_lists:
        try:
            trial = await examiner.try_by_id(record_list)
        except _TROUBLE as error:
            yield _trouble(EVIDENCE, account, error, record_list)
        else:
            yield evidence_check(account, record_list, trial)
        progress.advance()


def _limits(subject: Subject) -> Check:
    try:
        return limits_check(subject.account, subject.usage())
    except UnrecordedError as error:
        return refused(LIMITS, error, account=subject.account.name)


_Trouble = IdentityError | UnreadableError | OutOfCallsError | UnrecordedError
_TROUBLE = (IdentityError, UnreadableError, OutOfCallsError, UnrecordedError)
_LATER = "Look at the network, at the region and at the service's own status; then try again."
_RESTRICTED = (
    "The account accepted the credentials before. Its region may be another than declared, or "
    "they may not read this."
)


def _trouble(name: str, account: Account, error: _Trouble, record_list: str = "") -> Check:
    """Return the check that ends in an error."""
    where = f"record list {record_list}: " if record_list else ""
    match error:
        case IdentityError() if name == EVIDENCE:
            words = f"{where}refused: {error.detail}"
            return failed(name, words, _RESTRICTED, error.exit_code, account=account.name)
        case IdentityError() | UnrecordedError():
            return refused(name, error, account=account.name)
        case UnreadableError():
            words = f"{where}no usable answer: {error}"
            return failed(name, words, _LATER, ExitCode.INCOMPLETE, account=account.name)
        case OutOfCallsError():
            words, hint = f"{where}not asked: {error}", "Try again when calls are left."
            return failed(name, words, hint, ExitCode.INCOMPLETE, account=account.name)
