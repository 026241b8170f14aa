"""Permitting: whether what is in force of policies allows more than what was."""

from collections.abc import Sequence
from itertools import zip_longest

from reconciler.domain.guarding.policies import Caps, Returned
from reconciler.domain.guarding.windows import DAYS, Window

_RESTRAINTS = frozenset({"require_ticket", "require_plan", "cool_off"})
"""Limits of which less allows more; of any other one more does."""
_DAY = 24 * 60


def allows_more(name: str, was: Caps, now: Caps) -> bool:
    """Whether a limit, by its name, allows something that it did not."""
    match name:
        case "windows":
            return not are_within(now.windows, was.windows)
        case "canary":
            return sends_more(was.canary, now.canary)
        case "returned":
            return (was.returned, now.returned) == (Returned.HOLD, Returned.DELETE)
        case _:
            before, after = getattr(was, name), getattr(now, name)
            return bool(after < before if name in _RESTRAINTS else after > before)


def are_within(inner: Sequence[Window], outer: Sequence[Window]) -> bool:
    """Whether some windows are certain to be open only when others are; none are always open.

    By the clocks of one place: where those of two places overlap is not looked for.
    """
    if not outer:
        return True
    return bool(inner) and all(
        _minutes(one) <= {at for other in outer if _same(one, other) for at in _minutes(other)}
        for one in inner
    )


def sends_more(was: Sequence[int], now: Sequence[int]) -> bool:
    """Whether one of the first batches may be larger than it was."""
    return any(size is None or size > before for before, size in zip_longest(was, now[: len(was)]))


def _same(one: Window, other: Window) -> bool:
    return one.timezone == other.timezone


def _minutes(window: Window) -> set[int]:
    """Return the minutes of the week that are in a window."""
    begins = window.begins.hour * 60 + window.begins.minute
    ends = window.ends.hour * 60 + window.ends.minute
    ends += _DAY if ends <= begins else 0
    week = len(DAYS) * _DAY
    return {
        (DAYS.index(day) * _DAY + minute) % week
        for day in window.days
        for minute in range(begins, ends)
    }
