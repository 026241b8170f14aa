"""Git's objects: the files of a commit, read without touching the work tree."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reconciler.errors import UsageError

_SECONDS = 60
_READ = (".yaml", ".yml", ".txt", ".csv", ".ndjson")
"""Endings of what a manifests folder is read from, and of what is refused in one."""
_FILES = ("100644", "100664", "100755")
_LINK = "120000"
_HEADER = 200
"""Bytes that are enough for the line before an object."""
_LACKING = "An object of that commit is not in this clone."
_FETCH = "Fetch it first; in GitHub Actions check out with fetch-depth: 0."
_PASSED_ON = ("HOME", "XDG_CONFIG_HOME")
"""Where git looks for its configuration, such as which folders it trusts."""


@dataclass(frozen=True, slots=True)
class GitObjects:
    """The git command, in a folder of a repository."""

    program: str
    folder: Path
    environ: Mapping[str, str]

    @classmethod
    def of(cls, folder: Path, environ: Mapping[str, str]) -> "GitObjects":
        """Return the repository of a folder; raises UsageError where there is none."""
        program = shutil.which("git")
        if program is None:
            raise UsageError("--base needs git", hint="Install git, or leave out --base.")
        passed_on = {name: environ[name] for name in _PASSED_ON if name in environ}
        git = cls(
            program,
            folder,
            {
                **passed_on,
                "PATH": str(Path(program).parent),
                "LC_ALL": "C",
                # What the clone lacks is not fetched: nothing here touches the network.
                "GIT_NO_LAZY_FETCH": "1",
                "GIT_TERMINAL_PROMPT": "0",
            },
        )
        asked = git._run("rev-parse", "--show-toplevel")
        if asked.returncode:
            detail = asked.stderr.decode(errors="replace").strip()
            hint = "Run it in a clone of the repository that the manifests are in."
            raise UsageError("--base needs a git repository", detail=detail, hint=hint)
        return git

    def commit(self, reference: str) -> str:
        """Return the commit that a reference names."""
        asked = self._run("rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")
        if asked.returncode or not reference or reference.startswith("-"):
            raise UsageError(
                "The clone lacks the base",
                detail=f"No commit is known here by the name {reference}.",
                hint=_FETCH,
            )
        return asked.stdout.decode().strip()

    def copy(self, commit: str, target: Path) -> bool:
        """Write the folder as it is in a commit into ``target``; say whether it is there at all."""
        listed = self._asked("ls-tree", "-r", "-z", commit).split(b"\0")
        entries = [Entry.of(line) for line in listed if line]
        if not entries:
            return False
        target.mkdir()
        wanted = [one for one in entries if one.is_wanted]
        contents = self._contents([one.object_id for one in wanted])
        for entry, content in zip(wanted, contents, strict=True):
            entry.write(target, content)
        return True

    def _contents(self, object_ids: Sequence[str]) -> Iterator[bytes]:
        asked = "".join(f"{one}\n" for one in object_ids).encode()
        answer = memoryview(self._asked("cat-file", "--batch", given=asked))
        for _ in object_ids:
            # OBJECT TYPE SIZE LF CONTENT LF
            end = bytes(answer[:_HEADER]).index(b"\n")
            size = bytes(answer[:end]).rpartition(b" ")[2]
            if not size.isdigit():
                raise UsageError("The base cannot be read", detail=_LACKING, hint=_FETCH)
            content, answer = answer[end + 1 :][: int(size)], answer[end + 2 + int(size) :]
            yield bytes(content)

    def _asked(self, *arguments: str, given: bytes = b"") -> bytes:
        answer = self._run(*arguments, given=given)
        if answer.returncode:
            detail = answer.stderr.decode(errors="replace").strip()
            raise UsageError("The base cannot be read", detail=detail, hint=_FETCH)
        return answer.stdout

    def _run(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(  # noqa: S603 - a fixed program; arguments of ours, and a ref
                [self.program, "--no-optional-locks", "-C", str(self.folder), *arguments],
                input=given,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
                env=dict(self.environ),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UsageError("git does not answer", detail=str(error)) from error


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a commit."""

    mode: str
    object_id: str
    path: PurePosixPath

    @classmethod
    def of(cls, line: bytes) -> "Entry":
        """Return the entry of one line of ``git ls-tree``."""
        about, _, path = line.partition(b"\t")
        mode, _, object_id = about.decode().split(" ")
        return cls(mode, object_id, PurePosixPath(os.fsdecode(path)))

    @property
    def is_wanted(self) -> bool:
        """Whether reading a manifests folder takes notice of it."""
        if self.path.is_absolute() or ".." in self.path.parts:
            return False
        is_read = self.mode in _FILES and self.path.suffix.lower() in _READ
        return is_read or self.mode == _LINK

    def write(self, folder: Path, content: bytes) -> None:
        """Write it below a folder."""
        path = folder / self.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.mode == _LINK:
            # It is refused wherever it leads, so it leads nowhere.
            path.symlink_to("nowhere")
        else:
            path.write_bytes(content)
