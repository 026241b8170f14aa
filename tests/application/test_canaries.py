"""Canaries: the first batches of an account, each proven before anything else is sent."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from reconciler.application.stopping import Stop
from reconciler.domain.absences import Declarations
from reconciler.domain.accounts import Account
from reconciler.domain.guarding.policies import Policy
from reconciler.domain.ways import Way
from reconciler.errors import ExitCode
from reconciler.ledger.database import open_database
from reconciler.ledger.halts import Halts
from reconciler.sandbox.seed import phone_number, record_id
from tests.fakes.numbers import (
    ACCOUNTS,
    BEFORE_ITS_BATCH,
    SECOND,
    Spy,
    as_declared,
    loaded,
    number,
    of_second_list,
    phones,
)
from tests.fakes.plans import crm, dialer
from tests.fakes.runs import (
    Watch,
    alive,
    by_id,
    check,
    declared,
    deletions,
    events,
    of_type,
    outcomes,
    reasons,
    records,
    tasks,
)
from tests.simulation import (
    UNLIMITED,
    World,
    a_world,
    declare,
    records_container,
    tasks_container,
)

LISTS = [records_container(0), records_container(1)]
FIRST_LIST, SECOND_LIST = 0, 1_000_000


def canaries(*sizes: int) -> Policy:
    return replace(UNLIMITED, canary=sizes)


USUAL = canaries(1, 10, 100)


def some(
    tasks_: Iterable[str] = (),
    records_: Iterable[str] = (),
    *,
    policy: Policy = USUAL,
    accounts: Iterable[Account] = (),
) -> Declarations:
    return declared(tasks_, records_, accounts=accounts, policies=[policy])


def in_both_lists(first: int, second: int, policy: Policy = USUAL) -> Declarations:
    ids = [records(*range(first)), records(*range(SECOND_LIST, SECOND_LIST + second))]
    return declare(dict(zip(LISTS, ids, strict=True)), policies=[policy])


def sizes(world: World, system: str = "") -> list[int]:
    return [one.size for one in deletions(world, system)]


# -- order and sizes


@pytest.mark.parametrize(
    ("count", "policy", "expected"),
    [
        (1, USUAL, [1]),
        (2, USUAL, [1, 1]),
        (12, USUAL, [1, 10, 1]),
        (130, USUAL, [1, 10, 100, 19]),
        (30, canaries(), [30]),
        (30, canaries(7), [7, 23]),
    ],
)
def test_the_first_batches_have_the_sizes_of_the_policy(
    tmp_path: Path, count: int, policy: Policy, expected: list[int]
) -> None:
    with a_world(tmp_path, tasks=200) as world:
        ids = tasks(*range(count))
        applied = world.apply(some(ids, policy=policy))
        assert (sizes(world), applied.exit_code) == (expected, ExitCode.DONE)
        check(world, applied, planned=ids)


def test_a_canary_is_no_larger_than_a_batch_may_be(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.apply(some(tasks(*range(20)), accounts=[crm(batch=5)]))
        assert sizes(world) == [1, 5, 5, 5, 4]


def test_canaries_go_through_the_containers_in_order_and_what_is_short_uses_a_size_up(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world:
        watch = Watch(world)
        applied = world.apply(in_both_lists(5, 15))
        lists = [
            {Path(one.path).parts[2] for one in deletions(world)[start:end]}
            for start, end in ((0, 2), (2, 4))
        ]
        assert lists == [{LISTS[0].record_list}, {LISTS[1].record_list}]
        # One; of ten only four; of a hundred all that is left.
        assert [len(batch) for batch in watch.batches] == [1, 4, 15]
        assert outcomes(applied) == {"deleted": 20}
        check(world, applied)


def test_each_canary_is_proven_before_the_next_batch_of_its_account_leaves(tmp_path: Path) -> None:
    with a_world(tmp_path, "leadsquared_delete_delay=20", "common_latency_ms=50") as world:
        applied = world.apply(some(tasks(*range(30))))
        told = [
            (event["type"], event["batch"]["number"], event["batch"].get("canary"))
            for event in events(world, applied)
            if event["type"] in ("batch.intent", "batch.settled")
        ]
        assert told == [
            *(("batch.intent", 1, True), ("batch.settled", 1, None)),
            *(("batch.intent", 2, True), ("batch.settled", 2, None)),
            *(("batch.intent", 3, True), ("batch.settled", 3, None)),
        ]
        times = [one.time for one in deletions(world)]
        assert all(later - earlier > 20 for earlier, later in pairwise(times))


def test_what_is_no_canary_says_so_in_the_audit_log(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        applied = world.apply(some(tasks(*range(30)), policy=canaries(2)))
        intents = of_type(events(world, applied), "batch.intent")
        assert [one["batch"]["canary"] for one in intents] == [True, False]


def test_what_a_canary_is_split_into_or_sent_again_as_is_a_canary_too(tmp_path: Path) -> None:
    faults = "common_failures=talkdesk_delete:1:429,talkdesk_delete:2:400"
    with a_world(tmp_path, faults) as world:
        applied = world.apply(some((), records(*range(10)), policy=canaries(4)))
        intents = of_type(events(world, applied), "batch.intent")
        assert [(one["batch"]["size"], one["batch"]["canary"]) for one in intents] == [
            *((4, True), (4, True), (2, True), (2, True), (6, False))
        ]
        assert outcomes(applied) == {"deleted": 10}


def test_what_is_cut_out_of_a_canary_and_waits_is_of_that_canary_still(tmp_path: Path) -> None:
    failures = "common_failures=leadsquared_delete:1:400,leadsquared_delete:2:500_after"
    ids = tasks(*range(310))
    with a_world(tmp_path, "leadsquared_limit=0", failures, tasks=310) as world:
        account = crm(calls=1000)
        applied = world.apply(some(ids, policy=canaries(300, 1), accounts=[account]))
        assert sizes(world) == [300, 150, 150, 1, 9]
        assert outcomes(applied) == {"deleted": 310}


def test_the_canaries_of_two_accounts_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with a_world(tmp_path, "leadsquared_delete_delay=50") as world:
        applied = world.apply(some(tasks(*range(5)), records(*range(5))))
        assert outcomes(applied) == {"deleted": 10}
        last = max(one.time for one in deletions(world, "talkdesk"))
        assert last < min(one.time for one in deletions(world, "leadsquared")) + 10


# -- what brakes


@pytest.mark.parametrize("system", ["leadsquared", "talkdesk"])
def test_a_lie_to_the_first_canary_brakes_and_the_other_account_proceeds(
    tmp_path: Path, system: str
) -> None:
    with a_world(tmp_path, f"{system}_deleted=none") as world:
        mine = [tasks(*range(30)), records(*range(30))]
        there = mine[system == "talkdesk"]
        before = alive(world)
        applied = world.apply(some(*mine))
        assert applied.exit_code is ExitCode.BAD_OUTCOME
        assert sizes(world, system) == [1]
        assert before - alive(world) == {*mine[0], *mine[1]}.difference(there)
        assert outcomes(applied) == {"deleted": 30, "still_present": 1, "not_attempted": 29}
        assert "brake: canary batch 1: 1 still present" in reasons(applied)
        check(world, applied, planned=[*mine[0], *mine[1]])


def test_a_canary_of_which_nothing_can_be_read_brakes(tmp_path: Path) -> None:
    # Everything is read before, with the control; after that nothing can be.
    faults = "common_failures=leadsquared_get:8-:503"
    with a_world(tmp_path, faults, way=Way.BY_ID) as world:
        applied = world.apply(some(tasks(*range(6)), policy=canaries(2)))
        assert sizes(world) == [2]
        assert outcomes(applied) == {"unknown": 2, "not_attempted": 4}
        assert "brake: canary batch 1: 2 unknown" in reasons(applied)
        # What is unknown outweighs the brake.
        assert applied.exit_code is ExitCode.INCOMPLETE
        check(world, applied)


def test_a_later_canary_brakes_as_well(tmp_path: Path) -> None:
    with a_world(tmp_path, "common_failures=talkdesk_delete:2:500") as world:
        applied = world.apply(some((), records(*range(30))))
        assert sizes(world) == [1, 10]
        assert outcomes(applied) == {"deleted": 1, "still_present": 10, "not_attempted": 19}
        assert applied.exit_code is ExitCode.BAD_OUTCOME
        check(world, applied)


@pytest.mark.parametrize("failure", ["500_after", "cut_after", "hang_after", "garbled"])
def test_a_lost_answer_to_a_canary_that_was_executed_does_not_brake(
    tmp_path: Path, failure: str
) -> None:
    faults = f"common_failures=leadsquared_delete:1-3:{failure},talkdesk_delete:1-3:{failure}"
    with a_world(tmp_path, faults) as world:
        applied = world.apply(some(tasks(*range(30)), records(*range(30))))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 60})
        check(world, applied)


def test_what_is_refused_by_name_fails_and_does_not_brake_a_canary(tmp_path: Path) -> None:
    first = min(records(*range(30)))
    with a_world(tmp_path, f"talkdesk_poison_id={first}") as world:
        applied = world.apply(some((), records(*range(30))))
        assert by_id(applied)[first] == "failed"
        assert outcomes(applied) == {"deleted": 29, "failed": 1}
        assert sizes(world) == [1, 10, 19]
        check(world, applied)


def test_a_record_list_that_lost_more_than_was_sent_brakes(tmp_path: Path) -> None:
    with a_world(tmp_path, "talkdesk_deleted=extra") as world:
        applied = world.apply(some((), records(*range(30))))
        assert sizes(world) == [1]
        assert outcomes(applied) == {"deleted": 1, "not_attempted": 29}
        assert reasons(applied) == {
            "",
            f"brake: {LISTS[0].prefix[:-1]} holds 2 fewer after canary batches of 1 in all",
        }
        assert applied.exit_code is ExitCode.BAD_OUTCOME
        check(world, applied)


@pytest.mark.parametrize(("answered", "sent"), [("as_answered", [1, 10, 29]), ("extra", [1])])
def test_an_account_that_is_listed_whole_in_a_few_calls_is_counted_too(
    tmp_path: Path, answered: str, sent: list[int]
) -> None:
    faults = (f"leadsquared_deleted={answered}", "leadsquared_limit=0")
    with a_world(tmp_path, *faults, way=Way.WHOLE_ACCOUNT) as world:
        ids = tasks(*range(40))
        applied = world.apply(some(ids, accounts=[crm(calls=100)]))
        assert applied.plan.accounts[0].sections[0].reading.listed_whole
        assert sizes(world) == sent
        told = "brake: leadsquared/acme-crm/task holds 2 fewer after canary batches of 1 in all"
        assert (told in reasons(applied)) is (answered == "extra")
        check(world, applied, planned=ids)


def test_an_account_that_nobody_counts_is_not_judged_by_its_losses(tmp_path: Path) -> None:
    with a_world(tmp_path, "leadsquared_deleted=extra", way=Way.BY_ID) as world:
        applied = world.apply(some(tasks(*range(3))))
        assert (sizes(world)[0], applied.exit_code) == (1, ExitCode.DONE)


@pytest.mark.parametrize("lag", [0, 1, 30, 600])
def test_a_count_that_lags_is_no_loss(tmp_path: Path, lag: int) -> None:
    with a_world(tmp_path, f"talkdesk_records_count_lag={lag}", records=200) as world:
        applied = world.apply(some((), records(*range(150))))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 150})
        assert sizes(world) == [1, 10, 100, 39]


def test_a_count_that_cannot_be_had_does_not_brake(tmp_path: Path) -> None:
    with a_world(tmp_path, "talkdesk_deleted=extra") as world:
        watch = Watch(world)

        def before(request: httpx.Request) -> Exception | None:
            watch.note(request)
            counting = watch.batches and request.url.path.endswith(LISTS[0].record_list)
            return httpx.ConnectError("nobody there") if counting else None

        world.transport.before = before
        applied = world.apply(some((), records(*range(3))))
        assert len(watch.batches) > 1
        assert applied.exit_code is ExitCode.DONE


@pytest.mark.parametrize("daily", range(13, 32))
def test_counting_spends_no_call_that_proving_needs(tmp_path: Path, daily: int) -> None:
    with a_world(tmp_path) as world:
        ids = records(*range(6))
        applied = world.apply(some((), ids, accounts=[dialer(daily=daily)]))
        assert set(by_id(applied).values()) in ({"deleted"}, {"not_attempted"})
        assert len(world.store.arrivals()) <= daily
        check(world, applied, planned=ids)


# -- canaries that cannot be sent


def test_nothing_larger_is_sent_when_a_canary_could_not_be(tmp_path: Path) -> None:
    with a_world(tmp_path, "common_failures=talkdesk_delete:1-:429") as world:
        applied = world.apply(some((), records(*range(30))))
        assert sizes(world) == [1] * 10
        assert outcomes(applied) == {"not_attempted": 30}
        assert reasons(applied) == {
            "given up after 10 attempts",
            "a canary could not be sent: given up after 10 attempts",
        }
        assert applied.exit_code is ExitCode.INCOMPLETE
        check(world, applied)


# -- declared identifiers


WITH_CANARIES = ACCOUNTS.replace("canary: []", "maxDeletes: 400").replace("maxDeletes: 500, ", "")


def test_declared_identifiers_are_canaries_and_sizes_count_identifiers(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        spy = Spy(world)
        declarations = loaded(
            tmp_path, as_declared(*map(number, range(3, 10))), accounts=WITH_CANARIES
        )
        applied = world.apply(declarations)
        assert [len(body) for body in spy.bodies] == [1, 6]
        assert spy.keys == [["phone_number"]] * 2
        # Two records share each number.
        assert (outcomes(applied), applied.exit_code) == ({"deleted": 14}, ExitCode.DONE)
        intents = of_type(events(world, applied), "batch.intent")
        assert [one["batch"]["canary"] for one in intents] == [True] * 2
        check(world, applied)


def test_a_declared_canary_that_is_lied_to_brakes(tmp_path: Path) -> None:
    with a_world(tmp_path, "talkdesk_deleted=none") as world:
        declarations = loaded(
            tmp_path, as_declared(*map(number, range(3, 10))), accounts=WITH_CANARIES
        )
        applied = world.apply(declarations)
        assert len(deletions(world)) == 1
        assert outcomes(applied) == {"still_present": 2, "not_attempted": 12}
        assert applied.exit_code is ExitCode.BAD_OUTCOME


def test_a_declared_canary_that_is_held_uses_no_size_up(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        numbers = as_declared(number(3), number(4), number(5))
        declarations = loaded(tmp_path, numbers, accounts=WITH_CANARIES)

        def appear() -> None:
            there = phones(phone_number(3))
            world.store.add_record(SECOND, record_id(77_777), phone_numbers=there)

        spy = Spy(world, BEFORE_ITS_BATCH, appear)
        applied = world.apply(declarations)
        sent = [[one["phone_number"] for one in body] for body in spy.bodies]
        assert sent == [[phone_number(4)], [phone_number(5)]]
        assert outcomes(applied) == {"deleted": 4, "not_attempted": 2}
        check(world, applied)


def test_what_vanished_before_a_declared_canary_is_no_loss(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, as_declared(number(3)), accounts=WITH_CANARIES)
        gone = of_second_list(7)
        Spy(world, BEFORE_ITS_BATCH, lambda: world.store.remove_record(SECOND, gone))
        applied = world.apply(declarations)
        assert outcomes(applied) == {"deleted": 1, "already_absent": 1}
        assert applied.exit_code is ExitCode.DONE
        check(world, applied)


# -- what ends a run while a canary is proven


SLOW = ("leadsquared_delete_delay=30",)


def test_a_stop_while_a_canary_is_proven_sends_nothing_more(tmp_path: Path) -> None:
    with a_world(tmp_path, *SLOW) as world:

        async def ask(stop: Stop) -> None:
            await world.clock.sleep(15.0)
            stop.ask(ExitCode.INTERRUPTED)

        applied = world.apply(some(tasks(*range(10))), stop=ask)
        assert applied.exit_code is ExitCode.INTERRUPTED
        assert sizes(world) == [1]
        assert outcomes(applied) == {"unknown": 1, "not_attempted": 9}
        assert reasons(applied) == {
            "the run was stopped before it was read back",
            "the run was stopped",
        }
        check(world, applied)


def test_the_end_of_the_time_while_a_canary_is_proven_sends_nothing_more(tmp_path: Path) -> None:
    with a_world(tmp_path, *SLOW) as world:
        applied = world.apply(some(tasks(*range(10))), stop_after=15.0)
        assert applied.exit_code is ExitCode.INCOMPLETE
        assert sizes(world) == [1]
        assert outcomes(applied) == {"deleted": 1, "not_attempted": 9}
        assert "the time was used up (--stop-after)" in reasons(applied)
        check(world, applied)


def test_a_halt_while_a_canary_is_proven_sends_nothing_more(tmp_path: Path) -> None:
    with a_world(tmp_path, *SLOW) as world:

        async def halt(_: Stop) -> None:
            await world.clock.sleep(15.0)
            database = open_database(f"sqlite:///{tmp_path / 'ledger.sqlite'}", world.clock)
            Halts(database).put([tasks_container().account], "enough", "ada")
            database.close()

        applied = world.apply(some(tasks(*range(10))), stop=halt)
        assert applied.exit_code is ExitCode.REFUSED
        assert sizes(world) == [1]
        assert outcomes(applied) == {"deleted": 1, "not_attempted": 9}
        check(world, applied)
