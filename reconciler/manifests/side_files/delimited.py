"""CSV as RFC 4180 has it, read strictly: a header, and as many cells in each row.

The `csv` module is not used since it forgets where a cell began, and takes a quote in the middle
of a cell for an ordinary character, after which other programs see other rows than we do.
"""

from collections.abc import Sequence
from functools import partial

from reconciler.manifests.entries import Entries
from reconciler.manifests.side_files.columns import Columns
from reconciler.manifests.side_files.report import Explanation, Report
from reconciler.manifests.side_files.rows import Asked, Rows
from reconciler.manifests.side_files.table import Syntax, Table
from reconciler.manifests.side_files.table_header import Header, read_header, spelt


def read_delimited(
    text: str, delimiter: str, columns: Columns, asked: Asked, report: Report
) -> Entries | None:
    """Return what a table declares; None if its header is wrong. Problems are reported."""
    syntax = Syntax(delimiter)
    table = Table(text, syntax, report)
    first = table.row()
    if first is None:
        if report.empty:
            hint = "Its first line names the columns: `id`."
            report.add(0, 0, "The file has no header.", hint)
        return None
    header = Header(first.line, first.cells, partial(syntax.column, first.raw))
    roles = read_header(header, columns, asked, report)
    if roles is None:
        return None
    rows = Rows(asked, report)
    _read_rows(table, roles, syntax, rows)
    return rows.entries()


def _read_rows(table: Table, roles: Sequence[str], syntax: Syntax, rows: Rows) -> None:
    width = len(roles)
    index_of = {role: index for index, role in enumerate(roles) if role}
    taken = list(index_of.items())

    def locate(raw: str, role: str) -> int:
        return syntax.column(raw, index_of[role])

    while True:
        if roles == ["id"]:
            # Whoever quotes one id quotes all, mostly.
            for quote in ("", '"'):
                rows.add_ids(table.line, table.ids(quote))
        elif index_of.keys() == {"id"}:
            while ids := table.id_column(index_of["id"], width):
                rows.add_ids(table.line - len(ids), ids)
        row = table.row()
        if row is None:
            return
        line, raw, cells = row
        if len(cells) == width:
            given = {role: cells[index] for role, index in taken if cells[index].strip()}
            rows.add(line, given, partial(locate, raw))
        else:
            rows.refuse(line, partial(_wrong_width, len(cells), width, syntax.delimiter))


def _wrong_width(found: int, wanted: int, delimiter: str) -> Explanation:
    message = f"The row has {_cells(found)}, and the header {_cells(wanted)}."
    return 0, message, f"A cell with `{spelt(delimiter)}` in it must be quoted.", ""


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count:,} cells"
