"""Private files: what only their owner may read, written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from reconciler.errors import ReconcilerError


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write, which takes its place under ``path`` once it is whole.

    Raises ReconcilerError when it cannot be written.
    """
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
