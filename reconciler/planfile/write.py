"""Writes a plan file: header, one line per item, footer with a checksum of all before it."""

import hashlib
import json
from pathlib import Path

from reconciler.domain.document import Fields, PlanDocument, to_json
from reconciler.planfile.private import private_file

CHECKSUM = b',"checksum":'
"""What parts the bytes that the checksum covers from the checksum."""


def write_plan(plan: PlanDocument, path: Path) -> None:
    """Write a plan for its owner's eyes only, whole or not at all.

    Raises ReconcilerError when the file cannot be written.
    """
    with private_file(path) as file:
        digest = hashlib.sha256()

        def put(content: bytes) -> None:
            digest.update(content)
            file.write(content)

        put(encode(plan.header) + b"\n")
        for item in plan.items(None):
            put(encode(item) + b"\n")
        put(encode(plan.footer)[:-1])
        file.write(CHECKSUM + encode_text(f"sha256:{digest.hexdigest()}") + b"}\n")


def encode(fields: Fields) -> bytes:
    """Return one line."""
    return to_json(fields).encode()


def encode_text(text: str) -> bytes:
    """Return one JSON string."""
    return json.dumps(text).encode()
