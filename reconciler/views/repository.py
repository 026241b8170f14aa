"""The repository that manifests are in: what places in it are called by those who show them."""

import posixpath
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Repository:
    """Where its files are, with `/`; without a root, places stay as they are written."""

    root: str = ""
    """Its topmost folder."""
    folder: str = ""
    """The folder that relative places begin at: the working directory."""

    def path(self, file: str) -> str:
        """Return a file's path in the repository; as it is written if it is not in there."""
        if not self.root or not file:
            return file
        path = posixpath.relpath(posixpath.join(self.folder, file), self.root)
        return file if path == ".." or path.startswith("../") else path
