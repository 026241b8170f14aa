"""Errors: every exit code has one meaning, and the weightiest counts."""

from itertools import combinations

import pytest

from reconciler.errors import (
    ExitCode,
    IdentityError,
    InterruptedRunError,
    InvalidError,
    LockedError,
    Problem,
    ReconcilerError,
    RefusedError,
    StaleError,
    UnrecordedError,
    UsageError,
    weightiest,
)

# The contract's order: "Where several fit, the first of 64, 3, 74, signal, 9, 8, 5, 7, 4, 6, 2".
ORDER = [64, 3, 74, 130, 143, 9, 8, 5, 7, 4, 6, 2, 1, 0]


def test_the_first_of_the_documented_order_counts() -> None:
    for heavier, lighter in combinations(ORDER, 2):
        codes = [ExitCode(lighter), ExitCode(heavier)]
        assert weightiest(codes) == weightiest(reversed(codes)) == heavier


def test_no_code_is_missing_from_the_order() -> None:
    assert sorted(ORDER) == sorted(ExitCode)
    assert weightiest([]) is ExitCode.DONE


def test_every_code_names_its_own_reason() -> None:
    reasons = {int(code): code.failure_reason for code in ExitCode}
    assert reasons == {
        0: "",
        1: "runtime_error",
        2: "changes_pending",
        3: "invalid",
        4: "refused",
        5: "plan_stale",
        6: "bad_outcomes",
        7: "incomplete",
        8: "identity",
        9: "locked",
        64: "usage",
        74: "unrecorded",
        130: "interrupted",
        143: "terminated",
    }
    assert len(set(reasons.values())) == len(reasons)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ReconcilerError("x"), 1),
        (UsageError("x"), 64),
        (InvalidError([]), 3),
        (UnrecordedError("x"), 74),
        (IdentityError("x"), 8),
        (StaleError("x"), 5),
        (LockedError("x"), 9),
        (RefusedError("x"), 4),
        (InterruptedRunError(ExitCode.INTERRUPTED), 130),
        (InterruptedRunError(ExitCode.TERMINATED), 143),
    ],
)
def test_every_error_has_its_code(error: ReconcilerError, code: int) -> None:
    assert error.exit_code == code


def test_problems_are_sorted_and_said_once() -> None:
    late, early = Problem("b.yaml", 1, 1, "x"), Problem("a.yaml", 2, 3, "y")
    error = InvalidError([late, early, late])
    assert (error.problems, error.summary) == ((early, late), "2 problems in the configuration")
    assert InvalidError([late]).summary == "1 problem in the configuration"


@pytest.mark.parametrize(
    ("problem", "location"),
    [
        (Problem("a.yaml", 2, 3, "x"), "a.yaml:2:3"),
        (Problem("a.yaml", 2, 0, "x"), "a.yaml:2"),
        (Problem("RECONCILER_X", 0, 0, "x"), "RECONCILER_X"),
    ],
)
def test_a_problem_says_where_it_is(problem: Problem, location: str) -> None:
    assert problem.location == location
