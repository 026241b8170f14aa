"""Taking entries and documents out of manifests and side files; all other text stays."""

import hashlib
import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import InvalidError, Problem, ReconcilerError
from reconciler.manifests.findings import Findings
from reconciler.manifests.formatting.canonical import LISTS, text_of_leaf
from reconciler.manifests.formatting.outline import Block, Entry, Leaf, Outline, Page
from reconciler.manifests.formatting.outlining import read_outline
from reconciler.manifests.retiring.retirement import Retirement
from reconciler.manifests.retiring.side_rows import without_rows
from reconciler.manifests.rewriting import Change
from reconciler.manifests.tree import ManifestFile, read_tree

_SEPARATOR = re.compile(r"---(\s|$)")

_Rows = Collection[tuple[int, str]]
"""Lines with the ids on them."""


@dataclass(frozen=True, slots=True)
class _Reference:
    """Where a document takes ids from a side file."""

    path: str
    """The side file's path in the folder."""
    manifest: str
    """``KIND/NAME`` of the document."""
    delimiter: str


def removals(folder: Path, retirement: Retirement) -> list[Change]:
    """Return the changes that take what is retired out of a folder that is valid.

    An entry goes with the comments directly above it and behind it, a document with all of its
    text, a file with its last document or row. Raises InvalidError for an id in brackets.
    """
    rows: dict[str, set[tuple[int, str]]] = {}
    for one in retirement.retired:
        if one.target_id:
            rows.setdefault(one.file, set()).add((one.line, one.target_id))
    files = [(file, read_outline(_text(file))) for file in read_tree(folder).files]
    references = [one for file, outline in files for one in _references(file.path, outline)]
    sides = dict(_side_changes(folder, references, rows, retirement.whole))
    problems: list[Problem] = []
    changes: list[Change] = []
    for file, outline in files:
        editing = _Editing(file, rows.get(file.name, set()), sides, Findings(file.name, problems))
        after = editing.without(outline, retirement.whole)
        changes.append(Change(folder / file.path, file.name, file.content, after))
    if problems:
        raise InvalidError(problems)
    return [one for one in (*changes, *sides.values()) if one.before != one.after]


def _text(file: ManifestFile) -> str:
    return file.content.decode().replace("\r\n", "\n")


def _address(page: Page) -> str:
    return f"{text_of_leaf(page.at('kind'))}/{text_of_leaf(page.at('metadata', 'name'))}"


def _spec(page: Page) -> Block:
    """Return the spec of a document; an empty one if it has none."""
    spec = page.at("spec")
    return spec if isinstance(spec, Block) else Block(is_list=False, flow=True, column=0, line=0)


def _references(path: str, outline: Outline) -> Iterator[_Reference]:
    for page in outline.pages:
        for key in LISTS:
            found = _spec(page).at(f"{key}From")
            if isinstance(found, Block):
                yield _Reference(
                    _side_path(path, found),
                    _address(page),
                    text_of_leaf(found.at("delimiter")) or ",",
                )


def _side_path(path: str, reference: Block) -> str:
    file = text_of_leaf(reference.at("file"))
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), file))


def _side_changes(
    folder: Path,
    references: Sequence[_Reference],
    rows: Mapping[str, _Rows],
    whole: Collection[str],
) -> Iterator[tuple[str, Change]]:
    """Yield what becomes of each side file that loses rows, or its last document."""
    for path in sorted({one.path for one in references}):
        users = [one for one in references if one.path == path]
        name = f"{folder.as_posix()}/{path}"
        lines = {line for line, _ in rows.get(name, ())}
        abandoned = all(one.manifest in whole for one in users)
        if not lines and not abandoned:
            continue
        try:
            before = (folder / path).read_bytes()
        except OSError as error:
            raise ReconcilerError(
                "A side file cannot be read", detail=f"{name}: {error.strerror}"
            ) from error
        after = None if abandoned else without_rows(before, path, lines)
        yield path, Change(folder / path, name, before, after)


class _Editing:
    """One manifest, from which lines are struck."""

    def __init__(
        self, file: ManifestFile, rows: _Rows, sides: Mapping[str, Change], findings: Findings
    ) -> None:
        self._file = file
        self._rows = rows
        self._sides = sides
        self._findings = findings
        self._lines = file.content.decode().split("\n")
        self._struck: set[int] = set()

    def without(self, outline: Outline, whole: Collection[str]) -> bytes | None:
        """Return the content without what is retired; None if no document is left."""
        if outline.pages and all(_address(page) in whole for page in outline.pages):
            return None
        for page in outline.pages:
            if _address(page) in whole:
                self._strike_page(page)
                continue
            spec = _spec(page)
            for key in LISTS:
                self._strike_entries(spec.get(key))
                self._follow_side_file(spec, spec.get(f"{key}From"))
        kept = [
            line for number, line in enumerate(self._lines, start=1) if number not in self._struck
        ]
        if 1 in self._struck and kept[0].rstrip() == "---":
            del kept[0]
        return "\n".join(kept).encode()

    def _strike_page(self, page: Page) -> None:
        line = page.root.value.line
        marks = [n for n, text in enumerate(self._lines, start=1) if _SEPARATOR.match(text)]
        begin = max((mark for mark in marks if mark <= line), default=1)
        end = min((mark for mark in marks if mark > line), default=0)
        if not end:
            # What stays ends with a line feed, whether the file did or not.
            end, self._lines[-1] = len(self._lines), ""
        self._struck.update(range(begin, end))

    def _strike_entries(self, listing: Entry | None) -> None:
        """Strike the retired entries of a list; the list too, if it has no other."""
        block = listing.value if listing else None
        if listing is None or not isinstance(block, Block):
            return
        going = [one for one in block.entries if self._is_retired(one)]
        if going and block.flow:
            self._refuse(going[0].value.line)
        for one in [listing] if len(going) == len(block.entries) else going:
            self._struck.update(range(one.first, one.last + 1))

    def _is_retired(self, entry: Entry) -> bool:
        found = entry.value.at("id") if isinstance(entry.value, Block) else entry.value
        return isinstance(found, Leaf) and (found.line, found.value.lower()) in self._rows

    def _follow_side_file(self, spec: Block, reference: Entry | None) -> None:
        """Bring the reference to a side file up to date: gone with it, or its new digest."""
        block = reference.value if reference else None
        if reference is None or not isinstance(block, Block):
            return
        change = self._sides.get(_side_path(self._file.path, block))
        if change is None:
            return
        if change.after is None:
            if spec.flow:
                self._refuse(block.line)
            self._struck.update(range(reference.first, reference.last + 1))
            return
        written = block.at("sha256")
        if isinstance(written, Leaf):
            digest = hashlib.sha256(change.after).hexdigest()
            line = self._lines[written.line - 1]
            self._lines[written.line - 1] = line.replace(written.value, digest)

    def _refuse(self, line: int) -> None:
        message = "What stands in brackets cannot be removed by itself."
        hint = "Run `reconciler fmt` first; it gives each entry a line."
        self._findings.add(line, 0, message, hint=hint)
