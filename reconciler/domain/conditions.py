"""Conditions: what a rule, an expectation or a protection asks of a row, decided on our side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeAlias, assert_never

from reconciler.domain.facts import Facts, Moment, Text

_LONGEST_PREFIX = 6
"""A longer phone prefix is nearly a number, and somebody's."""


class Truth(Enum):
    """Whether a condition holds; a row that lacks the field leaves it open."""

    HOLDS = "holds"
    FAILS = "fails"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time as a manifest names it; a relative one is resolved once per plan."""

    at: datetime
    written: str
    """As it stands in the manifest."""
    relative: bool = False

    @property
    def canonical(self) -> str:
        """What two manifests that mean the same have in common."""
        return self.written if self.relative else self.words

    @property
    def words(self) -> str:
        """The instant for people."""
        return f"{self.at:%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field has one of some values; compared without regard to case."""

    field: str
    key: str
    """The key that manifests have for it."""
    values: tuple[str, ...]

    @property
    def words(self) -> str:
        """What is asked, for people."""
        return f"{self.field} {' or '.join(self.values)}"

    @property
    def canonical(self) -> str:
        """What two manifests that mean the same have in common."""
        return f"{self.key} {sorted({value.casefold() for value in self.values})}"


@dataclass(frozen=True, slots=True)
class Prefix:
    """The field begins in a certain way."""

    field: str
    key: str
    prefix: str

    @property
    def words(self) -> str:
        """What is asked, for people."""
        short = len(self.prefix) <= _LONGEST_PREFIX
        shown = self.prefix if short else f"{self.prefix[:_LONGEST_PREFIX]}***"
        return f"{self.field} beginning with {shown}"

    @property
    def canonical(self) -> str:
        """What two manifests that mean the same have in common."""
        return f"{self.key} {self.prefix}"


@dataclass(frozen=True, slots=True)
class Before:
    """The field lies before an instant."""

    field: str
    key: str
    instant: Instant

    @property
    def words(self) -> str:
        """What is asked, for people."""
        return f"{self.field} before {self.instant.words}"

    @property
    def canonical(self) -> str:
        """What two manifests that mean the same have in common."""
        return f"{self.key} {self.instant.canonical}"


@dataclass(frozen=True, slots=True)
class After:
    """The field lies at or after an instant, so that each moment is either before or after."""

    field: str
    key: str
    instant: Instant

    @property
    def words(self) -> str:
        """What is asked, for people."""
        return f"{self.field} at or after {self.instant.words}"

    @property
    def canonical(self) -> str:
        """What two manifests that mean the same have in common."""
        return f"{self.key} {self.instant.canonical}"


Condition: TypeAlias = OneOf | Prefix | Before | After
Conditions: TypeAlias = tuple[Condition, ...]


def asked(condition: Condition) -> str:
    """Return what a condition asks for, for people: relative times as they are written."""
    match condition:
        case Before(field=about, instant=Instant(relative=True, written=written)):
            return f"{about} before {written}"
        case After(field=about, instant=Instant(relative=True, written=written)):
            return f"{about} at or after {written}"
        case _:
            return condition.words


def truth(condition: Condition, facts: Facts) -> Truth:
    """Hold one condition against one row."""
    fact = facts.fields.get(condition.field)
    match condition, fact:
        case (OneOf(values=values), Text(values=found)):
            wanted = {value.casefold() for value in values}
            holds = any(one.casefold() in wanted for one in found)
            return _truth(holds) if holds or not fact.partial else Truth.UNREADABLE
        case (Prefix(prefix=prefix), Text(values=found)):
            holds = any(one.startswith(prefix) for one in found)
            return _truth(holds) if holds or not fact.partial else Truth.UNREADABLE
        case (Before(instant=instant), Moment(at=at)):
            return _truth(at is not None and at < instant.at)
        case (After(instant=instant), Moment(at=at)):
            return _truth(at is not None and at >= instant.at)
        case _:
            return Truth.UNREADABLE


def _truth(value: bool) -> Truth:  # noqa: FBT001 - the one value that it is about
    return Truth.HOLDS if value else Truth.FAILS


def all_hold(conditions: Conditions, facts: Facts) -> bool:
    """Whether a rule selects a row: a field that the row lacks matches nothing."""
    return all(truth(condition, facts) is Truth.HOLDS for condition in conditions)


def none_fails(conditions: Conditions, facts: Facts) -> bool:
    """Whether a protection covers a row: a field that the row lacks could not be ruled out."""
    return all(truth(condition, facts) is not Truth.FAILS for condition in conditions)


def unreadable(conditions: Conditions, facts: Facts) -> tuple[str, ...]:
    """Return the fields that conditions ask for and a row lacks."""
    missing = (one.field for one in conditions if truth(one, facts) is Truth.UNREADABLE)
    return tuple(dict.fromkeys(missing))


def differences(conditions: Sequence[Condition], facts: Facts) -> tuple[str, ...]:
    """Say of every condition that does not hold what was expected and what is."""
    return tuple(
        f"expected {condition.words}, {_found(condition, facts)}"
        for condition in conditions
        if truth(condition, facts) is not Truth.HOLDS
    )


def _found(condition: Condition, facts: Facts) -> str:
    fact = facts.fields.get(condition.field)
    match fact:
        case Text() | Moment():
            return f"is {fact.words}"
        case None:
            return "is not told"
        case _:
            assert_never(fact)
