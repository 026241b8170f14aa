"""A strict composer on ruamel.yaml's event stream: raw scalars, and a place for everything.

The stream comes from the C parser where it is installed. No tag is resolved and no type guessed;
anchors, aliases, merge keys, tags, directives and duplicate or complex keys are refused, and
depth is checked before anything that deep is built.
"""

import re
from collections.abc import Iterator
from typing import Protocol

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reconciler.manifests.findings import Findings
from reconciler.manifests.syntax.nodes import Fields, Items, Node, Refused, Scalar

_DEPTH_LIMIT = 20
_WORD = re.compile(r"[^\s,\[\]{}]+")


class _Mark(Protocol):
    line: int
    column: int
    index: int


class _TooDeepError(Exception):
    """Ends the composing of a file whose depth was reported."""


def compose(text: str, findings: Findings) -> tuple[list[Node], bool]:
    """Return the documents of a file, empty ones left out, and whether it was read to its end."""
    composer = _Composer(text, findings)
    documents: list[Node] = []
    try:
        documents.extend(composer.documents())
    except _TooDeepError:
        return documents, False
    except MarkedYAMLError as error:
        _report_syntax(error, text, findings)
        return documents, False
    except YAMLError:
        findings.add(1, 1, "Not YAML.", hint="Save the file as UTF-8 text.")
        return documents, False
    return documents, True


def _report_syntax(error: MarkedYAMLError, text: str, findings: Findings) -> None:
    # What was left open is found at the end, which may be many empty lines further on.
    lines = text.rstrip().split("\n")
    mark = error.problem_mark or error.context_mark
    line = min(mark.line if mark else 0, len(lines) - 1)
    column = min(mark.column, len(lines[line])) if mark and line == mark.line else len(lines[line])
    cause = ", ".join(part for part in (error.context, error.problem) if part)
    hint = "Correct the YAML; what follows in this file was not read."
    if lines[line][column : column + 1] == "\t":
        hint = "Indent with spaces; YAML allows no tab here."
    elif error.context in {"while scanning an alias", "while scanning an anchor"}:
        hint = "Quote a text that begins with `*` or `&`."
    elif error.context == "while scanning a plain scalar":
        # Only within brackets, where windows and digests are often written.
        hint = 'Quote a text with a colon in it, as in `"08:00"`.'
    elif error.context_mark and error.context_mark.line != line:
        hint = f"It began on line {error.context_mark.line + 1}. {hint}"
    offending = lines[line].strip()
    findings.add(line + 1, column + 1, f"Not YAML: {cause}.", text=offending, hint=hint)


class _Composer:
    def __init__(self, text: str, findings: Findings) -> None:
        self._text = text
        self._findings = findings
        self._events: Iterator[Event] = YAML(typ="safe").parse(text)

    def documents(self) -> Iterator[Node]:
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._check_directives(event)
                node = self._node(next(self._events), 1)
                if not (isinstance(node, Scalar) and node.plain and not node.value):
                    yield node

    def _check_directives(self, event: DocumentStartEvent) -> None:
        if event.version or event.tags:
            mark: _Mark = event.start_mark
            message = "A directive is not allowed in a manifest."
            hint = "Delete the line that begins with `%`."
            self._findings.add(mark.line + 1, mark.column + 1, message, hint=hint)

    def _node(self, event: Event, depth: int) -> Node:
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if isinstance(event, AliasEvent):
            return self._refuse_alias(event)
        if depth > _DEPTH_LIMIT:
            self._report(event, f"Deeper than {_DEPTH_LIMIT} levels.", "Nest less.")
            raise _TooDeepError
        if isinstance(event, MappingStartEvent):
            self._refuse_properties(event)
            return self._fields(event.start_mark, depth)
        if isinstance(event, SequenceStartEvent):
            self._refuse_properties(event)
            return self._items(event.start_mark, depth)
        raise TypeError(f"no node begins with {type(event).__name__}")

    def _scalar(self, event: ScalarEvent) -> Scalar:
        if event.anchor is not None or event.tag is not None:
            self._refuse_properties(event)
        mark: _Mark = event.start_mark
        value: str = event.value
        # The C parser says "" of a plain style and the pure one None.
        style: str = event.style or ""
        written = self._text[mark.index : event.end_mark.index] if style else value
        return Scalar(value, written, style, mark.line + 1, mark.column + 1)

    def _items(self, mark: _Mark, depth: int) -> Items:
        nodes: list[Node] = []
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                break
            nodes.append(self._node(event, depth + 1))
        return Items(nodes, mark.line + 1, mark.column + 1)

    def _fields(self, mark: _Mark, depth: int) -> Fields:
        fields = Fields({}, {}, mark.line + 1, mark.column + 1)
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            self._put(fields, key, value)
        return fields

    def _put(self, fields: Fields, key: Node, value: Node) -> None:
        if not isinstance(key, Scalar):
            if not isinstance(key, Refused):
                self._findings.at(key, "A key must be text.", "Write one word before the colon.")
        elif key.plain and key.value == "<<":
            hint = "Write the fields out; manifests have no merge keys."
            self._findings.at(key, "A merge key is not allowed in a manifest.", hint)
        elif key.value in fields.values:
            first = fields.keys[key.value].line
            hint = "Keep one of the two."
            self._findings.at(key, f"This key stands twice; first on line {first}.", hint)
        else:
            if isinstance(value, Scalar) and value.plain and not value.value:
                # The two parsers place nothing differently; its key has one place.
                value = value._replace(line=key.line, column=key.column)
            fields.values[key.value] = value
            fields.keys[key.value] = key

    def _refuse_alias(self, event: AliasEvent) -> Refused:
        hint = "Write the value out; a text that begins with `*` must be quoted."
        return self._report(event, "An alias is not allowed in a manifest.", hint)

    def _refuse_properties(
        self, event: ScalarEvent | SequenceStartEvent | MappingStartEvent
    ) -> None:
        if event.anchor is not None:
            hint = "Delete the word with `&`; a text that begins with `&` must be quoted."
            self._report(event, "An anchor is not allowed in a manifest.", hint)
        if event.tag is not None:
            hint = "Delete the word with `!`; a text that begins with `!` must be quoted."
            self._report(event, "A tag is not allowed in a manifest.", hint)

    def _report(self, event: Event, message: str, hint: str) -> Refused:
        mark: _Mark = event.start_mark
        match = _WORD.match(self._text, mark.index)
        node = Refused(match[0] if match else "", mark.line + 1, mark.column + 1)
        self._findings.at(node, message, hint)
        return node
