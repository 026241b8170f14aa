"""A manifest as it stands on the page: values in their source text, with the comments around them.

What ``nodes.py`` leaves out is here: quotes, brackets, comments, blank lines. It is read from a
text that was composed without a problem, changed in place, and written again by ``layout.py``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

BLANK = ""
"""A blank line among comment lines."""


class Tail(NamedTuple):
    """A comment at the end of a line."""

    text: str
    reach: int
    """How far from the beginning of its entry it stands, so that columns of comments stay."""


@dataclass(slots=True)
class Leaf:
    """One value, as written."""

    written: str
    """Its first line: the value with its quotes, or the head of a block (``>-``)."""
    value: str
    style: str
    line: int
    more: list[str] = field(default_factory=list)
    """Its further lines without their indentation."""
    indent: int = 2
    """What further lines are indented by, from where the collection begins."""

    @property
    def is_block(self) -> bool:
        """Whether it is written as an indented text below its head."""
        return self.style in {"|", ">"}


@dataclass(slots=True)
class Block:
    """A mapping or a list."""

    is_list: bool
    flow: bool
    """In brackets."""
    column: int
    line: int
    entries: "list[Entry]" = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    """Comments that belong to all of it."""
    foot: list[str] = field(default_factory=list)
    compact: bool = False
    """On one line, in brackets."""

    def get(self, key: str) -> "Entry | None":
        """Return the entry of a key; None if there is none."""
        return next((one for one in self.entries if one.key and one.key.value == key), None)

    def at(self, *path: str) -> "Value | None":
        """Return the value at a path of keys; None if there is none."""
        value: Value | None = self
        for key in path:
            found = value.get(key) if isinstance(value, Block) else None
            value = found.value if found else None
        return value


Value: TypeAlias = Leaf | Block


@dataclass(slots=True)
class Entry:
    """One item of a list, one pair of a mapping, or a document itself."""

    key: Leaf | None
    value: Value
    column: int = 0
    lead: list[str] = field(default_factory=list)
    """Comment and blank lines above it, without their indentation."""
    tail: Tail | None = None
    first: int = 0
    """The line that it begins on, its own comments above it included."""
    last: int = 0


@dataclass(slots=True)
class Page:
    """One document."""

    root: Entry
    foot: list[str] = field(default_factory=list)

    def at(self, *path: str) -> Value | None:
        """Return the value at a path of keys; None if there is none."""
        return self.root.value.at(*path) if isinstance(self.root.value, Block) else None


@dataclass(slots=True)
class Outline:
    """One file."""

    pages: list[Page] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    """All comment lines of a file that has no document."""

    def comments(self) -> Iterator[str]:
        """Yield the text of every comment, in no particular order."""
        yield from filter(None, self.loose)
        for page in self.pages:
            yield from filter(None, page.foot)
            yield from _comments(page.root)


def _comments(entry: Entry) -> Iterator[str]:
    yield from filter(None, entry.lead)
    if entry.tail:
        yield entry.tail.text
    if isinstance(entry.value, Block):
        yield from filter(None, entry.value.head)
        yield from filter(None, entry.value.foot)
        for one in entry.value.entries:
            yield from _comments(one)
