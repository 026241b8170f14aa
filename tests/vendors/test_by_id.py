"""Reading one by one: what an answer proves, and when asking on is pointless."""

import asyncio

import pytest

from reconciler.application.ports import OutOfCallsError, UnreadableError
from reconciler.domain.live import Absent, Evidence, LiveState, LiveTable, Present, Unknown
from reconciler.vendors.by_id import ById, Control, Gone, Meaning, Odd, judge
from tests.fakes.progress import NoProgress
from tests.vendors.rig import TASKS, some_id, verdicts

SEEN = Present("f1:k:1", {}, Evidence("id", "200 with the task"))
CALIBRATED = Control("200 []")
DOUBTED = Control("", "a random id was answered with null")


@pytest.mark.parametrize(
    ("meaning", "control", "expected"),
    [
        (SEEN, CALIBRATED, SEEN),
        (SEEN, DOUBTED, SEEN),
        (Gone("200 []"), CALIBRATED, Absent(Evidence("id", "200 []"))),
        (Gone("404"), CALIBRATED, Unknown("answered 404, but an unknown id is answered 200 []")),
        (Gone("200 []"), DOUBTED, Unknown("a random id was answered with null")),
        (Odd("200 HTML"), CALIBRATED, Unknown("an answer that proves nothing: 200 HTML")),
        (Odd("200 HTML"), DOUBTED, Unknown("an answer that proves nothing: 200 HTML")),
    ],
)
def test_what_an_answer_proves(meaning: Meaning, control: Control, expected: LiveState) -> None:
    assert judge(meaning, control) == expected


def run(
    ask: dict[int, Meaning | Exception], size: int, *, revise: bool = False
) -> tuple[LiveTable, int]:
    """Ask for ``size`` targets; those without an answer of their own are gone."""
    table = LiveTable(TASKS, [some_id(n) for n in range(size)])
    asked = 0

    async def answer(target_id: str) -> Meaning:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        found = ask.get(table.ids.index(target_id), Gone("200 []"))
        if isinstance(found, Exception):
            raise found
        return found

    table.mark(0, SEEN)
    by_id = ById(answer, CALIBRATED, NoProgress())
    asyncio.run(by_id.read(table, range(size), revise=revise))
    return table, asked


def test_a_failure_is_a_state_of_one_target_and_the_others_are_read() -> None:
    table, _ = run({1: UnreadableError("502 not JSON"), 2: SEEN}, 4)
    assert [table.state(n) for n in range(1, 4)] == [
        Unknown("502 not JSON"),
        SEEN,
        Absent(Evidence("id", "200 []")),
    ]


def test_what_was_seen_stays_seen_unless_a_later_reading_of_it_revises() -> None:
    assert verdicts(run({}, 1)[0]) == {some_id(0): "present"}
    assert verdicts(run({}, 1, revise=True)[0]) == {some_id(0): "absent"}
    failing: dict[int, Meaning | Exception] = {0: UnreadableError("cut")}
    assert verdicts(run(failing, 1, revise=True)[0]) == {some_id(0): "present"}
    assert verdicts(run({0: Odd("null")}, 1, revise=True)[0]) == {some_id(0): "present"}


def test_after_twenty_failures_in_a_row_no_further_one_is_asked() -> None:
    broken: dict[int, Meaning | Exception] = {n: UnreadableError("502") for n in range(1, 500)}
    table, asked = run(broken, 500)
    assert asked < 100
    assert table.state(499) == Unknown("not asked: too many reads in a row had no usable answer")


def test_failures_between_answers_stop_nothing() -> None:
    flaky: dict[int, Meaning | Exception] = {n: UnreadableError("502") for n in range(1, 500, 2)}
    _, asked = run(flaky, 500)
    assert asked == 500


def test_a_spent_quota_ends_the_reading_and_leaves_what_was_not_read_unknown() -> None:
    with pytest.raises(OutOfCallsError):
        run({n: OutOfCallsError("spent") for n in range(10, 100)}, 100)
