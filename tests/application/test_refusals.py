"""Refusals: what speaks against a run is found before the first deletion, and nothing is sent."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.application.applied import Applied
from reconciler.application.stopping import Stop
from reconciler.audit.verify import verify
from reconciler.cli.runs import apply_run
from reconciler.domain.absences import Declarations
from reconciler.domain.guarding.policies import Policy
from reconciler.errors import (
    ExitCode,
    IdentityError,
    LockedError,
    RefusedError,
    StaleError,
    UnrecordedError,
)
from reconciler.ledger.copies import read_copies
from reconciler.ledger.database import open_database
from reconciler.ledger.leases import Leases
from reconciler.planfile.read import SavedPlan
from tests.fakes.plans import crm
from tests.fakes.runs import (
    MISSING,
    alive,
    by_id,
    check,
    declared,
    deletions,
    outcomes,
    reasons,
    records,
    saved,
    tasks,
)
from tests.simulation import World, a_world, records_container

NONE = Policy(name="p", place="p:1", max_deletes=0)
BOTH = declared(tasks(0, 1), records(0, 1))


def refused(world: World, kind: type[Exception], run: Callable[[], Applied]) -> Exception:
    """Return the error that a run ends in; nothing is deleted or sent."""
    before = alive(world)
    with pytest.raises(kind) as raised:
        run()
    assert (alive(world), deletions(world)) == (before, [])
    logs = [log.read_bytes() for log in (world.folder / "audit").glob("*.jsonl")]
    assert [b"batch." in log for log in logs] in ([], [False])
    return raised.value


@pytest.mark.parametrize(
    "policy",
    [
        Policy(name="p", place="p:1", max_deletes=1),
        Policy(name="p", place="p:1", max_deletes=0),
        Policy(name="p", place="p:1", accounts=("acme-dialer",), max_deletes=1),
        Policy(name="p", place="p:1", max_delete_percent=0),
    ],
    ids=["one", "none", "one account", "no percent"],
)
def test_a_violated_guard_of_one_account_stops_every_account(
    tmp_path: Path, policy: Policy
) -> None:
    with a_world(tmp_path) as world:
        before = alive(world)
        applied = world.apply(declared(tasks(0, 1), records(0, 1), policies=[policy]))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.REFUSED, {"not_attempted": 4})
        assert reasons(applied) == {"a guard refused"}
        assert (alive(world), deletions(world)) == (before, [])
        check(world, applied, planned=[*tasks(0, 1), *records(0, 1)])


def test_emptying_a_list_is_refused_without_a_policy(tmp_path: Path) -> None:
    with a_world(tmp_path, records=9) as world:
        applied = world.apply(declared((), records(*range(9)), policies=[]))
        assert (applied.exit_code, deletions(world)) == (ExitCode.REFUSED, [])


def test_a_quarter_of_a_list_may_go_and_not_more(tmp_path: Path) -> None:
    with a_world(tmp_path, records=48) as world:
        more = world.apply(declared((), records(*range(13)), policies=[]))
        assert (more.exit_code, deletions(world)) == (ExitCode.REFUSED, [])
        quarter = world.apply(declared((), records(*range(12)), policies=[]))
        assert (quarter.exit_code, outcomes(quarter)) == (ExitCode.DONE, {"deleted": 12})


@pytest.mark.parametrize(("cap", "code"), [(1, ExitCode.REFUSED), (2, ExitCode.DONE)])
def test_the_command_line_lowers_the_cap(tmp_path: Path, cap: int, code: ExitCode) -> None:
    with a_world(tmp_path) as world:
        applied = world.apply(declared(tasks(0, 1)), max_deletes=cap)
        assert applied.exit_code is code
        assert bool(deletions(world)) == (code is ExitCode.DONE)


def test_another_organisation_is_refused_and_asked_nothing_else(tmp_path: Path) -> None:
    with a_world(tmp_path, "leadsquared_tenant=999") as world:
        error = refused(world, IdentityError, lambda: world.apply(BOTH))
        assert str(error) == "The key belongs to another organisation"
        asked = {one.path for one in world.store.arrivals() if one.system == "leadsquared"}
        assert asked == {"/v2/Authentication.svc/UserByAccessKey.Get"}


def test_every_account_that_refuses_is_named(tmp_path: Path) -> None:
    faults = ("leadsquared_tenant=999", "common_failures=talkdesk_token:1-:401")
    with a_world(tmp_path, *faults) as world:
        error = refused(world, IdentityError, lambda: world.apply(BOTH))
        assert isinstance(error, IdentityError)
        assert "acme-crm declares tenant 22824" in error.detail
        assert "acme-dialer: the token request was answered 401" in error.detail


def test_another_digest_than_the_approved_one_is_stale(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        error = refused(
            world, StaleError, lambda: world.apply(BOTH, expected_digest="sha256:other")
        )
        assert "approved sha256:other, today's is sha256:" in str(getattr(error, "detail", ""))


def test_the_approved_digest_is_applied(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        applied = world.apply(BOTH, expected_digest=world.plan(BOTH).digest)
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 4})


@pytest.mark.parametrize("approves", [False, True])
def test_a_person_is_asked_for_the_number_and_may_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, approves: bool
) -> None:
    asked: list[int] = []

    async def answer(deletions: int) -> bool:
        asked.append(deletions)
        return approves

    monkeypatch.setattr(apply_run, "asking", lambda **_: answer)
    with a_world(tmp_path) as world:
        if approves:
            assert world.apply(BOTH).exit_code is ExitCode.DONE
        else:
            refused(world, RefusedError, lambda: world.apply(BOTH))
    assert asked == [4]


@pytest.mark.parametrize(
    "declarations",
    [
        declared(tasks(MISSING)),
        declared(tasks(0), policies=[NONE]),
    ],
)
def test_nobody_is_asked_where_nothing_will_be_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declarations: Declarations
) -> None:
    def ask(**_: bool) -> Callable[[int], object]:
        def fail(_: int) -> object:
            raise AssertionError("asked")

        return fail

    monkeypatch.setattr(apply_run, "asking", ask)
    with a_world(tmp_path) as world:
        world.apply(declarations)
        assert deletions(world) == []


def test_a_second_run_on_a_held_account_is_refused_before_any_call(tmp_path: Path) -> None:
    with a_world(tmp_path, "common_latency_ms=500") as world:
        seen: list[int] = []

        async def meanwhile(_: Stop) -> None:
            await world.clock.sleep(1.0)
            database = open_database(f"sqlite:///{tmp_path / 'ledger.sqlite'}", world.clock)
            with pytest.raises(LockedError):
                await Leases(database, "second").take("acme-crm", world.clock, 0.0)
            seen.append(len(world.store.arrivals()))
            database.close()

        applied = world.apply(BOTH, stop=meanwhile)
        assert applied.exit_code is ExitCode.DONE
        assert len(seen) == 1


def test_the_leases_are_free_after_a_run_whatever_became_of_it(tmp_path: Path) -> None:
    with a_world(tmp_path, "leadsquared_tenant=999") as world:
        refused(world, IdentityError, lambda: world.apply(BOTH))
        world.set_faults()
        assert world.apply(BOTH).exit_code is ExitCode.DONE
        assert world.apply(BOTH).exit_code is ExitCode.DONE


def test_an_audit_folder_that_cannot_be_written_sends_nothing(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        (tmp_path / "audit").write_text("a file where the folder should be")
        with pytest.raises(UnrecordedError):
            world.apply(BOTH)
        assert deletions(world) == []


@pytest.mark.parametrize(
    ("fault", "sends", "untouched"),
    [
        ("leadsquared_role=Sales_User", "talkdesk", tasks(0)),
        (
            "leadsquared_gone=error200 common_failures=leadsquared_users:1-:503",
            "talkdesk",
            tasks(0),
        ),
        ("common_failures=leadsquared_get:1-:503,leadsquared_list:1-:html", "talkdesk", tasks(0)),
        ("common_failures=talkdesk_lists:1-:500", "leadsquared", records(0)),
        ("common_failures=talkdesk:1-:html", "leadsquared", records(0)),
    ],
)
def test_an_account_with_anything_unknown_is_sent_nothing_and_the_other_proceeds(
    tmp_path: Path, fault: str, sends: str, untouched: list[str]
) -> None:
    with a_world(tmp_path, *fault.split()) as world:
        applied = world.apply(declared(tasks(0, 1, MISSING), records(0, 1, MISSING)))
        assert applied.exit_code is ExitCode.INCOMPLETE
        assert {arrival.system for arrival in deletions(world)} == {sends}
        assert set(untouched) <= alive(world)
        assert by_id(applied).get(untouched[0], "not_attempted") == "not_attempted"
        check(world, applied)


def test_a_list_that_is_missing_is_unknown_and_not_empty(tmp_path: Path) -> None:
    with a_world(tmp_path, f"talkdesk_missing_list={records_container().record_list}") as world:
        applied = world.apply(declared((), records(0, 1)))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.INCOMPLETE, {})
        assert deletions(world) == []


def test_a_reviewed_plan_is_applied(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        reviewed = saved(world, BOTH)
        applied = world.apply(BOTH, saved=reviewed)
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 4})
        check(world, applied, planned=[*tasks(0, 1), *records(0, 1)])


def test_only_what_was_reviewed_and_is_unchanged_is_deleted(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = declared(tasks(0, 1, 2, MISSING), records(0, 1))
        reviewed = saved(world, declarations)
        world.store.update_task(tasks(0)[0], Name="Another call altogether")
        world.store.remove_task(tasks(1)[0])
        world.store.add_task(tasks(MISSING)[0], OwnerId="somebody")
        applied = world.apply(declarations, saved=reviewed)
        assert by_id(applied) == {
            tasks(0)[0]: "not_attempted",
            tasks(1)[0]: "already_absent",
            tasks(2)[0]: "deleted",
            records(0)[0]: "deleted",
            records(1)[0]: "deleted",
        }
        assert applied.exit_code is ExitCode.INCOMPLETE
        assert {tasks(0)[0], tasks(MISSING)[0]} <= alive(world)
        check(world, applied)


def two_plans(world: World) -> tuple[SavedPlan, SavedPlan]:
    """Plan the same deletions twice, so that one may be applied behind the other."""
    first = saved(world, BOTH)
    world.clock.elapsed += 1.0
    return first, saved(world, BOTH, "second.jsonl")


def test_a_plan_is_applied_once(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        reviewed = saved(world, BOTH)
        world.apply(BOTH, saved=reviewed)
        sent = len(deletions(world))
        with pytest.raises(StaleError, match="was applied before"):
            world.apply(BOTH, saved=reviewed)
        assert len(deletions(world)) == sent


def test_another_plan_of_the_same_deletions_finds_them_gone(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        first, second = two_plans(world)
        world.apply(BOTH, saved=first)
        sent = len(deletions(world))
        again = world.apply(BOTH, saved=second)
        assert (again.exit_code, outcomes(again)) == (ExitCode.DONE, {"already_absent": 4})
        assert len(deletions(world)) == sent


def test_what_came_back_since_the_review_with_other_content_is_held(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        first, second = two_plans(world)
        world.apply(BOTH, saved=first)
        world.store.add_task(tasks(0)[0], Name="New life", OwnerId="somebody")
        sent = len(deletions(world))
        again = world.apply(BOTH, saved=second)
        assert by_id(again)[tasks(0)[0]] == "not_attempted"
        assert len(deletions(world)) == sent


def test_guards_are_judged_for_what_is_left_of_a_reviewed_plan(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        limit = Policy(name="p", place="p:1", max_deletes=2)
        declarations = declared(tasks(0, 1, 2), policies=[limit])
        reviewed = saved(world, declarations)
        refused_ = world.apply(declarations, saved=reviewed)
        assert (refused_.exit_code, deletions(world)) == (ExitCode.REFUSED, [])
        world.store.remove_task(tasks(0)[0])
        applied = world.apply(declarations, saved=reviewed)
        assert outcomes(applied) == {"already_absent": 1, "deleted": 2}
        assert applied.exit_code is ExitCode.DONE


def test_an_account_that_says_it_sees_all_is_believed_without_the_role(tmp_path: Path) -> None:
    with a_world(tmp_path, "leadsquared_role=Sales_User") as world:
        seeing = replace(crm(), sees_all=True)
        # User 0 owns every seventh task; of the others the key sees nothing.
        plan = world.plan(declared(tasks(0, 7), accounts=[seeing]))
        assert plan.applyable


def test_a_run_that_is_refused_before_its_first_request_is_in_the_audit_log(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path, "leadsquared_tenant=99999") as world:
        with pytest.raises(IdentityError):
            world.apply(declared(tasks(0)))
        (log,) = (tmp_path / "audit").glob("*.jsonl")
        events = [json.loads(line) for line in log.read_bytes().splitlines()]
    assert [event["type"] for event in events] == ["run.started", "run.finished"]
    assert (events[1]["exit_code"], events[1]["failure_reason"]) == (8, "identity")
    assert verify([log], read_copies(f"sqlite:///{tmp_path / 'ledger.sqlite'}")).findings == []
