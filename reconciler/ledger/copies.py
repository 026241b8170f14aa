"""The ledger's copy of the audit lines, read without writing."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from reconciler.audit.verify import Copies
from reconciler.errors import UnrecordedError


def read_copies(url: str) -> Copies | None:
    """Return every line that a ledger holds; None where there is no ledger yet.

    Raises UnrecordedError for a file that is no ledger.
    """
    parsed = make_url(url)
    path = Path(parsed.database or "")
    if parsed.get_backend_name() != "sqlite" or not path.is_file():
        return None
    lines: dict[str, list[bytes]] = {}
    try:
        # Not through the database layer, which creates what is missing: verifying writes nothing.
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            (log_id,) = database.execute("SELECT log_id FROM about").fetchone()
            query = "SELECT run_id, line FROM audit_lines ORDER BY run_id, seq"
            for run_id, line in database.execute(query):
                lines.setdefault(run_id, []).append(line)
    except (sqlite3.Error, TypeError) as error:
        raise UnrecordedError("The ledger cannot be read", detail=f"{path}: {error}") from error
    return Copies(log_id, lines)
