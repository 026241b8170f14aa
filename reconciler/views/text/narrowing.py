"""What a command was narrowed to, in one sentence."""

from collections.abc import Sequence

from reconciler.domain.document import Fields
from reconciler.views.wording import clean, several

_MOST = 10
"""Selectors of each kind, unless all are asked for."""


def narrowing_text(header: Fields, *, full: bool) -> str:
    """Return the sentence; empty where nothing was left out. ``header`` is that of a plan."""
    targets, excludes = header.get("targets", []), header.get("excludes", [])
    if not targets and not excludes:
        return ""
    if not targets:
        return f"Narrowed to everything but {_listed(excludes, full=full)}."
    without = f", without {_listed(excludes, full=full)}" if excludes else ""
    return f"Narrowed to {_listed(targets, full=full)}{without}."


def _listed(selectors: Sequence[str], *, full: bool) -> str:
    shown = [clean(one) for one in (selectors if full else selectors[:_MOST])]
    hidden = len(selectors) - len(shown)
    more = [f"and {several(hidden, 'other')} (--full shows all)"] if hidden else []
    return ", ".join([*shown, *more])
