"""The ledger's copy of the audit lines, read without writing."""

from sqlalchemy import select

from reconciler.audit.findings import Copies
from reconciler.ledger.read_only import read_only
from reconciler.ledger.schema import about, audit_lines


def read_copies(url: str) -> Copies | None:
    """Return every line that a ledger holds; None where there is no ledger yet.

    Raises UnrecordedError for what is no ledger.
    """
    # Not through the database layer, which creates what is missing: verifying writes nothing.
    with read_only(url) as connection:
        if connection is None:
            return None
        log_id = connection.scalars(select(about.c.log_id)).one()
        query = select(audit_lines.c.run_id, audit_lines.c.line)
        lines: dict[str, list[bytes]] = {}
        for run_id, line in connection.execute(
            query.order_by(audit_lines.c.run_id, audit_lines.c.seq)
        ):
            lines.setdefault(run_id, []).append(line)
    return Copies(log_id, lines)
