"""The items of a plan as text: a block for what is there, a line for what is gone."""

from collections.abc import Iterator
from itertools import groupby

from reconciler.domain.document import Fields, PlanDocument
from reconciler.domain.plan import ACTIONS, Action
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.text.review import introduced_first, is_introduced
from reconciler.views.wording import clean, place

_MOST = 50
"""Blocks per account, and lines of what is absent, unless all are asked for."""
_RESERVED = 10
"""Blocks that each kind of action gets before one takes what is left."""

_SIGNS = {
    Action.DELETE: ("-", Style.DELETE, "will be deleted"),
    Action.PROTECTED: ("!", Style.WARN, "is protected"),
    Action.HELD: ("!", Style.WARN, "is held"),
    Action.UNKNOWN: ("?", Style.DOUBT, "could not be read"),
}


COUNTED = {
    Action.DELETE: "to delete",
    Action.ABSENT: "already absent",
    Action.PROTECTED: "protected",
    Action.HELD: "held",
    Action.UNKNOWN: "unknown",
}
"""What a number of items of each action is called."""


def totals(account: Fields) -> dict[str, int]:
    """Return how many items of each action an account of a plan has."""
    counts = [container["counts"] for container in account["containers"]]
    return {action: sum(one[action] for one in counts) for action in ACTIONS}


def has_block(item: Fields) -> bool:
    """Whether an item has a block: what is gone has a line, and what is withdrawn no action."""
    return item["action"] in _SIGNS


def blocks(items: Iterator[Fields], account: Fields, *, full: bool) -> Iterator[Line]:
    """Yield a block for every item of an account that is not absent, but for 50 at most."""
    counts = totals(account)
    left = counts if full else _shares(counts)
    shown: dict[str, int] = dict.fromkeys(_SIGNS, 0)
    for item in items if full else introduced_first(items, left[Action.DELETE]):
        action = item["action"]
        if shown[action] < left[action]:
            shown[action] += 1
            yield from block(item)
    hidden = [
        f"{counts[action] - shown[action]} more {COUNTED[action]}"
        for action in _SIGNS
        if counts[action] > shown[action]
    ]
    if hidden:
        yield line(f"  … and {', '.join(hidden)} (--full shows all)", Style.QUIET)
        yield EMPTY


def _shares(counts: dict[str, int]) -> dict[str, int]:
    """Return how many blocks each action gets, so that none hides another."""
    shares = {action: min(counts[action], _RESERVED) for action in _SIGNS}
    left = _MOST - sum(shares.values())
    for action in _SIGNS:
        more = min(counts[action] - shares[action], left)
        shares[action] += more
        left -= more
    return {str(action): share for action, share in shares.items()}


def block(item: Fields) -> Iterator[Line]:
    """Yield the lines of one item that is not absent; the last one is empty."""
    sign, style, words = _SIGNS[Action(item["action"])]
    reason = f": {clean(item['reason'])}"
    if item["action"] == Action.PROTECTED:
        words, reason = "is", f" {clean(item['reason'])}"
    elif item["action"] == Action.DELETE:
        reason = " (introduced)" if is_introduced(item) else ""
    yield (
        (f"  {sign} ", style),
        (clean(item["address"]), Style.STRONG),
        (f" {words}{reason}", Style.PLAIN),
    )
    live = item.get("live", {})
    width = max(len(name) for name in (*live, "declared"))
    for name, value in live.items():
        yield line(f"      {clean(name):<{width}} = {clean(value)}")
    for one in item["declared"]:
        yield line(f"      {'declared':<{width}} = {_declared(one)}", Style.QUIET)
    yield EMPTY


def _declared(one: Fields) -> str:
    purpose = "" if one["purpose"] == "hygiene" else one["purpose"]
    about = (one["manifest"], one["ticket"], purpose, one.get("note", ""))
    return f"{place(one)} ({', '.join(clean(text) for text in about if text)})"


def absent_lines(plan: PlanDocument, *, full: bool) -> Iterator[Line]:
    """Yield what is already absent: one line each, under the evidence that they share."""
    counts = {one["name"]: totals(one)[Action.ABSENT] for one in plan.header["accounts"]}
    if not any(counts.values()):
        return
    yield line("Already absent:", Style.STRONG)
    items = plan.items(None if full else _MOST)
    absent = (item for item in items if item["action"] == Action.ABSENT)
    for account, mine in groupby(absent, key=lambda item: str(item["account"])):
        most = counts[account] if full else min(counts[account], _MOST)
        yield from _absent_of(mine, most)
        if counts[account] > most:
            rest = counts[account] - most
            yield line(f"    … and {rest} more (--full shows all)", Style.QUIET)
    yield EMPTY


def _absent_of(items: Iterator[Fields], most: int) -> Iterator[Line]:
    group = ""
    for number, item in enumerate(items):
        if number == most:
            return
        prefix = str(item["address"]).removesuffix(f"/{item['id']}")
        asked = "asked by id: " if item["evidence"]["by"] == "id" else ""
        how = f"{asked}{clean(item['evidence']['answer'])}"
        if group != (group := f"  {clean(prefix)} ({how})"):
            yield line(group, Style.QUIET)
        # An identifier is shown by its place: it is somebody's.
        where = place(item["declared"][0])
        shown = where if item["id"] == where else f"{clean(item['id'])}  {where}"
        yield line(f"    = {shown}", Style.QUIET)
