"""The audit file: appended to, synced, never rewritten."""

import fcntl
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from reconciler.errors import UnrecordedError

_HINT = "Nothing more is sent. Free the disk or choose another --audit-dir, then apply again."


class AuditFile:
    """One run's file, open for appending."""

    def __init__(self, path: Path) -> None:
        """Create the file; refuses one that exists, a link, or an unwritable folder."""
        self.path = path
        # Told by this from a dead run's, which anybody may complete.
        self._descriptor = create(path, held=True)

    def append(self, line: bytes) -> None:
        """Write one line whole and make it durable; a failed sync is never tried again."""
        append_to(self.path, self._descriptor, line + b"\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def create(path: Path, *, held: bool = False) -> int:
    """Create a file for its owner, to append to, and return its descriptor.

    ``held`` locks it; where a file system knows no locks, only the lease tells who lives. Raises
    UnrecordedError for one that exists, a link, or an unwritable folder.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        descriptor = os.open(path, flags, 0o600)
        if held:
            with suppress(OSError):
                fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _sync_folder(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    return descriptor


def append_to(path: Path, descriptor: int, content: bytes) -> None:
    """Write content whole and make it durable; raises UnrecordedError naming the path."""
    try:
        _write_all(descriptor, content)
        os.fsync(descriptor)
    except OSError as error:
        raise _unwritable(path, error) from error


def complete(path: Path, lines: Sequence[bytes]) -> bool:
    """Append the lines that a crash kept from the file; say whether the file was sound.

    ``lines`` is the ledger's copy, which leads. A file that is not a beginning of it is damage:
    it is left as it is and False returned. So is one that a living run holds, and it is sound.
    """
    whole = b"".join(line + b"\n" for line in lines)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        descriptor = os.open(path, flags, 0o600)
        try:
            return _is_held(descriptor) or _complete(descriptor, whole)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unwritable(path, error) from error


def is_held(path: Path) -> bool:
    """Say whether a living run of this machine writes a file, as far as locks can tell."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        return _is_held(descriptor)
    finally:
        os.close(descriptor)


def _is_held(descriptor: int) -> bool:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return True
    except OSError:
        return False
    return False


def _complete(descriptor: int, whole: bytes) -> bool:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        there = file.read()
    if not whole.startswith(there):
        return False
    if there != whole:
        os.lseek(descriptor, len(there), os.SEEK_SET)
        _write_all(descriptor, whole[len(there) :])
        os.fsync(descriptor)
    return True


def _write_all(descriptor: int, content: bytes) -> None:
    # A full disk first shows as a short write, not as an error.
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(path: Path, error: OSError) -> UnrecordedError:
    return UnrecordedError(
        "The audit log cannot be written",
        detail=f"{path}: {error.strerror or error}",
        hint=_HINT,
    )
