"""Selections: which records identifiers selected, to know one again that was proven gone.

An identifier is kept as keyed marks only: few enough phone numbers exist for all to be tried.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection, insert, select

from reconciler.application.clock import utc
from reconciler.domain.accounts import Container
from reconciler.domain.fingerprint import FingerprintKey, mark_of
from reconciler.domain.identifiers import Identifier
from reconciler.domain.remembered import GoneBefore
from reconciler.ledger.batch_rows import unpack
from reconciler.ledger.parts import pack_lines, unpack_lines
from reconciler.ledger.schema import gone, selections


def keep_selections(
    connection: Connection,
    run_id: str,
    container: Container,
    selected: Iterable[tuple[str, Sequence[str]]],
) -> None:
    """Write down which records are deleted by which marks, before any of them is."""
    lines = (f"{mark} {' '.join(ids)}" for mark, ids in selected)
    for part, blob in enumerate(pack_lines(lines)):
        values = {"run_id": run_id, "container": container.prefix, "part": part, "lines": blob}
        connection.execute(insert(selections).values(**values))


def wholly_gone(
    connection: Connection,
    container: Container,
    identifiers: Collection[Identifier],
    keys: Sequence[FingerprintKey],
    also_gone: Mapping[str, float],
) -> Mapping[Identifier, GoneBefore]:
    """Return which identifiers lost all the records that they selected, and when the last.

    ``also_gone`` says what was proven gone beside what is written down, and when.
    """
    query = select(selections.c.lines).where(selections.c.container == container.prefix)
    kept = [line.split(" ") for blob in connection.scalars(query) for line in unpack_lines(blob)]
    if not kept:
        return {}
    of_mark = {mark_of(key, one): one for key in keys for one in identifiers}
    selected: dict[Identifier, list[list[str]]] = {}
    for mark, *ids in kept:
        if mark in of_mark:
            selected.setdefault(of_mark[mark], []).append(ids)
    proven = {**_proven(connection, container), **also_gone} if selected else {}
    found: dict[Identifier, GoneBefore] = {}
    for identifier, times in selected.items():
        whole = [ids for ids in times if all(one in proven for one in ids)]
        if whole:
            former = {one for some in whole for one in some}
            at = max(proven[one] for one in former)
            found[identifier] = GoneBefore(at=utc(at), ids=former)
    return found


def _proven(connection: Connection, container: Container) -> dict[str, float]:
    """Return when each target of a container was last proven gone."""
    query = select(gone.c.proven_at, gone.c.ids).where(gone.c.container == container.prefix)
    rows = connection.execute(query.order_by(gone.c.proven_at))
    return {one: row.proven_at for row in rows for one in unpack(row.ids)}
