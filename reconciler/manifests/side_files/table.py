"""The rows of a table as RFC 4180 spells them, one by one or in blocks."""

import re
from typing import NamedTuple

from reconciler.manifests.side_files.id_runs import ids_at
from reconciler.manifests.side_files.report import Report
from reconciler.manifests.side_files.rows import LONGEST, TOO_LONG
from reconciler.manifests.side_files.wrong_cells import FORMULA

_UNREAD = "Correct it; what follows in this file was not read."
_BLOCK = 4096
"""Rows that are looked at together; no more than ``ids_at`` takes."""
_SHOWN = 80
"""Characters that are shown of what is not well formed."""


class Row(NamedTuple):
    """One row: where it begins, as it is written, and its cells."""

    line: int
    raw: str
    cells: list[str]


class Syntax:
    """The patterns of one delimiter."""

    def __init__(self, delimiter: str) -> None:
        """Compile the patterns."""
        between = re.escape(delimiter)
        # Nothing in here is tried twice, so that time stays linear whatever the file holds.
        cell = rf'"[^"]*+(?:""[^"]*+)*+"|[^"{between}\n]*+'
        self.delimiter = delimiter
        self.row = re.compile(rf"((?:{cell})(?:{between}(?:{cell}))*+)(?:\n|\Z)")
        self._cell = re.compile(cell)
        self._cells = re.compile(rf"(?:^|{between})({cell})")

    def cells(self, raw: str) -> list[str]:
        """Return the cells of a well-formed row."""
        if '"' not in raw:
            return raw.split(self.delimiter)
        return [
            cell[1:-1].replace('""', '"') if cell.startswith('"') else cell
            for cell in self._cells.findall(raw)
        ]

    def column(self, raw: str, index: int) -> int:
        """Return the column of a cell; 0 if it is on a later line than its row."""
        start = [match.start(1) for match in self._cells.finditer(raw)][index]
        return 0 if "\n" in raw[:start] else start + 1

    def cell_end(self, text: str, start: int) -> int:
        """Return where the cell ends that begins at a position; it may be empty."""
        match = self._cell.match(text, start)
        return match.end() if match else start


class Table:
    """Goes through a text row by row."""

    def __init__(self, text: str, syntax: Syntax, report: Report) -> None:
        """Begin at the first line."""
        self._text = text
        self._syntax = syntax
        self._report = report
        # Without a quote anywhere every line is a row.
        self._plain = '"' not in text
        self._position = 0
        self._one_by_one_until = 0
        self.line = 1

    def row(self) -> Row | None:
        """Return the next row, leaving out empty lines.

        None at the end, and at the first row that is not well formed, which is reported.
        """
        while self._position < len(self._text):
            raw = self._raw()
            if raw is None:
                _report_broken(self._text, self._position, self._syntax, self._report)
                return None
            line = self.line
            self.line += 1 + raw.count("\n")
            if len(raw) > LONGEST:
                hint = f"Look for a quote that is missing there. {_UNREAD}"
                self._report.add(line, 0, TOO_LONG, hint)
                return None
            if raw:
                return Row(line, raw, self._syntax.cells(raw))
        return None

    def _raw(self) -> str | None:
        """Take the text of the next row; None where none is well formed."""
        begin = self._position
        if self._plain:
            end = self._text.find("\n", begin)
            end = len(self._text) if end < 0 else end
            self._position = end + 1
            return self._text[begin:end]
        match = self._syntax.row.match(self._text, begin)
        if match is None:
            return None
        self._position = match.end()
        return match[1]

    def id_column(self, index: int, width: int) -> list[str]:
        """Return the ids in a column of the next rows, if those are nothing out of the ordinary."""
        if not self._plain or self.line < self._one_by_one_until:
            return []
        end = self._position
        lines: list[str] = []
        while len(lines) < _BLOCK and (until := self._text.find("\n", end)) >= 0:
            lines.append(self._text[end:until])
            end = until + 1
        rows = [line.split(self._syntax.delimiter) for line in lines]
        cells = [row[index] for row in rows if len(row) == width]
        ids, _ = ids_at("".join(f"{cell}\n" for cell in cells), 0)
        if len(ids) < len(lines):
            # What is wrong among them is found row by row, and not looked for again and again.
            self._one_by_one_until = self.line + _BLOCK
            return []
        self._position = end
        self.line += len(ids)
        return ids

    def ids(self, quote: str) -> list[str]:
        """Return the next rows if they are nothing but ids; there may be more of them."""
        ids, self._position = ids_at(self._text, self._position, quote)
        self.line += len(ids)
        return ids


def _report_broken(text: str, position: int, syntax: Syntax, report: Report) -> None:
    """Report why no row begins at a position."""
    # It ends in something between cells that is no delimiter: a quote, or what follows one.
    start, end = position, syntax.cell_end(text, position)
    while text[end] == syntax.delimiter:
        start, end = end + 1, syntax.cell_end(text, end + 1)
    hint = _UNREAD
    if text[start] == "=":
        message, hint = FORMULA
    elif text[start] != '"':
        message = "A quote stands in a cell that is not quoted."
        hint = f"Quote the whole cell and double the quotes in it. {hint}"
    elif start == end:
        message = "A quoted cell is never closed."
    else:
        message = "Something follows a quoted cell."
        hint = f"Double the quotes in a quoted cell. {hint}"
    offending = text[start : start + _SHOWN].split("\n", 1)[0]
    line = text.count("\n", 0, start) + 1
    report.add(line, start - text.rfind("\n", 0, start), message, hint, offending)
