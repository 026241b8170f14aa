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


def leading(words: str) -> Way | None:
    """Return the way of a plan that tells the most: a whole one, or else the one it names first.

    None where nothing was read.
    """
    named = words.split(", ")
    if not set(named) <= set(Way):
        return None
    whole = (one for one in named if one in (Way.WHOLE_ACCOUNT, Way.WHOLE_LIST))
    return Way(next(whole, named[0]))
