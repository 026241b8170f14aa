"""Reach: what selectors mean in one container."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from reconciler.domain.absences import Absences, Named, Rule
from reconciler.domain.narrowing.selectors import At, Below, OfAccount, OfManifest, Selector

Entry: TypeAlias = Rule | Named
"""What selects targets that no id names."""


def entries_of(absences: Absences) -> tuple[Entry, ...]:
    """Return everything in a container that selects."""
    return (*absences.rules, *absences.named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What some selectors reach of a container, whatever is read of it."""

    everything: bool = False
    ids: frozenset[str] = frozenset()
    """Targets that are named by their addresses, whether anything declares them or not."""
    manifests: frozenset[int] = frozenset()
    """Indexes into the manifests of the whole tree."""
    entries: frozenset[Entry] = frozenset()
    """Those that are named by their addresses: each stands for all that it selects."""

    def covers(self, entry: Entry) -> bool:
        """Whether everything that an entry selects is reached."""
        return self.everything or entry.manifest in self.manifests or entry in self.entries

    def mask(self, absences: Absences, selected: Iterable[str] = ()) -> bytearray:
        """Return 1 for every id that is reached; ``selected`` are ids that entries in it select."""
        if self.everything:
            return bytearray(b"\1" * len(absences))
        mask = bytearray(map(self.manifests.__contains__, absences.manifest))
        for position, places in absences.also.items():
            if any(manifest in self.manifests for manifest, _ in places):
                mask[position] = 1
        named = map(absences.position, (*self.ids, *selected))
        for found in named:
            if found is not None:
                mask[found] = 1
        return mask


def reach_of(selectors: Iterable[Selector], absences: Absences) -> Reach:
    """Return what any of some selectors reaches in the container of ``absences``."""
    container, everything = absences.container, False
    ids: set[str] = set()
    names: set[str] = set()
    addresses: list[At | Below] = []
    for one in selectors:
        match one:
            case OfAccount(name=name):
                everything |= name == container.account
            case OfManifest(text=text):
                names.add(text)
            case At(text=address):
                if address.startswith(container.prefix):
                    ids.add(address.removeprefix(container.prefix))
                elif address.startswith(container.home):
                    addresses.append(one)
            case Below(text=beginning):
                everything |= container.prefix.startswith(beginning)
                if beginning.startswith(container.home):
                    addresses.append(one)
            case _:
                assert_never(one)
    return Reach(
        everything=everything,
        ids=frozenset(ids),
        manifests=_called(names, absences),
        entries=frozenset(_entries(addresses, absences)),
    )


def _called(names: set[str], absences: Absences) -> frozenset[int]:
    indexes = enumerate(absences.manifests) if names else ()
    return frozenset(index for index, one in indexes if one.address in names)


def _entries(addresses: list[At | Below], absences: Absences) -> Iterator[Entry]:
    exact = {one.text for one in addresses if isinstance(one, At)}
    beginnings = tuple(one.text for one in addresses if isinstance(one, Below))
    for entry in entries_of(absences) if addresses else ():
        address = entry_address(absences, entry)
        if address in exact or address.startswith(beginnings):
            yield entry


def entry_address(absences: Absences, entry: Entry) -> str:
    """Return the address of what an entry leaves: by it a plan shows one that selects nothing."""
    kind = "where" if isinstance(entry, Rule) else "declared"
    file = absences.manifests[entry.manifest].file
    return f"{absences.container.home}{kind}/{file}:{entry.line}"
