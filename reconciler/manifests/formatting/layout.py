"""From an outline to text: two spaces a level, lists indented, one blank line where there were any.

The text reads back as the same outline, so that writing it again changes nothing.
"""

from collections.abc import Iterable

from reconciler.manifests.formatting.outline import BLANK, Block, Entry, Leaf, Outline

_STEP = 2
_BEFORE_TAIL = 2
"""Spaces between a value and the comment behind it, at least."""


def text_of(outline: Outline) -> str:
    """Return the text of a file: documents separated by ``---``, ended by a line feed."""
    writer = _Writer()
    writer.remarks(outline.loose, 0, first=True)
    for number, page in enumerate(outline.pages):
        if number:
            writer.lines.append("---")
        writer.remarks(_above(page.root), 0, first=True)
        root = page.root.value
        if isinstance(root, Block) and not root.flow:
            writer.entries(root, 0, leads=False)
        else:
            writer.entry(page.root, 0, "")
        writer.remarks(page.foot, 0)
    return "".join(f"{line}\n" for line in writer.lines)


def _above(entry: Entry) -> list[str]:
    """Return what stands above an entry; a list's ``-`` leaves no room below it."""
    lines = list(entry.lead)
    if entry.tail and not _has_room_for_tail(entry):
        lines.append(entry.tail.text)
    if entry.key is None and isinstance(entry.value, Block) and not entry.value.flow:
        lines += entry.value.head + _above(entry.value.entries[0])
    return lines


def _has_room_for_tail(entry: Entry) -> bool:
    if isinstance(entry.value, Leaf):
        return not entry.value.is_block
    return entry.value.flow or entry.key is not None


def _inline(value: Leaf | Block) -> str:
    """Return a value on one line."""
    if isinstance(value, Leaf):
        return value.written
    if value.is_list:
        return f"[{', '.join(_inline(one.value) for one in value.entries)}]"
    pairs = (f"{one.key.written if one.key else ''}: {_inline(one.value)}" for one in value.entries)
    return f"{{{', '.join(pairs)}}}"


class _Writer:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def remarks(self, lines: Iterable[str], indent: int, *, first: bool = False) -> None:
        """Write comment lines; never two blank ones, and none where something begins."""
        for line in lines:
            if line:
                self.lines.append(" " * indent + line)
                first = False
            elif not first and self.lines[-1] != BLANK:
                self.lines.append(BLANK)

    def entries(self, block: Block, indent: int, *, leads: bool = True) -> None:
        """Write a collection on lines of its own; without what stands above its first entry."""
        if leads:
            self.remarks(block.head, indent, first=True)
        for number, entry in enumerate(block.entries):
            if number or leads:
                is_first = not number and not block.head
                self.remarks(_above(entry), indent, first=is_first)
            self.entry(entry, indent, "- " if block.is_list else "")
        self.remarks(block.foot, indent)

    def entry(self, entry: Entry, indent: int, dash: str) -> None:
        """Write one entry, without what stands above it."""
        start = " " * indent
        begin = len(self.lines)
        match entry.value:
            case Block(flow=False) as block if entry.key:
                self.lines.append(self._with_tail(f"{start}{entry.key.written}:", entry, indent))
                self.entries(block, indent + _STEP)
            case Block(flow=False) as block:
                self.entries(block, indent + _STEP, leads=False)
                self.lines[begin] = f"{start}{dash}{self.lines[begin][indent + _STEP :]}"
            case value:
                key = f"{entry.key.written}:" if entry.key else ""
                parts = " ".join(filter(None, (key, _inline(value))))
                self.lines.append(f"{start}{dash}{parts}" if parts else f"{start}-")
                if isinstance(value, Leaf):
                    deeper = " " * (indent + value.indent)
                    self.lines += [f"{deeper}{one}" if one else BLANK for one in value.more]
                if _has_room_for_tail(entry):
                    column = indent + len(dash)
                    self.lines[-1] = self._with_tail(self.lines[-1], entry, column)

    def _with_tail(self, line: str, entry: Entry, column: int) -> str:
        if entry.tail is None:
            return line
        width = max(len(line) + _BEFORE_TAIL, column + entry.tail.reach)
        return f"{line:<{width}}{entry.tail.text}"
