"""Gathering: one pass over the items of a plan, however many, that keeps what a page has room for.

A million items are read once. Of each kind only as many rows are made as could find room.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from reconciler.domain.changes.review import Mark
from reconciler.domain.document import Fields, PlanDocument
from reconciler.domain.plan import Action
from reconciler.views.markdown.escaping import fenced_line
from reconciler.views.markdown.manifests import Manifests
from reconciler.views.markdown.room import size
from reconciler.views.text.lines import Line
from reconciler.views.text.plan_items import block
from reconciler.views.text.review import home_of, is_introduced, withdrawn_words
from reconciler.views.wording import place


@dataclass(slots=True)
class Rows:
    """The first rows of one kind, and how many there are."""

    most: int
    """Bytes of rows that are worth keeping."""
    made: list[str] = field(default_factory=list)
    count: int = 0
    taken: int = 0

    @property
    def is_full(self) -> bool:
        """Whether there is no room for a further row."""
        return self.taken > self.most

    def add(self, text: str) -> None:
        """Keep a row."""
        self.made.append(text)
        self.taken += size(text)


@dataclass(slots=True)
class Gathered:
    """What a page tells of the items."""

    most: int
    rows: dict[tuple[str, str], Rows] = field(default_factory=dict)
    """By account and action."""
    introduced: dict[str, Rows] = field(default_factory=dict)
    """By account: deletions that the change introduces, which are shown first."""
    withdrawn: Rows = field(init=False)
    manifests: Manifests = field(default_factory=Manifests)

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self.withdrawn = Rows(self.most)

    def deletions(self, account: str) -> Rows:
        """Return the deletions of an account, the introduced ones first."""
        old = self.rows.get((account, Action.DELETE), Rows(0))
        new = self.introduced.get(account, Rows(0))
        return Rows(self.most, [*new.made, *old.made], new.count + old.count)

    def take(self, item: Fields) -> None:
        """Count an item, and make its row if there may be room for it."""
        if item.get("change") == Mark.WITHDRAWN:
            rows = self.withdrawn
        elif is_introduced(item):
            rows = self.introduced.setdefault(item["account"], Rows(self.most))
        else:
            rows = self._rows(item["account"], item["action"])
        rows.count += 1
        if not rows.is_full:
            rows.add(_row(item))

    def _rows(self, account: str, action: str) -> Rows:
        rows = self.rows.get((account, action))
        if rows is None:
            rows = self.rows[account, action] = Rows(self.most)
        return rows


def gather(plan: PlanDocument, most: int) -> Gathered:
    """Read every item once; ``most`` is how many bytes of each kind are worth keeping."""
    gathered = Gathered(most)
    for item in plan.items(None):
        gathered.take(item)
        if item.get("change") != Mark.WITHDRAWN:
            gathered.manifests.count(item, item["action"], introduced=is_introduced(item))
    return gathered


def _row(item: Fields) -> str:
    if item.get("change") == Mark.WITHDRAWN:
        return line_of(f"= {home_of(item)}/{withdrawn_words(item)}")
    if item["action"] == Action.ABSENT:
        where, evidence = place(item["declared"][0]), item["evidence"]
        # The address of an identifier ends in its place.
        shown = item["address"] if item["id"] == where else f"{item['address']}  {where}"
        return line_of(f"= {shown}  ({evidence['by']}: {evidence['answer']})")
    return diff_lines(block(item))


def line_of(text: str) -> str:
    """Return text as a line of a fence, ended by a line feed."""
    return f"{fenced_line(text)}\n"


def diff_lines(lines: Iterable[Line]) -> str:
    """Return lines of the text view as lines of a diff: their sign stands in the first column."""
    texts = ("".join(text for text, _ in spans) for spans in lines if spans)
    return "".join(line_of(text.removeprefix("  ")) for text in texts)
