"""What ``doctor`` says of this machine: the ledger, and the folder of the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reconciler.domain.checkup.checks import Check, warned
from reconciler.domain.document import moment

LEDGER, AUDIT_FOLDER = "ledger", "audit-dir"
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
        "The next `apply` settles them by reading, before it sends anything.",
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
