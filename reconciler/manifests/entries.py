"""The entries of one list, read in bulk: a compiled pattern over the list, no object for each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.domain.identifiers import External, Identifier, Phone
from reconciler.manifests.findings import Findings
from reconciler.manifests.nearest import nearest
from reconciler.manifests.syntax.nodes import Fields, Node, Refused, Scalar
from reconciler.manifests.values.identifiers import is_guid, wrong_guid
from reconciler.manifests.values.identities import phone
from reconciler.manifests.values.scalars import ReadingError, text

_TASK_KEYS = ("id", "note")
_RECORD_KEYS = ("id", "phoneNumber", "externalProvider", "externalId", "note")
_OTHERS = ("phoneNumber", "externalProvider", "externalId")

IDS_ONLY = (
    "With this purpose only ids are declared: this would stay in git.",
    "Find the ids: `reconciler find records --ids-from FILE` prints a manifest with them.",
)
"""Message and hint for a phone number or an external id where a person is to be erased."""


class Identified(NamedTuple):
    """A record by another identifier than its id, with its place."""

    identifier: Identifier
    line: int
    note: str


@dataclass(slots=True)
class Entries:
    """Ids and lines side by side; notes by line and id; records by other identifiers."""

    ids: list[str] = field(default_factory=list)
    lines: Sequence[int] = field(default_factory=list)
    notes: dict[tuple[int, str], str] = field(default_factory=dict)
    identifiers: list[Identified] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.ids) + len(self.identifiers)


def read_entries(
    nodes: Sequence[Node], noun: str, findings: Findings, *, ids_only: bool = False
) -> Entries:
    """Read the entries of one list, and report every wrong one at its place.

    A task is a bare id or ``{id, note}``; a record is ``{id}``, ``{phoneNumber}`` or
    ``{externalProvider, externalId}``, each with a note if there is one. ``ids_only`` refuses the
    last two.
    """
    lines: list[int] = []
    entries = Entries(lines=lines)
    for node in nodes:
        scalar = node if isinstance(node, Scalar) else _id_of(node, noun, findings)
        if scalar is None:
            _read_identified(node, entries, findings, ids_only=ids_only)
        elif not is_guid(scalar):
            findings.at(scalar, *wrong_guid(scalar, noun))
        elif noun == "record" and scalar is node:
            message = "A record is not listed by a bare id."
            findings.at(node, message, f'Write `- id: "{scalar.value}"`.')
        else:
            entries.ids.append(scalar.value.lower())
            lines.append(scalar.line)
            if note := _note_of(node, findings):
                entries.notes[scalar.line, scalar.value.lower()] = note
    return entries


def _id_of(node: Node, noun: str, findings: Findings) -> Scalar | None:
    """Return the id of an entry; None if it has none, or if that was reported."""
    if isinstance(node, Refused):
        return None
    if not isinstance(node, Fields):
        findings.at(node, f"Not a {noun}.", "Write `- id: …`.")
        return None
    known = _TASK_KEYS if noun == "task" else _RECORD_KEYS
    for key, written in node.keys.items():
        if key not in known:
            findings.at(written, "Unknown key.", nearest(key, known))
    others = [key for key in _OTHERS if key in node.values and key in known]
    target = node.values.get("id")
    if target is None:
        if not others:
            lacks, hint = _LACKING[noun]
            findings.at(node, lacks, hint)
        return None
    if others:
        message = "An entry has one kind of identifier; this one has more."
        findings.at(node.keys[others[0]], message, "Write an entry for each.")
        return None
    if isinstance(target, Scalar):
        return target
    if not isinstance(target, Refused):
        findings.at(target, "Must be a single value.", "Write one id.")
    return None


_LACKING = {
    "task": ("The entry lacks `id`.", "Add `id: …`."),
    "record": (
        "The entry lacks an identifier.",
        "Add `id`, `phoneNumber`, or `externalProvider` and `externalId`.",
    ),
}


def _read_identified(node: Node, entries: Entries, findings: Findings, *, ids_only: bool) -> None:
    """Read an entry without an id, if it is one."""
    if not isinstance(node, Fields) or "id" in node.values:
        return
    given = [key for key in _OTHERS if key in node.values]
    if not given or not set(node.keys) <= set(_RECORD_KEYS):
        return
    if ids_only:
        findings.at(node.keys[given[0]], *IDS_ONLY)
        return
    if "phoneNumber" in given and len(given) > 1:
        message = "An entry has one kind of identifier; this one has more."
        findings.at(node.keys[given[1]], message, "Write an entry for each.")
        return
    identifier = _identifier(node, findings)
    if identifier is not None:
        line = node.values[given[0]].line
        entries.identifiers.append(Identified(identifier, line, _note_of(node, findings)))


def _identifier(node: Fields, findings: Findings) -> Identifier | None:
    if "phoneNumber" in node.values:
        number = _value(node.values["phoneNumber"], findings, number=True)
        return Phone(number) if number else None
    parts = []
    for key, other in (("externalProvider", "externalId"), ("externalId", "externalProvider")):
        if key in node.values:
            parts.append(_value(node.values[key], findings))
        else:
            findings.at(node.keys[other], f"The entry lacks `{key}`.", f"Add `{key}: …`.")
            parts.append("")
    return External(*parts) if all(parts) else None


def _value(node: Node, findings: Findings, *, number: bool = False) -> str:
    try:
        return phone(node) if number else text(node)
    except ReadingError as error:
        if error.message:
            findings.at(node, error.message, error.hint)
    return ""


def _note_of(node: Node, findings: Findings) -> str:
    note = node.values.get("note") if isinstance(node, Fields) else None
    return "" if note is None else _value(note, findings)
