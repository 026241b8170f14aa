"""Allowances in whole runs: what needs one, which one counts, and that it is used up."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reconciler.domain.guarding.allowances import Allowance
from reconciler.domain.guarding.openings import openings
from reconciler.errors import ExitCode
from tests.fakes.allowances import (
    CRM,
    SIX,
    THREE,
    an_allowance,
    keys_of,
    lifted_by,
    refused,
    six,
    used,
    with_allowances,
)
from tests.fakes.runs import declared, events, of_type, outcomes, records, saved, tasks
from tests.simulation import a_world


def test_without_an_allowance_nothing_is_sent(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        refused(world, lambda: world.apply(six()))


def test_an_allowance_opens_one_run_and_is_used_up_by_it(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        applied = world.apply(six(SIX))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 6})
        assert used(world) == {SIX.key: applied.run_id}
        assert lifted_by(applied.plan) == {"maxDeletes": "Allowance/once"}
        more = six(SIX, first=6)
        assert lifted_by(world.plan(more)) == {}
        refused(world, lambda: world.apply(more))
        # Another reason is another text, but not another allowance; another number is.
        refused(world, lambda: world.apply(six(replace(SIX, reason="More"), first=6)))
        assert world.apply(six(an_allowance(max_deletes=7), first=6)).exit_code is ExitCode.DONE


def test_a_ledger_that_began_in_this_run_says_that_it_may_have_been_used(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        first, second = (world.plan(six(SIX)).accounts[0] for _ in range(2))
        assert first.warnings == (
            (
                "acme-crm: the ledger began in this run, so it does not know whether "
                "Allowance/once was used before"
            ),
        )
        assert second.warnings == ()


def test_what_does_not_need_it_leaves_it_unused(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        few = with_allowances(declared(tasks(9), accounts=[CRM], policies=[THREE]), SIX)
        assert world.apply(few).exit_code is ExitCode.DONE
        assert used(world) == {}
        assert world.apply(six(SIX)).exit_code is ExitCode.DONE


def test_only_the_largest_is_used(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        some = [an_allowance("a", max_deletes=5), an_allowance("b", max_deletes=6)]
        applied = world.apply(six(*some))
        assert lifted_by(applied.plan) == {"maxDeletes": "Allowance/b"}
        assert set(used(world)) == {some[1].key}


def test_several_guards_may_need_several(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        strict = replace(THREE, max_deletes_per_day=2)
        some = [SIX, an_allowance("day", max_deletes_per_day=6)]
        applied = world.apply(replace(six(*some), policies=[strict]))
        assert outcomes(applied) == {"deleted": 6}
        assert lifted_by(applied.plan) == {
            "maxDeletes": "Allowance/once",
            "maxDeletesPerDay": "Allowance/day",
        }
        assert set(used(world)) == keys_of(some)


@pytest.mark.parametrize(
    "fields",
    [
        {"max_deletes": 5},
        {"max_deletes_per_day": 99},
        {"max_deletes": 6, "account": "acme-dialer"},
        {"max_deletes": 6, "expires": date(2026, 11, 21)},
        {"max_deletes": 6, "digest": "sha256:" + "0" * 64},
    ],
)
def test_what_is_too_small_for_something_else_or_expired_opens_nothing(
    tmp_path: Path, fields: dict[str, Any]
) -> None:
    with a_world(tmp_path) as world:
        refused(world, lambda: world.apply(six(an_allowance(**fields))))


def test_it_allows_on_its_last_day_and_not_on_the_next(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        last = an_allowance(max_deletes=6, expires=date(2026, 11, 22))
        world.clock.elapsed += 15 * 3600
        refused(world, lambda: world.apply(six(last)))
        world.clock.elapsed -= 1
        assert world.apply(six(last)).exit_code is ExitCode.DONE


def test_one_with_a_digest_opens_just_that_plan(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        digest = world.plan(six()).digest
        bound = an_allowance(max_deletes=999, digest=digest)
        refused(world, lambda: world.apply(six(bound, first=1)))
        assert world.apply(six(bound)).exit_code is ExitCode.DONE


def test_two_accounts_need_one_each_and_a_refusal_of_one_stops_both(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        both = declared(tasks(*range(6)), records(*range(6)), accounts=[CRM], policies=[THREE])
        theirs = an_allowance("theirs", "acme-dialer", max_deletes=6)
        refused(world, lambda: world.apply(with_allowances(both, SIX)))
        applied = world.apply(with_allowances(both, SIX, theirs))
        assert outcomes(applied) == {"deleted": 12}
        assert set(used(world)) == {SIX.key, theirs.key}


def test_the_command_line_holds_against_it(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        plan = refused(world, lambda: world.apply(six(SIX), max_deletes=4))
        (result,) = (one for one in plan.guards if one.guard == "maxDeletes")
        assert (result.limit, result.note, result.allowance) == (4, "lowered by --max-deletes", "")
        assert list(openings(plan)) == []


def test_the_audit_log_names_what_was_used(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        told = of_type(events(world, world.apply(six(SIX))), "guard.evaluated")
        assert {one["guard"]: one.get("allowance") for one in told} == {
            "maxDeletes": "Allowance/once",
            "maxDeletesPerDay": None,
            "maxDeletePercent": None,
            "allowEmptying": None,
        }


def test_a_lowered_policy_holds_for_a_plan_made_before(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        targets = tasks(*range(6))
        reviewed = saved(world, declared(targets, accounts=[CRM]))
        lowered = declared(targets, accounts=[CRM], policies=[THREE])
        plan = refused(world, lambda: world.apply(lowered, saved=reviewed))
        (printed,) = openings(plan)
        assert printed["spec"]["digest"] == reviewed.footer["digest"]
        assert printed["spec"]["lifts"] == {"maxDeletes": 6}
        bound = an_allowance(max_deletes=6, digest=reviewed.footer["digest"])
        done = world.apply(with_allowances(lowered, bound), saved=reviewed)
        assert outcomes(done) == {"deleted": 6}


def test_what_has_a_name_already_is_offered_under_another(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        names = []
        allowances: list[Allowance] = []
        for _ in range(3):
            (printed,) = openings(world.plan(six(*allowances)))
            names.append(printed["metadata"]["name"])
            allowances.append(an_allowance(names[-1], where_max=1))
        begin = "open-acme-crm-" + world.plan(six()).digest.removeprefix("sha256:")[:8]
        assert names == [begin, f"{begin}-2", f"{begin}-3"]
