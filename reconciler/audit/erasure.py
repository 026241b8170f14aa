"""Erasure: what a log tells of a target in the end, and by which of its lines."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.domain.outcomes import Outcome

PROVEN = (Outcome.DELETED, Outcome.ALREADY_ABSENT)
"""Outcomes that a reading showed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log, and when it was written."""

    run_id: str
    seq: int
    hash: str
    time: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """A manifest that declared a target when it was sent."""

    manifest: str
    file: str
    ticket: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a log tells of one target in the end."""

    address: str
    sent_as: str
    """The pseudonym of what was sent in its place; empty where its id was."""
    declared: Sequence[Declaration]
    system: str
    account: str
    tenant: str
    host: str
    intended: Line
    outcome: str = Outcome.UNKNOWN
    """What became of it; ``returned`` where it was seen again since."""
    shown: Line | None = None
    """Where that is written; None where nothing is."""
    evidence: Mapping[str, int] = field(default_factory=dict)
    """How the batch that it was in was read, and how often each."""

    @property
    def is_proven(self) -> bool:
        """Whether it was absent when it was last read."""
        return self.outcome in PROVEN and self.shown is not None

    @property
    def runs(self) -> Iterator[str]:
        """The runs whose lines tell so."""
        yield self.intended.run_id
        if self.shown:
            yield self.shown.run_id


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """How many targets of one manifest a run did not send, by why: no line names them."""

    declared: Declaration
    counts: Mapping[str, int]
    told: Line
    """The line that says so: the first of the run."""

    @property
    def total(self) -> int:
        """How many they are."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for; what is not said does not matter."""

    run_id: str = ""
    ticket: str = ""
    addresses: Collection[str] | None = None
    marks: Collection[str] = ()
    """Pseudonyms, one of which it may have been sent as."""

    def takes_left(self, left: LeftAlone) -> bool:
        """Say whether what a run left alone is asked for; nobody knows of which address it is."""
        return (
            self.run_id in ("", left.told.run_id)
            and self.ticket in ("", left.declared.ticket)
            and self.addresses is None
        )

    def takes(self, told: Told) -> bool:
        """Say whether a target, as one batch had it, is asked for."""
        is_of_ticket = any(self.ticket == one.ticket for one in told.declared)
        is_named = self.addresses is None or told.address in self.addresses
        return (
            self.run_id in ("", told.intended.run_id)
            and (not self.ticket or is_of_ticket)
            and (is_named or told.sent_as in self.marks)
        )
