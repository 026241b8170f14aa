"""Conflicts: what is declared absent and protected at once, told before anything is read."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice

from reconciler.domain.absences import Absences, Declared
from reconciler.domain.protections import Protection, comparable

_MOST = 20
"""Conflicts that are told one by one; a protection may well cover a whole list."""


def conflicts(absences: Sequence[Absences]) -> list[str]:
    """Return a warning for each place that declares what a protection lists, as far as 20 go."""
    found = (words for one in absences for words in _of_container(one))
    told = list(islice(found, _MOST))
    if more := sum(1 for _ in found):
        told.append(f"{more} more absences are declared although a protection lists them.")
    return told


def _of_container(absences: Absences) -> Iterator[str]:
    for protection in absences.protections:
        for target_id, place in protection.ids.items():
            position = bisect_left(absences.ids, target_id)
            if position < len(absences.ids) and absences.ids[position] == target_id:
                for declared in absences.declared(position):
                    yield _words(declared, protection, place)
        for named in absences.named:
            protected = protection.identifiers.get(comparable(named.identifier))
            if protected is not None:
                declared = Declared(absences.manifests[named.manifest], named.line)
                yield _words(declared, protection, protected)


def _words(declared: Declared, protection: Protection, place: str) -> str:
    return (
        f"{declared.place}: {declared.manifest.address} declares what Protection/"
        f"{protection.name} ({place}) protects; it is never deleted."
    )
