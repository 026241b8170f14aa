"""Returns: what was proven gone, as it was read again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from reconciler.domain.live import Absent, LiveState, LiveTable, Present, Unknown
from reconciler.domain.proofs import Gone, Proof
from reconciler.errors import ExitCode, weightiest


class Fate(StrEnum):
    """What became of a target since it was proven gone."""

    STILL_GONE = "still_gone"
    RETURNED = "returned"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """The fate as people read it."""
        return self.value.replace("_", " ")


_KINDS: dict[Fate, type[Present | Absent | Unknown]] = {
    Fate.STILL_GONE: Absent,
    Fate.RETURNED: Present,
    Fate.UNKNOWN: Unknown,
}


def fate_of(state: LiveState) -> Fate:
    """Return what a state means for a target that was proven gone."""
    match state:
        case Absent():
            return Fate.STILL_GONE
        case Present():
            return Fate.RETURNED
        case Unknown():
            return Fate.UNKNOWN
        case _:
            assert_never(state)


@dataclass(frozen=True, slots=True)
class Target:
    """One target, as it was read again."""

    address: str
    state: LiveState
    proof: Proof


@dataclass(frozen=True, slots=True)
class Reread:
    """One container, as it was read again."""

    gone: Gone
    table: LiveTable
    """Of all its ids, in their order."""

    def of(self, *fates: Fate) -> Iterator[Target]:
        """Yield the targets of some fates, sorted by address."""
        for position in self.table.positions_of(*(_KINDS[fate] for fate in fates)):
            target_id = self.table.ids[position]
            address = self.gone.container.address(target_id)
            yield Target(address, self.table.state(position), self.gone.proofs[target_id])


@dataclass(frozen=True, slots=True)
class Returns:
    """Everything that was read again, and all that could not be."""

    rereads: Sequence[Reread]
    """Sorted by container."""
    warnings: Sequence[str] = ()

    def count(self, fate: Fate) -> int:
        """Return how many targets have one fate."""
        return sum(one.table.count(_KINDS[fate]) for one in self.rereads)

    def of(self, *fates: Fate) -> Iterator[Target]:
        """Yield the targets of some fates, container by container."""
        for one in self.rereads:
            yield from one.of(*fates)

    @property
    def exit_code(self) -> ExitCode:
        """The exit code that this deserves."""
        codes = [ExitCode.DONE]
        if self.count(Fate.RETURNED):
            codes.append(ExitCode.CHANGES)
        if self.count(Fate.UNKNOWN):
            codes.append(ExitCode.INCOMPLETE)
        return weightiest(codes)
