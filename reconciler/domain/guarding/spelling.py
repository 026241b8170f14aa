"""Spelling: limits of policies, and what lifts them, as manifests have them."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from reconciler.domain.guarding.windows import Window

Value: TypeAlias = int | str | Sequence[int] | Sequence[Window]

KEYS: Mapping[str, str] = {
    "max_deletes": "maxDeletes",
    "max_delete_percent": "maxDeletePercent",
    "max_deletes_per_day": "maxDeletesPerDay",
    "allow_emptying": "allowEmptying",
    "allow_declared": "allowDeclared",
    "require_ticket": "requireTicket",
    "require_plan": "requirePlan",
    "plan_ttl": "planTtl",
    "cool_off": "coolOff",
    "windows": "windows",
    "returned": "returned",
    "canary": "canary",
    "max_failure_percent": "maxFailurePercent",
    "where_max": "where.max",
}
"""What a field of ``Policy``, ``Caps`` or ``Lifts`` is called in a manifest."""

_DURATIONS = frozenset({"plan_ttl", "cool_off"})
_UNITS = (("d", 86_400), ("h", 3600), ("m", 60))


def spelled(field: str, value: Value) -> str:
    """Return a value of one of ``KEYS`` as a manifest has it, on one line."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return spelled_duration(value) if field in _DURATIONS else str(value)
        case str():
            return str(value)
        case _:
            inner = (one if isinstance(one, int) else _window(one) for one in value)
            return f"[{', '.join(map(str, inner))}]"


def spelled_duration(seconds: int) -> str:
    """Return a duration in the largest unit that leaves no rest; a day is 24 hours."""
    # As the language's own defaults are written: `24h`, `0m`.
    fitting = (
        (unit, length)
        for unit, length in _UNITS
        if seconds % length == 0 and (seconds > length or unit != "d")
    )
    unit, length = next(fitting, ("s", 1)) if seconds else ("m", 60)
    return f"{seconds // length}{unit}"


def _window(window: Window) -> str:
    days = ", ".join(window.days)
    hours = f'from: "{window.begins:%H:%M}", to: "{window.ends:%H:%M}"'
    return f"{{days: [{days}], {hours}, timezone: {window.timezone}}}"
