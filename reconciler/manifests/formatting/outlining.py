"""Reading a text into its outline: each comment goes to what it stands beside, above or below."""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    ScalarEvent,
    SequenceStartEvent,
)

from reconciler.manifests.formatting.gaps import Remark, read_gap
from reconciler.manifests.formatting.outline import Block, Entry, Leaf, Outline, Page, Tail, Value

_HEADER = re.compile(r"[|>]([+-]?)([1-9]?)([+-]?)")


def read_outline(text: str) -> Outline:
    """Return the outline of a text that ``compose`` has read without a problem.

    Lines must end in LF. A comment behind a value belongs to its entry, comments above an entry
    to that entry, and those below the last entry of a collection, indented like it, to its foot.
    """
    return _Walk(text).outline()


class _Mark(Protocol):
    line: int
    column: int
    index: int


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self._events: Iterator[Event] = YAML(typ="safe").parse(text)
        self._outline = Outline()
        self._position = self._line = 0
        """Where the value before ended, and on which line (from 0)."""
        self._last: Entry | None = None
        self._pending: Entry | None = None
        """The outermost entry that begins with the next value."""
        self._bound = -1
        """The column of the collection that it is in."""
        self._closed: list[tuple[Block, Entry]] = []
        """What ended since the last value, innermost first."""
        self._page: Page | None = None

    def outline(self) -> Outline:
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._document(next(self._events))
        self._end_page(self._remarks(len(self._text), ending=True)[0])
        return self._outline

    def _document(self, event: Event) -> None:
        if isinstance(event, ScalarEvent) and not event.value and not event.style:
            return
        root = Entry(None, Leaf("", "", "", 0))
        before, after = self._remarks(event.start_mark.index)
        if self._page is None:
            before, after = [], before + after
        self._end_page(before)
        root.lead = [one.text for one in after]
        self._position, self._line = event.start_mark.index, event.start_mark.line
        self._page = Page(root)
        self._outline.pages.append(self._page)
        self._last = root
        root.value = self._value(event, root, 0)

    def _remarks(self, end: int, *, ending: bool = False) -> tuple[list[Remark], list[Remark]]:
        """Return what stands before and after the sign that ends a document."""
        gap = self._text[self._position : end] + ("\n" if ending else "")
        # What a file begins with stands behind nothing.
        found = read_gap(gap if self._page else f"\n{gap}")
        self._put_tail(found.tail)
        remarks = list(found.remarks)
        cut = len(remarks) if found.cut is None or ending else found.cut
        return remarks[:cut], remarks[cut:]

    def _end_page(self, remarks: list[Remark]) -> None:
        if self._page is None:
            self._outline.loose = _texts_to_last(remarks)
        else:
            self._page.foot = _texts_to_last(self._put_feet(remarks, -1))

    def _value(self, event: Event, entry: Entry, base: int) -> Value:
        """Return one value; ``base`` is the column of the collection that holds its entry."""
        if isinstance(event, ScalarEvent):
            return self._leaf(event, entry, base)
        mark: _Mark = event.start_mark
        is_list = isinstance(event, SequenceStartEvent)
        flow = bool(getattr(event, "flow_style", False))
        block = Block(is_list, flow, mark.column, mark.line + 1)
        # In `[a: b]` the pair is a mapping without brackets of its own.
        bracketed = block.flow and self._text[mark.index] == ("[" if is_list else "{")
        if bracketed:
            self._arrive(mark, entry)
            self._move(entry, mark.index + 1, mark.line)
        while not isinstance(inner := next(self._events), CollectionEndEvent):
            block.entries.append(self._entry(inner, block))
        if bracketed:
            self._close_bracket(inner.end_mark, block, entry)
        elif not block.flow:
            self._closed.append((block, entry))
        block.compact = block.flow and block.line == self._line + 1
        return block

    def _close_bracket(self, mark: _Mark, block: Block, entry: Entry) -> None:
        found = read_gap(self._text[self._position : mark.index - 1])
        self._put_tail(found.tail)
        block.foot = _texts_to_last(found.remarks)
        self._move(entry, mark.index, mark.line)

    def _entry(self, event: Event, block: Block) -> Entry:
        entry = Entry(None, Leaf("", "", "", 0), event.start_mark.column)
        if self._pending is None:
            self._pending, self._bound = entry, block.column
        if not block.is_list and isinstance(event, ScalarEvent):
            entry.key = self._leaf(event, entry, block.column)
            event = next(self._events)
        entry.value = self._value(event, entry, block.column)
        entry.last = max(entry.last, self._line + 1)
        if self._pending is entry:
            self._pending = None
        return entry

    def _leaf(self, event: ScalarEvent, entry: Entry, base: int) -> Leaf:
        start, end = event.start_mark, event.end_mark
        style: str = event.style or ""
        leaf = Leaf("", event.value, style, start.line + 1)
        if start.index == end.index:
            return leaf
        self._arrive(start, entry)
        source = self._text[start.index : end.index]
        if leaf.is_block:
            kept = _read_block(leaf, source, base)
            self._move(entry, start.index + len(kept), start.line + kept.count("\n"))
            return leaf
        leaf.written, *further = source.split("\n")
        if further:
            # Blanks at the ends of these lines mean nothing, except behind a backslash.
            leaf.more = [one.lstrip() if style == '"' else one.strip() for one in further]
            leaf.written = leaf.written if style == '"' else leaf.written.rstrip()
        self._move(entry, end.index, end.line)
        return leaf

    def _move(self, entry: Entry, position: int, line: int) -> None:
        self._position, self._line, self._last = position, line, entry

    def _arrive(self, mark: _Mark, entry: Entry) -> None:
        """Hand out the comments between the value before and the one that begins here."""
        found = read_gap(self._text[self._position : mark.index])
        self._put_tail(found.tail)
        begun = self._pending or entry
        rest = self._put_feet(found.remarks, self._bound, found.opening)
        begun.lead += [one.text for one in rest]
        if self._pending:
            own = 0
            down = {one.down for one in rest if one.text}
            while found.opening - own - 1 in down:
                own += 1
            begun.first = self._line + 1 + found.opening - own
        self._pending = None

    def _put_tail(self, tail: tuple[int, str] | None) -> None:
        if tail is None or self._last is None:
            return
        offset, text = tail
        if self._last.tail:
            self._last.lead.append(text)
            return
        column = self._position - self._text.rfind("\n", 0, self._position) - 1
        self._last.tail = Tail(text, column + offset - self._last.column)

    def _put_feet(
        self, remarks: Sequence[Remark], bound: int, opening: int | None = None
    ) -> list[Remark]:
        """Give the first remarks to what has ended, as far as they are indented like it.

        Returns the rest, blank lines before it included; what follows a remark of an outer
        collection can no longer belong to an inner one.
        """
        level = taken = 0
        closed, self._closed = self._closed, []
        for number, remark in enumerate(remarks):
            if not remark.text:
                continue
            while level < len(closed) and closed[level][0].column > remark.column:
                level += 1
            if level == len(closed) or remark.column <= bound or remark.down == opening:
                break
            block, owner = closed[level]
            block.foot += [one.text for one in remarks[taken : number + 1]]
            owner.last = max(owner.last, self._line + 1 + remark.down)
            taken = number + 1
        return list(remarks[taken:])


def _texts_to_last(remarks: Sequence[Remark]) -> list[str]:
    """Return the texts of remarks up to the last comment."""
    texts = [one.text for one in remarks]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _read_block(leaf: Leaf, source: str, base: int) -> str:
    """Fill in a text that is indented below its head; return as much of it as is not blank."""
    header, *lines = source.split("\n")
    leaf.written = header.rstrip()
    match = _HEADER.match(header)
    digit = match[2] if match else ""
    first = next((one for one in lines if one.strip(" ")), "")
    indent = base + int(digit) if digit else len(first) - len(first.lstrip(" "))
    leaf.indent = int(digit) if digit else leaf.indent
    leaf.more = [one[indent:] if first else "" for one in lines]
    if not source.endswith("\n"):
        lines.append("")
        leaf.more.append("")
    leaf.more.pop()
    if not (match and "+" in match[0]):
        while leaf.more and not leaf.more[-1]:
            leaf.more.pop()
    return "\n".join([header, *lines[: len(leaf.more)]])
