"""What a log tells of a target in the end, over attempts, runs and rechecks."""

from collections.abc import Sequence
from typing import Any

from reconciler.audit.chain import line_hash
from reconciler.audit.course import left_of, told_of
from reconciler.audit.erasure import Declaration, Told, Wanted
from tests.fakes.logs import RUN, chained, finished, intent, name, response, settled

LATER = "20261122T100000000Z-00000002"
LAST = "20261122T110000000Z-00000003"
PREFIX = "leadsquared/acme-crm/task/"
TABLE = [
    {"manifest": "AbsentTasks/old", "file": "m/old.yaml", "ticket": "T-1", "purpose": "hygiene"},
    {"manifest": "AbsentTasks/new", "file": "m/new.yaml", "ticket": "", "purpose": "dnc_request"},
]
OLD = Declaration("AbsentTasks/old", "m/old.yaml", "T-1", "hygiene")
NEW = Declaration("AbsentTasks/new", "m/new.yaml", "", "dnc_request")
CHECKED = {
    "type": "tenant.checked",
    "account": "acme-crm",
    "system": "leadsquared",
    "host": "api.example",
    "observed": "22824",
}
Fields = dict[str, Any]


def a_run(run_id: str, *events: Fields, hour: int, started: Fields | None = None) -> list[bytes]:
    """Return the lines of a run, whose events are a minute apart."""
    head = {"type": "run.started", "deletions": 9, "declared": TABLE, **(started or {})}
    timed = [
        {**event, "time": f"2026-11-22T{hour:02}:{minute:02}:00.000Z"}
        for minute, event in enumerate([head, CHECKED, *events])
    ]
    return chained(timed, run_id)


def recovered(run_id: str = RUN, **outcomes: Sequence[str]) -> Fields:
    batch = {"run_id": run_id, "number": 1, "attempt": 1}
    evidence = {"by id: 404": 1}
    return {
        "type": "recovery.settled",
        "account": "acme-crm",
        "batch": batch,
        "outcomes": outcomes,
        "evidence": evidence,
    }


ALL = Wanted()


def told(runs: dict[str, list[bytes]], wanted: Wanted = ALL) -> dict[str, Told]:
    return {one.address.removeprefix(PREFIX): one for one in told_of(runs, wanted)}


def outcomes(found: dict[str, Told]) -> dict[str, str]:
    return {target_id: one.outcome for target_id, one in found.items()}


def test_a_target_is_told_with_what_declared_it_where_it_was_and_by_which_lines() -> None:
    outcome = {**settled("deleted", still_present=["b"]), "evidence": {"by id: 404": 1}}
    lines = a_run(RUN, intent("a", "b"), response(), outcome, finished(), hour=9)
    found = told({RUN: lines})
    assert outcomes(found) == {"a": "deleted", "b": "still_present"}
    one = found["a"]
    assert (one.system, one.account, one.tenant, one.host) == (
        *("leadsquared", "acme-crm"),
        *("22824", "api.example"),
    )
    assert (one.declared, one.sent_as, one.evidence) == ((OLD,), "", {"by id: 404": 1})
    assert (one.intended.seq, one.intended.hash) == (2, line_hash(lines[2]))
    assert one.shown
    assert (one.shown.seq, one.shown.hash, one.shown.run_id) == (4, line_hash(lines[4]), RUN)
    assert one.shown.time == "2026-11-22T09:04:00.000Z"
    assert [found[target].is_proven for target in "ab"] == [True, False]


def test_what_was_announced_and_never_settled_is_unknown() -> None:
    found = told({RUN: a_run(RUN, intent("a"), response(), hour=9)})
    assert (outcomes(found), found["a"].shown, found["a"].is_proven) == (
        {"a": "unknown"},
        None,
        False,
    )


def test_the_last_attempt_counts_and_what_halves_were_sent() -> None:
    whole = {**settled("not_attempted"), "resent_as": [2, 3]}
    lines = a_run(
        RUN,
        *(intent("a", "b"), response(), whole),
        *(intent("a", number=2), response(2), settled("deleted", number=2)),
        *(intent("b", number=3), response(3), settled("failed", number=3)),
        finished(),
        hour=9,
    )
    assert outcomes(told({RUN: lines})) == {"a": "deleted", "b": "failed"}


def test_what_settles_an_earlier_attempt_late_says_nothing_of_a_later_one() -> None:
    first = a_run(RUN, intent("a"), response(), hour=9)
    later = a_run(LATER, intent("a"), response(), recovered(deleted=["a"]), hour=10)
    assert outcomes(told({RUN: first, LATER: later})) == {"a": "unknown"}


def test_what_a_later_run_read_of_a_killed_one_counts() -> None:
    killed = a_run(RUN, intent("a", "b"), hour=9)
    later = a_run(LATER, recovered(deleted=["a"], unknown=["b"]), finished(), hour=10)
    found = told({RUN: killed, LATER: later})
    assert outcomes(found) == {"a": "deleted", "b": "unknown"}
    assert found["a"].shown
    assert (found["a"].shown.run_id, found["a"].evidence) == (LATER, {"by id: 404": 1})
    assert list(found["a"].runs) == [RUN, LATER]
    # Asked for the run that sent it, the other one counts all the same.
    assert outcomes(told({RUN: killed, LATER: later}, Wanted(run_id=RUN))) == outcomes(found)
    assert told({RUN: killed, LATER: later}, Wanted(run_id=LATER)) == {}


def test_what_was_seen_again_is_not_proven_until_it_is_gone_once_more() -> None:
    gone = a_run(RUN, intent("a"), response(), settled(), finished(), hour=9)
    seen = a_run(
        LATER, {**finished(), "returned": [f"{PREFIX}a", f"{PREFIX}z"]}, hour=10, started={}
    )
    again = a_run(LAST, intent("a"), response(), settled("already_absent"), finished(), hour=11)
    found = told({RUN: gone, LATER: seen})
    assert (outcomes(found), found["a"].is_proven) == ({"a": "returned"}, False)
    assert outcomes(told({RUN: gone, LATER: seen, LAST: again})) == {"a": "already_absent"}


def test_what_happened_last_counts_whichever_run_was_named_first() -> None:
    """A run that waited for an account has an older name than the one that had it meanwhile."""
    waited = a_run(RUN, intent("a"), response(), settled(), finished(), hour=11)
    before = a_run(LATER, intent("a"), response(), settled("still_present"), finished(), hour=10)
    assert outcomes(told({RUN: waited, LATER: before})) == {"a": "deleted"}


def test_a_clock_that_was_set_back_does_not_turn_a_run_round() -> None:
    lines = a_run(RUN, intent("a"), response(), hour=9)
    late = a_run(RUN, intent("a"), response(), settled(), hour=1)
    mixed = [*lines, late[-1]]
    assert outcomes(told({RUN: mixed})) == {"a": "deleted"}


def test_a_ticket_asks_for_what_it_declared_and_every_declaration_is_told() -> None:
    both = intent("a", "b")
    both["items"][0]["declared"] = [1]
    first = a_run(RUN, both, response(), settled("still_present"), finished(), hour=9)
    again = a_run(LATER, intent("a", "b"), response(), settled(), finished(), hour=10)
    assert set(told({RUN: first}, Wanted(ticket="T-1"))) == {"b"}
    found = told({RUN: first, LATER: again}, Wanted(ticket="T-1"))
    assert outcomes(found) == {"a": "deleted", "b": "deleted"}
    assert found["a"].declared == (NEW, OLD)
    assert told({RUN: first}, Wanted(ticket="T-2")) == {}


def test_a_target_is_asked_for_by_address_or_by_what_was_sent_for_it() -> None:
    batch = intent("a", "b", "c")
    batch["items"][1]["sent_as"] = "h1:00:11"
    runs = {RUN: a_run(RUN, batch, response(), settled(), finished(), hour=9)}
    assert set(told(runs, Wanted(addresses={f"{PREFIX}a"}))) == {"a"}
    assert set(told(runs, Wanted(addresses=set(), marks=["h1:00:11", "h1:22:33"]))) == {"b"}
    assert set(told(runs, Wanted(addresses={f"{PREFIX}c"}, marks=["h1:00:11"]))) == {"b", "c"}
    assert told(runs, Wanted(addresses=set(), marks=["h1:22:33"])) == {}
    assert told(runs, Wanted(addresses={f"{PREFIX}a"}, marks=["h1:00:11"]))["a"].sent_as == ""


def test_an_account_that_did_not_say_who_it_is_is_told_without() -> None:
    lines = chained(
        [
            {"type": "run.started", "deletions": 1, "declared": TABLE},
            {**intent("a"), "batch": {**name(1, 1), "container": "task", "size": 1}},
        ]
    )
    one = told({RUN: lines})["a"]
    assert (one.system, one.tenant, one.host) == ("leadsquared", "", "")


def started(left: dict[str, int] | None, **more: list[str]) -> Fields:
    """Return the head of a run that left some of the old manifest alone, and none of the new."""
    first = TABLE[0] if left is None else {**TABLE[0], "left": left}
    return {"declared": [first, {**TABLE[1], "left": {}}], **more}


def left(runs: dict[str, list[bytes]], wanted: Wanted = ALL) -> list[tuple[str, dict[str, int]]]:
    found = left_of(runs, wanted)
    assert {one.declared for one in found} <= {OLD}
    return [(one.told.run_id, dict(one.counts)) for one in found]


def test_what_a_run_left_alone_is_told_by_its_first_line() -> None:
    lines = a_run(RUN, finished(), hour=9, started=started({"protected": 1, "unknown": 2}))
    (one,) = left_of({RUN: lines}, Wanted(ticket="T-1"))
    assert (one.declared, one.counts, one.total) == (OLD, {"protected": 1, "unknown": 2}, 3)
    assert (one.told.seq, one.told.hash) == (0, line_hash(lines[0]))
    assert left({RUN: lines}) == left({RUN: lines}, Wanted(run_id=RUN)) == [(RUN, one.counts)]
    assert left({RUN: lines}, Wanted(ticket="T-2")) == left({RUN: lines}, Wanted(run_id="x")) == []
    # Nobody knows whether it is of an address.
    assert left({RUN: lines}, Wanted(ticket="T-1", addresses={f"{PREFIX}a"})) == []


def test_the_last_run_over_a_whole_manifest_tells_what_is_left_of_it() -> None:
    first = a_run(RUN, finished(), hour=9, started=started({"held": 2}))

    def then(
        left_then: dict[str, int] | None, **more: list[str]
    ) -> list[tuple[str, dict[str, int]]]:
        later = a_run(LATER, finished(), hour=10, started=started(left_then, **more))
        return left({RUN: first, LATER: later})

    old, new = (RUN, {"held": 2}), (LATER, {"held": 1})
    assert then({}) == []
    assert then({"held": 1}) == [new]
    assert then({}, targets=["account/acme-crm"]) == []
    # Of a part of it, nothing is known of the rest.
    assert then({}, targets=[f"{PREFIX}a"]) == [old]
    assert then({"held": 1}, excludes=[f"{PREFIX}a"]) == [old, new]
    # What an older version wrote, or was not about this manifest, says nothing.
    assert then(None) == [old]
