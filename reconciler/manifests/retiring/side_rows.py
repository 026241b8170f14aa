"""Taking rows out of a side file, byte for byte."""

from collections.abc import Collection
from pathlib import PurePosixPath


def without_rows(content: bytes, path: str, lines: Collection[int]) -> bytes | None:
    """Return a side file without the rows that begin on some lines; None if it has no other.

    A row of a ``.csv`` file goes on while one of its quotes is open.
    """
    ending = PurePosixPath(path).suffix
    kept: list[bytes] = []
    going = is_open = False
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not is_open:
            going = number in lines
        if ending == ".csv":
            is_open ^= line.count(b'"') % 2 == 1
        if not going:
            kept.append(line)
    rows = [line for line in kept if line.strip() and not (ending == ".txt" and line[:1] == b"#")]
    return b"\n".join(kept) if len(rows) > (ending == ".csv") else None
