"""Sense: whether a run can have happened as it is told; every rule has its counter-example."""

import pytest

from reconciler.audit.sense import nonsense
from tests.fakes.logs import Fields, a_good_run, finished, intent, response, settled, started


def edited(position: int, event: Fields) -> list[Fields]:
    events = a_good_run()
    events[position] = event
    return events


def without(position: int) -> list[Fields]:
    events = a_good_run()
    del events[position]
    return events


RECHECK: Fields = {**started(0), "command": "recheck"}
CHECKED: Fields = {"type": "tenant.checked", "system": "leadsquared", "account": "acme-crm"}
TASK = "leadsquared/acme-crm/task/a"


def found(*returned: str, still_gone: int = 0, unknown: int = 0, code: int = 2) -> Fields:
    counts = {"still_gone": still_gone, "returned": len(returned), "unknown": unknown}
    return {**finished(code), "rechecked": counts, "returned": list(returned)}


GUARD: Fields = {"type": "guard.evaluated"}
RESENT = {**settled("not_attempted"), "resent_as": [2, 3]}


@pytest.mark.parametrize(
    "events",
    [
        a_good_run(),
        [started(0), GUARD, finished()],
        [started(), intent("a", "b"), response(), settled("unknown"), finished(7, unknown=2)],
        # An interrupted run may leave batches open, if it does not say that it is done.
        [started(), intent("a", "b"), finished(130, unknown=2)],
        # A batch that was resent counts once.
        [
            started(2),
            intent("a", "b"),
            response(),
            RESENT,
            intent("a", number=2),
            response(2),
            settled("deleted", number=2),
            intent("b", number=3),
            response(3),
            settled("failed", number=3),
            finished(6, deleted=1, failed=1),
        ],
        [{**started(0), "declared": [{"left": {"held": 1}}, {"left": {}}, {}]}, finished()],
        # What an earlier run deleted and this one found out counts at the end only.
        [started(0), finished(deleted=5)],
        [RECHECK, CHECKED, found(TASK, still_gone=2)],
        [RECHECK, CHECKED, found(still_gone=2, code=0)],
        [RECHECK, found(unknown=2, code=8)],
        [RECHECK, found(code=0)],
    ],
)
def test_what_can_have_happened_is_not_complained_of(events: list[Fields]) -> None:
    assert list(nonsense(events)) == []


@pytest.mark.parametrize(
    ("events", "complaints"),
    [
        (
            without(0),
            [
                (1, "a run starts once, with its first line"),
                (4, "2 different items were sent, 0 were planned"),
            ],
        ),
        (
            [*a_good_run()[:1], started(), *a_good_run()[1:]],
            [(2, "a run starts once, with its first line")],
        ),
        (
            [*a_good_run(), GUARD],
            [(5, "nothing follows the end of a run")],
        ),
        *(
            (
                edited(0, {**started(), "declared": [{"manifest": "a/b", "left": left}]}),
                [(1, "a/b left alone what cannot be counted so")],
            )
            for left in ({"held": 0}, {"held": "1"}, {"deleted": 1})
        ),
        (
            edited(0, {**started(), "declared": [{"left": 3}]}),
            [(1, "no run.started is built like this")],
        ),
        (without(1), [(2, "batch.response of batch 1 comes after nothing")]),
        (without(2), [(3, "batch.settled of batch 1 comes after batch.intent")]),
        (
            without(3),
            [(4, "1 batches were never settled, and the run says it is done")],
        ),
        (
            [started(), intent("a", "b"), response(), response(), settled(), finished(deleted=2)],
            [(4, "batch.response of batch 1 comes after batch.response")],
        ),
        (
            [*a_good_run()[:2], *a_good_run()[1:]],
            [(3, "batch.intent of batch 1 comes after batch.intent")],
        ),
        (
            edited(1, intent("a", "b", size=3)),
            [(2, "batch 1 names 2 items and a size of 3")],
        ),
        (
            edited(1, intent("a", "a", size=2)),
            [
                (2, "batch 1 names 1 items and a size of 2"),
            ],
        ),
        (
            edited(3, settled(failed=["z"])),
            [
                (4, "batch 1 was settled with items that it does not have, or twice"),
                (5, "failed: None at the end, 1 in batches"),
            ],
        ),
        (
            edited(3, settled(unknown=["a"], already_absent=["a"])),
            [
                (4, "batch 1 was settled with items that it does not have, or twice"),
                (5, "already_absent: None at the end, 1 in batches"),
                (5, "unknown: None at the end, 1 in batches"),
            ],
        ),
        (
            edited(4, finished(deleted=2, failed=1)),
            [(5, "failed: 1 at the end, 0 in batches")],
        ),
        (
            edited(4, finished(deleted=2, still_present=1)),
            [(5, "still_present: 1 at the end, 0 in batches")],
        ),
        (
            edited(4, finished(deleted=1)),
            [(5, "deleted: 1 at the end, 2 in batches")],
        ),
        (
            edited(0, started(1)),
            [(5, "2 different items were sent, 1 were planned")],
        ),
        (
            edited(0, {"type": "run.started", "deletions": True}),
            [(5, "2 different items were sent, 0 were planned")],
        ),
        (
            [RECHECK, CHECKED, finished()],
            [(3, "a recheck, and nothing else, ends with what it found")],
        ),
        (
            [started(0), CHECKED, found(TASK)],
            [(3, "a recheck, and nothing else, ends with what it found")],
        ),
        (
            [RECHECK, CHECKED, {**found(TASK), "returned": []}],
            [(3, "1 have returned, and 0 are named")],
        ),
        (
            [RECHECK, CHECKED, found(TASK, TASK)],
            [(3, "2 have returned, and 2 are named")],
        ),
        (
            [RECHECK, CHECKED, found("talkdesk/acme-crm/list/record/a")],
            [(3, "something has returned in an account that did not say who it is")],
        ),
        (
            [RECHECK, found(still_gone=1, code=0)],
            [(2, "something is still gone, and no account said who it is")],
        ),
        *(
            (
                [RECHECK, CHECKED, end],
                [(3, "something has returned or is unknown, and the run says that nothing is")],
            )
            for end in (found(TASK, code=0), found(unknown=1, code=0))
        ),
        (
            [
                RECHECK,
                intent("a"),
                response(),
                settled(),
                {**found(code=0), "outcomes": {"deleted": 1}},
            ],
            [(5, "1 different items were sent, 0 were planned")],
        ),
        ([RECHECK, {**found(), "returned": 7}], [(2, "no run.finished is built like this")]),
    ],
)
def test_what_cannot_have_happened_is_named(
    events: list[Fields], complaints: list[tuple[int, str]]
) -> None:
    assert list(nonsense(events)) == complaints


@pytest.mark.parametrize(
    "event",
    [
        {"type": "batch.intent", "batch": []},
        {"type": "batch.intent", "batch": {"account": ["x"]}, "items": []},
        {"type": "batch.intent", "batch": {}, "items": 5},
        {"type": "batch.intent", "batch": {}, "items": ["a"]},
        {"type": "batch.settled", "batch": {}, "outcomes": 5},
        {"type": "batch.settled", "batch": {}, "outcomes": {"deleted": [["x"]]}},
        {"type": "batch.settled", "batch": {}, "outcomes": {"rest": []}},
        {"type": "run.finished", "outcomes": []},
    ],
)
def test_an_event_of_another_build_is_a_complaint_and_no_crash(event: Fields) -> None:
    (*_, (number, words)) = nonsense([started(), event])
    assert (number, words) == (2, f"no {event['type']} is built like this")
