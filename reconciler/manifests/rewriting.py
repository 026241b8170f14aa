"""Changing files of the work tree: all of them or, as far as can be known before, none."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import ReconcilerError

_NEW_FILE = 0o666
"""As any program makes a file; the umask takes away from it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file that changes."""

    path: Path
    name: str
    """The path as it is shown."""
    before: bytes | None
    """What it held when it was read; None for a file that is new."""
    after: bytes | None
    """None for a file that goes."""


def rewrite(changes: Sequence[Change]) -> None:
    """Make changes: everything is written beside its place and synced before anything is renamed.

    A file keeps its mode. Raises ReconcilerError if something cannot be written, or has changed
    since it was read; nothing is changed then, unless renaming itself fails half way.
    """
    staged: dict[Path, Path] = {}
    change = None
    try:
        for change in changes:
            _check_unchanged(change)
        for change in changes:
            _stage(change, staged)
        for change in changes:
            if change.after is None:
                change.path.unlink()
            else:
                staged.pop(change.path).replace(change.path)
        for folder in sorted({change.path.parent for change in changes}):
            _sync(folder)
    except OSError as error:
        where = change.name if change else ""
        raise ReconcilerError(
            "A file cannot be written", detail=f"{where}: {error.strerror}"
        ) from error
    finally:
        for beside in staged.values():
            beside.unlink(missing_ok=True)


def _check_unchanged(change: Change) -> None:
    if change.before is None:
        held = None if not os.path.lexists(change.path) else b""
    else:
        held = change.path.read_bytes()
    if held != change.before:
        raise ReconcilerError(
            "A file has changed meanwhile", detail=change.name, hint="Run the command again."
        )


def _stage(change: Change, staged: dict[Path, Path]) -> None:
    """Write the new content beside its place, hidden, and note where."""
    if change.after is None:
        return
    change.path.parent.mkdir(parents=True, exist_ok=True)
    beside = change.path.with_name(f".{change.path.name}.{secrets.token_hex(4)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(beside, flags, _NEW_FILE)
    staged[change.path] = beside
    with os.fdopen(descriptor, "wb") as file:
        if change.before is not None:
            os.fchmod(descriptor, change.path.stat().st_mode & 0o7777)
        file.write(change.after)
        file.flush()
        os.fsync(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
