"""What ``doctor`` says of this machine: the ledger, and the folder of the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reconciler.domain.checkup.checks import Check, warned
from reconciler.domain.document import moment

LEDGER, AUDIT_FOLDER, WEBHOOK = "ledger", "audit-dir", "webhook"
_OK, _NOT_FOUND = 200, 404
_ANYBODY_WRITES = 0o002


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerState:
    """A ledger that was opened and written."""

    name: str
    log_id: str
    began_at: datetime
    is_new: bool
    """It began in this run."""
    left_open: Mapping[str, int]
    """Batches of which nobody knows what became of them, counted by run; living runs left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """A folder that can be written, or made."""

    name: str
    exists: bool
    mode: int = 0
    is_link: bool = False


def ledger_check(ledger: LedgerState) -> Check:
    """Say how old the ledger is, and what earlier runs left open in it."""
    since = "new with this run" if ledger.is_new else f"counted since {moment(ledger.began_at)}"
    words = f"{ledger.name}, {since}, log {ledger.log_id}"
    if not ledger.left_open:
        return Check(name=LEDGER, words=words)
    runs = ", ".join(f"{run} ({count})" for run, count in sorted(ledger.left_open.items()))
    return warned(
        LEDGER,
        f"{words}; batches that runs left open: {runs}",
        "`reconciler resume` settles them by reading and goes on with what is due; the next "
        "`apply` settles them, too, before it sends anything.",
    )


def audit_folder_check(folder: FolderState) -> Check:
    """Say whether the audit log is safe in its folder."""
    if not folder.exists:
        return Check(name=AUDIT_FOLDER, words=f"{folder.name}, made when `apply` first needs it")
    words = f"{folder.name}, mode {folder.mode:04o}"
    if folder.mode & _ANYBODY_WRITES:
        words += ": everybody on this machine may change what is in it"
        return warned(AUDIT_FOLDER, words, f"chmod o-w {folder.name}")
    if folder.is_link:
        hint = "Name the folder itself, in --audit-dir or RECONCILER_AUDIT_DIR."
        return warned(AUDIT_FOLDER, f"{words}: a link, which may come to lead elsewhere", hint)
    return Check(name=AUDIT_FOLDER, words=words)


def webhook_check(url: str, status: int, cause: str = "") -> Check:
    """Say whether accounts can report; runs do without, only later.

    ``status`` is what a call for a batch that is expected was answered, 0 with the ``cause`` for
    no answer.
    """
    if status == _OK:
        return Check(name=WEBHOOK, words=f"{url} is reached, and shares the ledger")
    if status == _NOT_FOUND:
        words = f"{url} answers, but does not know what this ledger expects"
        hint = "Start `reconciler webhook serve` there, with the same --ledger."
    else:
        words = f"{url} is not reached: {cause or f'it answers {status}'}"
        hint = "Start `reconciler webhook serve` there; until then runs only read back later."
    return warned(WEBHOOK, words, hint)
