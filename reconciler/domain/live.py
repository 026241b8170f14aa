"""Live state: what an account holds now, as far as it could be read, with the evidence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from operator import eq
from typing import TypeAlias

from reconciler.domain.accounts import Container
from reconciler.domain.facts import NO_FACTS, Facts


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a state is believed: how it was read, and what the account answered."""

    by: str
    """``id`` or ``listing``."""
    answer: str
    """The answer in a few words, such as ``404 0530920``."""


@dataclass(frozen=True, slots=True)
class Present:
    """Seen alive."""

    fingerprint: str
    shown: str
    """The attributes that people are shown, as a JSON object; personal ones masked."""
    evidence: Evidence
    facts: Facts = field(default=NO_FACTS, repr=False, compare=False)
    """What conditions are held against; kept by a table only where some are."""


@dataclass(frozen=True, slots=True)
class Absent:
    """Proven not to exist."""

    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not read, or read without a usable answer. Never taken for absent."""

    cause: str


LiveState: TypeAlias = Present | Absent | Unknown


class _Code(IntEnum):
    UNKNOWN = 0
    ABSENT = 1
    PRESENT = 2


_UNREAD = "not read"


class LiveTable:
    """The live state of every declared target of one container, as columns.

    Whatever is not marked is unknown. Seen is present, whatever else failed: a mark of absence
    or ignorance never overwrites that a target was seen.
    """

    def __init__(
        self, container: Container, ids: Sequence[str], *, keeps_facts: bool = False
    ) -> None:
        """Know nothing yet; ``keeps_facts`` where conditions will be held against rows."""
        self.container = container
        self.ids = ids
        self.keeps_facts = keeps_facts
        self._facts: dict[int, Facts] = {}
        self._codes = bytearray(len(ids))
        self._fingerprints: list[str | None] = [None] * len(ids)
        self._shown: list[str | None] = [None] * len(ids)
        self._evidence: list[Evidence | None] = [None] * len(ids)
        self._causes: dict[int, str] = {}
        self._position = {target_id: position for position, target_id in enumerate(ids)}
        self._known: dict[Evidence, Evidence] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def position(self, target_id: str) -> int | None:
        """Return where a target stands in the columns; None for one that nobody declared."""
        return self._position.get(target_id)

    def mark(self, position: int, state: LiveState) -> None:
        """Record what one reading says of one target."""
        match state:
            case Present(fingerprint=fingerprint, shown=shown, evidence=evidence):
                if self.keeps_facts:
                    self._facts[position] = state.facts
                self._codes[position] = _Code.PRESENT
                self._fingerprints[position] = fingerprint
                self._shown[position] = shown
                self._evidence[position] = self._shared(evidence)
                self._causes.pop(position, None)
            case Absent(evidence=evidence):
                if self._codes[position] != _Code.PRESENT:
                    self._codes[position] = _Code.ABSENT
                    self._evidence[position] = self._shared(evidence)
                    self._causes.pop(position, None)
            case Unknown(cause=cause):
                if self._codes[position] == _Code.UNKNOWN:
                    self._causes[position] = cause

    def revise(self, position: int, state: Present | Absent) -> None:
        """Take the word of a later reading of this very target over whatever was marked."""
        self._codes[position] = _Code.UNKNOWN
        self.mark(position, state)

    def _shared(self, evidence: Evidence) -> Evidence:
        # A million targets have a handful of different evidences.
        return self._known.setdefault(evidence, evidence)

    def state(self, position: int) -> LiveState:
        """Return the state of one target."""
        code = self._codes[position]
        evidence = self._evidence[position]
        fingerprint, shown = self._fingerprints[position], self._shown[position]
        if code == _Code.PRESENT and evidence and fingerprint is not None and shown is not None:
            return Present(fingerprint, shown, evidence, self.facts(position))
        if code == _Code.ABSENT and evidence:
            return Absent(evidence)
        return Unknown(self._causes.get(position, _UNREAD))

    def was_listed(self, target_id: str) -> bool:
        """Say whether a listing showed a target alive."""
        position = self.position(target_id)
        if position is None or self._codes[position] != _Code.PRESENT:
            return False
        evidence = self._evidence[position]
        return evidence is not None and evidence.by == "listing"

    def facts(self, position: int) -> Facts:
        """Return what the row of a target that was seen says; nothing where it was not kept."""
        return self._facts.get(position, NO_FACTS)

    def over(self, ids: Sequence[str]) -> "LiveTable":
        """Return what is known of these targets, in a table of their own."""
        if ids is self.ids or (len(ids) == len(self.ids) and all(map(eq, ids, self.ids))):
            return self
        table = LiveTable(self.container, ids, keeps_facts=self.keeps_facts)
        for position, target_id in enumerate(ids):
            known = self.position(target_id)
            if known is not None:
                table.mark(position, self.state(known))
        return table

    def positions_of(self, *kinds: type[Present | Absent | Unknown]) -> Iterator[int]:
        """Yield the positions whose state is of one of these kinds, in order."""
        wanted = {_CODE_OF[kind] for kind in kinds}
        return (position for position, code in enumerate(self._codes) if code in wanted)

    def count(self, kind: type[Present | Absent | Unknown]) -> int:
        """Return how many targets are in a state of this kind."""
        return self._codes.count(_CODE_OF[kind])

    def doubt(self, cause: str) -> None:
        """Take back every absence told by id: what such answers rest on turned out not to hold."""
        for position, code in enumerate(self._codes):
            evidence = self._evidence[position]
            if code == _Code.ABSENT and evidence is not None and evidence.by == "id":
                self._codes[position] = _Code.UNKNOWN
                self._evidence[position] = None
                self._causes[position] = cause


_CODE_OF: dict[type[Present | Absent | Unknown], _Code] = {
    Present: _Code.PRESENT,
    Absent: _Code.ABSENT,
    Unknown: _Code.UNKNOWN,
}
