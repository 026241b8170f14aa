"""The plan: one item for every absence, its action, and what it was decided from."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import compress

from reconciler.domain.absences import Absences, Declarations, Declared
from reconciler.domain.accounts import Account
from reconciler.domain.guarding.guards import GuardResult, Verdict
from reconciler.domain.guarding.policies import Caps
from reconciler.domain.guarding.windows import Window
from reconciler.domain.identifiers import By
from reconciler.domain.live import Evidence, LiveTable
from reconciler.domain.selection import Selection


class Action(StrEnum):
    """What a plan says of one target."""

    DELETE = "delete"
    ABSENT = "absent"
    PROTECTED = "protected"
    HELD = "held"
    UNKNOWN = "unknown"


ACTIONS = tuple(Action)
"""The actions in the order in which they are counted and coded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one container was read, and what came of it."""

    table: LiveTable
    way: str
    """``by id``, ``whole list`` and so on."""
    population: int | None
    """Everything the container held when it was read; None where nobody counted."""
    listed_whole: bool = False
    """A complete listing was seen, so leaving a later one is proof."""
    listing_calls: int = 0
    """Calls that such a listing takes; 0 where none was made."""
    unread: str = ""
    """Why rules and identifiers may select more than was seen; empty if they do not."""
    untold: Mapping[By, str] = field(default_factory=dict)
    """Why identifiers of a kind may select more than was seen, by what rows do not tell."""
    nothing_else: Evidence | None = None
    """What proves that an identifier without a match has none; None where nothing does."""
    warnings: tuple[str, ...] = ()

    def over(self, table: LiveTable) -> "Reading":
        """Return the same reading with a table of the targets that matter."""
        return self if table is self.table else replace(self, table=table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remainder:
    """What a rule or an identifier leaves beside the targets that it selects.

    An identifier that selects nothing is absent; either is unknown if it could not be read.
    """

    action: Action
    kind: str
    """``declared`` for an identifier, ``where`` for a rule: a part of its address."""
    index: int
    """Of the identifier, where it is declared first, or of the rule, in the absences."""
    declared: tuple[Declared, ...]
    reason: str
    evidence: Evidence | None = None
    place: str = ""
    """``FILE:LINE``, unlike that of any other remainder of the container."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One container of a plan."""

    absences: Absences
    reading: Reading
    codes: Sequence[int]
    """For each absence, the index of its action in ``ACTIONS``."""
    notes: Mapping[int, str] = field(default_factory=dict)
    """Reasons by position, where an action has one of its own."""
    remainders: Sequence[Remainder] = ()
    """Sorted by address."""
    selection: Selection = field(default_factory=Selection)
    """What rules and identifiers select."""
    aside: Collection[int] = ()
    """Rules, by index, that select nothing into this plan: it is narrowed past them."""

    def action(self, position: int) -> Action:
        """Return the action for the target at ``position``."""
        return ACTIONS[self.codes[position]]

    def count(self, action: Action) -> int:
        """Return how many items have this action."""
        others = sum(one.action is action for one in self.remainders)
        return bytes(self.codes).count(ACTIONS.index(action)) + others

    def positions(self, action: Action) -> Iterator[int]:
        """Yield the positions of the targets with this action, in order."""
        wanted = ACTIONS.index(action)
        chosen = bytes(self.codes).translate(bytes(code == wanted for code in range(256)))
        return compress(range(len(chosen)), chosen)

    def deletions(self) -> Iterator[int]:
        """Yield the positions of the targets to delete, in order."""
        return self.positions(Action.DELETE)

    def fingerprint(self, position: int) -> str:
        """Return the fingerprint of a target that was seen; empty for any other."""
        return self.reading.table.fingerprint(position)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPlan:
    """One account of a plan: who it is, how it was read, and its containers."""

    account: Account
    host: str
    tenant: str
    """The tenant as the account itself names it."""
    key_id: str
    """The key that its fingerprints were made with."""
    calls: int
    """Calls spent on reading."""
    forecast: "Forecast"
    sections: Sequence[Section]
    warnings: tuple[str, ...] = ()
    caps: Caps = field(default_factory=Caps)
    """What policies set for it."""
    guards: tuple[GuardResult, ...] = ()
    approved: str = ""
    """The digest that allowances are held against: of the reviewed plan, or of this one."""
    windows: Sequence[Window] = ()
    """Those outside which no batch may be sent; empty for none."""

    def count(self, action: Action) -> int:
        """Return how many targets of this account have this action."""
        return sum(section.count(action) for section in self.sections)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What applying one account will cost, in calls and time."""

    reads: int
    """Calls to read everything once more before deleting."""
    deletions: int
    """Deleting calls."""
    verification: int
    """Calls to read back what was deleted, if once is enough."""
    minutes: float
    """Least time at the account's limits."""
    daily_percent: int | None = None
    """Share of the account's daily limit; None without one."""
    daily_left: int | None = None
    """Calls that the daily limit leaves after this reading; None without one."""

    @property
    def total(self) -> int:
        """All calls that applying takes."""
        return self.reads + self.deletions + self.verification

    @property
    def is_beyond_today(self) -> bool:
        """Whether applying takes more calls than the daily limit leaves."""
        return bool(self.deletions) and self._lacks(self.total)

    @property
    def cannot_be_proven_today(self) -> bool:
        """Whether deleting what was read and proving it takes more than is left.

        Deletions take their time, so proving them mostly takes a second look.
        """
        return bool(self.deletions) and self._lacks(self.deletions + 2 * self.verification)

    def _lacks(self, calls: int) -> bool:
        return self.daily_left is not None and calls > self.daily_left


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the manifests of a plan stood in git."""

    commit: str = ""
    ref: str = ""
    dirty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would be deleted, and everything that was looked at to decide it."""

    tool_version: str
    created_at: datetime
    expires_at: datetime
    origin: Origin
    declarations: Declarations
    scope: str
    """``sha256:…`` over the accounts and absences that it was made from, by content."""
    accounts: Sequence[AccountPlan]
    digest: str
    approved: str = ""
    """The digest of the reviewed plan; empty where none was reviewed."""
    warnings: tuple[str, ...] = ()

    @property
    def guards(self) -> tuple[GuardResult, ...]:
        """What every guard says, account by account."""
        return tuple(guard for one in self.accounts for guard in one.guards)

    def counts(self) -> dict[Action, int]:
        """Return how many items there are of each action."""
        return {action: sum(one.count(action) for one in self.accounts) for action in ACTIONS}

    @property
    def violated(self) -> tuple[GuardResult, ...]:
        """The guards that refuse this plan."""
        return tuple(guard for guard in self.guards if guard.verdict is Verdict.VIOLATED)

    @property
    def applyable(self) -> bool:
        """Whether an apply of just this plan would delete something."""
        counts = self.counts()
        return bool(counts[Action.DELETE]) and not counts[Action.UNKNOWN] and not self.violated
