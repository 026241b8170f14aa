"""The first row of a table: which of its columns mean what."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from reconciler.manifests.entries import IDS_ONLY
from reconciler.manifests.side_files.columns import Columns, lacking
from reconciler.manifests.side_files.report import Report
from reconciler.manifests.side_files.rows import Asked
from reconciler.manifests.side_files.wrong_cells import as_scalar
from reconciler.manifests.values.identifiers import is_guid
from reconciler.manifests.values.identities import is_phone

DELIMITERS = (",", ";", "\t", "|")
"""What may stand between two cells."""

_MOST = 1000
"""Columns; each is compared with those before it."""


def spelt(delimiter: str) -> str:
    r"""Return a delimiter as a manifest spells it in double quotes: a tab is ``\t``."""
    return "\\t" if delimiter == "\t" else delimiter


class Header(NamedTuple):
    """The first row: its line, its names, and how to find the column of one of them."""

    line: int
    names: Sequence[str]
    locate: Callable[[int], int]


def read_header(header: Header, columns: Columns, asked: Asked, report: Report) -> list[str] | None:
    """Return the role of each column, empty for none; None, and why reported, if it is wrong."""
    mistake = _not_a_header(header, columns)
    if mistake:
        report.add(header.line, 1, *mistake, header.names[0])
        return None
    roles = [columns.roles.get(name, "") for name in header.names]
    sound = True
    for index, name in enumerate(header.names):
        mistake = _mistake(header, index, columns, asked)
        if mistake:
            sound = False
            report.add(header.line, header.locate(index), *mistake, name)
    lacks = columns.wanted(header.names)
    for name in lacks:
        hint = "Correct `columns`, or the header."
        report.add(header.line, 0, "The header lacks a column that `columns` names.", hint, name)
    lack = "" if lacks else lacking(asked.noun, roles, ids_only=asked.ids_only)
    if lack:
        hint = "Name the column so, or say what it is called: `columns: {…}`."
        report.add(header.line, 0, f"The header lacks {lack}.", hint)
    return None if lack or lacks or not sound else roles


def _not_a_header(header: Header, columns: Columns) -> tuple[str, str] | None:
    """Return message and hint if the first row is probably none, or cut at the wrong places."""
    if len(header.names) > _MOST:
        return f"The header has more than {_MOST:,} columns.", "Export fewer of them."
    if any(is_guid(as_scalar(name)) or is_phone(name) for name in header.names):
        return "The file has no header.", "Name the columns in its first line: `id`."
    (first, *others) = header.names
    between = next((one for one in DELIMITERS if one in first), "")
    if between and not others and first not in columns.roles:
        message = "The header is one column, and looks like several."
        return message, f'Say what stands between them: `delimiter: "{spelt(between)}"`.'
    return None


def _mistake(header: Header, index: int, columns: Columns, asked: Asked) -> tuple[str, str] | None:
    name = header.names[index]
    role = columns.roles.get(name, "")
    if not role:
        return None if columns.ignored else ("Unknown column.", columns.hint(name))
    if name in header.names[:index]:
        return "This column stands twice.", "Keep one of the two."
    if asked.ids_only and role not in {"id", "note"}:
        return IDS_ONLY
    return None
