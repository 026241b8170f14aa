"""The lines of every run, run by run, read without writing."""

from collections.abc import Iterator

from sqlalchemy import select

from reconciler.ledger.read_only import read_only
from reconciler.ledger.schema import audit_lines, runs


def lines_of_runs(url: str, *, started_after: float, run_id: str = "") -> Iterator[list[bytes]]:
    """Yield the audit lines of each run since a time, the newest run first; one run with its id.

    Nothing where there is no ledger yet. Raises UnrecordedError for what is no ledger.
    """
    with read_only(url) as connection:
        if connection is None:
            return
        query = select(runs.c.run_id).where(runs.c.started_at >= started_after)
        if run_id:
            query = query.where(runs.c.run_id == run_id)
        names = connection.scalars(query.order_by(runs.c.run_id.desc())).all()
        for name in names:
            of_run = select(audit_lines.c.line).where(audit_lines.c.run_id == name)
            yield list(connection.scalars(of_run.order_by(audit_lines.c.seq)))
