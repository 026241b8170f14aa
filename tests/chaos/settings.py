"""How one trial is set up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.application.ports import DEADLINE
from reconciler.domain.accounts import System

Command: TypeAlias = tuple[str, ...]

BOTH: Command = ("apply", "--auto-approve")
ONE_EACH: Sequence[Command] = tuple(
    (*BOTH, "--target", f"account/{one}") for one in ("crm", "dialer")
)
"""Runs that go on side by side."""
RESUME: Command = ("resume",)
"""Goes on with what others left; where nobody did, it has nothing to do."""
PLAN: Command = ("plan",)
"""Takes slots of both accounts and no lease."""

WINDOW = 2.0
"""The length of the windows that limits are for, in seconds."""
LIMITS = "{{calls: {}, deleteCalls: {}, per: 2s, batch: 1, settleWithin: 6s}}"
POLICY = (
    "{{maxDeletes: 1000, maxDeletePercent: 100, allowEmptying: true, maxFailurePercent: 100, "
    "canary: {}}}"
)
ACCOUNTS = {System.LEADSQUARED: "crm", System.TALKDESK: "dialer"}

QUICK = (
    # The recorder counts arrivals itself; a refused call would hide one too many.
    *("leadsquared_limit=0", "talkdesk_limit=0"),
    *("common_latency_ms=20", "common_jitter_ms=130", "leadsquared_delete_delay=0.8"),
)
"""Answers take a while, and one account deletes behind them."""
USUAL = (*QUICK, "talkdesk_delete_answer=202", "talkdesk_delete_delay=0.8")
"""Both do, and one of them asks for more patience."""
FAILING = (
    *USUAL,
    *("common_failures=leadsquared_delete:*7:503", "common_failures=talkdesk_delete:*7:503"),
    "common_failures=leadsquared_delete:*11:cut_after",
    "common_failures=talkdesk_delete:*11:cut_after",
    "common_failures=any:*13:503",
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
    calls: int = 40
    deletions: int = 3
    """Of either account, in any window; deletions are calls too."""
    runners: int = 3
    commands: Sequence[Command] = (*ONE_EACH, BOTH, PLAN, *[RESUME] * 4)
    """Any of them may be started, as often as it stands here."""
    canary: str = "[]"
    deadline: float | None = None
    """Seconds that a call may take in the runners; None for the program as it is."""
    machines: bool = False
    """Each runner is on one of its own: a lease runs out before it is taken over, clocks differ.

    Only for a ledger on a server.
    """
    faults: Sequence[str] = USUAL
    stops: int = 0
    """Times that the ledger's server is stopped at once, and started again."""

    @property
    def slowest(self) -> float:
        """Seconds that a deletion may be on its way, within what the program allows for."""
        return 0.75 * (self.deadline or DEADLINE)
