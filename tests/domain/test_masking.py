"""Masking: what of a person may be seen."""

import pytest

from reconciler.domain.masking import Mask


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("", ""),
        ("Ada Lovelace", "A*** L***"),
        ("X", "X***"),
        ("Ada-Maria o'Neil", "A***-M*** o***'N***"),
        ("Łukasz 王", "Ł*** 王***"),
        ("Call +14155550100", "C*** +1***"),
    ],
)
def test_of_a_name_only_first_letters_are_left(value: str, masked: str) -> None:
    assert Mask().text(value) == masked


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("+14155550100", "***0100"),
        ("+12345678", "***5678"),
        ("+1234567", "***"),
        ("12345", "***"),
        ("", "***"),
    ],
)
def test_of_a_number_four_digits_are_left_if_more_are_hidden(value: str, masked: str) -> None:
    assert Mask().phone(value) == masked
    assert Mask().reference(value) == masked


def test_a_person_at_a_terminal_may_see_everything() -> None:
    mask = Mask(off=True)
    assert [mask.text("Ada"), mask.phone("+1234567"), mask.reference("003")] == [
        "Ada",
        "+1234567",
        "003",
    ]
