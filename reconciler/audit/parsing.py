"""Parsing: a line as the event that it is, if it has the one form that it may have."""

import json
from typing import Any

from reconciler.audit.chain import canonical


def parse(line: bytes) -> tuple[dict[str, Any] | None, str]:
    """Return the event of a line; None, and what is wrong, for one that is not canonical."""
    try:
        event = json.loads(line)
        exact = isinstance(event, dict) and canonical(event) == line
    except (ValueError, RecursionError):
        return None, "not JSON"
    return (event, "") if exact else (None, "not a canonical JSON object")
