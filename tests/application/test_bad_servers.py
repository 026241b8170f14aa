"""Servers that refuse, lose, delay and lie: read-backs decide, and nothing is resent on a guess."""

from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from reconciler.domain.absences import Declarations
from reconciler.domain.document import last_line
from reconciler.domain.ways import Way
from reconciler.errors import ExitCode
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
from tests.simulation import World, a_world, records_container

DONE = ExitCode.DONE
IDS = [*tasks(*range(6)), *records(*range(6))]
SMALL = declared(tasks(*range(6)), records(*range(6)), accounts=[crm(batch=3), dialer(batch=3)])
ONE_BATCH_EACH = declared(tasks(0, 1, 2), records(0, 1, 2))


def first_delete(failure: str) -> str:
    return f"common_failures=leadsquared_delete:1:{failure},talkdesk_delete:1:{failure}"


@pytest.mark.parametrize(
    "failure",
    [
        *("cut_after", "cut_body", "garbled", "hang_after", "html_after", "empty_after"),
        *("500_after", "502_after", "503_after", "504_after", "html502_after"),
        # The vendors' papers let nobody conclude from these that nothing was done.
        *("404_after", "409_after", "413_after", "422_after", "redirect_after", "mx500_after"),
        *("error200_after", "previous_after"),
    ],
)
def test_an_answer_that_is_lost_or_wrong_does_not_hide_a_deletion(
    tmp_path: Path, failure: str
) -> None:
    with a_world(tmp_path, first_delete(failure)) as world:
        watch = Watch(world)
        applied = world.apply(ONE_BATCH_EACH)
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 6})
        assert set(watch.times_sent().values()) == {1}
        check(world, applied)


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        *[(name, {"still_present"}) for name in ("cut", "hang", "html", "empty", "502", "html502")],
        ("redirect", {"still_present"}),
        *[(name, {"failed"}) for name in ("404", "409", "413", "422")],
    ],
)
def test_a_deletion_that_did_not_happen_is_never_sent_again_on_a_guess(
    tmp_path: Path, failure: str, told: set[str]
) -> None:
    with a_world(tmp_path, first_delete(failure)) as world:
        watch = Watch(world)
        applied = world.apply(ONE_BATCH_EACH)
        assert applied.exit_code is ExitCode.BAD_OUTCOME
        assert set(by_id(applied).values()) == told
        assert set(watch.times_sent().values()) == {1}
        check(world, applied)


@pytest.mark.parametrize(
    ("system", "fault"),
    [
        ("leadsquared", "leadsquared_delete_answer=queued"),
        ("leadsquared", "leadsquared_delete_answer=empty"),
        ("leadsquared", "leadsquared_delete_answer=html"),
        ("leadsquared", "leadsquared_delete_answer=cut_body"),
        ("leadsquared", "leadsquared_delete_answer=hang_after_accepting"),
        ("leadsquared", "leadsquared_delete_answer=cut_after_accepting"),
        ("leadsquared", "leadsquared_delete_delay=100"),
        ("leadsquared", "leadsquared_get_lag=50"),
        ("leadsquared", "leadsquared_gone=empty_object"),
        ("leadsquared", "leadsquared_gone=404"),
        ("leadsquared", "leadsquared_gone=mx500"),
        ("talkdesk", "talkdesk_total_deleted=too_low"),
        ("talkdesk", "talkdesk_reason=false"),
        ("talkdesk", "talkdesk_failed_records=false"),
        ("talkdesk", "talkdesk_delete_answer=202"),
        ("talkdesk", "talkdesk_delete_answer=202_with_body"),
        ("talkdesk", "talkdesk_get_lag=30"),
        ("talkdesk", "talkdesk_list_lag=30"),
        ("talkdesk", "talkdesk_records_count_lag=30"),
        ("talkdesk", "talkdesk_token_lifetime=3"),
        ("talkdesk", "talkdesk_token_revoked_after=6"),
    ],
)
def test_oddities_change_how_long_it_takes_and_not_what_is_true(
    tmp_path: Path, system: str, fault: str
) -> None:
    with a_world(tmp_path, fault) as world:
        watch = Watch(world)
        applied = world.apply(SMALL)
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 12}), system
        assert set(IDS).isdisjoint(alive(world))
        if "revoked" not in fault:
            assert set(watch.times_sent().values()) == {1}
        check(world, applied, planned=IDS)


@pytest.mark.parametrize("system", ["leadsquared", "talkdesk"])
def test_an_api_that_lies_is_found_out(tmp_path: Path, system: str) -> None:
    with a_world(tmp_path, f"{system}_deleted=none") as world:
        applied = world.apply(SMALL)
        assert applied.exit_code is ExitCode.BAD_OUTCOME
        assert outcomes(applied) == {"deleted": 6, "still_present": 6}
        assert "still seen although the API accepted the deletion" in reasons(applied)
        check(world, applied, planned=IDS)


@pytest.mark.parametrize("system", ["leadsquared", "talkdesk"])
def test_half_a_deletion_is_counted_by_what_is_true(tmp_path: Path, system: str) -> None:
    with a_world(tmp_path, f"{system}_deleted=half_silently") as world:
        applied = world.apply(SMALL)
        assert outcomes(applied) == {"deleted": 8, "still_present": 4}
        check(world, applied, planned=IDS)


@pytest.mark.parametrize("failed", range(4))
def test_what_talkdesk_names_as_failed_is_told_apart(tmp_path: Path, failed: int) -> None:
    with a_world(tmp_path) as world:
        # They vanish between the fresh reading and the deletion.
        def vanish(request: httpx.Request) -> Exception | None:
            if request.method == "DELETE":
                for number in range(failed):
                    world.store.remove_record(records_container().record_list, records(number)[0])
            return None

        world.transport.before = vanish
        applied = world.apply(declared((), records(0, 1, 2, 3)))
        expected = {"already_absent": failed, "deleted": 4 - failed}
        assert outcomes(applied) == {name: count for name, count in expected.items() if count}
        assert applied.exit_code is ExitCode.DONE
        check(world, applied)


def test_a_claim_of_too_many_is_a_brake(tmp_path: Path) -> None:
    with a_world(tmp_path, "talkdesk_total_deleted=too_high", "common_latency_ms=100") as world:
        targets = records(*range(100))
        applied = world.apply(declared((), targets, accounts=[dialer(batch=5)]))
        assert applied.exit_code is ExitCode.BAD_OUTCOME
        sent = sum(arrival.size for arrival in deletions(world))
        # What was under way when the first answer came, and nothing after it.
        assert sent <= 8 * 5
        assert outcomes(applied) == {"deleted": sent, "not_attempted": 100 - sent}
        assert any(reason.startswith("brake: the API claims") for reason in reasons(applied))
        check(world, applied, planned=targets)


@pytest.mark.parametrize("poison", range(6))
def test_one_bad_identifier_fails_alone(tmp_path: Path, poison: int) -> None:
    bad = records(poison)[0]
    with a_world(tmp_path, f"talkdesk_poison_id={bad}") as world:
        watch = Watch(world)
        applied = world.apply(declared((), records(*range(6))))
        assert by_id(applied) == {
            one: "failed" if one == bad else "deleted" for one in records(*range(6))
        }
        assert applied.exit_code is ExitCode.BAD_OUTCOME
        # The others arrive in a batch that is refused at most three times: 6, 3, 2 or 1.
        assert max(watch.times_sent().values()) <= 4
        assert all(watch.batches)
        told = events(world, applied)
        split = [one for one in of_type(told, "batch.settled") if "resent_as" in one]
        numbers = [number for one in split for number in one["resent_as"]]
        intended = [one["batch"]["number"] for one in of_type(told, "batch.intent")]
        assert sorted([1, *numbers]) == sorted(intended)
        check(world, applied)


def test_a_server_that_refuses_everything_fails_everything_and_ends(tmp_path: Path) -> None:
    with a_world(tmp_path, "talkdesk_body_dropped=true") as world:
        applied = world.apply(declared((), records(*range(8))))
        assert outcomes(applied) == {"failed": 8}
        assert [arrival.size for arrival in deletions(world)] == [
            *(8, 4, 2, 1, 1, 2, 1, 1, 4, 2, 1, 1, 2, 1, 1)
        ]
        check(world, applied)


@pytest.mark.parametrize("mode", ["429", "403", "200"])
def test_too_fast_is_sent_again_as_a_new_attempt(tmp_path: Path, mode: str) -> None:
    faults = ("leadsquared_bulk_limit=1", f"leadsquared_limit_mode={mode}")
    with a_world(tmp_path, *faults) as world:
        applied = world.apply(declared(tasks(*range(6)), accounts=[crm(batch=2)]))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 6})
        told = events(world, applied)
        intents = [
            (one["batch"]["number"], one["batch"]["attempt"])
            for one in of_type(told, "batch.intent")
        ]
        assert len(intents) == len(set(intents)) == len(deletions(world))
        assert len(intents) > 3
        refused = [one for one in of_type(told, "batch.response") if one["reply"] == "throttled"]
        assert len(refused) == len(intents) - 3
        check(world, applied)


@pytest.mark.parametrize("failure", ["429", "load_shedding"])
def test_talkdesk_too_fast_is_sent_again(tmp_path: Path, failure: str) -> None:
    with a_world(tmp_path, f"common_failures=talkdesk_delete:1-3:{failure}") as world:
        applied = world.apply(declared((), records(0, 1)))
        assert outcomes(applied) == {"deleted": 2}
        assert len(deletions(world)) == 4
        check(world, applied)


@pytest.mark.parametrize(
    "retry_after", ["0", "-1", "1000000000", "auto", "Wed, 21 Oct 2015 07:28:00 GMT"]
)
def test_a_storm_of_refusals_ends_and_nothing_was_done(tmp_path: Path, retry_after: str) -> None:
    faults = (
        "common_failures=leadsquared_delete:1-:429,talkdesk_delete:1-:429",
        f"leadsquared_retry_after={retry_after}",
        f"talkdesk_retry_after={retry_after}",
    )
    with a_world(tmp_path, *faults) as world:
        applied = world.apply(ONE_BATCH_EACH)
        assert outcomes(applied) == {"not_attempted": 6}
        assert reasons(applied) == {"given up after 10 attempts"}
        assert applied.exit_code is ExitCode.INCOMPLETE
        assert len(deletions(world)) == 20
        assert world.clock.elapsed < 3600
        check(world, applied)


@pytest.mark.parametrize(
    ("fault", "system"),
    [
        ("common_failures=leadsquared_delete:1-:401", "leadsquared"),
        ("common_failures=talkdesk_delete:1-:401", "talkdesk"),
        ("common_failures=talkdesk_delete:1-:403", "talkdesk"),
    ],
)
def test_refused_credentials_end_the_account_and_not_the_other(
    tmp_path: Path, fault: str, system: str
) -> None:
    with a_world(tmp_path, fault, "common_latency_ms=50") as world:
        ids = [*tasks(*range(30)), *records(*range(30))]
        declarations = declared(ids[:30], ids[30:], accounts=[crm(batch=1), dialer(batch=1)])
        applied = world.apply(declarations)
        assert applied.exit_code is ExitCode.IDENTITY
        mine = ids[:30] if system == "leadsquared" else ids[30:]
        told = by_id(applied)
        assert {told[one] for one in ids if one not in mine} == {"deleted"}
        assert {told[one] for one in mine} == {"failed", "not_attempted"}
        # Eight at a time, each once more with a fresh token at the most.
        assert len(deletions(world, system)) <= 16
        assert set(mine) <= alive(world)
        check(world, applied, planned=ids)


def test_a_token_that_is_refused_is_renewed_once(tmp_path: Path) -> None:
    with a_world(tmp_path, "common_failures=talkdesk_delete:1:401") as world:
        applied = world.apply(declared((), records(0, 1)))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 2})
        intents = of_type(events(world, applied), "batch.intent")
        assert [one["batch"]["attempt"] for one in intents] == [1, 2]
        check(world, applied)


def test_a_token_that_cannot_be_renewed_within_the_day_ends_the_account(tmp_path: Path) -> None:
    # Token, list, control, two reads; the deletion is the last call of the day.
    with a_world(tmp_path, "common_failures=talkdesk_delete:1:401") as world:
        account = dialer(daily=5)
        applied = world.apply(declared((), records(0), accounts=[account]))
        assert applied.exit_code in (ExitCode.IDENTITY, ExitCode.INCOMPLETE)
        assert set(records(0)) <= alive(world)
        check(world, applied)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        # The job runs after we stopped looking: seen present is what can be said.
        ("leadsquared_delete_delay=130", "still_present"),
        ("leadsquared_delete_delay=119", "deleted"),
        ("leadsquared_get_lag=130", "still_present"),
        ("common_failures=leadsquared_get:8-:503", "unknown"),
    ],
)
def test_settle_within_is_how_long_a_target_is_looked_for(
    tmp_path: Path, fault: str, told: str
) -> None:
    with a_world(tmp_path, fault) as world:
        # Seven reads before: the control and six tasks.
        applied = world.apply(declared(tasks(*range(6)), accounts=[crm(calls=100)]))
        assert outcomes(applied) == {told: 6}
        assert 110 < world.clock.elapsed < 200


@pytest.mark.parametrize(
    ("declarations", "fault", "seconds"),
    [
        (declared(tasks(0, 1)), "leadsquared_delete_answer=counts", 1.0),
        (declared((), records(0, 1)), "talkdesk_delete_answer=202", 6.0),
        (declared((), records(0, 1)), "talkdesk_delete_answer=200", 0.0),
    ],
)
def test_the_first_look_comes_when_the_api_may_have_acted(
    tmp_path: Path, declarations: Declarations, fault: str, seconds: float
) -> None:
    with a_world(tmp_path, fault) as world:
        assert outcomes(world.apply(declarations)) == {"deleted": 2}
        arrivals = world.store.arrivals()
        sent = arrivals.index(deletions(world)[0])
        assert arrivals[sent + 1].time - arrivals[sent].time == pytest.approx(seconds, abs=0.01)


def test_every_deletion_is_read_at_least_once_after_its_answer(tmp_path: Path) -> None:
    with a_world(tmp_path, "leadsquared_delete_delay=0", "common_latency_ms=100") as world:
        account = crm(settle_within=0.0, batch=2)
        applied = world.apply(declared(tasks(*range(6)), accounts=[account]))
        assert outcomes(applied) == {"deleted": 6}
        check(world, applied)


def test_what_is_settled_is_not_asked_again(tmp_path: Path) -> None:
    with a_world(tmp_path, "talkdesk_deleted=half_silently", records=2000) as world:
        watch = Watch(world)
        applied = world.apply(declared((), records(0, 1, 2, 3)))
        assert outcomes(applied) == {"deleted": 2, "still_present": 2}
        gone = [one for one, outcome in by_id(applied).items() if outcome == "deleted"]
        sent = [kind for kind, _, _ in watch.seen].index("delete")
        reads = [ids[0] for kind, _, ids in watch.seen[sent:] if kind == "read"]
        assert [reads.count(one) for one in gone] == [1, 1]


def test_a_large_batch_is_sampled_while_nothing_has_happened(tmp_path: Path) -> None:
    with a_world(tmp_path, "leadsquared_delete_delay=60", way=Way.BY_ID) as world:
        watch = Watch(world)
        targets = tasks(*range(40))
        applied = world.apply(declared(targets, accounts=[crm(calls=1000)]))
        assert outcomes(applied) == {"deleted": 40}
        sent = next(at for kind, at, _ in watch.seen if kind == "delete")
        early = [ids for kind, at, ids in watch.seen if kind == "read" and sent < at < sent + 55]
        assert 0 < len(early) < 4 * 40
        check(world, applied, planned=targets)


@pytest.mark.parametrize(
    "fault",
    [
        *(f"talkdesk_paging={how}" for how in ("repeat", "skip", "shift", "short", "empty")),
        *("talkdesk_paging=empty_middle", "talkdesk_paging=no_next"),
        *("talkdesk_count=too_high", "talkdesk_count=too_low", "talkdesk_count=page"),
        *("talkdesk_next_link=always", "talkdesk_next_link=foreign_host", "talkdesk_total=false"),
        "common_failures=talkdesk_list:2:500",
    ],
)
def test_no_flaw_of_a_listing_proves_absence(tmp_path: Path, fault: str) -> None:
    with a_world(tmp_path, fault, records=120) as world:
        targets = records(*range(60))
        declarations = declared((), targets, accounts=[dialer(page=20, calls=1000)])
        applied = world.apply(declarations)
        there = alive(world)
        assert {one for one in targets if one not in there} == {
            one for one, outcome in by_id(applied).items() if outcome == "deleted"
        }
        assert len(by_id(applied)) == 60
        assert set(records(*range(60, 120))) <= there
        check(world, applied)


@pytest.mark.parametrize("gone", ["error200", "null"])
def test_an_answer_that_means_nothing_proves_no_absence(tmp_path: Path, gone: str) -> None:
    with a_world(tmp_path, f"leadsquared_gone={gone}", way=Way.BY_ID) as world:
        plan = world.plan(declared([*tasks(0), "00000000-0000-4000-8000-000000000000"]))
        counts = {action.value: count for action, count in plan.counts().items()}
        assert counts["absent"] == 0
        assert last_line(counts).endswith("unknown.")


def test_a_target_that_comes_back_is_seen_by_the_next_run(tmp_path: Path) -> None:
    with a_world(tmp_path, "common_reappears_after=30") as world:
        first = world.apply(ONE_BATCH_EACH)
        assert outcomes(first) == {"deleted": 6}
        world.clock.elapsed += 60
        assert set(tasks(0, 1, 2)) <= alive(world)
        second = world.apply(ONE_BATCH_EACH)
        assert outcomes(second) == {"deleted": 6}


def refuse_connections(world: World, times: int) -> list[float]:
    """Let the first deletions find nobody; return when they were tried."""
    tried: list[float] = []

    def before(request: httpx.Request) -> Exception | None:
        if request.method == "DELETE" or request.url.path.endswith("DeleteTasks"):
            tried.append(world.clock.monotonic())
            if len(tried) <= times:
                return httpx.ConnectError("connection refused")
        return None

    world.transport.before = before
    return tried


def test_what_provably_never_left_is_sent_again_with_growing_pauses(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        tried = refuse_connections(world, 3)
        applied = world.apply(declared(tasks(0, 1)))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 2})
        pauses = [later - earlier for earlier, later in pairwise(tried)]
        assert pauses == [1.0, 2.0, 4.0]
        replies = [one["reply"] for one in of_type(events(world, applied), "batch.response")]
        assert replies == ["unsent", "unsent", "unsent", "delivered"]
        check(world, applied)


def test_a_server_that_is_never_there_is_given_up(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        tried = refuse_connections(world, 99)
        applied = world.apply(declared(tasks(0, 1)))
        assert outcomes(applied) == {"not_attempted": 2}
        assert (len(tried), deletions(world)) == (10, [])
        check(world, applied)


@pytest.mark.parametrize(
    "error", [httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError, httpx.ReadTimeout]
)
def test_a_connection_that_breaks_under_way_is_settled_by_reading(
    tmp_path: Path, error: type[httpx.TransportError]
) -> None:
    with a_world(tmp_path) as world:
        watch = Watch(world)

        def after(request: httpx.Request) -> Exception | None:
            deleting = request.method == "DELETE" or request.url.path.endswith("DeleteTasks")
            return error("broken") if deleting else None

        world.transport.after = after
        applied = world.apply(ONE_BATCH_EACH)
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {"deleted": 6})
        assert set(watch.times_sent().values()) == {1}
        check(world, applied)


class Answering(httpx.AsyncBaseTransport):
    """Carries requests, and answers deletions with words of its own."""

    def __init__(self, inner: httpx.AsyncBaseTransport, body: bytes) -> None:
        self._inner = inner
        self._body = body

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        return httpx.Response(200, content=self._body) if request.method == "DELETE" else answer


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"total_deleted": 99999999999999999999, "total_errors": -1}', ExitCode.BAD_OUTCOME),
        (b'{"total_deleted": -1, "_embedded": {"reason": {"\\ud83d": ["ID"]}}}', DONE),
        (
            b'{"total_deleted": "2", "_embedded": {"failed_records": [null, {"id": 5}]}}',
            ExitCode.DONE,
        ),
        (b'{"total_deleted": 2, "_embedded": {"failed_records": [{"id": "ID"}]}}', DONE),
        (
            b'{"_embedded": {"reason": {"record_not_found": ["ID", "ID", "stranger"]}}}',
            ExitCode.DONE,
        ),
        (b'{"total_deleted": true, "_embedded": []}', DONE),
        (b"[]", DONE),
    ],
)
def test_no_claim_of_an_answer_counts_for_more_than_a_reading(
    tmp_path: Path, body: bytes, code: ExitCode
) -> None:
    with a_world(tmp_path) as world:
        content = body.replace(b"ID", records(0)[0].encode())
        world.transport = Answering(world.transport, content)  # type: ignore[assignment]  # any transport will do
        applied = world.apply(declared((), records(0, 1)))
        assert set(records(0, 1)).isdisjoint(alive(world))
        assert set(by_id(applied).values()) <= {"deleted", "already_absent"}
        assert applied.exit_code is code
        check(world, applied, planned=records(0, 1))
