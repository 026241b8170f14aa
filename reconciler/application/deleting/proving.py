"""Proving: what a lane was sent is read back, and what became of it is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.application.deleting.braking import Brakes
from reconciler.application.deleting.deliveries import Delivery
from reconciler.application.deleting.lanes import Lane
from reconciler.application.deleting.settling import Settler
from reconciler.domain.accounts import Container


@dataclass(frozen=True, slots=True, kw_only=True)
class Prover:
    """Proves the lanes of one account, and tells the brakes."""

    settlers: Mapping[Container, Settler]
    brakes: Brakes

    async def prove(self, lane: Lane) -> Sequence[Delivery]:
        """Settle what the lane was sent and is not proven yet; return it."""
        deliveries, lane.unproven = lane.unproven, []
        if deliveries:
            await self.settlers[lane.container].settle(deliveries)
            self.brakes.proven(deliveries)
        return deliveries
