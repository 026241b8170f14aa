"""What was approved of one container: fingerprints by id, of which a plan may have a million."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping

_BETWEEN = "\0"
"""Sorts before everything else, so that lines are in the order of their ids."""


class Approved(Mapping[str, str]):
    """Fingerprints by id, as sorted lines; a dict would take twice as much."""

    def __init__(self) -> None:
        """Approve nothing yet."""
        self._lines: list[str] = []

    def add(self, target_id: str, fingerprint: str) -> None:
        """Approve one more; ``settle`` when all are added."""
        self._lines.append(f"{target_id}{_BETWEEN}{fingerprint}")

    def settle(self) -> None:
        """Bring everything into order, which in a file it is already."""
        self._lines.sort()

    def __getitem__(self, target_id: str) -> str:
        """Return a fingerprint; raises KeyError for what was not approved."""
        begin = target_id + _BETWEEN
        at = bisect_left(self._lines, begin)
        if at == len(self._lines) or not self._lines[at].startswith(begin):
            raise KeyError(target_id)
        return self._lines[at].removeprefix(begin)

    def __iter__(self) -> Iterator[str]:
        """Yield the ids, sorted."""
        return (target_id for target_id, _ in self.pairs())

    def __len__(self) -> int:
        """Return how many were approved."""
        return len(self._lines)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield ids with their fingerprints, sorted; much faster than ``items``."""
        for line in self._lines:
            target_id, _, fingerprint = line.partition(_BETWEEN)
            yield target_id, fingerprint
