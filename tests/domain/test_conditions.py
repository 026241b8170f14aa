"""Conditions: three truths; what a row does not tell never deletes and never unprotects."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.conditions import (
    After,
    Before,
    Condition,
    Instant,
    OneOf,
    Prefix,
    Truth,
    all_hold,
    asked,
    differences,
    none_fails,
    truth,
    unreadable,
)
from reconciler.domain.facts import NO_FACTS, Fact, Facts, Moment, Text

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOLDS, FAILS, UNREADABLE = Truth


def facts(**fields: Fact) -> Facts:
    return Facts({name.replace("_", " "): fact for name, fact in fields.items()})


TYPE = OneOf("type", "type", ("Call back", "Visit"))
LISBON = OneOf("timezone", "timezone", ("Europe/Lisbon",))
PORTUGAL = Prefix("phone", "phonePrefix", "+351")
BEFORE = Before("created", "createdBefore", Instant(NOON, "2026-03-02T12:00:00Z"))
AFTER = After("created", "createdAfter", Instant(NOON, "2026-03-02T12:00:00Z"))


@pytest.mark.parametrize(
    ("condition", "fact", "expected"),
    [
        (TYPE, Text(("7c9e", "Visit")), HOLDS),
        (TYPE, Text(("7c9e", "call BACK")), HOLDS),
        (TYPE, Text(("7c9e", "Call backs")), FAILS),
        (TYPE, Text(()), FAILS),
        (PORTUGAL, Text(("+14155550100", "+351912345678")), HOLDS),
        (PORTUGAL, Text(("+14155550100",)), FAILS),
        (PORTUGAL, Text(()), FAILS),
        (BEFORE, Moment(NOON - SECOND), HOLDS),
        (BEFORE, Moment(NOON), FAILS),
        (BEFORE, Moment(None), FAILS),
        (AFTER, Moment(NOON - SECOND), FAILS),
        (AFTER, Moment(NOON), HOLDS),
        (AFTER, Moment(None), FAILS),
        # There may be more than the row tells.
        (PORTUGAL, Text(("+14155550100", "+351912345678"), partial=True), HOLDS),
        (PORTUGAL, Text(("+14155550100",), partial=True), UNREADABLE),
        (TYPE, Text(("Visit",), partial=True), HOLDS),
        (TYPE, Text((), partial=True), UNREADABLE),
        # A field of another form than expected was not read either.
        (BEFORE, Text(("2026-03-01",)), UNREADABLE),
        (TYPE, Moment(NOON), UNREADABLE),
    ],
)
def test_a_condition_is_held_against_what_the_row_says(
    condition: Condition, fact: Fact, expected: Truth
) -> None:
    assert truth(condition, Facts({condition.field: fact})) is expected


@pytest.mark.parametrize("condition", [TYPE, LISBON, PORTUGAL, BEFORE, AFTER])
def test_what_the_row_does_not_tell_selects_nothing_and_protects(condition: Condition) -> None:
    assert truth(condition, NO_FACTS) is UNREADABLE
    assert not all_hold((condition,), NO_FACTS)
    assert none_fails((condition,), NO_FACTS)
    assert unreadable((condition, condition), NO_FACTS) == (condition.field,)


def test_all_conditions_must_hold() -> None:
    row = facts(type=Text(("Visit",)), created=Moment(NOON))
    assert all_hold((TYPE, AFTER), row)
    assert not all_hold((TYPE, BEFORE), row)
    assert not none_fails((TYPE, BEFORE), row)


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_moment_is_either_before_or_after(at: datetime) -> None:
    row = facts(created=Moment(at))
    assert {truth(BEFORE, row), truth(AFTER, row)} == {HOLDS, FAILS}


def test_differences_show_what_is_expected_and_what_is() -> None:
    row = facts(
        type=Text(("7c9e", "Follow-up"), "Follow-up"),
        created=Moment(NOON),
        timezone=Text(()),
    )
    expected = (TYPE, BEFORE, AFTER, LISBON, PORTUGAL)
    assert differences(expected, row) == (
        "expected type Call back or Visit, is Follow-up",
        "expected created before 2026-03-02T12:00:00Z, is 2026-03-02T12:00:00Z",
        "expected timezone Europe/Lisbon, is none",
        "expected phone beginning with +351, is not told",
    )
    assert differences((AFTER,), facts(created=Moment(None))) == (
        "expected created at or after 2026-03-02T12:00:00Z, is never",
    )


def test_a_long_prefix_is_not_shown_whole() -> None:
    nearly_a_number = Prefix("phone", "phonePrefix", "+14155550100")
    assert nearly_a_number.words == "phone beginning with +14155***"


def test_a_relative_time_is_the_same_content_at_every_time() -> None:
    one = Before("due", "dueBefore", Instant(NOON, "30d ago", relative=True))
    other = Before("due", "dueBefore", Instant(NOON + SECOND, "30d ago", relative=True))
    assert one.canonical == other.canonical == "dueBefore 30d ago"


def test_a_relative_time_is_told_as_it_is_written() -> None:
    ago = Instant(NOON, "30d ago", relative=True)
    assert [asked(one) for one in (Before("due", "", ago), After("due", "", ago), BEFORE)] == [
        "due before 30d ago",
        "due at or after 30d ago",
        "created before 2026-03-02T12:00:00Z",
    ]


def test_two_spellings_of_one_instant_are_the_same_content() -> None:
    bare = Instant(datetime(2026, 3, 2, tzinfo=UTC), "2026-03-02")
    whole = Instant(datetime(2026, 3, 2, tzinfo=UTC), "2026-03-02T01:00:00+01:00")
    assert bare.canonical == whole.canonical == "2026-03-02T00:00:00Z"


def test_the_order_and_case_of_values_are_not_content() -> None:
    assert TYPE.canonical == OneOf("type", "type", ("visit", "Call Back")).canonical
    assert PORTUGAL.canonical == "phonePrefix +351"
    assert AFTER.canonical == "createdAfter 2026-03-02T12:00:00Z"


def test_facts_are_never_shown() -> None:
    assert "+351" not in repr(Facts({}, phones=("+351912345678",)))
