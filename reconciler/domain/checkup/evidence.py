"""What ``doctor`` says of reading by id: whether an answer can prove that something is gone."""

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from reconciler.domain.accounts import Account, System
from reconciler.domain.checkup.account import EVIDENCE
from reconciler.domain.checkup.checks import Check, failed, warned
from reconciler.errors import ExitCode


@dataclass(frozen=True, slots=True)
class Proves:
    """The account tells what is gone from what is there."""

    gone: str
    """How it spells "gone"."""


@dataclass(frozen=True, slots=True)
class ProvesNothing:
    """Its answers for what is gone are worth nothing."""

    cause: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What manifests name does not exist in the account."""

    said: str
    named_by: str
    """The manifests that name it."""


Trial: TypeAlias = Proves | ProvesNothing | Missing


def evidence_check(account: Account, record_list: str, trial: Trial) -> Check:
    """Say what asking by id is worth; ``record_list`` is empty for an account of tasks."""
    where = f"record list {record_list}: " if record_list else ""
    match trial:
        case Proves(gone=gone):
            words = f"{where}what is not there is answered {gone}, unlike what is"
            return Check(name=EVIDENCE, words=words, account=account.name)
        case ProvesNothing(cause=cause):
            words = f"{where}asking by id proves no absence: {cause}"
            return warned(EVIDENCE, words, _MEANS[account.system], account=account.name)
        case Missing(said=said, named_by=named_by):
            return failed(
                EVIDENCE,
                f"{where}answered {said}",
                f"Correct the `recordList` of {named_by}, or use the key of the right account.",
                ExitCode.INCOMPLETE,
                account=account.name,
            )
        case _:
            assert_never(trial)


def nothing_to_ask(account: Account) -> Check:
    """Say that no manifest names a record list, so that none was asked."""
    words = "not tried: no manifest lists or selects a record"
    hint = "Run doctor again once one does: it asks each record list that is named."
    return warned(EVIDENCE, words, hint, account=account.name)


_MEANS = {
    System.LEADSQUARED: "As long as that is so, what is gone is unknown and no deletion can be "
    "proven: plan and apply end with exit code 7.",
    System.TALKDESK: "As long as that is so, only a listing of the whole list proves that a "
    "record is gone; where records are asked for by id, plan and apply end with exit code 7.",
}
