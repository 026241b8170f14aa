"""Masking: what of a person may be seen."""

import pytest

from reconciler.domain.masking import Mask, without_numbers


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


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Record of +14155550100 is in use", "Record of ***0100 is in use"),
        ("+1 (415) 555-0100, 415.555.0199", "***0100, ***0199"),
        ("(415) 555-0100", "***0100"),
        # Ids, codes, counts and times are told.
        ("0530905 Resource is not available", "0530905 Resource is not available"),
        ("limit of 25 in 5 second(s)", "limit of 25 in 5 second(s)"),
        ("8858c834-4810-4a02-8176-000000000004", "8858c834-4810-4a02-8176-000000000004"),
        ("12345678-1234-4234-8234-123456789012", "12345678-1234-4234-8234-123456789012"),
        ("since 2026-11-22 09:00:00", "since 2026-11-22 09:00:00"),
    ],
)
def test_what_may_be_a_phone_number_in_a_vendors_words_is_masked(said: str, shown: str) -> None:
    assert without_numbers(said) == shown
