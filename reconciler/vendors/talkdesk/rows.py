"""Record rows: what identifies a record, what it is recognised by, and what people are shown."""

import json
from typing import Any

from reconciler.domain.fingerprint import FingerprintKey, fingerprint
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
    recognised_by = (
        record_id(row, list_id),
        list_id,
        str(row.get("created_at") or ""),
        first,
        last,
        *sorted(phones),
        provider,
        external,
    )
    shown = {
        "name": mask.text(f"{first} {last}".strip()),
        "phones": ", ".join(mask.phone(phone) for phone in phones),
        "external": f"{provider} {mask.reference(external)}" if external else "",
        "timezone": str(row.get("timezone") or ""),
        "priority": str(row.get("priority") or ""),
        "created": str(row.get("created_at") or ""),
        "updated": str(row.get("updated_at") or ""),
    }
    return Present(
        fingerprint(key, recognised_by),
        json.dumps({name: value for name, value in shown.items() if value}, ensure_ascii=False),
        evidence,
    )


def _phones(row: dict[str, Any]) -> list[str]:
    """Return every number of a record, the deprecated single one included, each once."""
    listed = row.get("phone_numbers")
    numbers = [
        str(one.get("phone_number") or "")
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict)
    ]
    numbers.append(str(row.get("phone_number") or ""))
    return list(dict.fromkeys(number for number in numbers if number))
