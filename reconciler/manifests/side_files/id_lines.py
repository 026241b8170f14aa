"""Side files of bare ids, one on each line."""

from reconciler.manifests.entries import Entries
from reconciler.manifests.side_files.id_runs import ids_at, is_id
from reconciler.manifests.side_files.report import Report
from reconciler.manifests.side_files.rows import Asked, Rows

_LENGTH = 36
_SEPARATORS = " \t,;|#"


def read_ids(text: str, asked: Asked, report: Report) -> Entries:
    """Return the ids of a text, one on each line; blank lines and ``#`` comments are skipped."""
    rows = Rows(asked, report)
    position, line = 0, 1
    while position < len(text):
        ids, position = ids_at(text, position)
        rows.add_ids(line, ids)
        line += len(ids)
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        _read_line(line, text[position:end], rows)
        position, line = end + 1, line + 1
    return rows.entries()


def _read_line(number: int, line: str, rows: Rows) -> None:
    if not line.strip() or line.startswith("#"):
        return
    target, more = line[:_LENGTH], line[_LENGTH:]
    if is_id(target) and more.strip() and more[0] in _SEPARATORS:
        message = "More than an id stands on this line."
        hint = "Put nothing beside the id; columns and notes need a `.csv` file."
        rows.refuse(number, lambda: (1, message, hint, target))
    else:
        rows.add(number, {"id": line}, _first_column)


def _first_column(_role: str) -> int:
    return 1
