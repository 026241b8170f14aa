"""Everything that can go wrong for a user, and the exit code it ends in.

    ReconcilerError              1   a runtime error that is nobody's mistake
    ├── UsageError              64   the command line asks for something that cannot be
    ├── InvalidError             3   manifests or configuration; carries every problem at once
    ├── UnrecordedError         74   the ledger or the audit log cannot be written
    ├── IdentityError            8   wrong tenant, or credentials refused
    ├── StaleError               5   the plan is damaged, used, expired or of other manifests
    ├── LockedError              9   another run holds the account
    ├── RefusedError             4   a guard, or a person, said no
    ├── IncompleteError      7   something stays open that this run could not look at
    └── InterruptedRunError 130/143  a signal ended the run

A bug is none of these: it keeps its traceback.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the process says to its caller; one meaning per number."""

    DONE = 0
    RUNTIME = 1
    CHANGES = 2
    INVALID = 3
    REFUSED = 4
    STALE = 5
    BAD_OUTCOME = 6
    INCOMPLETE = 7
    IDENTITY = 8
    LOCKED = 9
    USAGE = 64
    UNRECORDED = 74
    INTERRUPTED = 130
    TERMINATED = 143

    @property
    def failure_reason(self) -> str:
        """The word that JSON and CI outputs name beside the number; empty for success."""
        return _REASONS[self]


_REASONS = {
    ExitCode.DONE: "",
    ExitCode.RUNTIME: "runtime_error",
    ExitCode.CHANGES: "changes_pending",
    ExitCode.INVALID: "invalid",
    ExitCode.REFUSED: "refused",
    ExitCode.STALE: "plan_stale",
    ExitCode.BAD_OUTCOME: "bad_outcomes",
    ExitCode.INCOMPLETE: "incomplete",
    ExitCode.IDENTITY: "identity",
    ExitCode.LOCKED: "locked",
    ExitCode.USAGE: "usage",
    ExitCode.UNRECORDED: "unrecorded",
    ExitCode.INTERRUPTED: "interrupted",
    ExitCode.TERMINATED: "terminated",
}

_PRECEDENCE = (
    ExitCode.USAGE,
    ExitCode.INVALID,
    ExitCode.UNRECORDED,
    ExitCode.INTERRUPTED,
    ExitCode.TERMINATED,
    ExitCode.LOCKED,
    ExitCode.IDENTITY,
    ExitCode.STALE,
    ExitCode.INCOMPLETE,
    ExitCode.REFUSED,
    ExitCode.BAD_OUTCOME,
    ExitCode.CHANGES,
    ExitCode.RUNTIME,
    ExitCode.DONE,
)


def weightiest(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code that counts where several fit; ``DONE`` where there is none."""
    return min(codes, key=_PRECEDENCE.index, default=ExitCode.DONE)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in one place of the input."""

    file: str
    line: int
    column: int
    message: str
    text: str = ""
    """The offending text, as it stands in the file; views make it inert."""
    hint: str = ""

    @property
    def location(self) -> str:
        """``file:line:column``; the parts that are not known are left out."""
        parts = [self.file, *(str(part) for part in (self.line, self.column) if part)]
        return ":".join(parts)


class ReconcilerError(Exception):
    """A problem that a user can understand and act on.

    ``summary`` is a fixed phrase, ``detail`` the particulars, ``hint`` what to do.
    """

    code: ClassVar[ExitCode] = ExitCode.RUNTIME

    def __init__(self, summary: str, *, detail: str = "", hint: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.detail = detail
        self.hint = hint

    @property
    def exit_code(self) -> ExitCode:
        """The exit code that this error ends the program with."""
        return self.code

    @property
    def fields(self) -> dict[str, str]:
        """What programs are told of it, by name."""
        return {"summary": self.summary, "detail": self.detail, "hint": self.hint}


class UsageError(ReconcilerError):
    """The command line asks for something that cannot be."""

    code = ExitCode.USAGE


class InvalidError(ReconcilerError):
    """Manifests or configuration are invalid; every problem is listed."""

    code = ExitCode.INVALID

    def __init__(self, problems: Iterable[Problem], *, files: Iterable[str] = ()) -> None:
        self.problems = tuple(sorted(set(problems)))
        self.files = tuple(files)
        """Every manifest file that was looked at, also those without a problem."""
        count = len(self.problems)
        super().__init__(f"{count} problem{'' if count == 1 else 's'} in the configuration")


class UnrecordedError(ReconcilerError):
    """The ledger or the audit log cannot be written, so nothing may be sent."""

    code = ExitCode.UNRECORDED


class IdentityError(ReconcilerError):
    """The account is another one than declared, or refuses the credentials."""

    code = ExitCode.IDENTITY


class StaleError(ReconcilerError):
    """The plan file may not be applied any more, or never could be."""

    code = ExitCode.STALE


class LockedError(ReconcilerError):
    """Another run holds the account."""

    code = ExitCode.LOCKED


class RefusedError(ReconcilerError):
    """A guard, or the person asked, refused."""

    code = ExitCode.REFUSED


class IncompleteError(ReconcilerError):
    """Something stays open that this run could not look at."""

    code = ExitCode.INCOMPLETE


class InterruptedRunError(ReconcilerError):
    """A signal ended the run before it was done."""

    def __init__(self, code: ExitCode) -> None:
        super().__init__("Stopped by a signal")
        self.signal_code = code

    @property
    def exit_code(self) -> ExitCode:
        """130 for an interrupt, 143 for a termination."""
        return self.signal_code
