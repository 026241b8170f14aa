"""Lanes and what is taken from them: everything once, in order, declared identifiers last."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pytest

from reconciler.application.deleting.lanes import Lane
from reconciler.application.deleting.supply import Supply
from reconciler.domain.absences import Named
from reconciler.domain.identifiers import By, External, Identifier, Phone, Sent
from reconciler.domain.plan import Section
from reconciler.domain.selection import Selection
from tests.fakes.plans import RECORDS, a_section, an_id, present


class NoResolver:
    """Resolves nothing: these tests send nothing."""

    async def again(self, sent: Sequence[Sent]) -> Sequence[Sent]:
        raise NotImplementedError("nothing is sent here")

    async def unchanged(self, sent: Sequence[Sent]) -> bool:
        raise NotImplementedError("nothing is sent here")


def a_lane(deletions: int, declared: Sequence[Identifier] = ()) -> Lane:
    """Return a lane of so many records; the first ones are selected by declared identifiers."""
    section = a_section({an_id(number): present() for number in range(deletions)}, RECORDS)
    return Lane(
        section=_declaring(section, declared),
        rows=lambda _: [0],
        resolver=NoResolver(),
        numbers=count(1),
    )


def _declaring(section: Section, declared: Sequence[Identifier]) -> Section:
    (one,) = section.absences.manifests
    absences = replace(
        section.absences,
        manifests=[replace(one, as_declared=True)],
        named=tuple(Named(identifier, 0, 0) for identifier in declared),
    )
    selected = {index: [an_id(index)] for index in range(len(declared))}
    return replace(section, absences=absences, selection=Selection(by_named=selected))


PHONES = [Phone(f"+1415555010{number}") for number in range(3)]
MIXED: list[Identifier] = [*PHONES, External("salesforce", "003")]


def test_everything_is_taken_once_ids_first_and_then_one_kind_at_a_time() -> None:
    lane = a_lane(9, MIXED)
    taken = []
    while lane.is_left:
        taken.append(lane.take(2))
    kinds = [(batch.by, len(batch.ids)) for batch in taken]
    assert kinds[:3] == [(By.ID, 2), (By.ID, 2), (By.ID, 1)]
    assert sorted(kinds[3:]) == [(By.EXTERNAL_ID, 1), (By.PHONE_NUMBER, 1), (By.PHONE_NUMBER, 2)]
    ids = [one for batch in taken for one in batch.ids]
    assert sorted(ids) == [an_id(number) for number in range(9)]
    assert [batch.number for batch in taken] == [1, 2, 3, 4, 5, 6]
    with pytest.raises(ValueError, match="nothing is left"):
        lane.take(2)


def test_what_is_put_back_comes_next_as_it_was() -> None:
    lane = a_lane(5, MIXED[:1])
    first, second = lane.take(2, canary=True), lane.take(2)
    lane.put_back(first)
    assert (lane.is_left_by_id, lane.targets_left) == (True, 3)
    assert lane.take(1) is first
    declared = lane.take(9)
    lane.put_back(declared)
    lane.put_back(second)
    assert lane.targets_left == 3
    assert lane.returned() == [second, declared]
    assert (lane.is_left, lane.targets_left) == (False, 0)


def test_the_rest_is_all_that_is_left_and_is_taken_by_it() -> None:
    lane = a_lane(9, MIXED)
    taken = {*lane.take(2).ids}
    lane.put_back(back := lane.take(1))
    rest = lane.rest()
    assert sorted(rest) == sorted({an_id(number) for number in range(9)} - taken)
    assert {*back.ids} <= {*rest}
    assert (lane.is_left, lane.rest()) == (False, [])


def test_lanes_come_in_turn_and_a_lane_without_ids_once() -> None:
    lanes = [a_lane(2), a_lane(3), a_lane(2, PHONES[:2])]
    supply = Supply(lanes=lanes, size=1, is_over=lambda: False)
    order = [
        (lanes.index(lane), batch.by if batch else None)  # None: its declared ones in turn
        for lane, batch in supply.jobs()
    ]
    assert order == [(0, By.ID), (1, By.ID), (2, None), (0, By.ID), (1, By.ID), (1, By.ID)]
    assert [lane.under_way for lane in lanes] == [2, 3, 0]


def test_a_lane_whose_last_id_was_sent_is_not_handed_out_a_second_time() -> None:
    # Whoever sent it goes on with what is declared; two would send two batches at a time.
    lanes = [a_lane(3, PHONES[:2]), a_lane(3)]
    jobs = Supply(lanes=lanes, size=1, is_over=lambda: False).jobs()
    lane, batch = next(jobs)
    assert (lane, batch and batch.by) == (lanes[0], By.ID)
    lane.under_way -= 1
    assert [lanes.index(other) for other, _ in jobs] == [1, 1, 1]


def test_no_more_is_handed_out_than_asked_for_or_than_may_be_sent() -> None:
    lane = a_lane(9)
    asked = Supply(lanes=[lane], size=2, is_over=lambda: False, most=3)
    assert [batch and len(batch.ids) for _, batch in asked.jobs()] == [2, 2]
    assert list(Supply(lanes=[lane], size=2, is_over=lambda: True).jobs()) == []
    assert lane.targets_left == 5


def test_declared_ones_in_turn_end_when_nothing_more_may_be_sent() -> None:
    lane, over = a_lane(3, PHONES), [False, False, True]
    supply = Supply(lanes=[lane], size=1, is_over=lambda: over.pop(0))
    assert len(list(supply.in_turn(lane))) == 2
    assert lane.targets_left == 1
