"""Reads pages as programs do: elements by html.parser, items by what their data says."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from reconciler.domain.document import Fields


@dataclass(slots=True)
class Element:
    """One element: its name, attributes and the text directly in it."""

    tag: str
    attributes: Mapping[str, str | None]
    text: str = ""


@dataclass(slots=True)
class Page:
    """A page, taken apart."""

    source: str
    elements: list[Element] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    """The texts that people see, piece by piece."""

    def all(self, tag: str) -> list[Element]:
        return [one for one in self.elements if one.tag == tag]

    @property
    def text(self) -> str:
        """What people see, its white space reduced."""
        return " ".join(" ".join(self.words).split())

    def data(self, name: str) -> list[Any]:
        return [
            json.loads(one.text)
            for one in self.all("script")
            if one.attributes.get("data-name") == name
        ]

    @property
    def programs(self) -> list[Element]:
        """The scripts that a browser would run."""
        return [one for one in self.all("script") if one.attributes.get("type") is None]

    def items(self) -> list[Fields]:
        """Return every item as the page has it."""
        return [item for block in self.data("items") for item in _items(block)]


_RAW = ("script", "style", "title")
"""Elements whose text is not among what people read on the page itself."""


class _Reader(HTMLParser):
    """Gathers elements, and the text that is not for programs."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.words: list[str] = []
        self._raw: Element | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        assert len(element.attributes) == len(attrs), "an attribute is written twice"
        self.elements.append(element)
        self._raw = element if tag in _RAW else None

    def handle_endtag(self, tag: str) -> None:
        if tag in _RAW:
            self._raw = None

    def handle_data(self, data: str) -> None:
        if self._raw is None:
            self.words.append(data)
        else:
            self._raw.text += data


def read_page(pieces: Iterable[str]) -> Page:
    source = "".join(pieces)
    reader = _Reader()
    reader.feed(source)
    reader.close()
    return Page(source, reader.elements, reader.words)


def _items(block: dict[str, Any]) -> Iterator[Fields]:
    columns = {name: _column(packed, block["count"]) for name, packed in block["columns"].items()}
    live = _live(block["live"], block["count"])
    for row in range(block["count"]):
        item = {name: column[row] for name, column in columns.items() if name != "line"}
        lines = [columns["line"][row], *block["lines"].get(str(row), [])]
        notes = block["notes"].get(str(row), [])
        item["heads"] = [
            (*head, lines[index], notes[index] if notes else "")
            for index, head in enumerate(item["heads"])
        ]
        yield {**item, "live": live[row]}


def _column(packed: dict[str, Any], count: int) -> list[Any]:
    if "one" in packed:
        return [packed["one"]] * count
    if "few" in packed:
        return [packed["few"][code] for code in packed["codes"]]
    start = packed.get("start", "")
    return [start + value if start else value for value in packed["of"]]


def _live(packed: dict[str, Any], count: int) -> list[dict[str, str] | None]:
    forms = _column(packed["form"], count)
    rows: list[Iterator[dict[str, str]]] = [
        _rows(one, forms.count(number)) for number, one in enumerate(packed["forms"])
    ]
    return [None if form < 0 else next(rows[form]) for form in forms]


def _rows(form: dict[str, Any], count: int) -> Iterator[dict[str, str]]:
    columns = [_column(one, count) for one in form["columns"]]
    for row in range(count):
        yield {name: column[row] for name, column in zip(form["names"], columns, strict=True)}
