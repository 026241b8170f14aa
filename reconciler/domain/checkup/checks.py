"""Checks: what ``doctor`` looked at, whether it will do, and what to do where it will not."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from reconciler.errors import ExitCode, ReconcilerError


class CheckVerdict(StrEnum):
    """What comes of one check."""

    PASS = "pass"  # noqa: S105 - a verdict
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    words: str
    """What was found."""
    verdict: CheckVerdict = CheckVerdict.PASS
    account: str = ""
    """Whose it is; empty for what concerns every account."""
    hint: str = ""
    """What to do, where something is to be done."""
    code: ExitCode = ExitCode.DONE
    """What a failed one ends the program with."""


def warned(name: str, words: str, hint: str, *, account: str = "") -> Check:
    """Return a check of something that works, but not as well as it should."""
    return Check(name=name, words=words, verdict=CheckVerdict.WARN, account=account, hint=hint)


def failed(name: str, words: str, hint: str, code: ExitCode, *, account: str = "") -> Check:
    """Return a check of something that keeps runs from their work."""
    verdict = CheckVerdict.FAIL
    return Check(name=name, words=words, verdict=verdict, account=account, hint=hint, code=code)


def refused(name: str, error: ReconcilerError, *, account: str = "") -> Check:
    """Return the check that an error ends."""
    detail = "; ".join(error.detail.splitlines())
    words = f"{error.summary}: {detail}" if detail else error.summary
    return failed(name, words, error.hint, error.exit_code, account=account)


def first_failure(checks: Iterable[Check]) -> ExitCode:
    """Return the code of the first check that failed; ``DONE`` where none did."""
    codes = (one.code for one in checks if one.verdict is CheckVerdict.FAIL)
    return next(codes, ExitCode.DONE)
