"""Rules and identifiers: what they select becomes an item like any other, and nothing else does."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.absences import Absences, Named
from reconciler.domain.approval import UNREVIEWED, Reviewed, hold_unreviewed_matches, restrict
from reconciler.domain.columns import Listed, columns
from reconciler.domain.conditions import OneOf
from reconciler.domain.facts import NO_FACTS
from reconciler.domain.identifiers import External
from reconciler.domain.items import items_of
from reconciler.domain.live import Absent, Evidence, LiveState, Present, Unknown
from reconciler.domain.plan import Action
from reconciler.domain.selection import Selectors
from tests.fakes.plans import ABSENT, RECORDS, a_manifest, an_id
from tests.fakes.records import (
    HIGH,
    LISTING,
    WHOLE,
    a_row,
    a_rule,
    decided,
    declared,
    phone,
    shown,
)

A, B, C = an_id(1), an_id(2), an_id(3)
DELETE = ("delete", "")
SALESFORCE = External("salesforce", "003DL0000212DetYAE")


def test_a_phone_number_selects_every_record_that_has_it_among_its_numbers() -> None:
    rows = {A: a_row(phone(9), phone(1)), B: a_row(phone(1)), C: a_row(phone(2))}
    section = decided(declared(phone(1)), rows)
    assert shown(section) == {A: DELETE, B: DELETE}
    assert not section.remainders


def test_an_external_reference_selects_the_records_of_its_system() -> None:
    other = External("hubspot", SALESFORCE.external_id)
    rows = {A: a_row(external=SALESFORCE), B: a_row(external=other), C: a_row(phone(1))}
    assert shown(decided(declared(SALESFORCE), rows)) == {A: DELETE}


def test_an_identifier_without_a_match_is_one_absent_item_at_its_place() -> None:
    section = decided(declared(phone(1), phone(2)), {A: a_row(phone(2))})
    first, second = items_of(section)
    assert (first.address, first.action, first.evidence, first.target_id) == (
        f"{RECORDS.home}declared/manifests/numbers.yaml:20",
        Action.ABSENT,
        WHOLE,
        "manifests/numbers.yaml:20",
    )
    assert [one.place for one in first.declared] == ["manifests/numbers.yaml:20"]
    assert second.address == RECORDS.address(A)
    assert (section.count(Action.ABSENT), section.count(Action.DELETE)) == (1, 1)


def test_an_identifier_that_is_declared_twice_is_one_item_with_two_places() -> None:
    (item,) = items_of(decided(declared(phone(1), phone(1)), {}))
    assert [one.place for one in item.declared] == [
        "manifests/numbers.yaml:20",
        "manifests/numbers.yaml:21",
    ]


def test_the_same_record_by_id_number_and_rule_is_one_item_with_three_places() -> None:
    absences = declared(phone(1), ids=[A], rules=[a_rule()])
    section = decided(absences, {A: a_row(phone(1), priority="1")})
    (item,) = items_of(section)
    assert [one.place for one in item.declared] == [
        "manifests/ids.yaml:10",
        "manifests/numbers.yaml:20",
        "manifests/rule0.yaml:8",
    ]


def test_a_rule_selects_what_meets_all_of_its_conditions() -> None:
    rule = a_rule((*a_rule().conditions, OneOf("timezone", "timezone", ("Europe/Lisbon",))))
    assert shown(decided(declared(rules=[rule]), {A: a_row(phone(1), priority="1")})) == {}
    section = decided(declared(rules=[a_rule()]), {A: a_row(priority="1"), B: a_row()})
    assert shown(section) == {A: DELETE}
    assert dict(section.selection.by_rule) == {0: [A]}


def test_a_match_that_turned_out_to_be_gone_is_nobodys() -> None:
    section = decided(declared(phone(1), ids=[B]), {A: Absent(LISTING), B: ABSENT})
    assert shown(section) == {B: ("absent", "")}
    assert [one.kind for one in section.remainders] == ["declared"]


def test_what_could_not_be_read_is_unknown_for_every_rule_and_identifier() -> None:
    absences = declared(phone(1), phone(2), rules=[a_rule()])
    section = decided(absences, {A: a_row(phone(1))}, unread="page 2 could not be read")
    assert [(one.address, one.action, one.reason) for one in items_of(section)] == [
        (
            f"{RECORDS.home}declared/manifests/numbers.yaml:20",
            Action.UNKNOWN,
            "page 2 could not be read",
        ),
        (
            f"{RECORDS.home}declared/manifests/numbers.yaml:21",
            Action.UNKNOWN,
            "page 2 could not be read",
        ),
        (RECORDS.address(A), Action.DELETE, "declared absent and seen alive"),
        (
            f"{RECORDS.home}where/manifests/rule0.yaml:8",
            Action.UNKNOWN,
            "page 2 could not be read",
        ),
    ]
    assert section.count(Action.UNKNOWN) == 3


def test_a_few_items_of_each_action_are_a_few_of_the_remainders_too() -> None:
    section = decided(declared(phone(1), phone(2), phone(3), ids=[A]), {A: ABSENT})
    assert len(list(items_of(section, 1))) == 2


def test_two_identifiers_on_one_line_have_addresses_of_their_own() -> None:
    absences = declared(phone(1), phone(2))
    same_line = [replace(one, line=20) for one in absences.named]
    section = decided(declared_on(absences, same_line), {})
    assert [one.target_id for one in items_of(section)] == [
        "manifests/numbers.yaml:20",
        "manifests/numbers.yaml:20#2",
    ]


def declared_on(absences: Absences, named: Sequence[Named]) -> Absences:

    return replace(absences, named=tuple(named))


def test_an_expectation_holds_what_differs_and_shows_both_values() -> None:
    expect = (OneOf("priority", "priority", ("1",)),)
    section = decided(declared(ids=[A, B], expect=expect), {A: a_row(priority="1"), B: a_row()})
    assert shown(section) == {
        A: DELETE,
        B: ("held", "expected priority 1, is 5 (AbsentRecords/ids)"),
    }


def test_a_target_must_satisfy_the_expectation_of_every_manifest_that_declares_it() -> None:
    expect = (OneOf("priority", "priority", ("1",)),)
    absences = declared(phone(1), ids=[A], expect=expect)
    assert shown(decided(absences, {A: a_row(phone(1))}))[A][0] == "held"


def test_the_expectation_of_a_second_place_is_met_too() -> None:
    first, second = a_manifest("a", kind="AbsentRecords"), a_manifest("b", kind="AbsentRecords")
    listed = [Listed(RECORDS, 0, [A], [10]), Listed(RECORDS, 1, [A], [20])]
    absences = columns(listed, [first, replace(second, expect=HIGH)])[0]
    assert shown(decided(absences, {A: a_row(priority="5")})) == {
        A: ("held", "expected priority 1 or 2, is 5 (AbsentRecords/b)")
    }


def test_an_expectation_of_what_the_row_does_not_tell_holds() -> None:
    expect = (OneOf("priority", "priority", ("1",)),)
    section = decided(declared(ids=[A], expect=expect), {A: Present("f", {}, LISTING, NO_FACTS)})
    assert shown(section) == {A: ("held", "expected priority 1, is not told (AbsentRecords/ids)")}


@pytest.mark.parametrize("unattended", [True, False])
def test_without_review_only_the_matches_of_unattended_rules_are_deleted(
    *, unattended: bool
) -> None:
    absences = declared(ids=[A], rules=[a_rule(unattended=unattended)])
    section = decided(absences, {A: a_row(priority="1"), B: a_row(priority="2")})
    held = hold_unreviewed_matches(section)
    # What is listed as well is listed.
    assert shown(held) == {A: DELETE, B: DELETE if unattended else ("held", UNREVIEWED)}


def test_one_unattended_rule_is_enough() -> None:
    absences = declared(rules=[a_rule(), a_rule(unattended=True)])
    section = hold_unreviewed_matches(decided(absences, {A: a_row(priority="1")}))
    assert shown(section) == {A: DELETE}


def test_what_identifiers_select_is_listed() -> None:
    section = hold_unreviewed_matches(decided(declared(phone(1)), {A: a_row(phone(1))}))
    assert shown(section) == {A: DELETE}


def test_a_match_that_nobody_reviewed_is_held() -> None:
    section = decided(declared(phone(1)), {A: a_row(phone(1)), B: a_row(phone(1))})
    reviewed = Reviewed({RECORDS.prefix: {A: "f1:key:a"}})
    assert shown(restrict(section, reviewed)) == {
        A: DELETE,
        B: ("held", "new since the reviewed plan"),
    }


@given(
    st.dictionaries(
        st.sampled_from([an_id(n) for n in range(8)]),
        st.builds(a_row, st.sampled_from([phone(1), phone(2)]), priority=st.sampled_from("159"))
        | st.just(ABSENT)
        | st.just(Unknown("?")),
    )
)
def test_exactly_what_is_seen_and_selected_is_deleted(rows: dict[str, LiveState]) -> None:
    absences = declared(phone(1), rules=[a_rule()])
    selectors = Selectors(absences)
    expected = [
        one
        for one, state in sorted(rows.items())
        if isinstance(state, Present) and selectors.select(state.facts)
    ]
    section = decided(absences, rows)
    assert [section.absences.ids[position] for position in section.deletions()] == expected


def test_evidence_of_nothing_else_is_what_the_reading_says() -> None:
    (item,) = items_of(decided(declared(SALESFORCE), {}))
    assert item.evidence == Evidence("listing", "not among the 9 records of a complete listing")
