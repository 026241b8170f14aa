"""Loading: the files of runs, read once, so that what is checked is what is used."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.audit.checkpoints import SUFFIX, Notes, parse_notes

RUN_SUFFIX = ".jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFiles:
    """What the folder has of one run."""

    path: Path
    """Of its lines, whether there are any or not."""
    lines: Sequence[bytes] | None
    """The whole ones; None where only checkpoints are left of it."""
    rest: bytes = b""
    """A piece of a line behind them."""
    checkpoints: bytes | None
    """None where there are none."""

    @property
    def run_id(self) -> str:
        """The run; also the name of its files."""
        return self.path.stem

    @property
    def notes(self) -> Notes:
        """The checkpoints."""
        return parse_notes(self.checkpoints or b"")

    @property
    def notes_file(self) -> str:
        """Where they are."""
        return str(self.path.with_suffix(SUFFIX))


def load(files: Iterable[Path]) -> list[RunFiles]:
    """Read files of runs, each with its checkpoints, sorted by path; named by either of the two.

    Raises OSError for a file that cannot be read.
    """
    of_lines = {
        path.with_suffix(RUN_SUFFIX) if path.suffix == SUFFIX else path: None for path in files
    }
    return [_loaded(path) for path in sorted(of_lines)]


def _loaded(path: Path) -> RunFiles:
    checkpoints, content = _content(path.with_suffix(SUFFIX)), _content(path)
    if content is None:
        return RunFiles(path=path, lines=None, checkpoints=checkpoints)
    *lines, rest = content.split(b"\n")
    return RunFiles(path=path, lines=lines, rest=rest, checkpoints=checkpoints)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
