"""How one trial is set up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.domain.accounts import System

Command: TypeAlias = tuple[str, ...]

APPLY: Sequence[Command] = (
    ("apply", "--auto-approve"),
    ("apply", "--auto-approve", "--target", "account/crm"),
    ("apply", "--auto-approve", "--target", "account/dialer"),
)
"""Runs of both accounts, and runs of one each that go on side by side."""
PLAN: Command = ("plan",)
"""Takes slots of both accounts and no lease."""

CALLS, WINDOW = 10, 2.0
"""The limit of either account: so many calls in any so many seconds."""
LIMITS = "{calls: 10, per: 2s, batch: %d, settleWithin: 20s}"
POLICY = "{maxDeletes: 1000, maxDeletePercent: 100, allowEmptying: true, canary: []}"
ACCOUNTS = {System.LEADSQUARED: "crm", System.TALKDESK: "dialer"}

QUIET = (
    # The recorder counts arrivals itself; a refused call would hide one too many.
    *("leadsquared_limit=0", "talkdesk_limit=0"),
    *("common_latency_ms=20", "common_jitter_ms=120", "leadsquared_delete_delay=0.8"),
    *("talkdesk_delete_answer=202", "talkdesk_delete_delay=0.8"),
)
"""Answers take a while, and deletions happen behind them."""
FAILING = (
    *QUIET,
    "common_failures=leadsquared_delete:*7:503,leadsquared_delete:*11:cut_after,"
    "talkdesk_delete:*7:503,talkdesk_delete:*11:cut_after,any:*13:503",
)
"""Some deletions do nothing, and some answers are lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One trial: everything random in it follows from the seed."""

    ledger: str
    """``sqlite`` or ``postgresql``."""
    seed: int
    kills: int
    targets: int
    """Tasks to delete, and as many records."""
    batch: int = 2
    runners: int = 3
    commands: Sequence[Command] = (*APPLY, *APPLY, PLAN)
    deadline: float | None = None
    """Seconds that a call may take in the runners; None for the program as it is."""
    machines: bool = False
    """Every runner is on a machine of its own, so that a lease runs out before it is taken over."""
    faults: Sequence[str] = QUIET
    stops: int = 0
    """Times that the ledger's server is stopped at once, and started again."""

    @property
    def slowest(self) -> float:
        """Seconds that a request may be on its way, within what the program allows for."""
        return 0.5 * min(self.deadline or 4.0, 4.0)
