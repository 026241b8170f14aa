"""Marking: a plan's document with what a change of the manifests makes of each item."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import merge
from itertools import chain, islice

from reconciler.domain.changes.difference import Change
from reconciler.domain.changes.fields import Against, against_fields, change_fields
from reconciler.domain.changes.review import ContainerReview, Mark, Review
from reconciler.domain.document import Fields, PlanDocument, item_fields
from reconciler.domain.items import Item, item_at, items_of, remainder_item
from reconciler.domain.plan import Section

NO_ACTION = "none"
"""What a plan does about what is withdrawn: no action of a plan, so that nothing acts on it."""
_REASON = "withdrawn: nothing declares it any more"
IN_BASE = "#base"
"""Sets a place in the base apart from the same place in the head."""


def uncompared(shown: PlanDocument, against: Against) -> PlanDocument:
    """Return a plan that says that it could not be compared, and why."""
    return replace(shown, header={**shown.header, "base": against_fields(against)})


def marked(
    shown: PlanDocument, against: Against, review: Review, loosened: Sequence[Change]
) -> PlanDocument:
    """Return a plan's document with the mark of every item, and with what is withdrawn.

    What is withdrawn enters neither counts nor digest: both are those of the plan itself.
    """

    def items(most: int | None) -> Iterator[Fields]:
        return chain.from_iterable(_items(one, most) for one in review.containers)

    changes = {mark.value: review.count(mark) for mark in Mark}
    return replace(
        shown,
        header={
            **shown.header,
            "base": against_fields(against),
            "loosened": [change_fields(one) for one in loosened],
        },
        footer={**shown.footer, "changes": {**changes, "loosened": len(loosened)}},
        items=items,
    )


def _items(one: ContainerReview, most: int | None) -> Iterator[Fields]:
    """Yield the items of both plans, sorted by address.

    ``most`` limits those of each action and mark, so that no deletion hides an introduced one.
    """
    after = () if one.after is None else _of_plan(one.after, one, most)
    before = () if one.before is None else islice(_withdrawn(one.before, one), most)
    return merge(after, before, key=_address)


def _address(fields: Fields) -> str:
    return str(fields["address"])


def _of_plan(section: Section, one: ContainerReview, most: int | None) -> Iterator[Fields]:
    items = items_of(section, most)
    if most is not None:
        introduced = islice(one.introduced_deletions(), most)
        first = (item_at(section, position) for position in introduced)
        items = _once(merge(items, first, key=lambda item: item.address))
    others = {section.remainders[at].place for at in one.introduced_others}
    for item in items:
        position = section.reading.table.position(item.target_id)
        is_new = item.target_id in others if position is None else one.introduced[position]
        mark = Mark.INTRODUCED if is_new else Mark.PRE_EXISTING
        yield {**item_fields(item), "change": mark.value}


def _once(items: Iterable[Item]) -> Iterator[Item]:
    last = ""
    for item in items:
        if item.address != last:
            yield item
        last = item.address


def _withdrawn(section: Section, one: ContainerReview) -> Iterator[Fields]:
    """Yield what only the base's plan has, with what was read of it."""
    renamed = (replace(other, place=other.place + IN_BASE) for other in one.withdrawn_others)
    others = (remainder_item(section, other) for other in renamed)
    targets = (item_at(section, position) for position in one.withdrawn)
    return map(_withdrawn_fields, merge(_sorted(others), targets, key=lambda item: item.address))


def _sorted(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda item: item.address)


def _withdrawn_fields(item: Item) -> Fields:
    # Without a fingerprint: there is nothing here that anybody could approve.
    fields = item_fields(replace(item, reason=_REASON, fingerprint=""))
    return {**fields, "action": NO_ACTION, "change": Mark.WITHDRAWN.value}
