"""What earlier runs proved gone, with what their audit lines say of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from sqlalchemy import select

from reconciler.audit.past import PastRun, past_run
from reconciler.domain.accounts import container_at
from reconciler.domain.proofs import Gone, Proof
from reconciler.ledger.batch_rows import unpack
from reconciler.ledger.database import Database
from reconciler.ledger.memory import Memory
from reconciler.ledger.schema import gone, runs


def knows_run(database: Database, run_id: str) -> bool:
    """Say whether there was a run of this id."""
    query = select(runs.c.run_id).where(runs.c.run_id == run_id)
    with database.transaction() as connection:
        return connection.scalar(query) is not None


def proofs_of(database: Database, run_id: str = "") -> list[Gone]:
    """Return what was proven gone, sorted by container; with ``run_id`` by that run alone."""
    rows = _rows(database, run_id)
    newest: dict[str, dict[str, _Row]] = {}
    for row in rows:
        newest.setdefault(row.prefix, {}).update(dict.fromkeys(row.ids, row))
    proofs: dict[str, dict[str, Proof]] = {prefix: {} for prefix in newest}
    by_run = attrgetter("run_id")
    for name, of_run in groupby(sorted(rows, key=by_run), by_run):
        lines = Memory(database).audit_copy(name)
        told = _Told(past_run(lines) if lines else None)
        for row in of_run:
            mine = [one for one in row.ids if newest[row.prefix][one] is row]
            proofs[row.prefix].update(told.proofs(row, mine))
    found = (Gone(container_at(prefix), of_prefix) for prefix, of_prefix in proofs.items())
    return sorted(found, key=attrgetter("container"))


@dataclass(frozen=True, eq=False)
class _Row:
    """What was proven gone of one batch."""

    run_id: str
    account: str
    prefix: str
    proven_at: float
    ids: Sequence[str]


def _rows(database: Database, run_id: str) -> list[_Row]:
    """Return the rows, the newest last: what was proven gone again counts from then."""
    query = select(gone).order_by(gone.c.proven_at, gone.c.run_id)
    if run_id:
        query = query.where(gone.c.run_id == run_id)
    with database.transaction() as connection:
        return [
            _Row(row.run_id, row.account, row.container, row.proven_at, unpack(row.ids))
            for row in connection.execute(query)
        ]


class _Told:
    """What the lines of one run say of its targets."""

    def __init__(self, run: PastRun | None) -> None:
        self._places = run.places if run else {}
        self._declared = (
            {one.address: (tuple(one.manifests), tuple(one.tickets)) for one in run.treated}
            if run
            else {}
        )
        self._shared: dict[Proof, Proof] = {}

    def proofs(self, row: _Row, ids: Iterable[str]) -> Iterable[tuple[str, Proof]]:
        """Yield the proof of each of some ids of a row."""
        for one in ids:
            manifests, tickets = self._declared.get(row.prefix + one, ((), ()))
            proof = Proof(
                run_id=row.run_id,
                proven_at=row.proven_at,
                place=self._places.get(row.account),
                manifests=manifests,
                tickets=tickets,
            )
            # Thousands of targets share a handful of different proofs.
            yield one, self._shared.setdefault(proof, proof)
