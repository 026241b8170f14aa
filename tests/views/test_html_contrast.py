"""Colours that can be told apart: WCAG's AA in both schemes, computed from the style itself."""

import re
from importlib.resources import files

import pytest

_TEXT, _PARTS = 4.5, 3.0
"""What WCAG asks of text, and of parts that mean something."""
_PAIR = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
_LOOKS = ("accent", "danger", "warn", "doubt", "good", "calm", "quiet")


def colours(scheme: int) -> dict[str, str]:
    style = files("reconciler.views.html").joinpath("styles", "tokens.css")
    found = _PAIR.findall(style.read_text(encoding="ascii"))
    assert len(found) > 20
    return {name: pair[scheme] for name, *pair in found}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(one * weight for one, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_on_everything_that_it_stands_on(scheme: int) -> None:
    of = colours(scheme)
    pairs = [
        (ink, ground)
        for ink in ("ink", "muted", "accent", "danger")
        for ground in ("page", "card", "sunken", "raised", "accent-soft")
    ]
    pairs += [(look, ground) for look in _LOOKS for ground in (f"{look}-soft", "card", "raised")]
    weak = {pair: contrast(of[pair[0]], of[pair[1]]) for pair in pairs}
    assert not {pair: value for pair, value in weak.items() if value < _TEXT}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_controls_and_charts_stand_out_from_what_they_are_on(scheme: int) -> None:
    of = colours(scheme)
    assert contrast(of["control"], of["card"]) >= _PARTS
    assert contrast(of["accent"], of["card"]) >= _PARTS
    fills = ("danger", "warn", "doubt", "good", "calm", "quiet")
    weak = {look: contrast(of[f"fill-{look}"], of["quiet-soft"]) for look in fills}
    assert not {look: value for look, value in weak.items() if value < _PARTS}
