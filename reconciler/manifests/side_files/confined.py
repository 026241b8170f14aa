"""Opening one file below a folder, so that no link on the way or at its end leads out of it."""

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

# Not following links, and not waiting for whoever should write into a pipe.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MIB = 1024 * 1024

Refusal: TypeAlias = tuple[str, str]
"""What is wrong with a file, and what to do about it."""


def read_inside(folder: Path, parts: Iterable[str], mebibytes: int) -> bytes | Refusal:
    """Return the content of the regular file at a path below ``folder``, or what is wrong with it.

    ``parts`` are names, never ``..``. Each is opened from the folder before it, so the tree may
    change meanwhile and still nothing outside is read. Larger than ``mebibytes`` is refused.
    """
    try:
        with ExitStack() as opened:
            descriptor = os.open(folder, _FLAGS)
            opened.callback(os.close, descriptor)
            for part in parts:
                descriptor = os.open(part, _FLAGS, dir_fd=descriptor)
                opened.callback(os.close, descriptor)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return "Not a regular file.", "Put a regular file there."
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                content = file.read(mebibytes * _MIB + 1)
    except OSError as error:
        return _unreadable(error)
    if len(content) > mebibytes * _MIB:
        return f"The file is larger than {mebibytes} MiB.", "Split it into several files."
    return content


def _unreadable(error: OSError) -> Refusal:
    if error.errno == errno.ELOOP:
        message = "There is a link at this path, or on the way to it."
        return message, "Put the file or folder itself there; links are not followed."
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        message = "There is no such file."
        return message, "The path begins at the folder of this manifest, as in `ids/old.csv`."
    return f"Cannot be read: {error.strerror}.", "Make it readable for this user."
