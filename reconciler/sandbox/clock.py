"""The sandbox's only source of time."""

import time
from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], float]
"""Gives the seconds since the epoch."""


def wall_clock() -> float:
    """Return the seconds since the epoch, now."""
    return time.time()  # noqa: TID251 - the one default; everything else in here is handed a Clock
