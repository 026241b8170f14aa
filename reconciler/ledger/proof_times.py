"""What a ledger knows to be gone, read without writing."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from reconciler.errors import UnrecordedError
from reconciler.ledger.batch_rows import unpack
from reconciler.ledger.read_only import read_only
from reconciler.ledger.schema import VERSION, about, gone


def proven_gone(
    url: str, wanted: Mapping[str, Collection[str]]
) -> dict[str, dict[str, float]] | None:
    """Return when each of the wanted targets was last proven gone; None where there is no ledger.

    Both mappings go by container (the address up to the id) and id; a target that was never
    proven gone is left out. Raises UnrecordedError for what is no ledger, or one of a later
    version.
    """
    found: dict[str, dict[str, float]] = {container: {} for container in wanted}
    # Not through the database layer, which creates what is missing: this writes nothing.
    with read_only(url) as connection:
        if connection is None:
            return None
        version = connection.scalars(select(about.c.version)).one()
        if version > VERSION:
            raise UnrecordedError(
                "The ledger is of another version",
                detail=f"it has version {version}, this program reads {VERSION}",
                hint="Use the version of reconciler that wrote it.",
            )
        # The newest last: what was deleted, came back and was deleted again counts from then.
        query = select(gone.c.container, gone.c.proven_at, gone.c.ids).order_by(gone.c.proven_at)
        for container, proven_at, ids in connection.execute(query):
            if container in wanted:
                asked = wanted[container]
                found[container].update({one: proven_at for one in unpack(ids) if one in asked})
    return found
