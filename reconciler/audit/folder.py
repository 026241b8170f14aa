"""The folder of the audit log, looked at before a run needs it."""

import os
import stat
import tempfile
from pathlib import Path

from reconciler.domain.checkup.machine import FolderState
from reconciler.errors import UnrecordedError

_HINT = "`apply` sends nothing without it. Free the disk, or choose another --audit-dir."


def look_at(folder: Path) -> FolderState:
    """Return what there is where the audit log is to be; nothing is left behind.

    Raises UnrecordedError where it could not be written, or not be made.
    """
    try:
        there = _nearest(folder)
        if not there.is_dir():
            raise _unusable(folder, f"{there} is no folder")
        # Without a name, so that nobody finds it whatever happens.
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"\n")
            file.flush()
            os.fsync(file.fileno())
        if there != folder:
            return FolderState(name=str(folder), exists=False)
        mode = stat.S_IMODE(folder.stat().st_mode)
        link = folder.is_symlink()
        return FolderState(name=str(folder), exists=True, mode=mode, is_link=link)
    except OSError as error:
        raise _unusable(folder, error.strerror or str(error)) from error


def _nearest(folder: Path) -> Path:
    """Return the folder, or the nearest of those around it that exists."""
    around = (folder, *folder.parents)
    return next((one for one in around if one.exists() or one.is_symlink()), Path())


def _unusable(folder: Path, cause: str) -> UnrecordedError:
    detail = f"{folder}: {cause}"
    return UnrecordedError("The audit log cannot be written", detail=detail, hint=_HINT)
