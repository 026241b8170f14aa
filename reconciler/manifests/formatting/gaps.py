"""What stands between two values of a YAML text: comments, blank lines, and signs."""

from typing import NamedTuple


class Remark(NamedTuple):
    """A comment line, or a blank one."""

    down: int
    """Lines below the beginning of the gap."""
    column: int
    text: str
    """Empty for a blank line."""


class Gap(NamedTuple):
    """The text from the end of one value to the beginning of the next."""

    tail: tuple[int, str] | None = None
    """The comment behind the value before, and how many characters behind it."""
    remarks: tuple[Remark, ...] = ()
    opening: int = 1
    """Lines down to where the next value begins, be it only its ``-``."""
    cut: int | None = None
    """How many remarks stand before the first ``---`` or ``...``; None if there is neither."""


_NOTHING = Gap()


def read_gap(text: str) -> Gap:
    """Return what a gap holds; in it, ``#`` begins a comment and anything else is a sign."""
    if "#" not in text and text.count("\n") == 1 and "\n---" not in text:
        return _NOTHING
    behind, *below = text.split("\n")
    hash_at = behind.find("#")
    tail = (hash_at, behind[hash_at:].rstrip()) if hash_at >= 0 else None
    remarks: list[Remark] = []
    opening, cut = 0, None
    for down, line in enumerate(below, start=1):
        if cut is None and line.startswith(("---", "...")):
            cut, opening = len(remarks), 0
        hash_at = line.find("#")
        signs = line[:hash_at] if hash_at >= 0 else line
        if hash_at >= 0:
            remarks.append(Remark(down, hash_at, line[hash_at:].rstrip()))
        elif not line.strip() and down < len(below):
            remarks.append(Remark(down, 0, ""))
        if signs.strip() and not line.startswith(("---", "...")):
            opening = opening or down
    return Gap(tail, tuple(remarks), opening or len(below), cut)
