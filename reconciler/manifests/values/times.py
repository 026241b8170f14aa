"""Readers of times: durations, clocks, days, and points in time, relative to the plan or not."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from reconciler.manifests.syntax.nodes import Node
from reconciler.manifests.values.scalars import DIGITS_LIMIT, ReadingError, single, string

_DURATION = re.compile(r"(0|[1-9][0-9]*)([smhd])")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})"
)
_RELATIVE = re.compile(r"(?:(in) )?([1-9][0-9]*)([smhd])(?(1)| ago)")
_RELATIVE_LIMIT = 36_500 * 86_400
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def duration(node: Node) -> int:
    """Return a duration in seconds."""
    scalar = single(node)
    match = _DURATION.fullmatch(scalar.value)
    if not match:
        hint = "Use digits and a unit, s, m, h or d, as in `5s` or `24h`."
        raise ReadingError("Must be a duration with a unit.", hint)
    if len(match[1]) > DIGITS_LIMIT:
        raise ReadingError("The number is too large.", f"Use at most {DIGITS_LIMIT} digits.")
    if not scalar.plain:
        raise ReadingError("Must not be quoted.", f"Write {scalar.value} without quotes.")
    return int(match[1]) * _SECONDS[match[2]]


def age(node: Node) -> int:
    """Return the age of something in seconds, so short that a date can be told from it."""
    seconds = duration(node)
    if seconds > _RELATIVE_LIMIT:
        raise ReadingError("The duration is too long.", "Use at most 36500d.")
    return seconds


def clock(node: Node) -> str:
    """Return hours and minutes as they are written."""
    value = string(node)
    if value == "24:00":
        raise ReadingError("Not a time of day.", 'Write `"00:00"`: a window may end the next day.')
    if not _CLOCK.fullmatch(value):
        hint = 'Write hours and minutes, quoted: `"08:00"`, `"18:30"`.'
        raise ReadingError("Not a time of day.", hint)
    return value


def day(node: Node) -> date:
    """Return a date, with or without quotes."""
    scalar = single(node)
    if not _DAY.fullmatch(scalar.value):
        raise ReadingError("Must be a date.", "Write it as YYYY-MM-DD.")
    try:
        return date.fromisoformat(scalar.value)
    except ValueError:
        raise ReadingError("There is no such day.", "Write it as YYYY-MM-DD.") from None


@dataclass(frozen=True, slots=True)
class WrittenTime:
    """A point in time as it is written; a relative one has no place on the clock yet."""

    written: str
    at: datetime | None = None
    seconds: int = 0
    """For a relative time, how far from now it is; negative in the past."""


def point_in_time(node: Node) -> WrittenTime:
    """Return a day, an instant with its time zone, or a time relative to the plan."""
    value = single(node).value
    if match := _RELATIVE.fullmatch(value):
        seconds = int(match[2][: DIGITS_LIMIT + 1]) * _SECONDS[match[3]]
        if seconds > _RELATIVE_LIMIT:
            raise ReadingError("The time is too far away.", "Use at most 36500d.")
        return WrittenTime(value, seconds=seconds if match[1] else -seconds)
    if not _DAY.fullmatch(value) and not _INSTANT.fullmatch(value):
        hint = "Write `2026-03-01`, `2026-03-01T08:00:00Z`, `730d ago` or `in 30d`."
        raise ReadingError("Must be a date, an instant with its time zone, or relative.", hint)
    try:
        at = datetime.fromisoformat(value)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ReadingError("There is no such day or time.", "Correct it.") from None
    return WrittenTime(value, at)
