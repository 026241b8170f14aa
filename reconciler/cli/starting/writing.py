"""How ``init`` writes: nothing that is there is changed, but for lines that a list lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Written:
    """What came of one file."""

    path: Path
    kept: bool
    """It was there already, with everything that matters in it."""
    added: bool = False
    """Lines were added to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What one file is to be: a text where there is none, or the lines of a list."""

    path: Path
    text: str = ""
    lines: Mapping[str, str] | None = None
    """By their first words, which a list has only once; None for a file with a text."""
    heading: Sequence[str] = ()

    def link(self, named: Path) -> Path | None:
        """Return the first link that it would be written through; None where there is none.

        How a folder that was ``named`` is reached is the business of who named it, outside.
        """
        folders = [*self.path.parents]
        if self.path.is_absolute() or ".." in self.path.parts:
            folders = [one for one in folders if one.is_relative_to(named)]
        # A text is written where nothing is, and a link is something.
        itself = [] if self.lines is None else [self.path]
        return next((one for one in (*reversed(folders), *itself) if one.is_symlink()), None)

    def write(self) -> "Written":
        """Write it."""
        if self.lines is None:
            return create(self.path, self.text)
        return add_lines(self.path, self.lines, self.heading)


def create(path: Path, text: str) -> Written:
    """Write a file, unless there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return Written(path, kept=True)
    return Written(path, kept=False)


def add_lines(path: Path, lines: Mapping[str, str], heading: Sequence[str] = ()) -> Written:
    """Add the lines that a list lacks, below a heading; each is known by its first word."""
    before = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    present = {line.split()[0] for line in before.splitlines() if line.strip()}
    missing = [line for word, line in lines.items() if word not in present]
    if not missing:
        return Written(path, kept=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    start = "" if not before or before.endswith("\n") else "\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(start + "".join(f"{line}\n" for line in (*heading, *missing)))
    return Written(path, kept=False, added=bool(before))
