"""Narrowing, in random trees: what is in scope is decided as in the whole plan, no more."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.domain.accounts import Container
from reconciler.domain.approval import hold_unreviewed_matches
from reconciler.domain.narrowing.scope import narrow
from reconciler.domain.narrowing.selectors import EVERYTHING, Targeting
from reconciler.domain.plan import Action, Section
from tests.fakes.trees import (
    Tree,
    a_doubt,
    a_targeting,
    a_tree,
    alone,
    deletions,
    fates,
    is_in_scope,
    items,
    sections_of,
)

RANDOM = st.randoms(use_true_random=True)
OFTEN = settings(max_examples=800, deadline=None, derandomize=True)


@OFTEN
@given(RANDOM)
def test_a_narrowed_plan_deletes_just_what_the_whole_one_deletes_and_is_in_scope(
    random: Random,
) -> None:
    tree = a_tree(random)
    targeting = a_targeting(random, tree)
    whole = sections_of(tree, tree.declarations)
    narrowed = sections_of(tree, narrow(tree.declarations, targeting))
    mine = {item.address for item in items(whole) if is_in_scope(item, targeting)}
    assert deletions(narrowed) == alone(whole, deletions(whole) & mine)
    # Everything else in it is what it is in the whole plan, and nothing is left out.
    expected = {address: fate for address, fate in fates(whole).items() if address in mine}
    for address in expected.keys() - deletions(narrowed):
        if expected[address] is Action.DELETE:
            expected[address] = Action.HELD
    assert fates(narrowed) == expected


def unattended(tree: Tree, targeting: Targeting) -> dict[Container, Section]:
    sections = sections_of(tree, narrow(tree.declarations, targeting))
    return {one: hold_unreviewed_matches(section) for one, section in sections.items()}


@OFTEN
@given(RANDOM)
def test_unattended_too_a_narrowed_plan_deletes_just_that(random: Random) -> None:
    tree = a_tree(random)
    targeting = a_targeting(random, tree)
    whole, narrowed = unattended(tree, EVERYTHING), unattended(tree, targeting)
    mine = {item.address for item in items(whole) if is_in_scope(item, targeting)}
    assert deletions(narrowed) == alone(whole, deletions(whole) & mine)


@OFTEN
@given(RANDOM)
def test_what_was_not_told_never_lets_a_narrowed_plan_delete_more(random: Random) -> None:
    tree, doubt = a_tree(random), a_doubt(random)
    declarations = narrow(tree.declarations, a_targeting(random, tree))
    told, untold = sections_of(tree, declarations), sections_of(tree, declarations, doubt)
    sent = {one: section for one, section in untold.items() if not section.count(Action.UNKNOWN)}
    assert deletions(sent) <= deletions(told)
