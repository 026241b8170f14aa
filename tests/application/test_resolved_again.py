"""Between plan and deletion: what identifiers and rules select is looked at again, every time."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import httpx
import pytest

from reconciler.application.stopping import Stop
from reconciler.errors import ExitCode
from reconciler.sandbox.seed import phone_number, record_id
from tests.fakes.numbers import (
    ACCOUNTS,
    BEFORE_ITS_BATCH,
    FIRST,
    SECOND,
    UNUSED,
    Spy,
    as_declared,
    external,
    loaded,
    manifest,
    number,
    of_second_list,
    phones,
    protection,
    through,
)
from tests.fakes.runs import alive, by_id, check, deletions, outcomes, reasons, saved
from tests.simulation import World, a_world

NOT_ALONE = (
    "held: right before its batch, its identifier also selected a record that is not an unchanged "
    "deletion of the plan"
)
VANISHED = "its identifier no longer selects it"
UNSELECTED = "held: nothing selects it any more, so it differs from the reviewed plan"
BOTH = [of_second_list(6), of_second_list(7)]
"""The records that share number 3."""
MOVED = {"phone_number": UNUSED, "phone_numbers": phones(UNUSED)}
"""Another number than before."""


def appears(world: World, n: int) -> Callable[[], object]:
    """Return what adds a record with the n-th number to the second list."""
    there = phones(phone_number(n))
    return lambda: world.store.add_record(SECOND, record_id(77_777), phone_numbers=there)


def at_the_first_deletion(world: World, then: Callable[[], object], error: Exception) -> None:
    """Do something when the first deletion is on its way, which never arrives."""
    left = [error]

    def before(request: httpx.Request) -> Exception | None:
        if request.method != "DELETE" or not left:
            return None
        then()
        return left.pop()

    world.transport.before = before


# -- right before a batch


def test_a_record_that_appears_after_the_plan_keeps_its_number_from_being_sent(
    tmp_path: Path,
) -> None:
    """The number is resolved again right before its batch."""
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, as_declared(number(3)))
        Spy(world, BEFORE_ITS_BATCH, appears(world, 3))
        applied = world.apply(declarations)
        assert deletions(world) == []
        assert (outcomes(applied), applied.exit_code) == (
            {"not_attempted": 2},
            ExitCode.INCOMPLETE,
        )
        assert reasons(applied) == {NOT_ALONE}


def test_a_record_that_vanishes_after_the_plan_is_already_absent(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, as_declared(number(3)))
        Spy(world, BEFORE_ITS_BATCH, lambda: world.store.remove_record(SECOND, of_second_list(7)))
        applied = world.apply(declarations)
        assert outcomes(applied) == {"deleted": 1, "already_absent": 1}
        assert applied.exit_code is ExitCode.DONE


def test_a_record_that_changes_its_number_after_the_plan_is_left_alone(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, as_declared(number(3)))
        Spy(
            world,
            BEFORE_ITS_BATCH,
            lambda: world.store.update_record(SECOND, of_second_list(7), **MOVED),
        )
        applied = world.apply(declarations)
        assert by_id(applied) == dict(zip(BOTH, ["deleted", "not_attempted"], strict=True))
        assert (reasons(applied), applied.exit_code) == ({"", VANISHED}, ExitCode.INCOMPLETE)
        assert of_second_list(7) in alive(world)
        check(world, applied, planned=BOTH)


@pytest.mark.parametrize(
    "documents",
    [
        [as_declared(number(3), more=["expect: {priority: [5]}"])],
        [as_declared(number(3)), protection("where: {priority: [1]}")],
    ],
    ids=["expected", "protected"],
)
def test_what_changes_without_a_mark_is_held_against_expectations_and_protections_again(
    tmp_path: Path, documents: list[str]
) -> None:
    """The priority of a record is no part of its fingerprint."""
    with a_world(tmp_path) as world:
        for target_id in BOTH:
            world.store.update_record(SECOND, target_id, priority=5)
        declarations = loaded(tmp_path, *documents)
        Spy(
            world,
            BEFORE_ITS_BATCH,
            lambda: world.store.update_record(SECOND, of_second_list(7), priority=1),
        )
        applied = world.apply(declarations)
        assert (outcomes(applied), reasons(applied)) == ({"not_attempted": 2}, {NOT_ALONE})
        assert (deletions(world), applied.exit_code) == ([], ExitCode.INCOMPLETE)
        check(world, applied, planned=BOTH)


def test_a_number_that_cannot_be_resolved_again_is_not_sent(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        pages = count(1)

        def short(request: httpx.Request, response: httpx.Response) -> httpx.Response:
            if not request.url.path.endswith("/records") or next(pages) < BEFORE_ITS_BATCH:
                return response
            body = response.json()
            wrong = {"count": body["count"] + 1, "total": body["count"] + 1}
            return httpx.Response(200, json={**body, **wrong})

        through(world, short)
        applied = world.apply(loaded(tmp_path, as_declared(number(3))))
        assert (outcomes(applied), applied.exit_code) == (
            {"not_attempted": 2},
            ExitCode.INCOMPLETE,
        )
        (reason,) = reasons(applied)
        assert reason.startswith(
            "its identifier could not be resolved again: a listing was not complete: "
        )
        assert deletions(world) == []


def test_after_a_brake_no_further_identifier_is_resolved(tmp_path: Path) -> None:
    with a_world(tmp_path, "talkdesk_total_deleted=too_high") as world:
        declarations = loaded(tmp_path, as_declared(external(6), number(4), record_list=FIRST))
        spy = Spy(world)
        applied = world.apply(declarations)
        # Two pages for the plan, and two right before the first batch.
        assert (len(spy.bodies), spy.pages) == (1, 4)
        assert outcomes(applied) == {"deleted": 1, "not_attempted": 1}
        assert "brake: the API claims to have deleted more than the 1 of batch 1" in reasons(
            applied
        )
        assert applied.exit_code is ExitCode.BAD_OUTCOME


# -- before it is sent another time


def test_a_number_is_resolved_again_before_it_is_sent_again(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, as_declared(number(3)))
        at_the_first_deletion(world, appears(world, 3), httpx.ConnectError("refused"))
        applied = world.apply(declarations)
        assert (outcomes(applied), reasons(applied)) == ({"not_attempted": 2}, {NOT_ALONE})
        assert (deletions(world), applied.exit_code) == ([], ExitCode.INCOMPLETE)
        check(world, applied, planned=BOTH)


def test_what_may_still_be_sent_is_sent_again_without_the_rest(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, as_declared(number(3), number(4)))
        at_the_first_deletion(world, appears(world, 3), httpx.ConnectError("refused"))
        applied = world.apply(declarations)
        others = [of_second_list(8), of_second_list(9)]
        assert by_id(applied) == {
            **dict.fromkeys(BOTH, "not_attempted"),
            **dict.fromkeys(others, "deleted"),
        }
        assert reasons(applied) == {"", NOT_ALONE}
        assert (len(deletions(world)), record_id(77_777) in alive(world)) == (1, True)
        check(world, applied, planned=[*BOTH, *others])


def test_the_halves_of_a_refused_batch_are_resolved_again(tmp_path: Path) -> None:
    with a_world(tmp_path, f"talkdesk_poison_id={phone_number(5)}") as world:
        declarations = loaded(tmp_path, as_declared(number(3), number(4), number(5)))
        there = iter([appears(world, 3)])

        def answered(request: httpx.Request) -> None:
            if request.method == "DELETE":
                next(there, lambda: None)()

        world.transport.after = answered
        applied = world.apply(declarations)
        assert by_id(applied) == {
            **dict.fromkeys(BOTH, "not_attempted"),
            **dict.fromkeys([of_second_list(8), of_second_list(9)], "deleted"),
            **dict.fromkeys([of_second_list(10), of_second_list(11)], "failed"),
        }
        assert record_id(77_777) in alive(world)
        check(world, applied)


def test_after_a_stop_nothing_is_resolved_again(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        stops: list[Stop] = []

        async def take(stop: Stop) -> None:
            stops.append(stop)

        declarations = loaded(tmp_path, as_declared(number(3)))
        at_the_first_deletion(
            world, lambda: stops[0].ask(ExitCode.INTERRUPTED), httpx.ConnectError("refused")
        )
        applied = world.apply(declarations, stop=take)
        assert (outcomes(applied), reasons(applied)) == (
            {"not_attempted": 2},
            {"the run was stopped"},
        )
        assert (pages_of(world), deletions(world)) == (4, [])
        check(world, applied, planned=BOTH)


# -- credentials that are refused


def denied_from(world: World, begin: Callable[[httpx.Request], bool]) -> list[httpx.Request]:
    """Let reads be refused from the first call on that ``begin`` says so of; return all since."""
    begun: list[httpx.Request] = []

    def denied(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if begun or begin(request):
            begun.append(request)
            if request.method == "GET":
                message = {"code": "0530902", "message": "Insufficient scopes"}
                return httpx.Response(403, json=message)
        return response

    through(world, denied)
    return begun


def pages_of(world: World) -> int:
    """Return how many pages of records were asked for."""
    return sum(path.endswith("/records") for _, _, path in world.transport.requests)


def test_credentials_that_are_refused_while_resolving_again_are_not_sent(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        denied_from(world, lambda request: request.method == "DELETE")
        listed = manifest(f"id: {record_id(1)}", name="ids")
        applied = world.apply(loaded(tmp_path, as_declared(number(3)), listed))
        assert by_id(applied) == {**dict.fromkeys(BOTH, "not_attempted"), record_id(1): "unknown"}
        assert len(deletions(world)) == 1
        check(world, applied)


def test_credentials_that_are_refused_once_are_not_tried_with_the_next_batch(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world:
        since = denied_from(world, lambda _: pages_of(world) == BEFORE_ITS_BATCH)
        declarations = loaded(tmp_path, as_declared(external(6), number(4), record_list=FIRST))
        applied = world.apply(declarations)
        assert (outcomes(applied), deletions(world)) == ({"not_attempted": 2}, [])
        assert [one.url.path.rpartition("/")[2] for one in since] == ["records"]
        check(world, applied)


def test_credentials_that_are_refused_for_a_record_that_is_not_selected_any_more_stop_its_batch(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world:
        denied_from(world, lambda request: request.url.path.endswith(of_second_list(7)))
        Spy(
            world,
            BEFORE_ITS_BATCH,
            lambda: world.store.update_record(SECOND, of_second_list(7), **MOVED),
        )
        applied = world.apply(loaded(tmp_path, as_declared(number(3))))
        assert (outcomes(applied), deletions(world)) == ({"not_attempted": 2}, [])
        assert VANISHED in reasons(applied)
        check(world, applied, planned=BOTH)


# -- reviewed, and selected by nothing any more


CRM = """\
---
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme-crm}
spec: {system: leadsquared, region: in21, tenant: "22824"}
---
apiVersion: reconciler/v1
kind: AbsentTasks
metadata: {name: old, owner: ops, reason: Left}
spec:
  account: acme-crm
  where: {owner: [former.one@example.com], status: pending, max: 99}
"""


def test_a_reviewed_record_that_goes_by_another_number_by_now_is_accounted_for(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world:
        second = manifest(number(3), record_list=SECOND, name="twice")
        declarations = loaded(tmp_path, manifest(number(4), number(5), number(6)), second)
        reviewed = saved(world, declarations)
        assert world.store.update_record(FIRST, record_id(4), **MOVED)
        world.store.remove_record(FIRST, record_id(6))
        applied = world.apply(declarations, saved=reviewed)
        assert by_id(applied) == {
            record_id(4): "not_attempted",
            record_id(5): "deleted",
            record_id(6): "already_absent",
            **dict.fromkeys(BOTH, "deleted"),
        }
        assert reasons(applied) == {"", UNSELECTED}
        assert applied.exit_code is ExitCode.INCOMPLETE
        check(world, applied, planned=[*(record_id(n) for n in (4, 5, 6)), *BOTH])


def test_a_plan_of_which_nothing_is_selected_any_more_is_not_done(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, manifest(number(4)))
        reviewed = saved(world, declarations)
        assert world.store.update_record(FIRST, record_id(4), **MOVED)
        applied = world.apply(declarations, saved=reviewed)
        assert (by_id(applied), reasons(applied)) == (
            {record_id(4): "not_attempted"},
            {UNSELECTED},
        )
        assert (applied.nothing_to_delete, applied.exit_code) == (False, ExitCode.INCOMPLETE)
        check(world, applied, planned=[record_id(4)])


def test_what_a_rule_does_not_match_any_more_is_accounted_for(tmp_path: Path) -> None:
    with a_world(tmp_path, "leadsquared_limit=0") as world:
        declarations = loaded(tmp_path, CRM)
        reviewed = saved(world, declarations)
        ((_, planned),) = reviewed.reviewed.deletions.items()
        completed, removed, *rest = sorted(planned)
        world.store.update_task(completed, StatusCode=1)
        world.store.remove_task(removed)
        applied = world.apply(declarations, saved=reviewed)
        assert by_id(applied) == {
            completed: "not_attempted",
            removed: "already_absent",
            **dict.fromkeys(rest, "deleted"),
        }
        assert rest
        assert reasons(applied) == {"", UNSELECTED}
        assert applied.exit_code is ExitCode.INCOMPLETE
        check(world, applied, planned=planned)


def test_what_is_not_selected_any_more_and_cannot_be_read_is_not_called_absent(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path, "leadsquared_limit=0") as world:
        declarations = loaded(tmp_path, CRM)
        reviewed = saved(world, declarations)
        ((_, planned),) = reviewed.reviewed.deletions.items()
        removed = min(planned)
        world.store.remove_task(removed)
        by_id_fails = "common_failures=leadsquared_get:1-:html502"
        world.set_faults("leadsquared_limit=0", by_id_fails)
        applied = world.apply(declarations, saved=reviewed)
        assert by_id(applied)[removed] == "not_attempted"
        assert applied.exit_code is not ExitCode.DONE
        check(world, applied, planned=planned)


def test_what_is_not_selected_any_more_and_may_not_be_read_is_accounted_for_all_the_same(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, manifest(number(4), number(5)))
        reviewed = saved(world, declarations)
        assert world.store.update_record(FIRST, record_id(4), **MOVED)
        denied_from(world, lambda request: request.url.path.endswith(record_id(4)))
        applied = world.apply(declarations, saved=reviewed)
        assert by_id(applied) == {record_id(4): "not_attempted", record_id(5): "deleted"}
        assert (reasons(applied), applied.exit_code) == ({"", UNSELECTED}, ExitCode.INCOMPLETE)
        check(world, applied)


def test_after_a_stop_what_is_not_selected_any_more_is_not_read(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        stops: list[Stop] = []

        async def take(stop: Stop) -> None:
            stops.append(stop)

        declarations = loaded(tmp_path, manifest(number(4), number(5)))
        reviewed = saved(world, declarations)
        assert world.store.update_record(FIRST, record_id(4), **MOVED)
        at_the_first_deletion(
            world, lambda: stops[0].ask(ExitCode.INTERRUPTED), httpx.ConnectError("refused")
        )
        applied = world.apply(declarations, saved=reviewed, stop=take)
        assert outcomes(applied) == {"not_attempted": 2}
        assert reasons(applied) == {"the run was stopped", UNSELECTED}
        *_, last = (path for _, method, path in world.transport.requests if method == "GET")
        assert last.endswith("/records")
        check(world, applied)


# -- when a batch had to wait for its turn


SLOW = ACCOUNTS.replace(
    "tenant: acme}", "tenant: acme, limits: {calls: 99, deleteCalls: 1, per: 60s, batch: 1}}"
)


def when_one_is_gone(world: World, then: Callable[[], object]) -> None:
    """Do something half a minute after the first deletion, while the second waits for its slot."""
    sent: list[float] = []

    def before(request: httpx.Request) -> None:
        now = world.clock.monotonic()
        if request.method == "DELETE":
            sent.append(now)
        elif len(sent) == 1 and now > sent[0] + 30:
            sent.append(now)
            then()

    world.transport.before = before


def test_what_appears_while_a_number_waits_for_its_slot_keeps_it_from_being_sent(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path, "talkdesk_limit=0") as world:
        declarations = loaded(tmp_path, as_declared(number(3), number(4)), accounts=SLOW)
        there = {*BOTH, of_second_list(8), of_second_list(9)}
        before = alive(world)
        when_one_is_gone(world, appears(world, 4))
        applied = world.apply(declarations)
        assert before - alive(world) == set(BOTH)
        assert by_id(applied) == {
            one: "deleted" if one in BOTH else "not_attempted" for one in there
        }
        assert reasons(applied) == {"", NOT_ALONE}
        assert len(deletions(world)) == 1
        check(world, applied, planned=sorted(there))


def test_a_number_that_waited_and_selects_the_same_is_sent(tmp_path: Path) -> None:
    with a_world(tmp_path, "talkdesk_limit=0") as world:
        declarations = loaded(tmp_path, as_declared(number(3), number(4)), accounts=SLOW)
        applied = world.apply(declarations)
        assert (outcomes(applied), applied.exit_code) == ({"deleted": 4}, ExitCode.DONE)
        assert len(deletions(world)) == 2


def test_a_stop_while_a_number_that_waited_is_resolved_keeps_it_from_being_sent(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path, "talkdesk_limit=0") as world:
        stops: list[Stop] = []

        async def take(stop: Stop) -> None:
            stops.append(stop)

        declarations = loaded(tmp_path, as_declared(number(3), number(4)), accounts=SLOW)
        when_one_is_gone(world, lambda: stops[0].ask(ExitCode.INTERRUPTED))
        applied = world.apply(declarations, stop=take)
        assert len(deletions(world)) == 1
        assert outcomes(applied)["not_attempted"] == 2
        assert applied.exit_code is ExitCode.INTERRUPTED
        check(world, applied)
