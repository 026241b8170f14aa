"""Insert, or update what is there: the same words for both engines of the ledger."""

from typing import cast

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: Table) -> sqlite.Insert:
    """Return an insert that may go on with ``on_conflict_do_update`` or ``…_do_nothing``."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    # The two dialects spell these clauses alike, each for itself.
    return cast("sqlite.Insert", postgresql.insert(table))
