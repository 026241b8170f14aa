"""Windows: the times of the week in which an apply may send batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = 8
"""Days to look ahead: today, and a whole week after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Some hours of some days, by the clocks of one place; the end is not in it.

    One that ends at or before its begin reaches into the next day.
    """

    days: tuple[str, ...]
    """Of ``DAYS``; those on which it begins."""
    begins: time
    ends: time
    timezone: str
    """A name of the IANA database, such as ``Europe/Lisbon``."""

    def holds(self, now: datetime) -> bool:
        """Say whether an instant is in it."""
        return any(begin <= now < end for begin, end in self._spans(now))

    def next_begin(self, now: datetime) -> datetime:
        """Return when it begins next, in UTC."""
        return min(begin for begin, _ in self._spans(now) if begin > now)

    def _spans(self, now: datetime) -> list[tuple[datetime, datetime]]:
        """Return begin and end, in UTC, of those around an instant and in the week after it."""
        zone = ZoneInfo(self.timezone)
        yesterday = now.astimezone(zone).date() - timedelta(days=1)
        dates = (yesterday + timedelta(days=ahead) for ahead in range(_WEEK + 1))
        overnight = timedelta(days=int(self.ends <= self.begins))
        return [
            (
                datetime.combine(date, self.begins, zone).astimezone(UTC),
                datetime.combine(date + overnight, self.ends, zone).astimezone(UTC),
            )
            for date in dates
            if DAYS[date.weekday()] in self.days
        ]

    @property
    def words(self) -> str:
        """The window as people write it."""
        hours = f"{self.begins:%H:%M}-{self.ends:%H:%M}"
        return f"{', '.join(self.days)} {hours} {self.timezone}"


def are_open(windows: Sequence[Window], now: datetime) -> bool:
    """Say whether batches may be sent at an instant; always, where there are no windows."""
    return not windows or any(window.holds(now) for window in windows)


def next_opening(windows: Sequence[Window], now: datetime) -> datetime:
    """Return when closed windows open next, in UTC."""
    return min(window.next_begin(now) for window in windows)
