"""GitLab, January 2017: 300 GB of a production database gone.

The right command was typed on the wrong host; the prompts of both looked alike. That no backup
could be restored either is no row for us: we keep none, and cannot bring anything back.

Here an account is pinned to its tenant, which is asked before anything is read, by plan and by
apply alike; and everything that a person approves names account, tenant and host.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.domain.absences import accounts_in_scope
from reconciler.errors import IdentityError, StaleError
from tests.accidents.scenes import absent_tasks, declared, nothing_sent
from tests.fakes.runs import saved, tasks
from tests.functional.world import Inside
from tests.simulation import a_world


@pytest.mark.parametrize("command", [("plan",), ("apply", "--auto-approve")])
def test_keys_of_another_organisation_are_found_out_before_anything_is_read(
    opened: Callable[..., Inside], command: tuple[str, ...]
) -> None:
    world = opened("leadsquared_tenant=31337")
    world.declare(tasks=[0, 1], records=[0])
    ran = world.run(*command)
    assert (ran.code, ran.out) == (8, "")
    assert "crm declares tenant 22824, the account is " in ran.err
    assert not any("Retrieve" in one.path for one in world.arrivals())
    assert world.deletions() == []


def test_keys_that_are_swapped_after_the_review_are_found_out_by_the_apply(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = declared(tmp_path, absent_tasks(*tasks(0, 1)))
        reviewed = saved(world, declarations)
        world.set_faults("leadsquared_tenant=31337")
        with nothing_sent(world), pytest.raises(IdentityError):
            world.apply(declarations, saved=reviewed)


def test_a_plan_that_was_approved_for_one_account_is_no_approval_for_another(
    inside: Inside,
) -> None:
    inside.saved_plan()
    elsewhere = {"RECONCILER_CRM_ENDPOINT": "https://production.example.com"}
    ran = inside.run("apply", "--plan", "plan.jsonl", env=elsewhere)
    assert (ran.code, ran.out) == (5, "")
    assert "Error: The plan is of other accounts\n" in ran.err
    assert "declared now crm: leadsquared, tenant 22824, production.example.com" in ran.err
    assert inside.deletions() == []


def test_what_is_approved_says_of_which_account_it_is(inside: Inside) -> None:
    host = inside.url.removeprefix("http://")
    planned = inside.run("plan")
    assert f"Account crm: 2 to delete\n  leadsquared, tenant 22824, {host}" in planned.out
    assert f"Account dialer: 2 to delete\n  talkdesk, tenant acme, {host}" in planned.out
    document = inside.run("plan", "--format", "json").json()
    for item in document["items"]:
        assert item["address"].split("/")[:2] == [item["system"], item["account"]]


def test_the_digest_of_the_same_tasks_in_another_organisation_is_another_one(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world:
        declarations = declared(tmp_path, absent_tasks(*tasks(0)))
        approved = world.plan(declarations).digest
        (crm,) = accounts_in_scope(declarations)
        world.set_faults("leadsquared_tenant=31337")
        other = replace(declarations, accounts={crm.name: replace(crm, tenant="31337")})
        with nothing_sent(world), pytest.raises(StaleError, match="not the approved one"):
            world.apply(other, expected_digest=approved)
