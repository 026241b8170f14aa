"""Absences as columns: sorted, unique, and knowing every place."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.absences import Declared, accounts_in_scope
from reconciler.domain.columns import Listed, columns
from tests.fakes.plans import RECORDS, TASKS, a_manifest, an_id, crm
from tests.simulation import declare

MANIFESTS = [a_manifest("m0"), a_manifest("m1")]


def test_one_target_declared_twice_is_one_absence_with_two_places() -> None:
    first = Listed(TASKS, 0, [an_id(2), an_id(1)], [10, 11], {(11, an_id(1)): "copy"})
    second = Listed(TASKS, 1, [an_id(1)], [7])
    (absences,) = columns([second, first], MANIFESTS)
    assert list(absences.ids) == [an_id(1), an_id(2)]
    assert list(absences.declared(0)) == [
        Declared(MANIFESTS[0], 11, "copy"),
        Declared(MANIFESTS[1], 7),
    ]
    assert [one.place for one in absences.declared(1)] == ["manifests/m0.yaml:10"]


def test_containers_are_kept_apart_and_sorted() -> None:
    other = replace(RECORDS, record_list="list-0")
    listed = [Listed(one, 0, [an_id(1)], [1]) for one in (RECORDS, TASKS, other)]
    assert [one.container for one in columns(listed, MANIFESTS)] == [TASKS, other, RECORDS]


def test_only_accounts_with_absences_are_in_scope() -> None:
    declarations = declare({TASKS: [an_id(1)]}, [crm(), crm(name="idle")])
    assert [account.name for account in accounts_in_scope(declarations)] == ["acme-crm"]


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9)), max_size=30))
def test_no_place_is_lost(places: list[tuple[int, int]]) -> None:
    listed = [
        Listed(TASKS, manifest, [an_id(number)], [line])
        for line, (manifest, number) in enumerate(places, start=1)
    ]
    found = {
        (one.ids[position], place.manifest.name, place.line)
        for one in columns(listed, MANIFESTS)
        for position in range(len(one))
        for place in one.declared(position)
    }
    assert found == {
        (an_id(number), f"m{manifest}", line)
        for line, (manifest, number) in enumerate(places, start=1)
    }
