"""A finding: one thing to look at, in one place of the manifests."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How grave a finding is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Kind(StrEnum):
    """What is found, the gravest first; the values are names that other programs rely on."""

    ERROR = "error"
    INVALID = "invalid-manifest"
    GUARD = "guard-violated"
    FAILED = "failed"
    STILL_PRESENT = "still-present"
    UNKNOWN = "unknown"
    NOT_ATTEMPTED = "not-attempted"
    HELD = "held"
    LOOSENED = "loosened"
    WARNING = "warning"
    DELETE = "will-delete"
    DECLARED = "newly-declared"
    PROTECTED = "protected"

    @property
    def level(self) -> Level:
        """How grave it is."""
        return _LEVELS.get(self, Level.ERROR)

    @property
    def heading(self) -> str:
        """The kind in a few words."""
        return _HEADINGS[self]


_LEVELS = {
    Kind.NOT_ATTEMPTED: Level.WARNING,
    Kind.HELD: Level.WARNING,
    Kind.LOOSENED: Level.WARNING,
    Kind.WARNING: Level.WARNING,
    Kind.DELETE: Level.NOTE,
    Kind.DECLARED: Level.NOTE,
    Kind.PROTECTED: Level.NOTE,
}
"""What is not an error."""

_HEADINGS = {
    Kind.ERROR: "Error",
    Kind.INVALID: "Not valid",
    Kind.GUARD: "Refused by a guard",
    Kind.FAILED: "Deletion failed",
    Kind.STILL_PRESENT: "Still present",
    Kind.UNKNOWN: "Unknown",
    Kind.NOT_ATTEMPTED: "Not attempted",
    Kind.HELD: "Held",
    Kind.LOOSENED: "Loosened",
    Kind.WARNING: "Warning",
    Kind.DELETE: "Will be deleted",
    Kind.DECLARED: "Newly declared",
    Kind.PROTECTED: "Protected",
}

_RANKS = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to look at; texts are inert for terminals already."""

    kind: Kind
    subject: str
    """What it is about, the same in every run: an address, or the name of something."""
    message: str
    file: str = ""
    """As in the document that it is of; empty where it is in no place."""
    line: int = 0
    column: int = 0
    """Line and column begin at 1; 0 where they are not known."""
    introduced: bool | None = None
    """Whether a change of the manifests brings it; None where nothing was compared."""
    title: str = ""
    """In place of the kind's own."""

    @property
    def heading(self) -> str:
        """What it is, in a few words."""
        return self.title or self.kind.heading

    @property
    def rank(self) -> tuple[int, bool]:
        """Its gravity; what a change introduces weighs more than the rest of its kind."""
        return _RANKS[self.kind], not self.introduced

    @property
    def order(self) -> tuple[tuple[int, bool], str, int, int]:
        """What findings are sorted by: gravity, then place."""
        return self.rank, self.file, self.line, self.column


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Findings, the gravest first, and how many there are in all."""

    some: tuple[Finding, ...]
    """Perhaps not all of them, but of each kind the first ones."""
    totals: Mapping[Kind, int]

    @classmethod
    def of(cls, some: Iterable[Finding], totals: Mapping[Kind, int] | None = None) -> "Findings":
        """Return findings; ``totals`` where there are more than these of some kind."""
        found = tuple(sorted(some, key=lambda one: one.order))
        counts = Counter(one.kind for one in found)
        return cls(some=found, totals={**counts, **(totals or {})})

    def total(self, level: Level) -> int:
        """Return how many there are of one level."""
        return sum(count for kind, count in self.totals.items() if kind.level is level)
