"""Items as blocks of data: packed column by column, and read by the page when it needs them."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeAlias

from markupsafe import Markup

from reconciler.domain.document import Fields
from reconciler.views.html.columns import Packed, coded, harmless, numbers, texts

SIZE = 5000
"""Items of one block; the page finds an item's block by dividing."""

Head: TypeAlias = tuple[str, str, str, str]
"""File, manifest, ticket and purpose of a place."""

_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)
_TOLD = ("account", "reason", "fingerprint", "change", "time", "run")


def blocks(
    items: Iterable[Fields], state: str, seen: Callable[[Sequence[Fields]], None]
) -> Iterator[Markup]:
    """Yield items as script elements of data, which no browser runs.

    ``state`` is the name of what became, or would become, of an item; ``seen`` is called with the
    items of every block before it is yielded.
    """
    source = iter(items)
    while some := list(islice(source, SIZE)):
        seen(some)
        yield data_element(_block(some, state))


def data_element(value: object, name: str = "items") -> Markup:
    """Return a value as a script element of data; nothing in it can end the element."""
    written = _ENCODER.encode(value)
    for character in "<>&":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return Markup(f'<script type="application/json" data-name="{name}">{written}</script>\n')  # noqa: S704 - nothing of markup is left in it


def heads_of(item: Fields) -> tuple[Head, ...]:
    """Return the places of an item, without their lines."""
    return tuple(
        (one["file"], one["manifest"], one["ticket"], one["purpose"]) for one in item["declared"]
    )


def evidence_of(item: Fields) -> str:
    """Return what proves an item's state, in words."""
    evidence = item.get("evidence", "")
    return evidence if isinstance(evidence, str) else f"by {evidence['by']}: {evidence['answer']}"


def home_and_id(item: Fields) -> tuple[str, str]:
    """Return an address in two parts: where a target is, and what it is called there."""
    address, name = item["address"], item["id"]
    if not address.endswith(name):
        _, _, name = address.rpartition("/")
    return address[: len(address) - len(name)], name


def _block(items: Sequence[Fields], state: str) -> dict[str, Any]:
    parts = [home_and_id(item) for item in items]
    columns = {name: texts([item.get(name, "") for item in items]) for name in _TOLD}
    return {
        "count": len(items),
        "columns": {
            "home": texts([home for home, _ in parts]),
            "id": texts([name for _, name in parts]),
            "state": texts([item[state] for item in items]),
            "evidence": texts([evidence_of(item) for item in items]),
            **columns,
            **_places(items),
        },
        "lines": _further_lines(items),
        "notes": _notes(items),
        "live": _live(items),
    }


def _places(items: Sequence[Fields]) -> dict[str, Packed]:
    """Pack where items are declared: the lists of places are few, and only lines differ."""
    heads = [heads_of(item) for item in items]
    few = ([[harmless(text) for text in head] for head in one] for one in dict.fromkeys(heads))
    lines = [item["declared"][0]["line"] if item["declared"] else 0 for item in items]
    return {"heads": coded(heads, few), "line": numbers(lines)}


def _further_lines(items: Sequence[Fields]) -> dict[int, list[int]]:
    """Return the lines of all but the first place, for items that have several, by row."""
    return {
        row: [one["line"] for one in item["declared"][1:]]
        for row, item in enumerate(items)
        if len(item["declared"]) > 1
    }


def _notes(items: Sequence[Fields]) -> dict[int, list[str]]:
    """Return the notes of items that have some, place by place, by row."""
    return {
        row: [harmless(one.get("note", "")) for one in item["declared"]]
        for row, item in enumerate(items)
        if any("note" in one for one in item["declared"])
    }


def _live(items: Sequence[Fields]) -> dict[str, Any]:
    """Pack what people are shown of items, those with the same attributes together."""
    forms: dict[tuple[str, ...], int] = {}
    rows: list[list[Sequence[str]]] = []
    form_of = []
    for item in items:
        live = item.get("live")
        if live is None:
            form_of.append(-1)
            continue
        form = forms.setdefault(tuple(live), len(forms))
        if form == len(rows):
            rows.append([])
        rows[form].append(tuple(live.values()))
        form_of.append(form)
    return {
        "form": numbers(form_of),
        "forms": [
            {
                "names": [harmless(name) for name in names],
                "columns": [texts(column) for column in zip(*rows[form], strict=True)],
            }
            for names, form in forms.items()
        ],
    }
