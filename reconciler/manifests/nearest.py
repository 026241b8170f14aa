"""Hints that name what was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 60
"""A longer word resembles no name of ours, and comparing takes time."""


def nearest(word: str, known: Iterable[str], listing: str = "Known here") -> str:
    """Return a hint with the nearest known word, or with all of them; empty if there are none."""
    names = sorted(known)
    if not names:
        return ""
    return closest(word, names) or f"{listing}: {', '.join(f'`{name}`' for name in names)}."


def closest(word: str, known: Iterable[str]) -> str:
    """Return a hint with the nearest known word; empty if none is near."""
    folded = {name.lower(): name for name in sorted(known, reverse=True)}
    close = get_close_matches(word.lower(), folded, n=1) if len(word) <= _LONGEST else []
    return f"Did you mean `{folded[close[0]]}`?" if close else ""
