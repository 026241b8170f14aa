"""Declared identifiers that are sent themselves: all that one selects is deleted, or none."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from reconciler.domain.approval import Reviewed, restrict
from reconciler.domain.conditions import OneOf
from reconciler.domain.identifiers import Sent
from reconciler.domain.live import LiveState, LiveTable, Unknown
from reconciler.domain.plan import Section
from reconciler.domain.protections import Protection
from reconciler.domain.selection import select
from reconciler.domain.together import due_as_declared, selected_as_declared, still_due
from tests.fakes.plans import ABSENT, RECORDS, an_id
from tests.fakes.records import HIGH, a_row, decided, declared, phone, read, shown

A, B, C, D = an_id(1), an_id(2), an_id(3), an_id(4)
DELETE = ("delete", "")
ALSO_PROTECTED = (
    "held",
    "its identifier is sent as declared and also selects a record that is protected",
)
NOT_ALONE = (
    "held: right before its batch, its identifier also selected a record that is not an unchanged "
    "deletion of the plan"
)


def protecting(target_id: str) -> Protection:
    return Protection(
        name="vip",
        place="p:1",
        owner="o",
        reason="r",
        account="acme-dialer",
        ids={target_id: "p:2"},
    )


def numbered(*numbers: int, ids: tuple[str, ...] = (), protected: str = "") -> Section:
    """Decide: number 1 is of A and B, number 2 of B and C, number 3 of D."""
    absences = declared(
        *map(phone, numbers),
        ids=ids,
        as_declared=True,
        protections=[protecting(protected)] if protected else [],
    )
    return decided(absences, ROWS)


ROWS: dict[str, LiveState] = {
    A: a_row(phone(1)),
    B: a_row(phone(1), phone(2)),
    C: a_row(phone(2)),
    D: a_row(phone(3)),
}


def test_by_default_numbers_are_resolved_and_ids_are_sent() -> None:
    section = decided(declared(phone(1)), ROWS)
    assert list(selected_as_declared(section)) == due_as_declared(section) == []


def test_a_number_is_sent_with_all_that_it_selects() -> None:
    section = numbered(1, 3)
    assert due_as_declared(section) == [Sent(phone(1), (A, B)), Sent(phone(3), (D,))]


def test_a_shared_record_is_the_deletion_of_one_number_only() -> None:
    assert due_as_declared(numbered(1, 2)) == [
        Sent(phone(1), (A, B)),
        Sent(phone(2), (C,), also=(B,)),
    ]


def test_a_number_that_is_declared_twice_is_sent_once() -> None:
    assert due_as_declared(numbered(3, 3)) == [Sent(phone(3), (D,))]


def test_a_number_that_also_selects_a_protected_record_deletes_none() -> None:
    section = numbered(1, 3, protected=B)
    assert shown(section) == {
        A: ALSO_PROTECTED,
        B: ("protected", "protected by Protection/vip (p:2)"),
        D: DELETE,
    }
    assert due_as_declared(section) == [Sent(phone(3), (D,))]


def test_holding_reaches_everything_that_shares_a_record() -> None:
    section = numbered(1, 2, protected=C)
    assert [action for action, _ in shown(section).values()] == ["held", "held", "protected"]


def test_what_is_listed_by_id_too_is_held_with_its_number() -> None:
    assert shown(numbered(1, ids=(A,), protected=B))[A] == ALSO_PROTECTED


def test_a_match_that_is_new_since_the_review_holds_the_reviewed_ones() -> None:
    reviewed = Reviewed({RECORDS.prefix: {A: "f1:key:a"}})
    section = restrict(numbered(1), reviewed)
    assert [action for action, _ in shown(section).values()] == ["held", "held"]


def resolved(section: Section, rows: Mapping[str, LiveState]) -> tuple[list[Sent], dict[str, str]]:
    """Resolve numbers again, right before their batch."""
    due = due_as_declared(section)
    again = declared(*(one.identifier for one in due))
    reading = read(again, rows)
    return still_due(section, due, reading.table, select(again, reading.table))


def test_what_is_as_planned_is_sent() -> None:
    section = numbered(1, 2, 3)
    assert resolved(section, ROWS) == (
        [Sent(phone(1), (A, B)), Sent(phone(2), (C,), also=(B,)), Sent(phone(3), (D,))],
        {},
    )


@pytest.mark.parametrize(
    "changed",
    [
        {**ROWS, an_id(9): a_row(phone(1))},
        {**ROWS, A: a_row(phone(1), mark="changed")},
    ],
    ids=["new", "changed"],
)
def test_a_new_or_changed_match_right_before_the_batch_holds_all_that_hang_together(
    changed: Mapping[str, LiveState],
) -> None:
    allowed, held = resolved(numbered(1, 2, 3), changed)
    assert allowed == [Sent(phone(3), (D,))]
    assert held == dict.fromkeys([A, B, C], NOT_ALONE)


def test_what_vanished_since_is_neither_sent_nor_held() -> None:
    rest = {A: ROWS[A], D: a_row(phone(9))}
    assert resolved(numbered(1, 3), rest) == ([Sent(phone(1), (A,))], {})


def test_a_match_that_the_plan_does_not_delete_holds() -> None:
    section = decided(declared(phone(1), as_declared=True), {A: a_row(phone(1)), B: ABSENT})
    now = LiveTable(RECORDS, [A, B], keeps_facts=True)
    now.mark(0, a_row(phone(1)))
    now.mark(1, a_row(phone(1)))
    again = declared(phone(1))
    allowed, held = still_due(section, due_as_declared(section), now, select(again, now))
    assert (allowed, set(held)) == ([], {A})


def test_a_match_that_the_plan_holds_holds_though_it_is_unchanged() -> None:
    absences = declared(phone(1), ids=[B], as_declared=True)
    # In the plan B had another number, and nobody reviewed it.
    planned = decided(absences, {A: a_row(phone(1)), B: a_row(phone(2))})
    section = restrict(planned, Reviewed({RECORDS.prefix: {A: "f1:key:a"}}))
    assert [action for action, _ in shown(section).values()] == ["delete", "held"]
    by_now = {A: a_row(phone(1)), B: a_row(phone(1))}
    assert resolved(section, by_now) == ([], {A: NOT_ALONE})


@pytest.mark.parametrize("why", ["expected", "protected"])
def test_what_its_fingerprint_leaves_out_is_decided_again(why: str) -> None:
    vip = replace(protecting(C), ids={}, conditions=HIGH)
    low = (OneOf("priority", "priority", ("5",)),)
    absences = declared(
        phone(1),
        ids=[A],
        as_declared=True,
        expect=low if why == "expected" else (),
        protections=[vip] if why == "protected" else (),
    )
    rows = {A: a_row(phone(1)), B: a_row(phone(1))}
    section = decided(absences, rows)
    assert shown(section) == {A: DELETE, B: DELETE}
    assert resolved(section, rows) == ([Sent(phone(1), (A, B))], {})
    by_now = {**rows, A: a_row(phone(1), priority="1")}
    assert resolved(section, by_now) == ([], {A: NOT_ALONE, B: NOT_ALONE})


def test_what_is_unknown_is_held_with_the_others() -> None:
    section = decided(
        declared(phone(1), ids=[B], as_declared=True), {A: a_row(phone(1)), B: Unknown("503")}
    )
    # What was not seen goes by no number: the one that was seen stands alone.
    assert shown(section) == {A: DELETE, B: ("unknown", "503")}
