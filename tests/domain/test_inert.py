"""Text from outside cannot lead a terminal astray."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.inert import inert


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Łukasz 王 😀", "Łukasz 王 😀"),
        ("\x1b[31mred", "\\u{1b}[31mred"),
        ("a\nb\rc\td", "a\\u{a}b\\u{d}c\\u{9}d"),
        ("\u202eevil", "\\u{202e}evil"),
        ("zero\u200bwidth", "zero\\u{200b}width"),
        ("line\u2028paragraph\u2029", "line\\u{2028}paragraph\\u{2029}"),
        ("half \ud83d", "half \\u{d83d}"),
        ("\x7f\x00", "\\u{7f}\\u{0}"),
    ],
)
def test_what_is_invisible_or_controls_is_written_out(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_long_text_is_cut_and_says_so() -> None:
    assert inert("x" * 200) == "x" * 200
    assert inert("x" * 201) == "x" * 199 + "…"
    assert inert("abcdef", longest=4) == "abc…"


@given(st.text())
def test_nothing_unprintable_is_ever_left(text: str) -> None:
    assert not {unicodedata.category(char) for char in inert(text)} & {
        *("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    }


def test_a_log_command_inside_a_line_is_broken_up() -> None:
    assert inert("name ##[error]gone") == "name ##\\[error]gone"
