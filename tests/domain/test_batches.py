"""Batches: never empty, never too large, nothing lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.batches import Batch, batch_of
from reconciler.domain.identifiers import By, External, Phone, Sent
from tests.fakes.plans import RECORDS, TASKS


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
    batch = Batch(number=1, attempt=4, container=TASKS, ids=ids)
    assert batch.splits
    left, right = batch.halves(iter([5, 6]))
    assert [*left.ids, *right.ids] == ids
    assert 0 < len(left.ids) < len(ids)
    assert [(one.number, one.attempt) for one in (left, right)] == [(5, 1), (6, 1)]


def sent(number: int, *ids: str, also: tuple[str, ...] = ()) -> Sent:
    return Sent(Phone(f"+1415555010{number}"), ids, also)


def test_a_batch_by_phone_number_has_the_targets_of_its_numbers() -> None:
    batch = batch_of(2, RECORDS, [sent(1, "c", "a"), sent(2, "b")])
    assert (batch.by, list(batch.ids), batch.most) == (By.PHONE_NUMBER, ["a", "b", "c"], 3)


def test_what_a_number_selects_beside_its_targets_may_be_deleted_by_it_too() -> None:
    assert batch_of(1, RECORDS, [sent(1, "a", also=("b",)), sent(2, "b", also=("a",))]).most == 2
    assert batch_of(1, RECORDS, [sent(1, "a", also=("z",))]).most == 2


def test_a_batch_of_numbers_is_halved_by_numbers() -> None:
    batch = batch_of(1, RECORDS, [sent(1, "c", "a"), sent(2, "b")])
    left, right = batch.halves(iter([2, 3]))
    assert (left, right) == (
        batch_of(2, RECORDS, [sent(1, "c", "a")]),
        batch_of(3, RECORDS, [sent(2, "b")]),
    )
    assert batch.splits
    assert not left.splits  # one number, however many records it selects


def test_a_batch_has_identifiers_of_one_kind() -> None:
    mixed = [sent(1, "a"), Sent(External("salesforce", "003"), ("b",))]
    with pytest.raises(ValueError, match="one kind"):
        batch_of(1, RECORDS, mixed)


def test_a_batch_deletes_nothing_that_its_identifiers_do_not_select() -> None:
    with pytest.raises(ValueError, match="just what its identifiers select"):
        Batch(number=1, attempt=1, container=RECORDS, ids=["a", "b"], sent=[sent(1, "a")])


def test_a_batch_of_ids_is_by_id() -> None:
    assert Batch(number=1, attempt=1, container=TASKS, ids=["a"]).by is By.ID
