"""What both states of the manifests need read: once, and nothing that the new one does not name."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from reconciler.domain.absences import Absences, Declarations
from reconciler.domain.changes.union import alone, united
from reconciler.domain.live import Absent, LiveTable, Present
from reconciler.domain.plan import Reading
from tests.fakes.plans import ABSENT, TASKS, absences_of, an_id, present
from tests.fakes.sides import ACME, LIST, OTHER_LIST, SECOND, protection, records, tree

A, B, C = an_id(1), an_id(2), an_id(3)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def sides(base: Sequence[str], head: Sequence[str]) -> tuple[Declarations, Declarations]:
    return tree(Path("head"), head), tree(Path("base"), base)


def both(base: Sequence[str], head: Sequence[str]) -> Absences:
    """Return what is read of the one container that the head has."""
    (one,) = united(*sides(base, head)).absences
    return one


def manifests_in_use(absences: Absences) -> list[str]:
    return [absences.manifests[index].address for index in absences.in_use]


def test_what_either_side_declares_is_read() -> None:
    whole = both(
        [records("old", f"records: [{{id: {A}}}, {{id: {B}}}]")],
        [records("new", f"records: [{{id: {B}}}, {{id: {C}}}]")],
    )
    assert list(whole.ids) == [A, B, C]
    assert manifests_in_use(whole) == ["AbsentRecords/new", "AbsentRecords/old of the base"]
    places = [[one.place for one in whole.declared(at)] for at in range(3)]
    assert places == [["base/3.yaml:4"], ["head/3.yaml:4"], ["head/3.yaml:4"]]


def test_what_the_head_has_too_costs_nothing() -> None:
    head, base = sides(
        [records("old", f"records: [{{id: {B}}}]")],
        [records("old", f"records: [{{id: {B}}}, {{id: {C}}}]")],
    )
    (whole,) = united(head, base).absences
    assert whole.ids is head.absences[0].ids
    assert whole.manifest is head.absences[0].manifest
    assert not whole.also


def test_identifiers_and_rules_of_either_side_select() -> None:
    number, other = ('{phoneNumber: "+14155550100"}', '{phoneNumber: "+14155550199"}')
    whole = both(
        [
            records("out", f"records: [{other}, {number}]"),
            records("rule", "where: {priority: [1], max: 5}"),
        ],
        [records("out", f"records: [{number}]")],
    )
    assert [(whole.manifests[one.manifest].name, one.line) for one in whole.named] == [
        ("out", 4),
        ("out of the base", 4),
    ]
    assert [whole.manifests[one.manifest].address for one in whole.rules] == [
        "AbsentRecords/rule of the base"
    ]


@pytest.mark.parametrize(
    "base",
    [
        [records("old", f"records: [{{id: {A}}}], expect: {{priority: [1]}}")],
        [records("old", f"records: [{{id: {A}}}]"), protection("where: {priority: [1]}")],
        [
            records("first", f"records: [{{id: {A}}}]"),
            records("old", f"records: [{{id: {A}}}], expect: {{priority: [1]}}"),
        ],
        [records("old", "where: {priority: [1], max: 5}, expect: {priority: [2]}")],
    ],
)
def test_facts_are_kept_when_only_the_base_needs_them(base: list[str]) -> None:
    head = [records("old", f"records: [{{id: {A}}}]")]
    assert both(base, head).needs_facts
    assert not tree(Path("plain"), head).absences[0].needs_facts


def test_every_manifest_of_the_base_that_expects_something_is_in_use() -> None:
    expecting = [
        records(name, f"records: [{{id: {A}}}, {{id: {B}}}], expect: {{priority: [1]}}")
        for name in ("one", "two")
    ]
    whole = both(expecting, [records("old", f"records: [{{id: {A}}}, {{id: {B}}}]")])
    assert manifests_in_use(whole) == [
        "AbsentRecords/old",
        "AbsentRecords/one of the base",
        "AbsentRecords/two of the base",
    ]
    assert list(whole.ids) == [A, B]


def test_protections_of_the_base_are_told_apart_by_their_names() -> None:
    keep = protection("where: {priority: [1]}")
    head = [records("old", f"records: [{{id: {A}}}]"), keep]
    assert [one.name for one in both(head, head).protections] == ["keep", "keep of the base"]


def test_accounts_and_lists_that_only_the_base_has_are_not_read() -> None:
    head, base = sides(
        [
            records("old", f"records: [{{id: {B}}}]"),
            records("more", f"records: [{{id: {B}}}]", OTHER_LIST),
            records("elsewhere", f"records: [{{id: {B}}}]", account=SECOND),
        ],
        [records("old", f"records: [{{id: {A}}}]")],
    )
    (whole,) = united(head, base).absences
    assert (whole.container.account, whole.container.record_list) == ("dialer", LIST)
    assert list(whole.ids) == [A, B]


@pytest.mark.parametrize(
    "account", [ACME.replace("acme", "acme2"), ACME.replace("region: us", "region: eu")]
)
def test_an_account_that_was_another_one_is_read_for_the_head_alone(account: str) -> None:
    documents = [records("old", f"records: [{{id: {A}}}]")]
    head = tree(Path("head"), documents)
    base = tree(Path("base"), [records("old", f"records: [{{id: {B}}}]")], account)
    assert list(united(head, base).absences) == list(head.absences)


def a_table(*ids: str) -> LiveTable:
    table = LiveTable(TASKS, ids)
    for position, target_id in enumerate(ids):
        table.mark(position, present() if target_id == A else ABSENT)
    return table


def test_of_what_was_read_for_both_each_gets_its_own() -> None:
    absences = absences_of([A, C])
    mine, reading = alone(absences, Reading(table=a_table(A, B, C), way="by id", population=9))
    assert mine.ids is reading.table.ids
    assert list(mine.ids) == [A, C]
    assert [reading.table.count(kind) for kind in (Present, Absent)] == [1, 1]
    assert (reading.way, reading.population) == ("by id", 9)


def test_a_table_of_as_many_other_targets_is_another_table() -> None:
    table = a_table(A, B)
    assert table.over((A, B)) is table
    assert [type(table.over((A, C)).state(at)).__name__ for at in (0, 1)] == ["Present", "Unknown"]
