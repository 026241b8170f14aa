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
