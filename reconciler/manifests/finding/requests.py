"""Requests: files of ids, phone numbers and external ids of people to be found, from anywhere.

They are no manifests: nothing of them is declared, and nothing of them is shown but line numbers.
"""

from dataclasses import replace
from pathlib import Path

from reconciler.errors import InvalidError, Problem, UsageError
from reconciler.manifests.entries import Entries
from reconciler.manifests.findings import Findings
from reconciler.manifests.side_files.columns import columns_of
from reconciler.manifests.side_files.delimited import read_delimited
from reconciler.manifests.side_files.json_lines import read_objects
from reconciler.manifests.side_files.report import Report
from reconciler.manifests.side_files.rows import Asked, Rows
from reconciler.manifests.side_files.table_header import DELIMITERS
from reconciler.manifests.side_files.text import decode_side, numbered
from reconciler.manifests.values.identities import is_phone

ENDINGS = (".txt", ".csv", ".ndjson")
_LIMIT = 64 * 1024 * 1024
_HINTS = {
    "Fill the file, or take it out of the manifest.": "Name something in it.",
    "Name the column so, or say what it is called: `columns: {…}`.": (
        "Rename the column in the first line; other columns may stay."
    ),
}
"""What is said of side files, and helps nobody whose file stands in no manifest."""
_NO_RECORD = "Not the id of a record."
_NUMBERS = "A phone number is `+` and digits, as in +14155550100."


def read_request(path: Path, noun: str) -> Entries:
    """Return what a file names, each with its line; notes are left out.

    ``.txt`` has an id or, of records, a phone number on each line; ``.csv`` and ``.ndjson`` have
    the columns of side files, and others, which are ignored. Raises InvalidError with every line
    that is wrong, without what stands there, and UsageError for a file of another kind.
    """
    if path.suffix not in ENDINGS:
        hint = f"Give a {', '.join(ENDINGS)} file."
        raise UsageError("--ids-from names another kind of file", detail=str(path), hint=hint)
    problems: list[Problem] = []
    report = Report(Findings(path.as_posix(), problems))
    entries = _read(path, Asked(noun=noun, ids_only=False), report)
    report.close()
    if problems or entries is None:
        # What stands there is somebody's, and errors end up in logs.
        raise InvalidError(replace(one, text="", hint=_hint(one, path)) for one in problems)
    return replace(entries, notes={})


def _hint(problem: Problem, path: Path) -> str:
    """Return what helps with a file that stands in no manifest."""
    if path.suffix == ".txt" and problem.message == _NO_RECORD:
        return f"{problem.hint} {_NUMBERS}"
    return _HINTS.get(problem.hint, problem.hint)


def _read(path: Path, asked: Asked, report: Report) -> Entries | None:
    try:
        with path.open("rb") as file:
            content = file.read(_LIMIT + 1)
    except OSError as error:
        report.add(0, 0, f"Cannot be read: {error.strerror}.", "Make it readable for this user.")
        return None
    if len(content) > _LIMIT:
        report.add(0, 0, "The file is larger than 64 MiB.", "Split it into several files.")
        return None
    text = decode_side(content, report)
    if text is None:
        return None
    columns = columns_of(asked.noun, {}, ignored=True)
    match path.suffix:
        case ".txt":
            return _read_lines(text, asked, report)
        case ".csv":
            return read_delimited(text, _delimiter(text), columns, asked, report)
        case _:
            return read_objects(text, columns, asked, report)


def _delimiter(text: str) -> str:
    """Return what separates the columns: spreadsheets of half the world write semicolons."""
    header = text.partition("\n")[0]
    return next((one for one in DELIMITERS if one in header), ",")


def _read_lines(text: str, asked: Asked, report: Report) -> Entries:
    rows = Rows(asked, report)
    for number, line in numbered(text):
        word = line.strip()
        if word and not word.startswith("#"):
            is_number = asked.noun == "record" and is_phone(word)
            rows.add(number, {"phone_number" if is_number else "id": word}, _first_column)
    return rows.entries()


def _first_column(_role: str) -> int:
    return 1
