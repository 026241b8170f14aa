"""Outcomes: what is true of every planned deletion in the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from reconciler.domain.live import Absent, LiveState, Present, Unknown
from reconciler.domain.replies import Accepted, NoAnswer, NotFound, Receipt, Rejected
from reconciler.errors import ExitCode, weightiest


class Outcome(StrEnum):
    """Exactly one for every deletion that was planned."""

    DELETED = "deleted"
    ALREADY_ABSENT = "already_absent"
    STILL_PRESENT = "still_present"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_ATTEMPTED = "not_attempted"

    @property
    def words(self) -> str:
        """The outcome as people read it."""
        return "already absent" if self is Outcome.ALREADY_ABSENT else self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Settled:
    """The outcome of one target, with what explains and what proves it."""

    outcome: Outcome
    reason: str = ""
    evidence: str = ""


def settle(receipt: Receipt, after: LiveState, *, waited: bool) -> Settled | None:
    """Return what a read-back proves; the receipt only explains it.

    ``waited`` says that the reading began ``settleWithin`` or longer after the answer. None
    means that it is too early to tell and the target must be read again.
    """
    match after:
        case Absent(evidence=evidence):
            gone = isinstance(receipt, NotFound)
            outcome = Outcome.ALREADY_ABSENT if gone else Outcome.DELETED
            return Settled(outcome, evidence=evidence.words)
        case Present():
            return _still_seen(receipt, waited=waited)
        case Unknown(cause=cause):
            return Settled(Outcome.UNKNOWN, cause) if waited else None
        case _:
            assert_never(after)


def _still_seen(receipt: Receipt, *, waited: bool) -> Settled | None:
    match receipt:
        case Rejected(reason=reason, sure=sure):
            # Refused by name and seen: both agree, waiting adds nothing.
            return Settled(Outcome.FAILED, reason) if sure or waited else None
        case NotFound():
            said = "still seen although the API reported it as not found"
        case Accepted():
            said = "still seen although the API accepted the deletion"
        case NoAnswer(cause=cause):
            said = cause
        case _:
            assert_never(receipt)
    return Settled(Outcome.STILL_PRESENT, said) if waited else None


@dataclass(frozen=True, slots=True)
class Tally:
    """Outcomes counted."""

    counts: Mapping[Outcome, int] = field(default_factory=dict)
    explained: int = 0
    """How many of the not attempted ones have a guard or a brake as their reason."""

    def of(self, outcome: Outcome) -> int:
        """Return how many targets ended in this outcome."""
        return self.counts.get(outcome, 0)

    @property
    def exit_code(self) -> ExitCode:
        """The exit code that these outcomes deserve."""
        codes = [ExitCode.DONE]
        if self.of(Outcome.STILL_PRESENT) or self.of(Outcome.FAILED):
            codes.append(ExitCode.BAD_OUTCOME)
        if self.of(Outcome.UNKNOWN) or self.of(Outcome.NOT_ATTEMPTED) > self.explained:
            codes.append(ExitCode.INCOMPLETE)
        return weightiest(codes)
