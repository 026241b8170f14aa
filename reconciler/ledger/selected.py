"""Which records an identifier selected in earlier runs, read without writing."""

from collections.abc import Callable, Sequence

from sqlalchemy import inspect, select

from reconciler.domain.accounts import container_at
from reconciler.domain.fingerprint import FingerprintKey, mark_of
from reconciler.domain.identifiers import Identifier
from reconciler.ledger.parts import unpack_lines
from reconciler.ledger.read_only import read_only
from reconciler.ledger.schema import selections


def selected_by(
    url: str, identifier: Identifier, keys_of: Callable[[str], Sequence[FingerprintKey]]
) -> set[str]:
    """Return the addresses of records that an identifier selected when they were approved.

    ``keys_of`` gives the keys of an account by its name. Raises UnrecordedError for what is no
    ledger.
    """
    found: set[str] = set()
    with read_only(url) as connection:
        if connection is None or not inspect(connection).has_table(selections.name):
            return found
        for prefix, blob in connection.execute(select(selections.c.container, selections.c.lines)):
            keys = keys_of(container_at(prefix).account)
            marks = {mark_of(key, identifier) for key in keys}
            for line in unpack_lines(blob):
                mark, *ids = line.split(" ")
                if mark in marks:
                    found.update(prefix + one for one in ids)
    return found
