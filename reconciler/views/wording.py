"""Wording that several views share."""

from collections.abc import Collection, Sequence
from typing import Any

from reconciler.domain.inert import inert


def clean(value: object, longest: int = 200) -> str:
    """Return anything from outside as text that leads no terminal astray."""
    return inert(str(value), longest=longest)


def several(count: int, noun: str, nouns: str = "") -> str:
    """Return a number with its noun: 1 call, 2 calls; ``nouns`` is a plural of its own."""
    return f"{count} {noun if count == 1 else nouns or f'{noun}s'}"


def noun_of(system: str) -> str:
    """Return what the targets of a system are called."""
    return "task" if system == "leadsquared" else "record"


def first_places(declared: Sequence[dict[str, Any]]) -> Collection[dict[str, Any]]:
    """Return the first place in each manifest: one that declares a target twice has one target."""
    if len(declared) == 1:
        return declared
    return {one["manifest"]: one for one in reversed(declared)}.values()


def place(declared: dict[str, Any]) -> str:
    """Return where a target is declared: ``file:line``."""
    return clean(f"{declared['file']}:{declared['line']}")
