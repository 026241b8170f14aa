"""Recovery: what became of batches whose run did not live to see it, found out by reading."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.application.ports import (
    DEADLINE,
    LEAVES_WITHIN,
    Clock,
    OutOfCallsError,
    Progress,
    Reader,
    UnreadableError,
)
from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Account, Container
from reconciler.domain.live import Absent, Present
from reconciler.domain.outcomes import Outcome
from reconciler.domain.proofs import Place

LANDED = LEAVES_WITHIN + DEADLINE + 2.0
"""Seconds after its intent at which a request has either reached the server or died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A batch that an earlier run intended and did not settle."""

    run_id: str
    number: int
    attempt: int
    container: Container
    ids: Sequence[str]
    age: float
    """Seconds since its intent when it was found, both by the ledger's clock and not by ours."""
    place: Place | None = None
    """Where it was sent; None where its run does not tell."""

    @property
    def reference(self) -> tuple[str, int, int]:
        """Run id, number and attempt, by which the audit log names it."""
        return (self.run_id, self.number, self.attempt)


@dataclass(frozen=True, slots=True)
class Found:
    """What was read of one orphan."""

    orphan: Orphan
    outcomes: Mapping[Outcome, Sequence[str]]
    evidence: Mapping[str, int] = field(default_factory=dict)
    """How often each was found that a target is gone."""

    @property
    def settled(self) -> bool:
        """Whether every target of it was read."""
        return not self.outcomes.get(Outcome.UNKNOWN)


class Orphans(Protocol):
    """What earlier runs left open."""

    def of(self, account: Account) -> Sequence[Orphan]:
        """Return the open batches of an account, oldest first."""
        ...

    def close(self, found: Found) -> None:
        """Note that a batch was settled by reading, and what was proven gone."""
        ...

    def complete_audit_files(self) -> list[str]:
        """Bring the files of dead runs up to the ledger's copy; return those that do not match."""
        ...


async def recover(
    accounts: Iterable[Account],
    readers: Mapping[str, Reader],
    orphans: Orphans,
    clock: Clock,
    progress: Progress,
) -> tuple[list[Found], list[str]]:
    """Find out, by reading, what earlier runs left open in some accounts.

    Returns that, and a warning for every audit file that the ledger contradicts.
    """
    damaged = [
        f"{path} is not as the ledger remembers it; see reconciler audit verify"
        for path in orphans.complete_audit_files()
    ]
    found: list[Found] = []
    for account in accounts:
        reader, mine = readers[account.name], orphans.of(account)
        if mine and (today := await _place_today(reader)):
            await landing(mine, clock, progress)
            found += await find_out(mine, reader, today)
    return found, damaged


async def _place_today(reader: Reader) -> Place | None:
    try:
        identity = await reader.identify()
    except (UnreadableError, OutOfCallsError):
        return None  # the survey that follows says so of every target
    return Place(identity.tenant, identity.host)


async def landing(orphans: Sequence[Orphan], clock: Clock, progress: Progress) -> None:
    """Wait until the youngest request has surely landed or died."""
    youngest = min(orphan.age for orphan in orphans)
    left = min(max(LANDED - youngest, 0.0), LANDED)
    account = orphans[0].container.account
    progress.begin(f"Waiting for what was under way to {account} when a run died", int(left))
    while left > 0:
        await clock.sleep(min(1.0, left))
        left -= 1.0
        progress.advance()


async def find_out(orphans: Sequence[Orphan], reader: Reader, today: Place) -> list[Found]:
    """Read the targets of every orphan; nothing is sent again on the strength of a guess.

    What was sent elsewhere than the account is ``today`` stays unknown: an answer from another
    place would prove nothing.
    """
    return [
        await _read(orphan, reader)
        if orphan.place is None or orphan.place.is_that_of(today)
        else Found(orphan, {Outcome.UNKNOWN: sorted(orphan.ids)})
        for orphan in orphans
    ]


async def _read(orphan: Orphan, reader: Reader) -> Found:
    outcomes: dict[Outcome, list[str]] = {}
    evidence = Counter[str]()
    ids = sorted(orphan.ids)
    # As if they were declared: nothing was read of them before, so it is the cheapest way that is
    # evidence by itself.
    try:
        table = (await reader.read(Absences(orphan.container, (), ids, (), ()))).table
    except OutOfCallsError:
        return Found(orphan, {Outcome.UNKNOWN: ids})
    for position, target_id in enumerate(ids):
        state = table.state(position)
        if isinstance(state, Absent):
            outcome = Outcome.DELETED
            evidence[state.evidence.words] += 1
        elif isinstance(state, Present):
            outcome = Outcome.STILL_PRESENT
        else:
            outcome = Outcome.UNKNOWN
        outcomes.setdefault(outcome, []).append(target_id)
    return Found(orphan, outcomes, evidence)
