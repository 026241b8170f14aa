"""Reading a manifests folder whole: which files count, and their bytes."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import Problem

_MIB = 1024 * 1024
_SIZE_LIMIT = 16 * _MIB


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """One file of the tree."""

    name: str
    """The folder as given, and the path in it, with `/`."""
    path: str
    """The path in the folder."""
    content: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of its content, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Tree:
    """Every manifest file of a folder, sorted by path, and what is wrong with the others."""

    files: Sequence[ManifestFile]
    problems: Sequence[Problem]


def tree_digest(files: Iterable[tuple[str, str]]) -> str:
    """Return ``sha256:…`` over one ``SHA-256 PATH NUL`` per file, sorted by path.

    ``files`` are path and SHA-256 of everything that was read, side files included.
    """
    digest = hashlib.sha256()
    for path, content in sorted(files):
        digest.update(f"{content} {path}\0".encode())
    return f"sha256:{digest.hexdigest()}"


def read_tree(folder: Path) -> Tree:
    """Read every ``*.yaml`` file under a folder.

    A problem is: a missing folder, a file in its place, no ``*.yaml`` file at all, any link,
    ``.yml``, a file that is not regular, over 16 MiB, or cannot be read.
    """
    root = folder.as_posix()
    refusal = _refuse_root(folder)
    if refusal:
        return Tree((), (Problem(root, 0, 0, *refusal),))
    files: list[ManifestFile] = []
    problems: list[Problem] = []
    for path, found in sorted(_walk(folder), key=lambda pair: pair[0]):
        name = _printable(f"{root}/{path}")
        read = _read(folder / path) if found is None else found
        if isinstance(read, bytes):
            files.append(ManifestFile(name, path, read))
        else:
            problems.append(Problem(name, 0, 0, read[0], "", read[1]))
    if not files and not problems:
        message, hint = "The folder has no `*.yaml` file.", "Give the folder of the manifests."
        problems.append(Problem(root, 0, 0, message, "", hint))
    return Tree(files, problems)


def _refuse_root(folder: Path) -> tuple[str, str, str] | None:
    if folder.is_symlink():
        return "The manifests folder is a link.", "", "Give the folder that it points to."
    if not folder.exists():
        return "There is no such folder.", "", "Give the folder of the manifests."
    if not folder.is_dir():
        hint = "Give its folder: read in parts, a protection could be overlooked."
        return "Manifests are read as a whole folder, and this is a file.", "", hint
    return None


_Refusal = tuple[str, str]


def _walk(folder: Path) -> Iterator[tuple[str, _Refusal | None]]:
    """Yield the path of everything that counts, with what is wrong with it at first sight."""
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        try:
            with os.scandir(folder / inside) as entries:
                found = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            yield inside.rstrip("/"), _unreadable(error)
            continue
        for entry in found:
            path = f"{inside}{entry.name}"
            refusal = _refuse(entry)
            if refusal:
                yield path, refusal
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(f"{path}/")
            elif entry.name.endswith(".yaml"):
                yield path, None


def _refuse(entry: os.DirEntry[str]) -> _Refusal | None:
    if entry.is_symlink():
        return "A link.", "Put the file or folder itself here; links are not followed."
    is_folder = entry.is_dir(follow_symlinks=False)
    named_yaml = entry.name.lower().endswith((".yaml", ".yml"))
    if named_yaml and is_folder:
        return "A folder that is named like a manifest.", "Rename the folder."
    if named_yaml and not entry.name.endswith(".yaml"):
        return "A manifest's name ends in `.yaml`.", "Rename the file to `*.yaml`."
    if (named_yaml or is_folder) and not entry.name.isprintable():
        return "The name holds characters that cannot be shown.", "Rename it."
    if named_yaml and not entry.is_file(follow_symlinks=False):
        return _IRREGULAR
    return None


_IRREGULAR = ("Not a regular file.", "Put a regular file here.")


def _read(path: Path) -> bytes | _Refusal:
    """Return the content, or what is wrong; the file may have changed since it was listed."""
    try:
        # Not following links, and not waiting for whoever should write into a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return _IRREGULAR
            content = file.read(_SIZE_LIMIT + 1)
    except OSError as error:
        return _unreadable(error)
    if len(content) > _SIZE_LIMIT:
        limit = _SIZE_LIMIT // _MIB
        return f"Larger than {limit} MiB.", "Split it into several files."
    return content


def _unreadable(error: OSError) -> _Refusal:
    if error.errno == errno.ELOOP:
        return "A link.", "Put the file or folder itself here; links are not followed."
    return f"Cannot be read: {error.strerror}.", "Make it readable for this user."


def _printable(name: str) -> str:
    return name if name.isprintable() else ascii(name)[1:-1]
