"""Dates as headers have them."""

from datetime import UTC
from email.utils import parsedate_to_datetime


def http_date(value: str) -> float | None:
    """Return the seconds since the epoch that a header's date means; None for no such date."""
    try:
        moment = parsedate_to_datetime(value)
        # A date without a zone is UTC, whatever the zone of this machine.
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, IndexError, OverflowError, TypeError):
        return None
