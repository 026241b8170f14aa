"""What a ledger knows to be gone, read without writing."""

import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from reconciler.errors import UnrecordedError
from reconciler.ledger.batch_rows import unpack
from reconciler.ledger.schema import VERSION


def proven_gone(
    url: str, wanted: Mapping[str, Collection[str]]
) -> dict[str, dict[str, float]] | None:
    """Return when each of the wanted targets was last proven gone; None where there is no ledger.

    Both mappings go by container (the address up to the id) and id; a target that was never
    proven gone is left out. Raises UnrecordedError for a file that is no ledger, or one of
    another version.
    """
    parsed = make_url(url)
    path = Path(parsed.database or "")
    if parsed.get_backend_name() != "sqlite" or not path.is_file():
        return None
    found: dict[str, dict[str, float]] = {container: {} for container in wanted}
    try:
        # Not through the database layer, which creates what is missing: this writes nothing.
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            (version,) = database.execute("SELECT version FROM about").fetchone()
            if version != VERSION:
                raise UnrecordedError(
                    "The ledger is of another version",
                    detail=f"{path} has version {version}, this program reads {VERSION}",
                    hint="Use the version of reconciler that wrote it.",
                )
            # The newest last: what was deleted, came back and was deleted again counts from then.
            query = "SELECT container, proven_at, ids FROM gone ORDER BY proven_at"
            for container, proven_at, ids in database.execute(query):
                if container in wanted:
                    asked = wanted[container]
                    found[container].update({one: proven_at for one in unpack(ids) if one in asked})
    except (sqlite3.Error, TypeError) as error:
        raise UnrecordedError("The ledger cannot be read", detail=f"{path}: {error}") from error
    return found
