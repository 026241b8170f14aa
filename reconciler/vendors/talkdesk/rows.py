"""Record rows: what identifies a record, what it is recognised by, and what people are shown."""

import re
from datetime import UTC, datetime
from typing import Any

from reconciler.domain.facts import Fact, Facts, Moment, Text, shared
from reconciler.domain.fingerprint import FingerprintKey, fingerprint
from reconciler.domain.identifiers import External
from reconciler.domain.live import Evidence, Present
from reconciler.domain.masking import Mask


def record_id(row: Any, list_id: str) -> str:  # noqa: ANN401 - parsed JSON
    """Return the id of a row in lower case; empty where it has none or is of another list."""
    if not isinstance(row, dict):
        return ""
    if str(row.get("record_list_id") or list_id).lower() != list_id:
        return ""
    return str(row.get("id") or "").lower()


def present(
    row: dict[str, Any], list_id: str, key: FingerprintKey, mask: Mask, evidence: Evidence
) -> Present:
    """Reduce a row to what the plan needs of it; priority and update time do not mark it."""
    phones = _phones(row)
    provider, external = str(row.get("external_provider") or ""), str(row.get("external_id") or "")
    first, last = str(row.get("first_name") or ""), str(row.get("last_name") or "")
    created = str(row.get("created_at") or "")
    recognised_by = (
        record_id(row, list_id),
        list_id,
        created,
        first,
        last,
        *(sorted(phones) if len(phones) > 1 else phones),
        provider,
        external,
    )
    shown = {
        "name": mask.text(f"{first} {last}".strip()),
        "phones": ", ".join([mask.phone(phone) for phone in phones]),
        "external": f"{provider} {mask.reference(external)}" if external else "",
        "timezone": str(row.get("timezone") or ""),
        "priority": str(row.get("priority") or ""),
        "created": created,
        "updated": str(row.get("updated_at") or ""),
    }
    told = {name: value for name, value in shown.items() if value}
    return Present(fingerprint(key, recognised_by), told, evidence)


def facts(row: dict[str, Any], mask: Mask) -> Facts:
    """Return what a row says, field by field; what it does not tell is left out."""
    phones, tells_phones = _numbers(row)
    fields: dict[str, Fact] = {}
    for name, key in _TEXTS.items():
        if text := _text(row.get(key)):
            fields[name] = shared(text, shown=text)
    for name in ("created", "updated"):
        at = _moment(row.get(f"{name}_at"))
        if at is not None:
            fields[name] = Moment(at)
    shown = ", ".join(mask.phone(phone) for phone in phones)
    fields["phone"] = Text(phones, shown, partial=not tells_phones)
    provider, external = str(row.get("external_provider") or ""), str(row.get("external_id") or "")
    if "external_provider" in row and (provider or not external):
        # Null is an answer here: most records have no reference.
        fields["external provider"] = shared(*filter(None, (provider,)), shown=provider)
    return Facts(
        fields=fields,
        phones=phones,
        tells_phones=tells_phones,
        external=External(provider, external) if provider or external else None,
    )


_TEXTS = {"priority": "priority", "timezone": "timezone"}
"""Fields that every record has; an empty one is not told."""


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _moment(value: object) -> datetime | None:
    """Return a time as the vendor writes it, ISO 8601; None where there is none to read."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        if at is None:
            return None
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _numbers(row: dict[str, Any]) -> tuple[tuple[str, ...], bool]:
    """Return every number of a record as it is compared, and whether those are all it has.

    ``phone_numbers`` has at least one; ``phone_number`` is deprecated, and one of them.
    """
    listed = row.get("phone_numbers")
    entries = listed if isinstance(listed, list) else ()
    told = [one.get("phone_number") if isinstance(one, dict) else one for one in entries]
    numbers = [_compared(one) for one in (*told, row.get("phone_number"))]
    whole = bool(told) and all(numbers[: len(told)])
    return tuple(dict.fromkeys(filter(None, numbers))), whole


def _compared(number: object) -> str:
    """Return a number as `+` and its digits, however it is spelt; empty where there is none."""
    if not isinstance(number, str | int) or isinstance(number, bool):
        return ""
    digits = re.sub(r"\D", "", str(number), flags=re.ASCII)
    return f"+{digits}" if digits else ""


def _phones(row: dict[str, Any]) -> tuple[str, ...]:
    """Return every number of a record, the deprecated single one included, each once."""
    listed = row.get("phone_numbers")
    numbers = [
        str(one.get("phone_number") or "")
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict)
    ]
    numbers.append(str(row.get("phone_number") or ""))
    return tuple(dict.fromkeys(filter(None, numbers)))
