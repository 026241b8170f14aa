"""Charts: where their shapes are, in thousandths of what they are drawn on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.domain.document import Fields
from reconciler.views.html.vocabulary import State

WHOLE = 1000
_LONG = 120
"""Minutes from which on a time is told in hours."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar, or of a column from its foot upwards."""

    look: str
    start: int
    length: int
    words: str = ""


def stacked(counts: Mapping[str, int], states: Sequence[State], most: int) -> list[Part]:
    """Return the parts of a bar for counts of states; ``most`` fills all of it."""
    parts, before = [], 0
    for state in states:
        if count := counts.get(state.name, 0):
            start, before = _scaled(before, most), before + count
            length = max(_scaled(before, most) - start, 1)
            parts.append(Part(state.look, start, length, f"{count:,} {state.words}"))
    return parts


def single(count: int, most: int, look: str) -> list[Part]:
    """Return the one part of a bar; none for nothing, and never too small to be seen."""
    return [Part(look, 0, max(_scaled(count, most), 6))] if count else []


def _scaled(count: float, most: float) -> int:
    return round(WHOLE * count / most) if most else 0


CALLS = (("reads", "reading again"), ("deletions", "deleting"), ("verification", "verifying"))
"""What applying takes calls for, in this order."""


@dataclass(frozen=True, slots=True)
class Span:
    """How long applying one account takes, at the least."""

    account: str
    words: str
    parts: Sequence[Part]
    daily_percent: int | None
    """Share of its daily limit; None without one."""


def time_line(accounts: Sequence[Fields]) -> list[Span]:
    """Return how long each account with deletions takes; they proceed side by side.

    A forecast knows minutes as a whole, so what they are spent on is drawn by calls.
    """
    busy = [one for one in accounts if one["forecast"]["deletions"]]
    lengths = [one["forecast"]["minutes"] for one in busy]
    if max(lengths, default=0) < 1:
        # Minutes are too coarse for what takes less than one.
        lengths = [_calls(one["forecast"]) for one in busy]
    most = max(lengths, default=0)
    pairs = zip(busy, lengths, strict=True)
    return [_span(one, max(_scaled(length, most), 30)) for one, length in pairs]


def minutes_words(minutes: float) -> str:
    """Return a time as people say it."""
    if minutes < 1:
        return "less than a minute"
    return f"{minutes:,.1f} minutes" if minutes < _LONG else f"{minutes / 60:,.1f} hours"


def _calls(forecast: Fields) -> int:
    return sum(forecast[name] for name, _ in CALLS)


def _span(one: Fields, length: int) -> Span:
    forecast, parts, before = one["forecast"], [], 0
    total = _calls(forecast)
    for name, words in CALLS:
        if calls := forecast[name]:
            start, before = round(length * before / total), before + calls
            width = max(round(length * before / total) - start, 4)
            parts.append(Part(name, start, width, f"{calls:,} {words}"))
    words, daily = minutes_words(forecast["minutes"]), forecast["daily_percent"]
    return Span(one["name"], words, parts, daily)


@dataclass(frozen=True, slots=True)
class Stack:
    """One column of a chart."""

    x: int
    words: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of stacked columns, the oldest on the left."""

    unit: str
    width: int
    groups: Sequence[Stack]
    caption: str
    legend: Sequence[tuple[str, str]]


_PITCH = 10
"""From one column to the next."""
_FEWEST = 12
"""Columns that there is room for at least, lest a single one be as wide as the chart."""


def columns(groups: Mapping[str, Mapping[str, int]], unit: str, states: Sequence[State]) -> Columns:
    """Return the chart of groups with their counts of states; ``unit`` is what one of them is."""
    most = max((sum(counts.values()) for counts in groups.values()), default=0)
    stacks = [
        Stack(number * _PITCH, _stack_words(name, counts, states), stacked(counts, states, most))
        for number, (name, counts) in enumerate(groups.items())
    ]
    seen = {one.look for stack in stacks for one in stack.parts}
    return Columns(
        unit=unit,
        width=max(len(stacks), _FEWEST) * _PITCH,
        groups=stacks,
        caption=_caption(list(groups), unit, most),
        legend=[(one.look, one.words) for one in states if one.look in seen],
    )


def _stack_words(name: str, counts: Mapping[str, int], states: Sequence[State]) -> str:
    told = [f"{counts[one.name]:,} {one.words}" for one in states if counts.get(one.name)]
    return f"{name}: {', '.join(told)}"


def _caption(names: Sequence[str], unit: str, most: int) -> str:
    if not names:
        return ""
    first, last = names[0][:10], names[-1][:10]
    when = first if first == last else f"{first} to {last}"
    return f"{when}; at most {most:,} in one {unit}"
