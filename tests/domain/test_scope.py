"""Narrowing: what is read, what is decided, and what of the rest still counts."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from reconciler.domain.absences import Absences, Declarations, accounts_in_scope
from reconciler.domain.accounts import Container
from reconciler.domain.approval import UNREVIEWED, hold_unreviewed_matches
from reconciler.domain.guarding.guards import Verdict
from reconciler.domain.narrowing.reach import entries_of
from reconciler.domain.narrowing.scope import narrow
from reconciler.domain.narrowing.selectors import EVERYTHING, Targeting, targeting_of
from reconciler.domain.plan import Action, Section
from tests.fakes.plans import an_id
from tests.fakes.records import phone, shown
from tests.fakes.trees import (
    NAMED_LINE,
    ONE,
    PRIORITY,
    RULE_LINE,
    TASKS,
    TWO,
    ZONE,
    Doubt,
    Row,
    Sketch,
    Tree,
    fates,
    planned,
    sections_of,
    tree_of,
)

A, B, C = an_id(1), an_id(2), an_id(3)
DELETE = ("delete", "")
FIRST = "AbsentTasks/m0"


def to(*targets: str, but: Sequence[str] = ()) -> Targeting:
    return targeting_of(targets, but)


def without(*excludes: str) -> Targeting:
    return targeting_of([], excludes)


def read(tree: Tree, targeting: Targeting) -> dict[Container, Absences]:
    """Return what a narrowed command reads."""
    return {one.container: one for one in narrow(tree.declarations, targeting).absences}


def decided(tree: Tree, targeting: Targeting, doubt: Doubt | None = None) -> dict[str, Action]:
    """Return the action of every item of a narrowed plan, by its address."""
    return fates(sections_of(tree, narrow(tree.declarations, targeting), doubt))


def section(
    tree: Tree, targeting: Targeting, container: Container = TASKS, doubt: Doubt | None = None
) -> Section:
    return sections_of(tree, narrow(tree.declarations, targeting), doubt)[container]


# -- what is read


def lists() -> Tree:
    """Two manifests of tasks that share one, and one manifest of each of two record lists."""
    sketches = [
        Sketch(TASKS, ids=[A, B]),
        Sketch(TASKS, ids=[B, C]),
        Sketch(ONE, ids=[A]),
        Sketch(TWO, ids=[A, B]),
    ]
    here = dict.fromkeys([A, B, C], Row())
    return tree_of(sketches, {TASKS: here, ONE: here, TWO: here})


@pytest.mark.parametrize(
    ("targeting", "expected"),
    [
        (to("account/crm"), {TASKS: [A, B, C]}),
        (to("leadsquared/"), {TASKS: [A, B, C]}),
        (to("leadsquared/crm/task/"), {TASKS: [A, B, C]}),
        (to("account/one"), {ONE: [A], TWO: [A, B]}),
        (to("talkdesk/one/"), {ONE: [A], TWO: [A, B]}),
        (to(ONE.home), {ONE: [A]}),
        (to(TWO.prefix), {TWO: [A, B]}),
        (to(FIRST), {TASKS: [A, B]}),
        (to(FIRST, "AbsentRecords/m3"), {TASKS: [A, B], TWO: [A, B]}),
        (to(TASKS.address(C)), {TASKS: [C]}),
        (to(TWO.address(B), ONE.address(A)), {ONE: [A], TWO: [B]}),
        (without("account/one"), {TASKS: [A, B, C]}),
        (without("talkdesk/"), {TASKS: [A, B, C]}),
        (without(TWO.home), {TASKS: [A, B, C], ONE: [A]}),
        (without(ONE.prefix), {TASKS: [A, B, C], TWO: [A, B]}),
        # What a second manifest declares, too, goes with the first one.
        (without(FIRST), {TASKS: [C], ONE: [A], TWO: [A, B]}),
        (without(TASKS.address(A), "account/one"), {TASKS: [B, C]}),
        # An exclude wins.
        (to("account/crm", but=[FIRST]), {TASKS: [C]}),
        (to(TASKS.address(A), but=[FIRST]), {}),
        (to("account/one", but=["talkdesk/"]), {}),
    ],
)
def test_no_more_is_read_than_what_is_in_scope(
    targeting: Targeting, expected: dict[Container, list[str]]
) -> None:
    tree = lists()
    found = read(tree, targeting)
    assert {one: list(absences.ids) for one, absences in found.items()} == expected
    accounts = accounts_in_scope(narrow(tree.declarations, targeting))
    assert {one.name for one in accounts} == {one.account for one in expected}
    deleted = {one.address(id_) for one, ids in expected.items() for id_ in ids}
    assert decided(tree, targeting) == dict.fromkeys(deleted, Action.DELETE)


def test_without_selectors_everything_is_as_it_was() -> None:
    declarations = lists().declarations
    assert narrow(declarations, EVERYTHING) is declarations


def test_what_is_in_scope_keeps_every_place_that_declares_it() -> None:
    mine = section(lists(), to(FIRST))
    places = [[one.place for one in mine.absences.declared(at)] for at in range(2)]
    assert places == [["t/m0.yaml:1"], ["t/m0.yaml:2", "t/m1.yaml:1"]]


def test_the_manifests_keep_their_numbers() -> None:
    # The audit log's table of manifests is that of the whole tree.
    declarations = lists().declarations
    assert narrow(declarations, to("account/one")).manifests is declarations.manifests


def asked(tree: Tree, targeting: Targeting, container: Container = TASKS) -> list[str]:
    """Return the manifests whose rules and identifiers are read for."""
    found = read(tree, targeting).get(container)
    entries = () if found is None else entries_of(found)
    return [tree.declarations.manifests[one.manifest].name for one in entries]


@pytest.mark.parametrize(
    ("other", "names"),
    [
        (Sketch(TASKS, rule=(ZONE,)), []),
        (Sketch(TASKS, rule=(ZONE,), unattended=True), []),
        (Sketch(TASKS, rule=(ZONE,), expect=(PRIORITY,)), ["m1"]),
        (Sketch(ONE, rule=(ZONE,), expect=(PRIORITY,)), []),
    ],
    ids=["plain", "unattended", "expecting", "elsewhere"],
)
def test_a_rule_out_of_scope_is_read_for_only_where_that_matters(
    other: Sketch, names: list[str]
) -> None:
    tree = tree_of([Sketch(TASKS, ids=[A]), other], {})
    assert asked(tree, to(FIRST)) == names
    assert asked(tree, to(TASKS.address(A))) == names
    assert asked(tree, to("AbsentTasks/m1")) == (["m1"] if other.container is TASKS else [])


def test_a_rule_that_is_unattended_matters_where_another_one_is_not() -> None:
    loud, quiet = Sketch(TASKS, rule=(ZONE,), unattended=True), Sketch(TASKS, rule=(PRIORITY,))
    assert asked(tree_of([quiet, loud, quiet], {}), to(FIRST)) == ["m0", "m1"]
    assert asked(tree_of([loud, loud], {}), to(FIRST)) == ["m0"]
    assert asked(tree_of([loud, quiet], {}), to(FIRST)) == ["m0"]


def test_an_excluded_rule_is_read_for_where_something_else_is_left() -> None:
    tree = tree_of([Sketch(TASKS, ids=[A]), Sketch(TASKS, rule=(ZONE,))], {})
    assert asked(tree, without("AbsentTasks/m1")) == ["m1"]
    assert asked(tree, without(f"leadsquared/crm/where/t/m1.yaml:{RULE_LINE}")) == ["m1"]
    assert read(tree, without("AbsentTasks/m1", FIRST)) == {}
    assert read(tree, to("AbsentTasks/m1", but=["AbsentTasks/m1"])) == {}


def test_an_address_that_no_list_has_is_looked_for_by_every_rule_but_excluded_ones() -> None:
    tree = tree_of([Sketch(TASKS, ids=[A]), Sketch(TASKS, rule=(ZONE,))], {})
    assert asked(tree, to(TASKS.address(B))) == ["m1"]
    assert read(tree, to(TASKS.address(B), but=["AbsentTasks/m1"])) == {}
    assert read(tree, to(TASKS.address(B), but=[TASKS.address(B)])) == {}


def test_of_a_record_list_everything_that_selects_is_asked_or_nothing() -> None:
    sketches = [
        Sketch(ids=[A]),
        Sketch(numbers=[phone(1)]),
        Sketch(rule=(ZONE,)),
        Sketch(TWO, ids=[A]),
        Sketch(TWO, numbers=[phone(1)], as_declared=True),
    ]
    tree = tree_of(sketches, {})
    # By id a record takes fewer calls than its list does.
    assert asked(tree, to("AbsentRecords/m0"), ONE) == []
    assert asked(tree, to("AbsentRecords/m1"), ONE) == ["m2", "m1"]
    # What is sent itself deletes all that it selects.
    assert asked(tree, to("AbsentRecords/m3"), TWO) == ["m4"]


# -- what is decided


def test_what_a_rule_selects_is_in_scope_by_the_rule_and_by_its_other_places() -> None:
    sketches = [Sketch(TASKS, ids=[A, C]), Sketch(TASKS, rule=(ZONE,))]
    tree = tree_of(sketches, {TASKS: {A: Row(zone="a"), B: Row(zone="a"), C: Row()}})
    mine = section(tree, to("AbsentTasks/m1"))
    assert shown(mine) == {A: DELETE, B: DELETE}
    assert [one.place for one in mine.absences.declared(0)] == ["t/m0.yaml:1", "t/m1.yaml:300"]
    assert decided(tree, to(f"leadsquared/crm/where/t/m1.yaml:{RULE_LINE}")) == {
        TASKS.address(A): Action.DELETE,
        TASKS.address(B): Action.DELETE,
    }


def test_what_an_excluded_rule_selects_is_out_of_scope_though_it_is_listed() -> None:
    sketches = [Sketch(TASKS, ids=[A, B]), Sketch(TASKS, rule=(ZONE,))]
    tree = tree_of(sketches, {TASKS: {A: Row(zone="a"), B: Row()}})
    for exclude in ("AbsentTasks/m1", f"leadsquared/crm/where/t/m1.yaml:{RULE_LINE}"):
        assert decided(tree, without(exclude)) == {TASKS.address(B): Action.DELETE}


@pytest.mark.parametrize("names_it", ["list", "rule"])
def test_what_a_manifest_out_of_scope_expects_must_be_met(names_it: str) -> None:
    other = Sketch(
        TASKS,
        ids=[A] if names_it == "list" else [],
        rule=(ZONE,) if names_it == "rule" else (),
        expect=(PRIORITY,),
    )
    rows = {TASKS: {A: Row(zone="a"), B: Row(zone="a")}}
    tree = tree_of([Sketch(TASKS, ids=[A]), Sketch(TASKS, rule=(ZONE,)), other], rows)
    expected = "expected priority a, is b (AbsentTasks/m2)"
    assert shown(section(tree, to(FIRST))) == {A: ("held", expected)}
    assert shown(section(tree, to("AbsentTasks/m1")))[A] == ("held", expected)


def test_an_identifier_stands_for_all_that_it_selects() -> None:
    sketches = [Sketch(ids=[C], numbers=[phone(1), phone(2), phone(3)])]
    rows = {A: Row(frozenset({phone(1)})), B: Row(frozenset({phone(2)})), C: Row()}
    tree = tree_of(sketches, {ONE: rows})
    first = f"{ONE.home}declared/t/m0.yaml:{NAMED_LINE}"
    gone = f"{ONE.home}declared/t/m0.yaml:{NAMED_LINE + 2}"
    assert decided(tree, to(first)) == {ONE.address(A): Action.DELETE}
    assert decided(tree, to(gone)) == {gone: Action.ABSENT}
    assert decided(tree, to(f"{ONE.home}declared/t/")) == {
        ONE.address(A): Action.DELETE,
        ONE.address(B): Action.DELETE,
        gone: Action.ABSENT,
    }
    assert decided(tree, without(first, gone)) == {
        ONE.address(B): Action.DELETE,
        ONE.address(C): Action.DELETE,
    }


def test_a_number_that_also_selects_what_is_out_of_scope_is_not_sent() -> None:
    shares = Row(frozenset({phone(1)}))
    sketches = [Sketch(ids=[A]), Sketch(numbers=[phone(1)], as_declared=True)]
    tree = tree_of(sketches, {ONE: {A: shares, B: shares}})
    alone = "its identifier is sent as declared and also selects a record that is out of scope"
    for targeting in (to("AbsentRecords/m0"), without(ONE.address(B)), to(ONE.address(A))):
        assert shown(section(tree, targeting, ONE)) == {A: ("held", alone)}
    assert decided(tree, EVERYTHING)[ONE.address(A)] is Action.DELETE


def test_without_review_a_narrowed_plan_holds_what_only_a_rule_matches() -> None:
    other = Sketch(TASKS, rule=(PRIORITY,), expect=(ZONE,))
    sketches = [Sketch(TASKS, ids=[A]), Sketch(TASKS, rule=(ZONE,)), other]
    seen = Row(priority="a", zone="a")
    tree = tree_of(sketches, {TASKS: {A: seen, B: seen}})
    mine = hold_unreviewed_matches(section(tree, to("AbsentTasks/m1")))
    assert shown(mine) == {A: DELETE, B: ("held", UNREVIEWED)}
    # A rule that is out of scope may allow what one in scope leaves open.
    loud = tree_of([*sketches[:2], replace(other, unattended=True)], tree.rows)
    mine = hold_unreviewed_matches(section(loud, to("AbsentTasks/m1")))
    assert shown(mine) == {A: DELETE, B: DELETE}


# -- guards


def matches(tree: Tree, targeting: Targeting) -> dict[str, tuple[int, Verdict]]:
    guards = planned(tree, targeting).guards
    return {one.scope: (one.observed, one.verdict) for one in guards if one.guard == "where.max"}


def test_a_rule_in_scope_counts_all_that_it_matches() -> None:
    rows = {one: Row(priority="a", zone="a") for one in (A, B, C)}
    sketches = [
        Sketch(TASKS, ids=[A, B]),
        Sketch(TASKS, rule=(ZONE,)),
        Sketch(TASKS, rule=(PRIORITY,), expect=(ZONE,)),
    ]
    tree = tree_of(sketches, {TASKS: rows})
    violated = (3, Verdict.VIOLATED)
    both = {"AbsentTasks/m1": violated, "AbsentTasks/m2": violated}
    assert matches(tree, EVERYTHING) == both
    # However little of it is left, the rule matches more than it should.
    assert matches(tree, without(TASKS.address(B))) == both
    # What only a rule declares is in scope by that rule.
    assert matches(tree, to(TASKS.address(C))) == both
    assert matches(tree, to("AbsentTasks/m1")) == {"AbsentTasks/m1": violated}
    # A rule that is read for what it expects or excludes deletes nothing here.
    assert matches(tree, to(FIRST)) == {}
    assert matches(tree, to(TASKS.address(A))) == {}
    assert matches(tree, without("AbsentTasks/m2")) == {"AbsentTasks/m1": violated}
    assert matches(tree, to(TASKS.address(C), but=["AbsentTasks/m2"])) == {}


def test_guards_judge_what_the_narrowed_plan_deletes() -> None:
    ids = [an_id(number) for number in range(20)]
    sketches = [Sketch(ids=ids[:12]), Sketch(ids=ids[12:])]
    tree = tree_of(sketches, {ONE: dict.fromkeys(ids, Row())})

    def judged(targeting: Targeting) -> list[tuple[str, Verdict, int]]:
        guards = planned(tree, targeting).guards
        return [(one.guard, one.verdict, one.observed) for one in guards]

    assert judged(EVERYTHING) == [
        ("maxDeletes", Verdict.PASSED, 20),
        ("maxDeletesPerDay", Verdict.PASSED, 20),
        ("maxDeletePercent", Verdict.VIOLATED, 100),
        ("allowEmptying", Verdict.VIOLATED, 1),
    ]
    assert judged(to("AbsentRecords/m1")) == [
        ("maxDeletes", Verdict.PASSED, 8),
        ("maxDeletesPerDay", Verdict.PASSED, 8),
        ("maxDeletePercent", Verdict.NOT_EVALUATED, 0),
        ("allowEmptying", Verdict.PASSED, 0),
    ]


# -- what could not be read

UNREAD = Doubt({}, frozenset({B}), unread="page 2")


def test_what_may_be_the_target_and_was_not_read_is_unknown() -> None:
    tree = tree_of([Sketch(TASKS, ids=[A], rule=(ZONE,))], {TASKS: {A: Row(), B: Row(zone="a")}})
    rule = f"leadsquared/crm/where/t/m0.yaml:{RULE_LINE}"
    assert decided(tree, to(TASKS.address(B)), UNREAD) == {rule: Action.UNKNOWN}
    assert decided(tree, to(TASKS.address(B), TASKS.address(A)), UNREAD) == {
        rule: Action.UNKNOWN,
        TASKS.address(A): Action.DELETE,
    }
    # One that was seen is known, whatever else was not.
    seen = replace(UNREAD, unseen=frozenset())
    assert decided(tree, to(TASKS.address(B)), seen) == {TASKS.address(B): Action.DELETE}
    # Whatever else the rule may select is not asked for.
    assert decided(tree, to(TASKS.address(A)), UNREAD) == {TASKS.address(A): Action.DELETE}


def test_an_excluded_entry_that_was_not_read_stops_nothing() -> None:
    sketches = [Sketch(ids=[A]), Sketch(numbers=[phone(1)])]
    tree = tree_of(sketches, {ONE: {A: Row(frozenset({phone(2)})), B: Row()}})
    silent = Doubt({B: frozenset({"phones"})}, frozenset())
    number = f"{ONE.home}declared/t/m1.yaml:{NAMED_LINE}"
    assert decided(tree, EVERYTHING, silent) == {
        number: Action.UNKNOWN,
        ONE.address(A): Action.DELETE,
    }
    for exclude in ("AbsentRecords/m1", number):
        assert decided(tree, without(exclude), silent) == {ONE.address(A): Action.DELETE}


def test_what_an_excluded_number_may_select_is_held() -> None:
    sketches = [Sketch(ids=[A, B]), Sketch(numbers=[phone(1)])]
    tree = tree_of(sketches, {ONE: {A: Row(), B: Row(frozenset({phone(2)}))}})
    silent = Doubt({A: frozenset({"phones"})}, frozenset())
    assert shown(section(tree, without("AbsentRecords/m1"), ONE, silent)) == {
        A: ("held", "whether AbsentRecords/m1 declares it, too, cannot be told: not told"),
        B: DELETE,
    }


@pytest.mark.parametrize("why", ["excluded", "expecting"])
def test_what_a_rule_beside_the_scope_may_select_is_held_where_its_row_does_not_tell(
    why: str,
) -> None:
    other = Sketch(TASKS, rule=(ZONE,), expect=(PRIORITY,) if why == "expecting" else ())
    seen = Row(priority="a", zone="b")
    tree = tree_of([Sketch(TASKS, ids=[A, C]), other], {TASKS: {A: seen, C: seen}})
    targeting = to(FIRST) if why == "expecting" else without("AbsentTasks/m1")
    silent = Doubt({A: frozenset({"timezone"})}, frozenset())
    # Where all was read, a row that lacks the field is matched by no rule.
    assert shown(section(tree, targeting, doubt=silent)) == {A: DELETE, C: DELETE}
    unread = replace(silent, unread="page 2")
    assert shown(section(tree, targeting, doubt=unread)) == {
        A: ("held", "whether AbsentTasks/m1 declares it, too, cannot be told: page 2"),
        C: DELETE,
    }


def test_what_a_rule_beside_the_scope_surely_selects_is_no_doubt() -> None:
    other = Sketch(TASKS, rule=(ZONE,), expect=(PRIORITY,))
    seen = Row(priority="a", zone="a")
    tree = tree_of([Sketch(TASKS, ids=[A]), other], {TASKS: {A: seen}})
    unread = Doubt({}, frozenset(), unread="page 2")
    assert shown(section(tree, to(FIRST), doubt=unread)) == {A: DELETE}


def test_what_an_entry_in_scope_leaves_open_is_its_own_unknown_and_holds_nothing() -> None:
    rule = Sketch(TASKS, rule=(ZONE,), expect=(PRIORITY,))
    seen = Row(priority="a", zone="a")
    tree = tree_of([Sketch(TASKS, ids=[A]), rule, Sketch(ids=[A])], {TASKS: {A: seen}})
    unread = Doubt({A: frozenset({"timezone"})}, frozenset(), unread="page 2")
    assert decided(tree, to("account/crm"), unread) == {
        f"leadsquared/crm/where/t/m1.yaml:{RULE_LINE}": Action.UNKNOWN,
        TASKS.address(A): Action.DELETE,
    }


def test_a_number_out_of_scope_that_is_to_be_sent_stays_unknown() -> None:
    shares = Row(frozenset({phone(1)}))
    sketches = [Sketch(ids=[A]), Sketch(numbers=[phone(1)], as_declared=True)]
    tree = tree_of(sketches, {ONE: {A: shares, B: shares}})
    silent = Doubt({B: frozenset({"phones"})}, frozenset())
    assert decided(tree, to("AbsentRecords/m0"), silent) == {
        f"{ONE.home}declared/t/m1.yaml:{NAMED_LINE}": Action.UNKNOWN,
        ONE.address(A): Action.DELETE,
    }


# -- what it was made from


def scope(tree: Tree, targeting: Targeting) -> str:
    return planned(tree, targeting).scope


def test_the_scope_changes_with_what_is_in_it_and_with_nothing_else() -> None:
    def tree(mine: Sketch, *others: Sketch) -> Tree:
        return tree_of([mine, *others], {})

    first, mine = to(FIRST), Sketch(TASKS, ids=[A])
    before = scope(tree(mine, Sketch(TASKS, ids=[B])), first)
    assert scope(tree(mine, Sketch(TASKS, ids=[C]), Sketch(ids=[A])), first) == before
    assert scope(tree(mine, Sketch(TASKS, rule=(ZONE,))), first) == before
    assert scope(tree(Sketch(TASKS, ids=[A, C])), first) != before
    # What is expected of it elsewhere is about it, too.
    assert scope(tree(mine, Sketch(TASKS, ids=[A], expect=(ZONE,))), first) != before
    assert scope(tree(mine, Sketch(TASKS, rule=(ZONE,), expect=(ZONE,))), first) != before


def test_a_plan_says_what_it_was_narrowed_to() -> None:
    plan = planned(lists(), to("account/crm", but=[FIRST]))
    assert isinstance(plan.declarations, Declarations)
    assert plan.declarations.targeting.written == {"targets": ["account/crm"], "excludes": [FIRST]}
    assert [one.account.name for one in plan.accounts] == ["crm"]


def test_a_plan_of_nothing_is_a_plan() -> None:
    plan = planned(lists(), to("account/crm", but=["account/crm"]))
    assert (plan.accounts, plan.guards, plan.applyable) == ([], (), False)
    assert not any(plan.counts().values())
