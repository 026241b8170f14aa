"""Migrations: what brings the tables of an older version up to this one."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, LargeBinary, select, text, update

from reconciler.ledger.schema import VERSION, about, batches, metadata


def _halts_and_hooks(connection: Connection) -> None:
    for name in ("halts", "hooks", "hints"):
        metadata.tables[name].create(connection, checkfirst=True)


def _approvals(connection: Connection) -> None:
    for name in ("approvals", "selections", "allowances"):
        metadata.tables[name].create(connection, checkfirst=True)
    for column in ("terms", "ended", "taken_over_by"):
        connection.execute(text(f"ALTER TABLE runs ADD COLUMN {column} VARCHAR"))
    blob = LargeBinary().compile(dialect=connection.dialect)
    connection.execute(text(f"ALTER TABLE gone ADD COLUMN not_found {blob}"))
    connection.execute(text("ALTER TABLE batches ADD COLUMN counted INTEGER NOT NULL DEFAULT 0"))
    # Rather too many than too few: an older version did not write down how many they were.
    # Columns by name: those of a later version are not there yet.
    for row in connection.execute(select(*(batches.c[name] for name in (*_BATCH, "ids")))).all():
        key = [batches.c[name] == getattr(row, name) for name in _BATCH]
        counted = row.ids.count(b"\n") + 1
        connection.execute(update(batches).where(*key).values(counted=counted))


_BATCH = ("run_id", "account", "number", "attempt")

MIGRATIONS: Mapping[int, Callable[[Connection], None]] = {2: _halts_and_hooks, 3: _approvals}
"""What makes each version from the one before it; from 2 on, every version has an entry."""


def migrate(connection: Connection) -> int:
    """Bring the tables up to this version and return the one that they were of."""
    found = int(connection.scalar(select(about.c.version)) or 0)
    for version in range(found + 1, VERSION + 1):
        MIGRATIONS[version](connection)
    if found < VERSION:
        connection.execute(update(about).values(version=VERSION))
    return found
