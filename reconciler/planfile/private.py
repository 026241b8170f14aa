"""Private files: what only their owner may read, written whole or not at all."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from reconciler.errors import ReconcilerError, UsageError


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write, which takes its place under ``path`` once it is whole.

    Raises ReconcilerError when it cannot be written, UsageError as ``check_place`` does.
    """
    check_place(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
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
    except BaseException:
        # Ctrl-C, say: half a plan is nobody's.
        draft.unlink(missing_ok=True)
        raise


def check_place(path: Path) -> None:
    """Raise UsageError for what a file would take the place of and is none: a device, a link."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        # Nothing is there, or writing will tell why nobody can say.
        return
    if not stat.S_ISREG(mode):
        raise UsageError(
            "Something other than a file is there, and would be replaced",
            detail=str(path),
            hint="Name a file, there already or not. "
            "To write a plan to a device or a pipe: --format json --output PATH.",
        )
