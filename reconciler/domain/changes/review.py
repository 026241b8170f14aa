"""Review: two plans that one reading decides, side by side: what a change of manifests brings."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from reconciler.domain.absences import Absences, Declarations
from reconciler.domain.accounts import Container
from reconciler.domain.changes.difference import by_container, rule_pairs
from reconciler.domain.changes.union import alone, reaches_same
from reconciler.domain.live import LiveTable
from reconciler.domain.narrowing.scope import scope_of
from reconciler.domain.plan import ACTIONS, Action, Plan, Reading, Remainder, Section
from reconciler.domain.planner import decide


class Mark(StrEnum):
    """What a change of the manifests makes of one item."""

    INTRODUCED = "introduced"
    """It would be deleted, and was not to be before; or nothing had it in a plan at all."""
    PRE_EXISTING = "pre-existing"
    WITHDRAWN = "withdrawn"
    """Only the base's plan has it, so that nothing is done about it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerReview:
    """One container of both plans. A million targets are a byte or a number each."""

    container: Container
    after: Section | None = None
    """The head's plan of it; None for a container that only the base has."""
    introduced: Sequence[int] = b""
    """1 or 0 for each target of ``after``."""
    introduced_others: frozenset[int] = frozenset()
    """Its remainders, by their indexes."""
    before: Section | None = None
    """The base's plan of it, where something in it is withdrawn."""
    withdrawn: Sequence[int] = ()
    """Positions in ``before``."""
    withdrawn_others: Sequence[Remainder] = ()

    def count(self, mark: Mark) -> int:
        """Return how many items have this mark."""
        introduced = sum(self.introduced) + len(self.introduced_others)
        match mark:
            case Mark.INTRODUCED:
                return introduced
            case Mark.PRE_EXISTING:
                after = self.after
                return len(after.codes) + len(after.remainders) - introduced if after else 0
            case Mark.WITHDRAWN:
                return len(self.withdrawn) + len(self.withdrawn_others)
            case _:
                assert_never(mark)

    def introduced_deletions(self) -> Iterator[int]:
        """Yield the positions of the deletions that the change introduces, in order."""
        deletions = self.after.deletions() if self.after else ()
        return (position for position in deletions if self.introduced[position])


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Both plans of every container that either side declares something in."""

    containers: Sequence[ContainerReview]
    """Sorted by address."""

    def count(self, mark: Mark) -> int:
        """Return how many items have this mark."""
        return sum(one.count(mark) for one in self.containers)


def review(plan: Plan, base: Declarations, readings: Iterable[Reading]) -> Review:
    """Return the head's plan beside the one that the same readings give for the base."""
    head, read = plan.declarations, {one.table.container: one for one in readings}
    sections = {
        section.absences.container: section for one in plan.accounts for section in one.sections
    }
    before = by_container(base)
    readable = {one: read[one] for one in read if reaches_same(head, base, one.account)}
    return Review(
        containers=[
            _review(
                container,
                sections.get(container),
                _before(base, container, readable.get(container)),
                was_read=container in readable,
            )
            for container in sorted({*sections, *before}, key=lambda one: one.prefix)
        ]
    )


def _review(
    container: Container, after: Section | None, before: Section | None, *, was_read: bool
) -> ContainerReview:
    """Compare one container; if it was not read the base's plan says nothing of this account."""
    comparable = before if was_read else None
    withdrawn = _withdrawn(before, after)
    others = _withdrawn_others(before, after)
    return ContainerReview(
        container=container,
        after=after,
        introduced=b"" if after is None else _introduced(after, comparable),
        introduced_others=frozenset() if after is None else _new_others(after, comparable),
        before=before if withdrawn or others else None,
        withdrawn=withdrawn,
        withdrawn_others=others,
    )


def _before(base: Declarations, container: Container, reading: Reading | None) -> Section | None:
    """Return what the base's plan says of a container; None if it declares nothing there."""
    absences, scope = by_container(base).get(container), scope_of(base, container)
    if absences is None:
        return None
    if reading is not None:
        return decide(*alone(absences, reading), scope)
    table = LiveTable(container, absences.ids)
    not_read = Reading(table=table, way="", population=None, unread="not read")
    return decide(absences, not_read, scope)


def _introduced(after: Section, before: Section | None) -> Sequence[int]:
    """Return for each target whether the base's plan lacks it, or lacks its deletion."""
    if before is None:
        return bytes([1]) * len(after.codes)
    delete, known = ACTIONS.index(Action.DELETE), before.reading.table
    marks = bytearray(len(after.codes))
    for position, target_id in enumerate(after.absences.ids):
        was = known.position(target_id)
        if was is None:
            marks[position] = 1
        elif after.codes[position] == delete:
            marks[position] = before.codes[was] != delete
    return marks


def _withdrawn(before: Section | None, after: Section | None) -> Sequence[int]:
    if before is None:
        return ()
    if after is None:
        return range(len(before.codes))
    known = after.reading.table
    ids = enumerate(before.absences.ids)
    return array("I", (at for at, target_id in ids if known.position(target_id) is None))


def _new_others(after: Section, before: Section | None) -> frozenset[int]:
    """Return the remainders whose identifier or rule the base does not declare."""
    if before is None:
        return frozenset(range(len(after.remainders)))
    known = _Selectors(after.absences, before.absences)
    return frozenset(at for at, one in enumerate(after.remainders) if not known.has(one))


def _withdrawn_others(before: Section | None, after: Section | None) -> Sequence[Remainder]:
    if before is None:
        return ()
    known = _Selectors(before.absences, None if after is None else after.absences)
    return [one for one in before.remainders if not known.has(one)]


class _Selectors:
    """What of the identifiers and rules of one side the other side declares too.

    By what they say: a place is another one as soon as a line above it is.
    """

    def __init__(self, mine: Absences, theirs: Absences | None) -> None:
        self._mine = mine
        named = () if theirs is None else theirs.named
        self._identifiers = {one.identifier for one in named}
        pairs = rule_pairs(mine, theirs)
        self._rules = [one for one, other in pairs if one and other]

    def has(self, remainder: Remainder) -> bool:
        """Whether the other side declares what leaves a remainder."""
        if remainder.kind == "declared":
            return self._mine.named[remainder.index].identifier in self._identifiers
        return self._mine.rules[remainder.index] in self._rules
