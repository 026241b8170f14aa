"""What every handler needs to know."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from starlette.responses import Response

from reconciler.sandbox.call import Call
from reconciler.sandbox.database import NEVER
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.store import Store

Handler: TypeAlias = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class World:
    """The things that exist, and how the vendors behave today."""

    store: Store
    faults: Faults

    @property
    def back(self) -> float:
        """How long a deleted thing stays away."""
        return self.faults.common_reappears_after or NEVER


@dataclass(frozen=True, slots=True)
class Operation:
    """One call that a vendor offers."""

    kind: str
    method: str
    path: str
    handler: Handler
    open: bool = False
    """Needs no credentials in its headers."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """What is the same for all calls of one vendor."""

    name: str
    limit: int
    retry_after: str
    operations: tuple[Operation, ...]
    unknown: Operation
    """Answers for every path and method that there is not."""
    refuse: Callable[[int], Response]
    """Answers a call above a limit."""
    admit: Callable[[Call], Response | None]
    """Answers a call without the right credentials."""
    error: Callable[[int], Response]
    """Makes the vendor's answer with an error status."""
    load_shedding: Callable[[], Response]
