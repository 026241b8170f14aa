"""Columns: what several manifests declare is one absence that knows all its places."""

from dataclasses import replace

from reconciler.domain.absences import Named
from reconciler.domain.columns import Listed, columns
from reconciler.domain.protections import Protection
from tests.fakes.plans import RECORDS, a_manifest, an_id
from tests.fakes.records import HIGH, a_row, decided, declared, phone, shown

A, B = an_id(1), an_id(2)
DELETE = ("delete", "")
FIRST, SECOND, THIRD = (a_manifest(name, kind="AbsentRecords") for name in ("a", "b", "c"))
TWICE = [Listed(RECORDS, 0, [A, B], [10, 11]), Listed(RECORDS, 1, [A], [20])]
"""A is listed by both manifests, B by the first."""


def test_what_is_selected_as_well_keeps_every_place_and_every_expectation() -> None:
    selecting = Listed(RECORDS, 2, named=(Named(phone(1), 2, 30),))
    manifests = [FIRST, replace(SECOND, expect=HIGH), THIRD]
    absences = columns([*TWICE, selecting], manifests)[0]
    section = decided(absences, {A: a_row(phone(1)), B: a_row(phone(2))})
    assert [one.place for one in section.absences.declared(0)] == [
        "manifests/a.yaml:10",
        "manifests/b.yaml:20",
        "manifests/c.yaml:30",
    ]
    assert shown(section) == {
        A: ("held", "expected priority 1 or 2, is 5 (AbsentRecords/b)"),
        B: DELETE,
    }


def test_a_protection_of_another_list_or_account_protects_nothing_here() -> None:
    of_list = Protection(
        name="vip",
        place="p:1",
        owner="ops",
        reason="Contract",
        account=RECORDS.account,
        record_list="list-2",
        ids={A: "p:2"},
    )
    of_account = replace(of_list, record_list="", account="acme-crm")
    absences = declared(ids=[A], protections=[of_list, of_account])
    assert absences.protections == ()
    assert shown(decided(absences, {A: a_row(phone(1))})) == {A: DELETE}


def test_an_expectation_of_a_second_place_needs_facts_too() -> None:
    assert not columns(TWICE, [FIRST, SECOND])[0].needs_facts
    assert columns(TWICE, [FIRST, replace(SECOND, expect=HIGH)])[0].needs_facts
