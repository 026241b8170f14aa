"""What was proven gone, made by hand."""

from collections.abc import Mapping

from reconciler.domain.accounts import Container
from reconciler.domain.live import LiveState, LiveTable
from reconciler.domain.proofs import Gone, Place, Proof
from reconciler.domain.returns import Reread
from tests.fakes.plans import TASKS

PLACE = Place("22824", "api.example")


def a_proof(
    *manifests: str, run_id: str = "r1", proven_at: float = 0.0, place: Place | None = PLACE
) -> Proof:
    return Proof(
        run_id=run_id, proven_at=proven_at, place=place, manifests=manifests, tickets=("T-1",)
    )


def gone(*ids: str, container: Container = TASKS, proof: Proof | None = None) -> Gone:
    return Gone(container, dict.fromkeys(ids, proof or a_proof("AbsentTasks/m0")))


def a_reread(states: Mapping[str, LiveState], container: Container = TASKS) -> Reread:
    """Return a container whose targets were read as these states."""
    asked = gone(*states, container=container)
    table = LiveTable(container, asked.ids)
    for position, target_id in enumerate(asked.ids):
        table.mark(position, states[target_id])
    return Reread(asked, table)
