"""The items of a plan, folded per account: what is deleted first, then what is not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reconciler.domain.document import Fields, PlanDocument
from reconciler.domain.plan import ACTIONS, Action
from reconciler.views.markdown.escaping import code, fence, html_code, number
from reconciler.views.markdown.gathering import Gathered, Rows
from reconciler.views.markdown.manifests import counted_cells
from reconciler.views.markdown.room import Noun, Part, Room, details, row, size, table
from reconciler.views.text.lines import Line
from reconciler.views.text.plan import account_lines, counted
from reconciler.views.text.plan_items import COUNTED, totals

_NOUNS: dict[Action, Noun] = {
    Action.DELETE: ("deletion", "deletions"),
    Action.HELD: ("held target", "held targets"),
    Action.UNKNOWN: ("unknown target", "unknown targets"),
    Action.PROTECTED: ("protected target", "protected targets"),
}
"""What has a block, in the order in which it is shown."""
_ACCOUNT: Noun = ("account", "accounts")
PLANNED = {action.value: COUNTED[action].capitalize() for action in ACTIONS}
"""What a plan counts, with the titles of its columns."""
_LEAST = 1000
"""Bytes without which an account is not worth opening."""


@dataclass(slots=True)
class _Fold:
    """One account with what it has to show."""

    opening: str
    ending: str
    parts: dict[Action, Part]
    shown: dict[Action, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        inside = "\n".join(self.shown[action] for action in _NOUNS if self.shown.get(action))
        return f"{self.opening}{inside}{self.ending}"


def accounts_part(plan: PlanDocument) -> Part:
    """Return a row per account: what it is, and how many items of each action it has."""
    titles = (*PLANNED.values(), "Of")
    return Part(
        noun=_ACCOUNT,
        opening=table(("Account", "System", "Tenant", "Host", *titles), numbers=len(titles)),
        rows=[row(_account(one)) for one in plan.header["accounts"]],
        closing="\n",
    )


def _account(one: Fields) -> list[str]:
    about = [code(one[name]) for name in ("name", "system", "tenant", "host")]
    population = "" if one["population"] is None else number(one["population"])
    return [*about, *counted_cells(totals(one), list(PLANNED)), population]


def items_text(plan: PlanDocument, gathered: Gathered, room: Room) -> str:
    """Return every account that has something to show, in as much room as there is.

    What is not deleted gets a third of it where there are many deletions.
    """
    folds = list(_opened(plan, gathered, room))
    others = [(fold, action) for action in list(_NOUNS)[1:] for fold in folds]
    _fill(others, room, room.left // 3)
    _fill([(fold, Action.DELETE) for fold in folds], room, room.left)
    return "".join(fold.text for fold in folds)


def _fill(places: Sequence[tuple[_Fold, Action]], room: Room, most: int) -> None:
    some = [(fold, action) for fold, action in places if action in fold.parts]
    texts = room.fit_all([fold.parts[action] for fold, action in some], most)
    for (fold, action), text in zip(some, texts, strict=True):
        fold.shown[action] = text


def _opened(plan: PlanDocument, gathered: Gathered, room: Room) -> Iterator[_Fold]:
    """Yield the accounts for which there is room; count what the others would show."""
    reserved = 0
    for account in plan.header["accounts"]:
        counts = totals(account)
        parts = {
            action: _part(_rows(gathered, account["name"], action), noun)
            for action, noun in _NOUNS.items()
            if counts[action]
        }
        if not parts:
            continue
        opening, ending = details(f"Account {html_code(account['name'])}: {counted(counts)}")
        opening += fence("text", _about(account)) + "\n"
        reserved += _LEAST
        if size(opening) + size(ending) + reserved > room.left:
            room.left_out.update({part.noun: part.count for part in parts.values()})
            continue
        room.take(opening + ending)
        yield _Fold(opening, ending, parts)


def _rows(gathered: Gathered, account: str, action: Action) -> Rows:
    if action is Action.DELETE:
        return gathered.deletions(account)
    return gathered.rows.get((account, action), Rows(0))


def _part(rows: Rows, noun: Noun) -> Part:
    return Part(noun=noun, opening="```diff\n", rows=rows.made, closing="```\n", total=rows.count)


def _about(account: Fields) -> Iterator[str]:
    for line in list(account_lines(account))[1:]:
        yield _plain(line).strip()


def _plain(line: Line) -> str:
    return "".join(text for text, _ in line)


def absent_part(gathered: Gathered) -> Part | None:
    """Return what is already absent, folded, a line each with its evidence; None if nothing is."""
    found = [rows for (_, action), rows in gathered.rows.items() if action == Action.ABSENT]
    return _folded("Already absent", ("absent target", "absent targets"), found)


def withdrawn_part(gathered: Gathered) -> Part | None:
    """Return what is withdrawn, folded, a line each; None if nothing is."""
    noun = ("withdrawn target", "withdrawn targets")
    return _folded("Withdrawn, so that nothing is done about it", noun, [gathered.withdrawn])


def _folded(title: str, noun: Noun, found: Sequence[Rows]) -> Part | None:
    count = sum(rows.count for rows in found)
    if not count:
        return None
    opening, ending = details(f"{title}: {count}")
    return Part(
        noun=noun,
        opening=f"{opening}```text\n",
        rows=[text for rows in found for text in rows.made],
        closing="```\n",
        ending=ending,
        total=count,
    )
