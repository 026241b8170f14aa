"""Bundles: an audit log to hand over, as one file that the same log always makes the same."""

import hashlib
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

from reconciler.audit.chain import canonical, line_hash
from reconciler.audit.checkpoints import SUFFIX
from reconciler.audit.completing import AuditLog, started
from reconciler.audit.loading import RUN_SUFFIX, RunFiles
from reconciler.audit.verify import Verified

_FOLDER = "audit-export"
_README = """\
An audit log of reconciler
==========================

audit/RUN_ID.jsonl        the lines of each run: JSON, each with the SHA-256 of the line before
audit/RUN_ID.checkpoints  how many lines there were, the hash of the last one, and who signed it
index.json                what is in here, and what checking it found when it was exported
verify.sh                 checks it with sha256sum, jq and openssl
SHA256SUMS                of every other file

To check it:

    sha256sum -c SHA256SUMS
    sh verify.sh -k KEYS audit/*.jsonl

or, with reconciler, `reconciler audit verify --keys KEYS audit`. KEYS is a file of verifier keys,
one a line. Take them from whoever signs, by another way than this file: keys that come with a log
prove nothing. Without -k only the chain is checked, which whoever could rewrite all of it could
make anew.

The lines name ids of tasks and records: treat them as personal data. Phone numbers and external
ids stand there as keyed pseudonyms only, or masked.
"""


@dataclass(frozen=True, slots=True)
class Written:
    """A bundle as it was written."""

    sha256: str
    size: int


def bundle(
    log: AuditLog, verified: Verified, about: Mapping[str, Any]
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of every file; ``about`` is what the index says besides."""
    contents = dict(_contents(log, verified, about))
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in contents.items()
    )
    yield from contents.items()
    yield "SHA256SUMS", sums.encode()


def _contents(
    log: AuditLog, verified: Verified, about: Mapping[str, Any]
) -> Iterator[tuple[str, bytes]]:
    yield "README.txt", _README.encode()
    yield "verify.sh", (files("reconciler.audit") / "verify.sh").read_bytes()
    index = {
        "type": "audit_export",
        **about,
        "runs": [_run_fields(run, log) for run in log.runs],
        "checkpoints": verified.checkpoints,
        "signed": verified.signed,
        "findings": finding_fields(verified),
    }
    yield "index.json", canonical(index) + b"\n"
    for run in log.runs:
        if run.lines is not None:
            whole = b"".join(line + b"\n" for line in run.lines)
            yield f"audit/{run.run_id}{RUN_SUFFIX}", whole + run.rest
        if run.checkpoints is not None:
            yield f"audit/{run.run_id}{SUFFIX}", run.checkpoints


def finding_fields(verified: Verified) -> list[dict[str, Any]]:
    """Return what is wrong, with the names of files instead of their places."""
    return [
        {
            "kind": one.kind.value,
            "file": Path(one.file).name,
            "line": one.line,
            "message": one.message,
        }
        for one in verified.findings
    ]


def _run_fields(run: RunFiles, log: AuditLog) -> dict[str, Any]:
    lines = run.lines or ()
    return {
        "run_id": run.run_id,
        "started": started(run),
        "lines": len(lines),
        "hash": line_hash(lines[-1]) if lines else "",
        "has_checkpoints": run.checkpoints is not None,
        "source": "ledger" if run.run_id in log.from_ledger else "folder",
    }


def write_bundle(path: Path, contents: Iterator[tuple[str, bytes]]) -> Written:
    """Write a bundle for its owner's eyes, whole or not at all; the same contents, the same bytes.

    Raises FileExistsError for a file that is there, OSError for one that cannot be written.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
                for name, content in contents:
                    # Neither times nor owners: they are those of the export, not of the log.
                    entry = tarfile.TarInfo(f"{_FOLDER}/{name}")
                    entry.size, entry.mode = len(content), 0o600
                    tar.addfile(entry, BytesIO(content))
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Written(digest, file.tell())
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
