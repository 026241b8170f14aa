"""Protections: they win over every manifest, and over everything that could not be read."""

from dataclasses import replace

import pytest

from reconciler.domain.accounts import Container, System
from reconciler.domain.conflicts import conflicts
from reconciler.domain.identifiers import External
from reconciler.domain.live import LiveState, Present, Unknown
from reconciler.domain.protections import Protection
from tests.fakes.plans import ABSENT, RECORDS, TASKS, an_id, present
from tests.fakes.records import HIGH, LISTING, a_row, a_rule, decided, declared, phone, shown

A, B = an_id(1), an_id(2)
NOBODY = Protection(
    name="vip",
    place="manifests/vip.yaml:1",
    owner="ops",
    reason="Contract",
    account=RECORDS.account,
    conditions_place="manifests/vip.yaml:7",
)
BY_ID = replace(NOBODY, ids={A: "manifests/vip.yaml:9"})
HIGH_ONES = replace(NOBODY, conditions=HIGH)
SALESFORCE = External("salesforce", "003DL0000212DetYAE")
PROTECTED = "protected by Protection/vip (manifests/vip.yaml:9)"


@pytest.mark.parametrize("state", [a_row(), ABSENT, Unknown("503")])
def test_what_is_protected_by_id_is_protected_whatever_was_read(state: LiveState) -> None:
    section = decided(declared(ids=[A], protections=[BY_ID]), {A: state})
    assert shown(section) == {A: ("protected", PROTECTED)}


def test_a_protection_wins_over_rules_numbers_and_lists_alike() -> None:
    absences = declared(phone(1), ids=[A], rules=[a_rule()], protections=[BY_ID])
    rows = {A: a_row(phone(1), priority="1"), B: a_row(phone(1))}
    assert shown(decided(absences, rows)) == {A: ("protected", PROTECTED), B: ("delete", "")}


def test_a_protection_by_number_covers_every_record_with_it() -> None:
    one = replace(NOBODY, identifiers={phone(1): "manifests/vip.yaml:9"})
    absences = declared(ids=[A, B], protections=[one])
    section = decided(absences, {A: a_row(phone(2), phone(1)), B: a_row(phone(2))})
    assert shown(section) == {A: ("protected", PROTECTED), B: ("delete", "")}


def test_a_protection_by_external_reference_covers_its_record() -> None:
    one = replace(NOBODY, identifiers={SALESFORCE: "manifests/vip.yaml:9"})
    absences = declared(ids=[A, B], protections=[one])
    rows = {A: a_row(phone(1), external=SALESFORCE), B: a_row(phone(1))}
    assert shown(decided(absences, rows)) == {A: ("protected", PROTECTED), B: ("delete", "")}


def test_a_protection_compares_systems_without_regard_to_case() -> None:
    told = External("SalesForce", SALESFORCE.external_id)
    one = replace(NOBODY, identifiers={SALESFORCE: "manifests/vip.yaml:9"})
    section = decided(declared(ids=[A], protections=[one]), {A: a_row(phone(1), external=told)})
    assert shown(section) == {A: ("protected", PROTECTED)}


def test_the_ids_of_other_systems_differ_by_case() -> None:
    other = External("salesforce", SALESFORCE.external_id.lower())
    one = replace(NOBODY, identifiers={SALESFORCE: "manifests/vip.yaml:9"})
    section = decided(declared(ids=[A], protections=[one]), {A: a_row(phone(1), external=other)})
    assert shown(section) == {A: ("delete", "")}


@pytest.mark.parametrize(
    ("told", "protected"),
    [
        (External("", SALESFORCE.external_id), True),
        (External("Salesforce", ""), True),
        (External("", "003DL0000213another"), False),
        (External("hubspot", ""), False),
    ],
    ids=repr,
)
def test_half_a_reference_may_be_the_protected_one(told: External, *, protected: bool) -> None:
    place = "manifests/vip.yaml:9"
    one = replace(NOBODY, identifiers={phone(2): "manifests/vip.yaml:8", SALESFORCE: place})
    section = decided(declared(ids=[A], protections=[one]), {A: a_row(phone(1), external=told)})
    could_be = f"{PROTECTED}: external provider and id could not be ruled out"
    assert shown(section) == {A: ("protected", could_be) if protected else ("delete", "")}


def test_a_declared_reference_that_is_protected_in_another_case_is_told() -> None:
    one = replace(NOBODY, identifiers={SALESFORCE: "manifests/vip.yaml:9"})
    absences = declared(External("SalesForce", SALESFORCE.external_id), protections=[one])
    (words,) = conflicts([absences])
    assert words == (
        "manifests/numbers.yaml:20: AbsentRecords/numbers declares what Protection/vip "
        "(manifests/vip.yaml:9) protects; it is never deleted."
    )


def test_a_record_whose_numbers_are_not_told_could_be_the_protected_one() -> None:
    one = replace(NOBODY, identifiers={phone(1): "manifests/vip.yaml:9"})
    section = decided(declared(ids=[A], protections=[one]), {A: a_row()})
    assert shown(section)[A] == (
        "protected",
        "protected by Protection/vip (manifests/vip.yaml:1): phone numbers could not be ruled out",
    )


def test_numbers_that_are_not_told_matter_to_protections_by_number_only() -> None:
    one = replace(NOBODY, identifiers={SALESFORCE: "manifests/vip.yaml:9"})
    section = decided(declared(ids=[A], protections=[one]), {A: a_row()})
    assert shown(section) == {A: ("delete", "")}


def test_a_protection_by_condition_covers_what_meets_it() -> None:
    absences = declared(ids=[A, B], protections=[HIGH_ONES])
    section = decided(absences, {A: a_row(priority="1"), B: a_row(priority="5")})
    assert shown(section) == {
        A: ("protected", "protected by Protection/vip (manifests/vip.yaml:7)"),
        B: ("delete", ""),
    }


def test_a_condition_that_cannot_be_read_protects() -> None:
    section = decided(declared(ids=[A], protections=[HIGH_ONES]), {A: Present("f", {}, LISTING)})
    assert shown(section)[A] == (
        "protected",
        "protected by Protection/vip (manifests/vip.yaml:7): priority could not be ruled out",
    )


def test_lists_and_rules_of_a_protection_add_up() -> None:
    both = replace(HIGH_ONES, ids=BY_ID.ids)
    absences = declared(ids=[A, B], protections=[both])
    section = decided(absences, {A: a_row(), B: a_row(priority="2")})
    assert {action for action, _ in shown(section).values()} == {"protected"}


def test_a_target_that_was_not_read_is_not_deleted_and_not_called_protected() -> None:
    section = decided(declared(ids=[A], protections=[HIGH_ONES]), {A: Unknown("503")})
    assert shown(section) == {A: ("unknown", "503")}


@pytest.mark.parametrize(
    ("container", "record_list", "covered"),
    [
        (RECORDS, "", True),
        (RECORDS, RECORDS.record_list, True),
        (RECORDS, "list-2", False),
        (Container(System.TALKDESK, "another", RECORDS.record_list), "", False),
        (TASKS, "", False),
    ],
)
def test_a_protection_covers_its_account_or_one_list_of_it(
    container: Container, record_list: str, *, covered: bool
) -> None:
    assert replace(NOBODY, record_list=record_list).covers(container) is covered


def test_a_protection_without_anything_protects_nothing() -> None:
    section = decided(declared(ids=[A], protections=[NOBODY]), {A: present()})
    assert shown(section) == {A: ("delete", "")}


def test_protected_ids_are_not_shown_with_a_protection() -> None:
    assert phone(1).number not in repr(replace(NOBODY, identifiers={phone(1): "x"}))
