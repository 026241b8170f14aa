"""Batches: never empty, never too large, nothing lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.batches import Batch, halves, into_chunks
from tests.fakes.plans import TASKS, an_id


@pytest.mark.parametrize(
    ("count", "size", "sizes"),
    [
        (0, 100, []),
        (1, 100, [1]),
        (99, 100, [99]),
        (100, 100, [100]),
        (101, 100, [100, 1]),
        (4999, 5000, [4999]),
        (5000, 5000, [5000]),
        (5001, 5000, [5000, 1]),
        (3, 1, [1, 1, 1]),
    ],
)
def test_ids_are_split_exactly(count: int, size: int, sizes: list[int]) -> None:
    ids = [an_id(n) for n in range(count)]
    chunks = list(into_chunks(ids, size))
    assert [len(chunk) for chunk in chunks] == sizes
    assert [one for chunk in chunks for one in chunk] == ids


@pytest.mark.parametrize("size", [0, -1])
def test_a_size_that_holds_nothing_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        into_chunks(["a"], size)


def test_a_batch_without_identifiers_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="must not exist"):
        Batch(number=1, attempt=1, container=TASKS, ids=[])


def test_a_new_attempt_is_the_same_batch() -> None:
    batch = Batch(number=3, attempt=1, container=TASKS, ids=["a"])
    assert batch.again() == Batch(number=3, attempt=2, container=TASKS, ids=["a"])
    assert (batch.label, batch.again().label) == ("batch 3", "batch 3 attempt 2")


@given(st.lists(st.integers(), min_size=2))
def test_halves_are_smaller_never_empty_and_lose_nothing(numbers: list[int]) -> None:
    ids = [str(number) for number in numbers]
    left, right = halves(ids)
    assert [*left, *right] == ids
    assert 0 < len(left) < len(ids)
    assert 0 < len(right) < len(ids)
