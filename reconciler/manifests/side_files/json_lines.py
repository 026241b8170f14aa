"""Side files of JSON objects, one on each line."""

import json
from functools import partial
from typing import Any

from reconciler.manifests.entries import Entries
from reconciler.manifests.side_files.columns import Columns
from reconciler.manifests.side_files.report import Explanation, Report
from reconciler.manifests.side_files.rows import LONGEST, TOO_LONG, Asked, Rows
from reconciler.manifests.side_files.text import numbered

_LITERAL = ("id", "phone_number")
_EXAMPLE = '{"id": "0017abfa-c100-11e5-9340-06c7eb5c8385"}'
_SHOWN = 80
"""Characters of a line that are shown where it is no object."""


def read_objects(text: str, columns: Columns, asked: Asked, report: Report) -> Entries:
    """Return what a text of JSON objects declares, one on each line; blank lines are skipped."""
    rows = Rows(asked, report)
    for number, line in numbered(text):
        if line.strip():
            _read_line(number, line, columns, rows)
    return rows.entries()


class _Number(str):
    """A number as it is written; a JSON reader would lose digits of it."""

    __slots__ = ()


class _DuplicateKeyError(ValueError):
    """An object has one key twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise _DuplicateKeyError
    return values


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_Number, parse_float=_Number, parse_constant=_Number
)


def _read_line(number: int, line: str, columns: Columns, rows: Rows) -> None:
    values = _values(line)
    if isinstance(values, tuple):
        rows.refuse(number, lambda: values)
        return
    given: dict[str, str] = {}
    sound = True
    for key, value in values.items():
        role = columns.roles.get(key, "")
        if not role and columns.ignored:
            continue
        if role and _is_text(role, value, line):
            given[role] = value
        elif value is not None or not role:
            sound = False
            rows.refuse(number, partial(_mistake, role, key, value, line, columns))
    if sound:
        given = {role: value for role, value in given.items() if value.strip()}
        rows.add(number, given, partial(_locate, line, columns))


def _values(line: str) -> dict[str, Any] | Explanation:
    """Return the object on a line, or what is wrong with it."""
    if len(line) > LONGEST:
        return 0, TOO_LONG, "End each object with a line break.", ""
    try:
        values = _DECODER.decode(line)
    except _DuplicateKeyError:
        return 0, "A key stands twice in this object.", "Keep one of the two.", ""
    except (json.JSONDecodeError, RecursionError):
        # Brackets can be nested deeper than Python goes.
        values = None
    if isinstance(values, dict):
        return values
    hint = f"Write one object on each line, such as {_EXAMPLE}."
    return 1, "Not a JSON object.", hint, line[:_SHOWN]


def _is_text(role: str, value: object, line: str) -> bool:
    """Whether a value is text, and one that a reviewer can read in the file if it identifies."""
    if not isinstance(value, str) or isinstance(value, _Number):
        return False
    return role not in _LITERAL or "\\" not in line or f'"{value}"' in line


def _mistake(role: str, key: str, value: object, line: str, columns: Columns) -> Explanation:
    # An escaped key is not found, and its column not known.
    column = line.find(f'"{key}"') + 1
    if not role:
        return column, "Unknown key.", columns.hint(key), key
    if isinstance(value, _Number):
        hint = "Put it between quotes, and take it from its source again if digits are lost."
        return column, "Must be text, not a number.", hint, value
    if isinstance(value, str):
        message = "An identifier must stand in the file as it is, without escapes."
        return column, message, "Write its characters themselves.", value
    return column, "Must be text.", "Put one text between quotes.", ""


def _locate(line: str, columns: Columns, role: str) -> int:
    return line.find(f'"{columns.name(role)}"') + 1
