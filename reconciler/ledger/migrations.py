"""Migrations: what brings the tables of an older version up to this one."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, select, update

from reconciler.ledger.schema import VERSION, about, metadata


def _halts_and_hooks(connection: Connection) -> None:
    for name in ("halts", "hooks", "hints"):
        metadata.tables[name].create(connection, checkfirst=True)


MIGRATIONS: Mapping[int, Callable[[Connection], None]] = {2: _halts_and_hooks}
"""What makes each version from the one before it; from 2 on, every version has an entry."""


def migrate(connection: Connection) -> int:
    """Bring the tables up to this version and return the one that they were of."""
    found = int(connection.scalar(select(about.c.version)) or 0)
    for version in range(found + 1, VERSION + 1):
        MIGRATIONS[version](connection)
    if found < VERSION:
        connection.execute(update(about).values(version=VERSION))
    return found
