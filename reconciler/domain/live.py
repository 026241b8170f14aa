"""Live state: what an account holds now, as far as it could be read, with the evidence."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress, islice
from operator import eq, le
from typing import TypeAlias

from reconciler.domain.accounts import Container
from reconciler.domain.facts import NO_FACTS, Facts
from reconciler.domain.seen import SeenColumns


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a state is believed: how it was read, and what the account answered."""

    by: str
    """``id`` or ``listing``."""
    answer: str
    """The answer in a few words, such as ``404 0530920``."""

    @property
    def words(self) -> str:
        """Both, as results and audit log tell them."""
        return f"by {self.by}: {self.answer}"


@dataclass(frozen=True, slots=True)
class Present:
    """Seen alive."""

    fingerprint: str
    shown: Mapping[str, str]
    """The attributes that people are shown; personal ones masked."""
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


_UNKNOWN, _ABSENT, _PRESENT = range(3)
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
        self._seen = SeenColumns(len(ids))
        self._evidence = array("I", [0]) * len(ids)
        self._evidences: list[Evidence] = []
        self._number_of: dict[Evidence, int] = {}
        self._newest = 0
        self._causes: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def _position(self) -> dict[str, int] | None:
        # For a million ids it would be large, and sorted ones are found without it.
        if all(map(le, self.ids, islice(self.ids, 1, None))):
            return None
        return {target_id: position for position, target_id in enumerate(self.ids)}

    def position(self, target_id: str) -> int | None:
        """Return where a target stands in the columns; None for one that nobody declared."""
        if self._position is not None:
            return self._position.get(target_id)
        at = bisect_left(self.ids, target_id)
        return at if at < len(self.ids) and self.ids[at] == target_id else None

    def mark(self, position: int, state: LiveState) -> None:
        """Record what one reading says of one target."""
        code = self._codes[position]
        if isinstance(state, Present):
            if self.keeps_facts:
                self._facts[position] = state.facts
            self._codes[position] = _PRESENT
            self._seen.put(position, state.fingerprint, state.shown)
            self._evidence[position] = self._number(state.evidence)
        elif isinstance(state, Absent):
            if code != _PRESENT:
                self._codes[position] = _ABSENT
                self._evidence[position] = self._number(state.evidence)
        elif code == _UNKNOWN:
            self._causes[position] = state.cause

    def revise(self, position: int, state: Present | Absent) -> None:
        """Take the word of a later reading of this very target over whatever was marked."""
        self._codes[position] = _UNKNOWN
        self.mark(position, state)

    def _number(self, evidence: Evidence) -> int:
        # A million targets have a handful of different evidences, mostly the one before.
        number = self._newest
        if not self._evidences or evidence is not self._evidences[number]:
            number = self._number_of.setdefault(evidence, len(self._evidences))
            if number == len(self._evidences):
                self._evidences.append(evidence)
            self._newest = number
        return number

    def kind(self, position: int) -> type[Present | Absent | Unknown]:
        """Return the kind of state that one target is in."""
        return _KINDS[self._codes[position]]

    def cause(self, position: int) -> str:
        """Return why a target is unknown."""
        return self._causes.get(position, _UNREAD)

    def state(self, position: int) -> LiveState:
        """Return the state of one target."""
        code = self._codes[position]
        if code == _UNKNOWN:
            return Unknown(self.cause(position))
        evidence = self._evidences[self._evidence[position]]
        if code == _ABSENT:
            return Absent(evidence)
        return Present(*self._seen.get(position), evidence, self.facts(position))

    def fingerprint(self, position: int) -> str:
        """Return the fingerprint of a target that was seen; empty for any other."""
        if self._codes[position] != _PRESENT:
            return ""
        return self._seen.fingerprint(position)

    def was_listed(self, target_id: str) -> bool:
        """Say whether a listing showed a target alive."""
        position = self.position(target_id)
        if position is None or self._codes[position] != _PRESENT:
            return False
        return self._evidences[self._evidence[position]].by == "listing"

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
        chosen = self._codes.translate(bytes(code in wanted for code in range(256)))
        return compress(range(len(chosen)), chosen)

    def count(self, kind: type[Present | Absent | Unknown]) -> int:
        """Return how many targets are in a state of this kind."""
        return self._codes.count(_CODE_OF[kind])

    def doubt(self, cause: str) -> None:
        """Take back every absence told by id: what such answers rest on turned out not to hold."""
        by_id = {number for number, one in enumerate(self._evidences) if one.by == "id"}
        for position in self.positions_of(Absent):
            if self._evidence[position] in by_id:
                self._codes[position] = _UNKNOWN
                self._causes[position] = cause


_KINDS: tuple[type[Present | Absent | Unknown], ...] = (Unknown, Absent, Present)
_CODE_OF = {kind: code for code, kind in enumerate(_KINDS)}
