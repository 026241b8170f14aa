"""The lines of a plan file: found whole, and taken one by one."""

import hashlib
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from reconciler.domain.document import Fields
from reconciler.errors import StaleError
from reconciler.planfile.write import CHECKSUM

HINT = "Make a new plan: reconciler plan --out FILE"

_DECODER = json.JSONDecoder()


def ends_of(path: Path) -> tuple[Fields, Fields, str]:
    """Return header, footer and checksum; raises StaleError if the checksum is not right."""
    digest = hashlib.sha256()
    first, last = b"", b""
    with path.open("rb") as file:
        for line in file:
            first = first or line
            digest.update(last)
            last = line
    covered, found, _ = last.rpartition(CHECKSUM)
    if not found or not last.endswith(b"}\n"):
        raise damaged(path, "it has no end")
    digest.update(covered)
    header, footer = _object(first), _object(last)
    if header.get("type") != "plan" or footer.get("type") != "end":
        raise damaged(path, "it does not begin and end as a plan does")
    checksum = f"sha256:{digest.hexdigest()}"
    if footer.get("checksum") != checksum:
        raise damaged(path, "its checksum is not that of its content")
    return header, footer, checksum


def items_of(path: Path) -> Iterator[Fields]:
    """Yield what stands between the first line and the last."""
    with path.open("rb") as file:
        next(file)
        for number, (line, _) in enumerate(pairwise(file), start=1):
            item = _object(line)
            if item.get("type") != "item":
                raise damaged(path, f"item {number} is none")
            yield item


def _object(line: bytes) -> dict[str, Any]:
    # As json.loads does it, without its guesses, which take a tenth of the time of a large file.
    text = line.decode().strip()
    value, end = _DECODER.raw_decode(text)
    if end != len(text):
        raise ValueError("more than one value")
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def damaged(path: Path, cause: str) -> StaleError:
    """Return the error for a file that is not as it was written."""
    return StaleError("The plan file is damaged", detail=f"{path}: {cause}", hint=HINT)
