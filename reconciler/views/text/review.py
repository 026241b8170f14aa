"""What a change of the manifests brings to a plan: what it loosens, introduces and withdraws."""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice

from reconciler.domain.changes.fields import change_of
from reconciler.domain.changes.marking import IN_BASE
from reconciler.domain.changes.review import Mark
from reconciler.domain.document import Fields, PlanDocument
from reconciler.domain.plan import Action
from reconciler.views.text.changes import base_name, loosened_text
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.wording import clean, place

_MOST = 20
"""Lines of what is withdrawn, unless all are asked for."""


def opening(plan: PlanDocument, *, full: bool) -> Iterator[Line]:
    """Yield what a plan opens with: what stands less in the way of deletions than it did."""
    loosened = [change_of(fields) for fields in plan.header.get("loosened", ())]
    return loosened_text(loosened, full=full)


def is_introduced(item: Fields) -> bool:
    """Whether an item is a deletion that the change introduces."""
    introduced = item.get("change") == Mark.INTRODUCED
    return introduced and item["action"] == Action.DELETE


def introduced_first(items: Iterable[Fields], most: int) -> Iterator[Fields]:
    """Leave out deletions that were there before, as far as introduced ones need their room.

    ``most`` is how many deletions there is room for.
    """
    some = list(items)
    room = most - sum(map(is_introduced, some))
    for item in some:
        if item["action"] == Action.DELETE and not is_introduced(item):
            room -= 1
            if room < 0:
                continue
        yield item


def review_text(plan: PlanDocument, *, full: bool) -> Iterator[Line]:
    """Yield what is withdrawn, and how many items there are of each mark."""
    changes, base = plan.footer.get("changes"), plan.header.get("base")
    if not changes or not base:
        return
    if changes[Mark.WITHDRAWN]:
        yield line("Withdrawn, so that nothing is done about it:", Style.STRONG)
        yield from _withdrawn(plan, changes[Mark.WITHDRAWN], full=full)
        yield EMPTY
    counts = ", ".join(f"{changes[name]} {name}" for name in (*Mark, "loosened"))
    yield line(f"Compared with {clean(base_name(base['ref'], base['commit']))}: {counts}.")
    yield EMPTY


def _withdrawn(plan: PlanDocument, count: int, *, full: bool) -> Iterator[Line]:
    most = None if full else _MOST
    items = plan.items(most)
    withdrawn = (item for item in items if item.get("change") == Mark.WITHDRAWN)
    for home, group in groupby(islice(withdrawn, most), key=home_of):
        yield line(f"  {clean(home)}", Style.QUIET)
        for item in group:
            yield line(f"    = {withdrawn_words(item)}", Style.QUIET)
    if most is not None and count > most:
        yield line(f"    … and {count - most} more (--full shows all)", Style.QUIET)


def home_of(item: Fields) -> str:
    """Return what the address of an item has in common with its neighbours'."""
    return str(item["address"]).removesuffix(f"/{item['id']}")


def withdrawn_words(item: Fields) -> str:
    """Return which target is withdrawn, where it was declared, and what was read of it."""
    where = f"{place(item['declared'][0])} in the base{_state(item)}"
    # An identifier is shown by its place: it is somebody's.
    return where if str(item["id"]).endswith(IN_BASE) else f"{clean(item['id'])}  {where}"


def _state(item: Fields) -> str:
    """Return what was read of it; nothing where nothing was."""
    if "live" in item:
        return ", still there"
    return ", absent" if "evidence" in item else ""
