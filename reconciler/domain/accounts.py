"""Accounts of the two systems, and the limits that they are used within."""

from dataclasses import dataclass
from enum import StrEnum


class System(StrEnum):
    """The two systems that things can be made absent in."""

    LEADSQUARED = "leadsquared"
    TALKDESK = "talkdesk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How fast and how much an account may be used."""

    calls: int
    """Calls in any window."""
    per: float
    """Length of the window, in seconds."""
    delete_calls: int
    """Deletions in any window; they count as calls too."""
    batch: int
    """Identifiers in one deletion."""
    page: int
    """Rows asked for in one page of a listing."""
    daily: int | None
    """Calls in any 24 hours; None for no such limit."""
    settle_within: float
    """Seconds after its answer at which a target that is still seen counts as still present."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account, as its manifest declares it."""

    name: str
    system: System
    region: str
    tenant: str
    """LeadSquared: OrgShortCode or OrgId. Talkdesk: the account name, its token host."""
    sees_all: bool
    """The key sees everything although its role is not Administrator."""
    limits: Limits


@dataclass(frozen=True, slots=True, order=True)
class Container:
    """Where targets live and what one batch is confined to.

    All tasks of a LeadSquared account, or one record list of a Talkdesk account.
    """

    system: System
    account: str
    record_list: str = ""

    @property
    def home(self) -> str:
        """The address of everything in here, up to its kind."""
        if self.system is System.LEADSQUARED:
            return f"{self.system}/{self.account}/"
        return f"{self.system}/{self.account}/{self.record_list}/"

    @property
    def prefix(self) -> str:
        """The address of every target in here, up to its id."""
        return f"{self.home}{self.noun}/"

    def address(self, target_id: str) -> str:
        """Return the address of one target."""
        return self.prefix + target_id

    @property
    def noun(self) -> str:
        """What one target in here is called."""
        return "task" if self.system is System.LEADSQUARED else "record"


def container_at(prefix: str) -> Container:
    """Return the container that has this prefix."""
    system, account, *record_list, _noun, _end = prefix.split("/")
    return Container(System(system), account, *record_list)
