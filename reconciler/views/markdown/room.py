"""Room: a page of at most so many bytes, from which whole rows are left out and never halves.

Counted in UTF-8: whoever counts characters or UTF-16 units counts no more.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Noun: TypeAlias = tuple[str, str]
"""What one thing is called, and what several are."""

_NOTE = 80
"""Bytes that the line of what is left out takes at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a page: rows between what opens and what closes them; or no rows at all."""

    noun: Noun
    """What a row is; what the whole part is where it has no rows."""
    opening: str = ""
    rows: Sequence[str] = ()
    """Each ended by a line feed; the last ones are left out first."""
    closing: str = ""
    ending: str = ""
    """What stands below the line that says how many rows are left out."""
    total: int | None = None
    """How many rows there would be, where not all of them were made."""

    @property
    def count(self) -> int:
        """How many of its noun there are in all."""
        return (len(self.rows) or 1) if self.total is None else self.total

    @property
    def frame(self) -> int:
        """The room that it takes without its rows."""
        return size(self.opening) + size(self.closing) + size(self.ending)

    @property
    def wanted(self) -> int:
        """The room that it would take at most."""
        return self.frame + _NOTE + sum(map(size, self.rows))


@dataclass(slots=True)
class Room:
    """What is left of a page, and what did not find room on it."""

    left: int
    left_out: Counter[Noun] = field(default_factory=Counter)

    def take(self, text: str) -> str:
        """Return a text that must be there, and take its room."""
        self.left -= size(text)
        return text

    def fit(self, part: Part, most: int | None = None) -> str:
        """Return as much of a part as there is room for, ``most`` bytes where that is less.

        What is left out is counted, and said below the rows.
        """
        room = self.left if most is None else min(self.left, most)
        shown = _shown(part, room - part.frame)
        if part.frame > room or (part.rows and not shown):
            self.left_out[part.noun] += part.count
            return ""
        hidden = part.count - shown if part.rows else 0
        note = f"\n… and {hidden:,} more {part.noun[hidden != 1]}.\n" if hidden else ""
        if hidden:
            self.left_out[part.noun] += hidden
        rows = part.rows[:shown]
        return self.take("".join([part.opening, *rows, part.closing, note, part.ending]))

    def fit_all(self, parts: Sequence[Part], most: int | None = None) -> list[str]:
        """Return parts that share what room there is: none needs what another has to spare."""
        room = self.left if most is None else min(self.left, most)
        shares = fair_shares(room, [part.wanted for part in parts])
        return [self.fit(part, share) for part, share in zip(parts, shares, strict=True)]


def size(text: str) -> int:
    """Return how much room a text takes."""
    return len(text.encode("utf-8", "replace"))


def fair_shares(room: int, wanted: Sequence[int]) -> list[int]:
    """Divide room so that whoever wants little gets it, and the others get the same."""
    shares = [0] * len(wanted)
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    for number, index in enumerate(order):
        shares[index] = min(wanted[index], max(0, room) // (len(order) - number))
        room -= shares[index]
    return shares


def several_of(count: int, noun: Noun) -> str:
    """Return a number with its noun, thousands set apart."""
    return f"{count:,} {noun[0] if count == 1 else noun[1]}"


def details(summary: str, *, is_open: bool = False) -> tuple[str, str]:
    """Return what opens and what ends something folded under a summary, which is HTML."""
    return (
        f"<details{' open' if is_open else ''}>\n<summary>{summary}</summary>\n\n",
        "\n</details>\n\n",
    )


def _shown(part: Part, room: int) -> int:
    """Return how many rows fit, with room for the line that says that others do not."""
    if len(part.rows) == part.count and sum(map(size, part.rows)) <= room:
        return len(part.rows)
    room -= _NOTE
    for number, row in enumerate(part.rows):
        room -= size(row)
        if room < 0:
            return number
    return len(part.rows)


def table(columns: Iterable[str], numbers: int = 0) -> str:
    """Return the head of a table whose last ``numbers`` columns are set to the right."""
    names = list(columns)
    rules = ["---"] * (len(names) - numbers) + ["--:"] * numbers
    return f"| {' | '.join(names)} |\n| {' | '.join(rules)} |\n"


def row(cells: Iterable[str]) -> str:
    """Return a row of a table; its cells are escaped by whoever makes them."""
    return f"| {' | '.join(cells)} |\n"
