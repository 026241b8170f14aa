"""Side files read alone, without the manifest that names them."""

from collections.abc import Mapping
from pathlib import Path

from reconciler.errors import Problem
from reconciler.manifests.findings import Findings
from reconciler.manifests.side_files.read import SideFile, Source, read_side_file
from reconciler.manifests.syntax.nodes import Scalar

NO_COLUMNS: Mapping[str, str] = {}


def read(
    file: str,
    content: str | bytes | None = None,
    *,
    noun: str = "task",
    ids_only: bool = False,
    manifest: str = "a.yaml",
    columns: Mapping[str, str] = NO_COLUMNS,
    ignore_columns: bool = False,
    delimiter: str = ",",
    sha256: str | None = None,
    root: str = "manifests",
) -> tuple[SideFile | None, list[str]]:
    """Read a side file, written first if there is a content, and say what is wrong with it."""
    folder = Path(root)
    if content is not None:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    problems: list[Problem] = []
    source = Source(
        file=file,
        columns=columns,
        ignore_columns=ignore_columns,
        delimiter=delimiter,
        sha256=sha256,
    )
    found = read_side_file(
        folder,
        manifest,
        source,
        noun,
        ids_only=ids_only,
        findings=Findings(f"manifests/{manifest}", problems),
        node=Scalar(file, file, '"', 7, 9),
    )
    return found, [said(problem) for problem in problems]


def said(problem: Problem) -> str:
    """Return a problem as it is compared: where, what, the text if there is one, what to do."""
    text = f" [{problem.text}]" if problem.text else ""
    return f"{problem.location.removeprefix('manifests/')}: {problem.message}{text} {problem.hint}"


def rows(found: SideFile | None) -> list[tuple[object, int, str]]:
    """Return everything that a side file declares: what, on which line, with which note."""
    assert found is not None
    entries = found.entries
    ids = [
        (one, line, entries.notes.get((line, one), ""))
        for one, line in zip(entries.ids, entries.lines, strict=True)
    ]
    return [*ids, *((one.identifier, one.line, one.note) for one in entries.identifiers)]
