"""The reader of time zones, by their names in the IANA database of this machine."""

from functools import cache
from zoneinfo import available_timezones

from reconciler.manifests.nearest import closest
from reconciler.manifests.syntax.nodes import Node
from reconciler.manifests.values.scalars import ReadingError, string

_NO_PLACE = frozenset({"Factory", "localtime"})
"""What some machines list beside the names: what it means differs from machine to machine."""


def timezone(node: Node) -> str:
    """Return the name of a time zone, spelt as the database has it."""
    value = string(node)
    names = known()
    if not names:
        raise ReadingError("This machine knows no time zones.", "Install the package tzdata.")
    if value not in names:
        hint = closest(value, names) or "Use a name of the IANA database, such as `Europe/Lisbon`."
        raise ReadingError("There is no such time zone.", hint)
    return value


@cache
def known() -> frozenset[str]:
    """Return the names that mean the same on every machine."""
    # Opening a zone instead would accept another case where file names have none.
    return frozenset(available_timezones()) - _NO_PLACE
