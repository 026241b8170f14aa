"""Points in time as the two vendors write them."""

from datetime import UTC, datetime


def spaced(seconds: float) -> str:
    """Return ``2022-02-23 13:10:00.000``, as LeadSquared writes UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}.000"


def zulu(seconds: float) -> str:
    """Return ``2020-03-24T11:48:40.503Z``, as Talkdesk writes UTC."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def wcf(seconds: float) -> str:
    """Return ``/Date(1502992091000+0000)/``, as LeadSquared writes UTC in task types."""
    return f"/Date({round(seconds * 1000)}+0000)/"
