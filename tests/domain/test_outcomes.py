"""Outcomes: a read-back proves, the receipt only explains."""

import pytest

from reconciler.domain.live import Absent, Evidence, LiveState, Unknown
from reconciler.domain.outcomes import Outcome, Settled, Tally, settle
from reconciler.domain.replies import Accepted, NoAnswer, NotFound, Receipt, Rejected
from reconciler.errors import ExitCode
from tests.fakes.plans import present

ALIVE, GONE, UNREAD = present(), Absent(Evidence("id", "404")), Unknown("503")
DELETED = Settled(Outcome.DELETED, evidence="by id: 404")
NEVER_THERE = Settled(Outcome.ALREADY_ABSENT, evidence="by id: 404")
FAILED = Settled(Outcome.FAILED, "busy")
LOST, REFUSED, NAMED = NoAnswer("cut"), Rejected("busy"), Rejected("busy", sure=True)
OUT_OF_SIGHT = Settled(Outcome.UNKNOWN, "503")


def seen(reason: str) -> Settled:
    return Settled(Outcome.STILL_PRESENT, reason)


BELIEVED = seen("still seen although the API accepted the deletion")
DENIED = seen("still seen although the API reported it as not found")

TABLE: list[tuple[Receipt, LiveState, Settled | None, Settled | None]] = [
    # receipt, state, before settleWithin, behind it
    (Accepted(), GONE, DELETED, DELETED),
    (Accepted(), ALIVE, None, BELIEVED),
    (Accepted(), UNREAD, None, OUT_OF_SIGHT),
    (NotFound(), GONE, NEVER_THERE, NEVER_THERE),
    (NotFound(), ALIVE, None, DENIED),
    (NotFound(), UNREAD, None, OUT_OF_SIGHT),
    (REFUSED, GONE, DELETED, DELETED),
    (REFUSED, ALIVE, None, FAILED),
    (REFUSED, UNREAD, None, OUT_OF_SIGHT),
    (NAMED, GONE, DELETED, DELETED),
    (NAMED, ALIVE, FAILED, FAILED),
    (NAMED, UNREAD, None, OUT_OF_SIGHT),
    (LOST, GONE, DELETED, DELETED),
    (LOST, ALIVE, None, seen("cut")),
    (LOST, UNREAD, None, OUT_OF_SIGHT),
]


@pytest.mark.parametrize(("receipt", "after", "early", "late"), TABLE)
def test_a_receipt_and_a_reading_make_an_outcome(
    receipt: Receipt, after: LiveState, early: Settled | None, late: Settled | None
) -> None:
    assert settle(receipt, after, waited=False) == early
    assert settle(receipt, after, waited=True) == late


@pytest.mark.parametrize(
    ("counts", "explained", "code"),
    [
        ({}, 0, ExitCode.DONE),
        ({Outcome.DELETED: 9, Outcome.ALREADY_ABSENT: 1}, 0, ExitCode.DONE),
        ({Outcome.DELETED: 9, Outcome.STILL_PRESENT: 1}, 0, ExitCode.BAD_OUTCOME),
        ({Outcome.FAILED: 1}, 0, ExitCode.BAD_OUTCOME),
        ({Outcome.UNKNOWN: 1}, 0, ExitCode.INCOMPLETE),
        ({Outcome.UNKNOWN: 1, Outcome.FAILED: 1}, 0, ExitCode.INCOMPLETE),
        ({Outcome.NOT_ATTEMPTED: 1}, 0, ExitCode.INCOMPLETE),
        ({Outcome.NOT_ATTEMPTED: 2}, 2, ExitCode.DONE),
        ({Outcome.NOT_ATTEMPTED: 3}, 2, ExitCode.INCOMPLETE),
    ],
)
def test_outcomes_have_an_exit_code(
    counts: dict[Outcome, int], explained: int, code: ExitCode
) -> None:
    assert Tally(counts, explained).exit_code is code


def test_outcomes_are_named_in_words() -> None:
    assert [outcome.words for outcome in Outcome] == [
        *("deleted", "already absent", "still present", "failed", "unknown", "not attempted")
    ]
