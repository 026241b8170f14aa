"""Parts: many short lines kept as a few compressed blobs; a million are a few rows."""

import zlib
from collections.abc import Iterable, Iterator
from itertools import islice

_LINES = 20_000
_LEVEL = 1
"""Ids hardly shrink, and more effort shrinks them no further."""


def pack_lines(lines: Iterable[str]) -> Iterator[bytes]:
    """Yield blobs of so many lines each."""
    left = iter(lines)
    while some := list(islice(left, _LINES)):
        yield zlib.compress("\n".join(some).encode(), _LEVEL)


def unpack_lines(blob: bytes) -> list[str]:
    """Return the lines of one blob."""
    return zlib.decompress(blob).decode().split("\n")
