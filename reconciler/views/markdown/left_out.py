"""What did not find room on a page: how much it is, and where all of it can be read."""

from collections.abc import Mapping

from reconciler.views.markdown.escaping import link
from reconciler.views.markdown.room import Noun, several_of
from reconciler.views.presentation import Presentation

NOTE = 2_500
"""Bytes that this takes at most."""


def left_out_text(left_out: Mapping[Noun, int], whole: str, otherwise: str = "") -> str:
    """Return how much is not on a page, and ``whole``: where all of it is.

    ``otherwise`` is said where nothing is left out.
    """
    counts = ", ".join(several_of(count, noun) for noun, count in left_out.items() if count)
    said = f"**Not shown here:** {counts}. {whole}" if counts else otherwise
    return f"{said}\n" if said else ""


def run_link(about: Presentation, words: str = "this run") -> str:
    """Return a link to the CI run; empty where there is none."""
    return link(words, about.run_url) if about.run_url else ""
