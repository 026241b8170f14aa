"""The ids of one manifest, read in bulk: a compiled pattern over the list, no object for each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from reconciler.manifests.findings import Findings
from reconciler.manifests.identifiers import is_guid, wrong_guid
from reconciler.manifests.nearest import nearest
from reconciler.manifests.nodes import Fields, Node, Refused, Scalar
from reconciler.manifests.scalars import ReadingError, text

_KEYS = ("id", "note")
_LATER = frozenset({"phoneNumber", "externalProvider", "externalId"})


@dataclass(slots=True)
class Entries:
    """Ids and lines side by side; notes by line and id."""

    ids: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    notes: dict[tuple[int, str], str] = field(default_factory=dict)


def read_entries(nodes: Sequence[Node], noun: str, findings: Findings) -> Entries:
    """Read the entries of one list, and report every wrong one at its place.

    A task is a bare id or ``{id, note}``; a record is ``{id, note}`` only.
    """
    entries = Entries()
    for node in nodes:
        scalar = node if isinstance(node, Scalar) else _id_of(node, entries, noun, findings)
        if scalar is None:
            continue
        if not is_guid(scalar):
            findings.at(scalar, *wrong_guid(scalar, noun))
        elif noun == "record" and scalar is node:
            message = "A record is not listed by a bare id."
            findings.at(node, message, f'Write `- id: "{scalar.value}"`.')
        else:
            entries.ids.append(scalar.value.lower())
            entries.lines.append(scalar.line)
    return entries


def _id_of(node: Node, entries: Entries, noun: str, findings: Findings) -> Scalar | None:
    if isinstance(node, Refused):
        return None
    if not isinstance(node, Fields):
        findings.at(node, f"Not a {noun}.", "Write `- id: …`.")
        return None
    for key, written in node.keys.items():
        if key not in _KEYS:
            _refuse_key(written, noun, findings)
    target = node.values.get("id")
    if isinstance(target, Scalar):
        if "note" in node.values:
            _read_note(node.values["note"], target, entries, findings)
        return target
    if target is not None and not isinstance(target, Refused):
        findings.at(target, "Must be a single value.", "Write one id.")
    elif target is None and not (noun == "record" and _LATER & node.values.keys()):
        findings.at(node, "The entry lacks `id`.", "Add `id: …`.")
    return None


def _refuse_key(key: Scalar, noun: str, findings: Findings) -> None:
    if noun == "record" and key.value in _LATER:
        message = f"`{key.value}` is not supported by this version."
        findings.at(key, message, "List the record by its `id`.")
    else:
        findings.at(key, "Unknown key.", nearest(key.value, _KEYS))


def _read_note(note: Node, target: Scalar, entries: Entries, findings: Findings) -> None:
    try:
        entries.notes[target.line, target.value.lower()] = text(note)
    except ReadingError as error:
        if error.message:
            findings.at(note, error.message, error.hint)
