"""DataTalks.Club, February 2026: 1.9 million rows of a course platform gone, and the snapshots.

An agent ran a tool on a new machine where its state file was missing, and the review was left out:
to the tool everything that existed was foreign, and then in the way.

Here what exists is read, never remembered: a ledger that is new deletes nothing that another one
would not have, and says so where an older one might have held something back. Without somebody's
approval nothing is applied by a machine.
"""

from pathlib import Path

import pytest

from reconciler.errors import ExitCode
from reconciler.sandbox.seed import phone_number, record_id, task_id
from tests.accidents.scenes import (
    LIST,
    absent_records,
    absent_tasks,
    declared,
    document,
    nothing_sent,
    policy,
    records_where,
)
from tests.fakes.numbers import phones
from tests.fakes.runs import alive, outcomes, records, saved, tasks
from tests.functional.world import Inside
from tests.simulation import World, a_world

BOTH = absent_tasks(*tasks(0, 1)) + absent_records(*records(0, 1))
RULE = records_where("priority: [1], timezone: [Europe/Lisbon]")
BEGAN = "the ledger began in this run: "
NOT_HELD = (
    f"{BEGAN}a newer record of a phone number or external id that was proven gone before is not "
    "held"
)


def on_a_new_machine(world: World) -> None:
    """Forget what is kept beside the manifests: ledger and audit log."""
    for path in (*world.folder.glob("ledger.sqlite*"), *world.folder.glob("audit/*")):
        path.unlink()


def test_the_plan_of_a_new_machine_is_the_same(tmp_path: Path) -> None:
    declarations = declared(tmp_path, BOTH, RULE)
    with a_world(tmp_path) as world, nothing_sent(world):
        before = world.plan(declarations)
        on_a_new_machine(world)
        assert world.plan(declarations).digest == before.digest


def test_a_new_machine_sends_nothing_again(tmp_path: Path) -> None:
    declarations = declared(tmp_path, BOTH, RULE)
    with a_world(tmp_path) as world:
        reviewed = saved(world, declarations)
        assert outcomes(world.apply(declarations, saved=reviewed)) == {"deleted": 9}
        with nothing_sent(world):
            for plan in (None, reviewed):
                on_a_new_machine(world)
                applied = world.apply(declarations, saved=plan)
                assert applied.exit_code is ExitCode.DONE


def test_a_reviewed_plan_deletes_nothing_else_on_a_new_machine(tmp_path: Path) -> None:
    declarations = declared(tmp_path, absent_tasks(*tasks(0, 1, 900_000)))
    with a_world(tmp_path) as world:
        reviewed = saved(world, declarations)
        world.store.update_task(task_id(0), Name="Another call altogether")
        world.store.add_task(task_id(900_000), OwnerId="somebody")
        on_a_new_machine(world)
        before = alive(world)
        world.apply(declarations, saved=reviewed)
        assert before - alive(world) == {task_id(1)}


def test_a_new_ledger_says_what_an_older_one_might_have_held(tmp_path: Path) -> None:
    entry = f'recordList: {LIST}, records: [{{phoneNumber: "{phone_number(5)}"}}]'
    declarations = declared(tmp_path, document("AbsentRecords", f"account: acme-dialer, {entry}"))
    newer = record_id(77_777)
    with a_world(tmp_path) as world:
        world.apply(declarations)
        there = phones(phone_number(5))
        world.store.add_record(LIST, newer, phone_number=phone_number(5), phone_numbers=there)
        with nothing_sent(world):
            assert NOT_HELD not in world.apply(declarations).plan.warnings
        on_a_new_machine(world)
        assert NOT_HELD in world.plan(declarations).warnings


def test_a_new_ledger_says_that_an_allowance_may_have_been_used(tmp_path: Path) -> None:
    lifts = "account: acme-crm, lifts: {maxDeletes: 2}"
    once = document("Allowance", lifts, "once", ", expires: 2026-12-01")
    declarations = declared(tmp_path, absent_tasks(*tasks(0, 1)), policy("maxDeletes: 1"), once)
    said = f"{BEGAN}whether an earlier one consumed Allowance/once is not known"
    with a_world(tmp_path) as world:
        assert said in world.plan(declarations).warnings
        assert said not in world.plan(declarations).warnings


@pytest.mark.parametrize("more", [(), ("--max-deletes", "9"), ("--stop-after", "1h")])
def test_without_an_approval_a_machine_applies_nothing(
    inside: Inside, more: tuple[str, ...]
) -> None:
    ran = inside.run("apply", *more, env={"CI": "true"})
    assert (ran.code, ran.out) == (64, "")
    assert "Error: Nothing approves this apply\n" in ran.err
    assert inside.arrivals() == []


def test_an_approval_of_whatever_is_listed_is_none_of_what_rules_match(tmp_path: Path) -> None:
    rule = RULE.replace("unattended: true", "unattended: false")
    with a_world(tmp_path) as world:
        before = alive(world)
        world.apply(declared(tmp_path, BOTH, rule))
        assert before - alive(world) == {*tasks(0, 1), *records(0, 1)}


def test_where_plans_are_required_nothing_else_is_an_approval(inside: Inside) -> None:
    inside.declare(tasks=[0, 1], policy="{requirePlan: true}")
    digest = inside.run("plan", "--format", "json").json()["digest"]
    for approval in (("--auto-approve",), ("--expect-digest", digest)):
        assert inside.run("apply", *approval).code == 4
    assert inside.deletions() == []
