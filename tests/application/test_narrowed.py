"""Narrowed runs over the sandbox: calls that are saved, and what is never sent all the same."""

from pathlib import Path

from reconciler.domain.absences import Declarations
from reconciler.domain.narrowing.scope import narrow
from reconciler.domain.narrowing.selectors import targeting_of
from reconciler.domain.plan import Action
from reconciler.errors import ExitCode
from reconciler.sandbox.seed import task_id
from tests.application.test_task_rules import declare, deleted, listed, where
from tests.fakes.numbers import (
    BEFORE_ITS_BATCH,
    SECOND,
    Spy,
    as_declared,
    loaded,
    manifest,
    number,
    of_second_list,
    phones,
    protection,
)
from tests.fakes.runs import alive, by_id, check, deletions, events, outcomes, reasons, saved
from tests.simulation import World, a_world

BOTH = [of_second_list(6), of_second_list(7)]
"""The records that share number 3."""
HOME = f"talkdesk/acme-dialer/{SECOND}/"
ALONE = "its identifier is sent as declared and also selects a record that is out of scope"


def narrowed(
    declarations: Declarations, *targets: str, excludes: tuple[str, ...] = ()
) -> Declarations:
    return narrow(declarations, targeting_of(targets, excludes))


def calls(world: World, declarations: Declarations) -> int:
    return world.plan(declarations).accounts[0].calls


def test_what_is_out_of_scope_costs_no_call(tmp_path: Path) -> None:
    with a_world(tmp_path, "leadsquared_limit=0") as world:
        tasks = [task_id(number) for number in range(20)]
        rule = where(status="completed")
        declarations = declare(tmp_path, listed(*tasks[:5]), listed(*tasks[5:], name="more"), rule)
        few = narrowed(declarations, "AbsentTasks/listed")
        alone = calls(world, declare(tmp_path, listed(*tasks[:5])))
        assert calls(world, few) == alone < calls(world, declarations)
        assert deleted(world.plan(few)) == set(tasks[:5])
        # One by its address takes no more than it takes alone.
        one = narrowed(declarations, f"leadsquared/acme-crm/task/{tasks[7]}")
        assert calls(world, one) == calls(world, declare(tmp_path, listed(tasks[7])))
        assert deleted(world.plan(one)) == {tasks[7]}


def test_a_rule_beside_the_scope_that_expects_something_holds_what_it_selects(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path, "leadsquared_limit=0") as world:
        # It has both a rule's match and a list's, and was not created so early.
        (task,) = [one for one in world.store.tasks() if one["UserTaskId"] == task_id(1)]
        rule = where(name="rule", owner=f"[{task['OwnerEmailAddress']}]")
        expecting = rule + "  expect: {createdBefore: 2000-01-01}\n"
        for documents, action in (([rule], Action.DELETE), ([expecting], Action.HELD)):
            declarations = declare(tmp_path, listed(task_id(1)), *documents)
            applied = world.apply(narrowed(declarations, "AbsentTasks/listed"), max_deletes=0)
            assert applied.plan.counts()[action] == 1


def test_a_number_that_is_shared_with_what_is_out_of_scope_is_never_sent(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, as_declared(number(3), number(4)))
        first = narrowed(declarations, excludes=(f"{HOME}record/{BOTH[0]}",))
        before, spy = alive(world), Spy(world)
        applied = world.apply(first)
        assert by_id(applied) == {
            of_second_list(8): "deleted",
            of_second_list(9): "deleted",
        }
        assert spy.bodies == [[{"phone_number": "+14155550104"}]]
        assert before - alive(world) == {of_second_list(8), of_second_list(9)}
        (section,) = applied.plan.accounts[0].sections
        held = {section.absences.ids[at]: note for at, note in section.notes.items()}
        assert held == {BOTH[1]: ALONE}
        check(world, applied)


def test_what_another_manifest_sends_by_its_number_is_not_deleted_by_its_id_alone(
    tmp_path: Path,
) -> None:
    """The whole plan would delete both or none, and so does a part of it."""
    with a_world(tmp_path) as world:
        by_number = as_declared(number(3))
        by_identity = manifest(f"id: {BOTH[0]}", record_list=SECOND, name="listed")
        declarations = loaded(tmp_path, by_number, by_identity)
        applied = world.apply(narrowed(declarations, "AbsentRecords/listed"))
        assert (deletions(world), applied.exit_code) == ([], ExitCode.DONE)
        assert applied.plan.counts()[Action.HELD] == 1
        # With the other one in scope, too, they go together.
        both = narrowed(declarations, "AbsentRecords/listed", "AbsentRecords/out")
        assert outcomes(world.apply(both)) == {"deleted": 2}


def test_a_record_out_of_scope_that_gets_the_number_before_its_batch_holds_it(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world:
        other = of_second_list(8)
        listed_ = manifest(f"id: {other}", record_list=SECOND, name="listed")
        declarations = loaded(tmp_path, as_declared(number(3)), listed_)
        narrow_ = narrowed(declarations, excludes=("AbsentRecords/listed",))
        same = {"phone_number": "+14155550103", "phone_numbers": phones("+14155550103")}
        Spy(world, BEFORE_ITS_BATCH, lambda: world.store.update_record(SECOND, other, **same))
        applied = world.apply(narrow_)
        assert deletions(world) == []
        assert outcomes(applied) == {"not_attempted": 2}
        (reason,) = reasons(applied)
        assert reason.endswith("a record that is not an unchanged deletion of the plan")


def test_a_protection_protects_whatever_a_run_is_narrowed_to(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        vip = protection("where: {priority: [1, 2, 3, 4, 5]}")
        declarations = loaded(tmp_path, as_declared(number(3)), vip)
        applied = world.apply(narrowed(declarations, f"{HOME}record/{BOTH[0]}"))
        assert deletions(world) == []
        assert applied.plan.counts() == {**dict.fromkeys(Action, 0), Action.PROTECTED: 1}


def test_a_reviewed_narrowed_plan_is_applied_as_it_was_narrowed(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        by_number = manifest(number(3), record_list=SECOND)
        by_identity = manifest(f"id: {of_second_list(0)}", record_list=SECOND, name="listed")
        declarations = loaded(tmp_path, by_number, by_identity)
        part = narrowed(declarations, excludes=(f"{HOME}record/{BOTH[0]}",))
        reviewed = saved(world, part)
        assert reviewed.targeting == part.targeting
        # One that the number selects by now was not reviewed, though it is in scope.
        same = {"phone_number": "+14155550103", "phone_numbers": phones("+14155550103")}
        world.store.update_record(SECOND, of_second_list(9), **same)
        before = alive(world)
        applied = world.apply(narrow(declarations, reviewed.targeting), saved=reviewed)
        gone = {BOTH[1], of_second_list(0)}
        assert before - alive(world) == gone
        check(world, applied, planned=sorted(gone))
        started = events(world, applied)[0]
        assert "targets" not in started
        assert started["excludes"] == [f"{HOME}record/{BOTH[0]}"]
