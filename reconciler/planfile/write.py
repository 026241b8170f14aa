"""Writes a plan file: header, one line per item, footer with a checksum of all before it."""

import hashlib
import json
import os
from pathlib import Path

from reconciler.domain.document import Fields, PlanDocument, to_json
from reconciler.errors import ReconcilerError

CHECKSUM = b',"checksum":'
"""What parts the bytes that the checksum covers from the checksum."""


def write_plan(plan: PlanDocument, path: Path) -> None:
    """Write a plan for its owner's eyes only, whole or not at all.

    Raises ReconcilerError when the file cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            digest = hashlib.sha256()

            def put(content: bytes) -> None:
                digest.update(content)
                file.write(content)

            put(encode(plan.header) + b"\n")
            for item in plan.items(None):
                put(encode(item) + b"\n")
            put(encode(plan.footer)[:-1])
            file.write(CHECKSUM + encode_text(f"sha256:{digest.hexdigest()}") + b"}\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except FileExistsError as error:
        raise ReconcilerError("The plan cannot be written", detail=f"{draft} is there") from error
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ReconcilerError(
            "The plan cannot be written", detail=f"{path}: {error.strerror or error}"
        ) from error


def encode(fields: Fields) -> bytes:
    """Return one line."""
    return to_json(fields).encode()


def encode_text(text: str) -> bytes:
    """Return one JSON string."""
    return json.dumps(text).encode()
