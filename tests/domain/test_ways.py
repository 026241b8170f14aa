"""Ways of reading: what plans call them, and which belongs to which system."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.accounts import Container, System
from reconciler.domain.ways import WAYS, Way, cheapest, joined, leading

SOME = st.lists(st.sampled_from(Way), min_size=1)


def test_the_words_of_ways_are_those_of_the_contract() -> None:
    assert WAYS == {
        System.LEADSQUARED: ("by id", "by lead", "by owner", "whole account"),
        System.TALKDESK: ("by id", "by phone number", "whole list"),
    }


def test_every_way_is_one_of_some_system() -> None:
    assert {way for ways in WAYS.values() for way in ways} == set(Way)


@pytest.mark.parametrize("system", System)
def test_without_a_wish_every_container_is_left_to_the_counts(system: System) -> None:
    assert cheapest(Container(system, "a", "list")) is None


@given(SOME)
def test_several_ways_are_named_once_each_in_the_order_in_which_they_were_gone(
    ways: list[Way],
) -> None:
    words = joined(ways).split(", ")
    assert words == sorted(set(ways), key=ways.index)


@given(SOME)
def test_of_several_ways_a_whole_one_leads_and_otherwise_the_first(ways: list[Way]) -> None:
    whole = [one for one in ways if one in {Way.WHOLE_ACCOUNT, Way.WHOLE_LIST}]
    assert leading(joined(ways)) is [*whole, *ways][0]


@pytest.mark.parametrize("words", ["", "not read", "by", "by idea", "BY_ID", ", by id", "by id,"])
def test_other_words_are_no_way(words: str) -> None:
    assert leading(words) is None
