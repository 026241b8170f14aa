"""What a record's row tells, and what it leaves open: nothing is ever guessed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.domain.facts import Fact, Moment, Text
from reconciler.domain.identifiers import External
from reconciler.domain.masking import Mask
from reconciler.vendors.talkdesk import rows

ROW: dict[str, Any] = {
    "phone_number": "+14155550101",
    "phone_numbers": [{"phone_number": "+14155550101"}, {"phone_number": "+14155550102"}],
    "priority": 5,
    "timezone": "Europe/Lisbon",
    "external_provider": "salesforce",
    "external_id": "003SANDBOX00000006",
    "created_at": "2026-03-01T02:00:00.503Z",
    "updated_at": "2026-03-02T02:00:00.503Z",
}
PHONES = ("+14155550101", "+14155550102")
TOLD: dict[str, Fact] = {
    "priority": Text(("5",), "5"),
    "timezone": Text(("Europe/Lisbon",), "Europe/Lisbon"),
    "created": Moment(datetime(2026, 3, 1, 2, 0, 0, 503_000, tzinfo=UTC)),
    "updated": Moment(datetime(2026, 3, 2, 2, 0, 0, 503_000, tzinfo=UTC)),
    "phone": Text(PHONES, "***0101, ***0102"),
    "external provider": Text(("salesforce",), "salesforce"),
}


def without(*names: str) -> dict[str, Fact]:
    return {name: fact for name, fact in TOLD.items() if name not in names}


def test_a_whole_row_tells_every_field() -> None:
    told = rows.facts(ROW, Mask())
    assert dict(told.fields) == TOLD
    assert (told.phones, told.tells_phones, told.untold) == (PHONES, True, ())
    assert told.external == External("salesforce", "003SANDBOX00000006")


def test_what_a_row_does_not_tell_is_left_out() -> None:
    told = rows.facts({}, Mask())
    assert dict(told.fields) == {"phone": Text((), partial=True)}
    assert (told.phones, told.tells_phones, told.external) == ((), False, None)


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("priority", "priority"),
        ("timezone", "timezone"),
        ("created_at", "created"),
        ("updated_at", "updated"),
    ],
)
@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_nothing_in_a_field_that_every_record_has_tells_nothing(
    key: str, field: str, nothing: object
) -> None:
    assert dict(rows.facts({**ROW, key: nothing}, Mask()).fields) == without(field)


def test_a_whole_number_is_written_without_a_fraction() -> None:
    assert dict(rows.facts({**ROW, "priority": 5.0}, Mask()).fields) == TOLD


# -- numbers


@pytest.mark.parametrize("spelt", ["+1 (415) 555-0101", "14155550101", 14155550101])
def test_numbers_are_compared_by_their_digits(spelt: object) -> None:
    row = {**ROW, "phone_numbers": [{"phone_number": spelt}, *ROW["phone_numbers"][1:]]}
    told = rows.facts(row, Mask())
    assert (told.phones, told.tells_phones) == (PHONES, True)


@pytest.mark.parametrize(
    "listed",
    [
        None,
        [],
        "+14155550101",
        {"phone_number": "+14155550101"},
        [None],
        [{"phone_type": "HOME"}],
        [{"phone_number": None}],
        [{"phone_number": ""}],
        [{"phone_number": "+14155550101"}, {"phone_type": "HOME"}],
    ],
    ids=str,
)
def test_numbers_that_are_told_in_part_are_not_all_of_them(listed: object) -> None:
    told = rows.facts({**ROW, "phone_numbers": listed}, Mask())
    assert (told.phones, told.tells_phones) == (("+14155550101",), False)
    assert told.fields["phone"] == Text(("+14155550101",), "***0101", partial=True)


def test_the_deprecated_number_alone_does_not_tell_all_of_them() -> None:
    told = rows.facts({"phone_number": "+14155550101"}, Mask())
    assert (told.phones, told.tells_phones) == (("+14155550101",), False)


def test_the_deprecated_number_is_one_more_number() -> None:
    told = rows.facts({**ROW, "phone_number": "+14155550103"}, Mask())
    assert (told.phones, told.tells_phones) == ((*PHONES, "+14155550103"), True)


# -- references


@pytest.mark.parametrize(
    ("row", "external"),
    [
        ({"external_id": "003"}, External("", "003")),
        ({"external_id": "003", "external_provider": None}, External("", "003")),
        ({"external_provider": "salesforce"}, External("salesforce", "")),
        ({"external_provider": "salesforce", "external_id": ""}, External("salesforce", "")),
        ({"external_provider": None, "external_id": None}, None),
        ({"external_provider": "", "external_id": ""}, None),
    ],
    ids=str,
)
def test_half_a_reference_is_kept_so_that_a_protection_cannot_rule_it_out(
    row: dict[str, str | None], external: External | None
) -> None:
    assert rows.facts(row, Mask()).external == external


# -- times


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-03-01T02:00:00+05:30", datetime(2026, 2, 28, 20, 30, tzinfo=UTC)),
        ("2026-03-01T02:00:00-05:30", datetime(2026, 3, 1, 7, 30, tzinfo=UTC)),
        ("2026-03-01T02:00:00", datetime(2026, 3, 1, 2, tzinfo=UTC)),
    ],
)
def test_times_are_compared_in_utc(written: str, at: datetime) -> None:
    told = rows.facts({**ROW, "created_at": written}, Mask())
    assert dict(told.fields) == {**TOLD, "created": Moment(at)}


@pytest.mark.parametrize(
    "written",
    [
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "2026-02-30T00:00:00Z",
        "yesterday",
        1_772_330_400,
    ],
)
def test_a_time_that_cannot_be_read_is_not_told(written: object) -> None:
    told = rows.facts({**ROW, "created_at": written}, Mask())
    assert dict(told.fields) == without("created")
