"""Rows of batches: their ids, their states, and what was proven gone of them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, insert, select, update

from reconciler.domain.batches import Batch
from reconciler.ledger.schema import batches, gone
from reconciler.ledger.upsert import upsert

SETTLED = "settled"
OPEN = ("intent", "sent", "unknown")
"""States of a batch of which nobody knows what became of it."""


def pack(ids: Sequence[str]) -> bytes:
    """Return ids as one blob."""
    return "\n".join(ids).encode()


def unpack(blob: bytes) -> list[str]:
    """Return the ids of a blob."""
    return blob.decode().split("\n")


def intend(connection: Connection, run_id: str, batch: Batch, now: float) -> None:
    """Write down that a batch is about to be sent."""
    connection.execute(
        insert(batches).values(
            run_id=run_id,
            account=batch.container.account,
            number=batch.number,
            attempt=batch.attempt,
            container=batch.container.record_list,
            state="intent",
            intent_at=now,
            counted=len(batch.ids),
            ids=pack(batch.ids),
        )
    )


def set_state(
    connection: Connection, run_id: str, batch: Batch, state: str, counted: int | None = None
) -> None:
    """Change the state of a batch; one that another run has settled meanwhile stays settled.

    ``counted`` says how many of its targets count as deleted, where that is known now.
    """
    values: dict[str, str | int] = {"state": state}
    if counted is not None:
        values["counted"] = counted
    connection.execute(
        update(batches)
        .where(
            batches.c.run_id == run_id,
            batches.c.account == batch.container.account,
            batches.c.number == batch.number,
            batches.c.attempt == batch.attempt,
            batches.c.state != SETTLED,
        )
        .values(**values)
    )


def counted_since(connection: Connection, account: str, begin: float) -> int:
    """Return how many targets of batches since a time were deleted, or may have been."""
    query = select(func.coalesce(func.sum(batches.c.counted), 0)).where(
        batches.c.account == account, batches.c.intent_at > begin
    )
    return int(connection.scalar(query) or 0)


def note_gone(  # noqa: PLR0913 - what is noted of one batch
    connection: Connection,
    run_id: str,
    batch: Batch,
    ids: Iterable[str],
    now: float,
    *,
    not_found: Iterable[str] = (),
) -> None:
    """Add ids of a batch to those that were proven gone.

    ``not_found`` are more of them, which the account reported as not found.
    """
    gone_before = set(not_found)
    proven = gone_before.union(ids)
    if not proven:
        return
    key = {"run_id": run_id, "account": batch.container.account, "number": batch.number}
    known = connection.execute(
        select(gone.c.ids, gone.c.not_found).where(
            *(gone.c[name] == value for name, value in key.items())
        )
    ).one_or_none()
    if known:
        proven.update(unpack(known.ids))
        gone_before.update(unpack(known.not_found) if known.not_found else ())
    values = {
        "container": batch.container.prefix,
        "proven_at": now,
        "ids": pack(sorted(proven)),
        "not_found": pack(sorted(gone_before)) or None,
    }
    connection.execute(
        upsert(connection, gone)
        .values(**key, **values)
        .on_conflict_do_update(index_elements=list(key), set_=values)
    )
