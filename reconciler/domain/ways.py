"""Ways of reading: how the live state of a container can be told, each at its own cost in calls."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TypeAlias

from reconciler.domain.accounts import Container, System


class Way(StrEnum):
    """One way of reading, in the words that plans have for it."""

    BY_ID = "by id"
    BY_LEAD = "by lead"
    BY_OWNER = "by owner"
    WHOLE_ACCOUNT = "whole account"
    BY_PHONE = "by phone number"
    WHOLE_LIST = "whole list"


WAYS = {
    System.LEADSQUARED: (Way.BY_ID, Way.BY_LEAD, Way.BY_OWNER, Way.WHOLE_ACCOUNT),
    System.TALKDESK: (Way.BY_ID, Way.BY_PHONE, Way.WHOLE_LIST),
}
"""The ways of each system; no API lists records by external id, so there the whole list tells."""

Preference: TypeAlias = Callable[[Container], Way | None]
"""Says which way somebody wants a container to be read; None leaves it to the counts of calls."""


def cheapest(_: Container) -> Way | None:
    """Leave it to the counts of calls."""
    return None


def joined(ways: Sequence[Way]) -> str:
    """Return several ways as plans name them, each once."""
    return ", ".join(dict.fromkeys(ways))


def first_of(words: str) -> Way | None:
    """Return the way that a plan names first; None where it was not read."""
    word = words.partition(", ")[0]
    return Way(word) if word in set(Way) else None
