"""Narrowing: whether one set of conditions asks for everything that another one asks for."""

from reconciler.domain.conditions import (
    After,
    Before,
    Condition,
    Conditions,
    Instant,
    OneOf,
    Prefix,
)


def implies(one: Condition, other: Condition) -> bool:
    """Whether whatever meets ``one`` meets ``other`` too, now and at any later time."""
    if one.field != other.field:
        return False
    match one, other:
        case OneOf(), OneOf():
            return _folded(one) <= _folded(other)
        case Prefix(), Prefix():
            return one.prefix.startswith(other.prefix)
        case Before(), Before():
            return _never_later(one.instant, other.instant)
        case After(), After():
            return _never_later(other.instant, one.instant)
        case _:
            return False


def dropped(before: Conditions, after: Conditions) -> Conditions:
    """Return the conditions of ``before`` that what meets ``after`` need not meet."""
    return tuple(one for one in before if not any(implies(other, one) for other in after))


def _folded(condition: OneOf) -> set[str]:
    return {value.casefold() for value in condition.values}


def _never_later(one: Instant, other: Instant) -> bool:
    """Whether an instant is not after another, also when relative ones have moved on."""
    return one.at <= other.at and (other.relative or not one.relative)
