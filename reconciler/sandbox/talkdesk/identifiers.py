"""Reads the array of a bulk deletion and finds the records that it means."""

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from reconciler.sandbox.database import Document
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.record_table import external_reference
from reconciler.sandbox.store import Store

_KINDS = {
    frozenset({"id"}): "id",
    frozenset({"phone_number"}): "phone_number",
    frozenset({"external_provider", "external_id"}): "external",
}
_LONGEST = {"id": 36, "phone_number": 16}


@dataclass(slots=True)
class Findings:
    """What became of each identifier of a bulk deletion."""

    victims: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    failed_ids: list[str] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """How many identifiers deleted nothing."""
        return len(self.bad) + len(self.missing)


def kinds_of(body: object) -> set[str] | None:
    """Return the kinds of identifiers in a body; None where it is not as the papers want it."""
    if not isinstance(body, list) or not body:
        return None
    kinds = [_kind(element) for element in body]
    return None if None in kinds else {kind for kind in kinds if kind}


def _kind(element: object) -> str | None:
    if not isinstance(element, dict):
        return None
    for value in element.values():
        if not isinstance(value, str) or not value:
            return None
    kind = _KINDS.get(frozenset(element))
    longest = _LONGEST.get(kind or "")
    return None if longest and len(element[kind]) > longest else kind


def find(store: Store, faults: Faults, list_id: str, body: list[Document], now: float) -> Findings:
    """Look up every identifier of a bulk deletion once."""
    findings = Findings()
    ids = [element["id"] for element in body if "id" in element]
    there = store.existing_records(list_id, ids, now)
    # The other two kinds are compared with every record, so only where one is used.
    by_name = _by_name(store, faults, list_id, now) if len(ids) < len(body) else {}
    seen = set()
    for element in body:
        name = _name(element)
        if name in seen:
            continue
        seen.add(name)
        if "id" in element:
            _sort_in(findings, name, found=name in there, busy=faults.talkdesk_busy_id)
            continue
        matching = by_name.get(name, [])
        findings.victims += [found for found in matching if found not in findings.victims]
        if not matching:
            findings.missing.append(name)
    return findings


def _name(element: Document) -> str:
    """Return an identifier as the reasons of the answer print it."""
    if "external_id" in element:
        return external_reference(element["external_provider"], element["external_id"])
    return str(element.get("id") or element["phone_number"])


def _sort_in(findings: Findings, record_id: str, *, found: bool, busy: str) -> None:
    if not _is_uuid(record_id) or record_id == busy:
        findings.bad.append(record_id)
    elif not found:
        findings.missing.append(record_id)
    else:
        findings.victims.append(record_id)
        return
    findings.failed_ids.append(record_id)


def _by_name(store: Store, faults: Faults, list_id: str, now: float) -> dict[str, list[str]]:
    """Return the ids of the records behind each number and each external reference."""
    found = defaultdict(list)
    for record_id, phones, external in store.identities(list_id, now):
        numbers = phones.split(" ")
        compared = numbers[:1] if faults.talkdesk_phone_match == "first" else numbers
        for name in (*compared, external):
            found[name].append(record_id)
    return found


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
