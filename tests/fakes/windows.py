"""Counting what arrived, as the server does."""

from collections.abc import Iterable


def most_in_a_window(times: Iterable[float], length: float) -> int:
    """Return the most arrivals in any half-open window of this length."""
    arrivals = sorted(times)
    most = first = 0
    for last, time in enumerate(arrivals):
        while arrivals[first] <= time - length:
            first += 1
        most = max(most, last - first + 1)
    return most
