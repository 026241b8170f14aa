"""Selectors that match nothing: refused by what is declared, or only after reading."""

from dataclasses import replace
from datetime import date

import pytest

from reconciler.domain.absences import Declarations
from reconciler.domain.approval import Reviewed
from reconciler.domain.narrowing.matching import check_declared
from reconciler.domain.narrowing.selectors import targeting_of
from reconciler.domain.plan import Action
from reconciler.errors import UsageError
from tests.fakes.plans import an_id
from tests.fakes.records import phone
from tests.fakes.trees import (
    NAMED_LINE,
    ONE,
    RULE_LINE,
    TASKS,
    TWO,
    ZONE,
    Doubt,
    Row,
    Sketch,
    Tree,
    planned,
    tree_of,
)

A, B, C = an_id(1), an_id(2), an_id(3)


def tree() -> Tree:
    """One task by id; records by id, number and rule; and two manifests that declare nothing."""
    sketches = [
        Sketch(TASKS, ids=[A]),
        Sketch(ONE, ids=[A], numbers=[phone(1)]),
        Sketch(ONE, rule=(ZONE,)),
        Sketch(TASKS),
    ]
    rows = {ONE: {A: Row(), B: Row(frozenset({phone(1)})), C: Row(zone="a")}, TASKS: {A: Row()}}
    made = tree_of(sketches, rows)
    expired = replace(
        made.declarations.manifests[3], name="spring", expires=date(2026, 1, 1), file="t/s.yaml"
    )
    manifests = [*made.declarations.manifests, expired]
    return replace(made, declarations=replace(made.declarations, manifests=manifests))


def refused(declarations: Declarations, *targets: str) -> list[str]:
    with pytest.raises(UsageError, match="A selector matches nothing") as error:
        check_declared(declarations, targeting_of(targets, []))
    assert error.value.hint == (
        "`reconciler plan` shows the address and the manifests of everything that is declared."
    )
    return error.value.detail.splitlines()


@pytest.mark.parametrize(
    "selector",
    [
        "account/one",
        "account/crm",
        "AbsentTasks/m0",
        "AbsentRecords/m1",
        "AbsentRecords/m2",
        "leadsquared/",
        "leadsquared/crm/",
        "leadsquared/crm/task/",
        "talkdesk/one/",
        ONE.home,
        ONE.prefix,
        f"{ONE.home}where/",
        f"{ONE.home}where/t/",
        f"{ONE.home}declared/t/",
        f"{ONE.home}where/t/m2.yaml:{RULE_LINE}",
        f"{ONE.home}declared/t/m1.yaml:{NAMED_LINE}",
        TASKS.address(A),
        ONE.address(A),
        # Whether a rule or a number selects it, only reading tells.
        ONE.address(B),
        ONE.address(an_id(77)),
    ],
)
def test_what_is_declared_or_may_be_selected_is_accepted(selector: str) -> None:
    declarations = tree().declarations
    check_declared(declarations, targeting_of([selector], []))
    check_declared(declarations, targeting_of([], [selector]))


@pytest.mark.parametrize(
    ("selector", "why"),
    [
        ("account/two", "no such account"),
        ("account/onee", "no such account; did you mean one?"),
        ("account/idle", "nothing is declared in it"),
        ("AbsentTasks/m9", "no such manifest; did you mean AbsentTasks/m3?"),
        ("AbsentTasks/zzzzzzzzzzzzzzzzzzzzz", "no such manifest"),
        ("AbsentRecords/m0", "no such manifest; did you mean AbsentRecords/m2?"),
        ("AbsentTasks/m3", "it declares nothing"),
        ("AbsentTasks/spring", "it declares nothing; its `expires` is 2026-01-01"),
        ("leadsquared/two/", "nothing declared goes by it"),
        ("leadsquared/crm/where/", "nothing declared goes by it"),
        (TWO.home, "nothing declared goes by it"),
        (f"{ONE.home}where/u/", "nothing declared goes by it"),
        (f"{ONE.home}where/t/m1.yaml:{RULE_LINE}", "nothing declared goes by it"),
        (f"{ONE.home}declared/t/m1.yaml:1", "nothing declared goes by it"),
        (TASKS.address(B), "nothing declared goes by it"),
        (TWO.address(A), "nothing declared goes by it"),
    ],
)
def test_what_nothing_declared_can_match_is_refused_with_the_reason(
    selector: str, why: str
) -> None:
    declarations = tree().declarations
    idle = replace(declarations.accounts["crm"], name="idle")
    declarations = replace(declarations, accounts={**declarations.accounts, "idle": idle})
    assert refused(declarations, selector) == [f"--target {selector}: {why}"]
    with pytest.raises(UsageError) as error:
        check_declared(declarations, targeting_of([], [selector]))
    assert error.value.detail == f"--exclude {selector}: {why}"


def test_all_that_match_nothing_are_told_at_once() -> None:
    told = refused(tree().declarations, "account/x", "account/one", "leadsquared/x/")
    assert told == [
        "--target account/x: no such account",
        "--target leadsquared/x/: nothing declared goes by it",
    ]


def read(
    *targets: str,
    excludes: tuple[str, ...] = (),
    doubt: Doubt | None = None,
    reviewed: Reviewed | None = None,
) -> dict[Action, int]:
    targeting = targeting_of(targets, excludes)
    check_declared(tree().declarations, targeting)
    plan = planned(tree(), targeting, doubt=doubt, reviewed=reviewed)
    return {action: count for action, count in plan.counts().items() if count}


NOBODY = ONE.address(an_id(77))


def test_what_a_rule_or_a_number_selects_now_is_matched() -> None:
    assert read(ONE.address(B), ONE.address(C)) == {Action.DELETE: 2}
    assert read(ONE.address(A), ONE.address(B)) == {Action.DELETE: 2}
    assert read("account/one", excludes=(ONE.address(B),)) == {Action.DELETE: 2}


def test_what_nothing_selects_now_is_refused_after_reading() -> None:
    for targets, excludes, option in (
        ((NOBODY, ONE.address(B)), (), "--target"),
        (("account/one",), (NOBODY,), "--exclude"),
    ):
        with pytest.raises(UsageError, match="A selector matches nothing") as error:
            read(*targets, excludes=excludes)
        assert error.value.detail == f"{option} {NOBODY}: nothing declares it"


def test_where_not_everything_was_read_nobody_can_say_that_nothing_selects_it() -> None:
    unread = Doubt({}, frozenset(), unread="page 2")
    assert read(NOBODY, doubt=unread) == {Action.UNKNOWN: 2}
    # A number that selects something is no item, whatever other rows do not tell.
    assert read(NOBODY, doubt=Doubt({A: frozenset({"phones"})}, frozenset())) == {}


def test_what_was_not_read_for_anything_else_is_not_read_for_an_exclude() -> None:
    # Nothing of the record list is in scope; nothing of it has to be, to be left out.
    assert read("account/crm", excludes=(NOBODY,)) == {Action.DELETE: 1}
    assert read(ONE.address(A), excludes=(NOBODY,)) == {Action.DELETE: 1}


def test_what_has_gone_since_the_review_is_no_mistake() -> None:
    assert read(NOBODY, reviewed=Reviewed({ONE.prefix: {an_id(77): "mark"}})) == {}
