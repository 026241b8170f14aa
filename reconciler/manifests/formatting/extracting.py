"""Moving long lists of ids out of manifests into side files, as CSV that reads back the same."""

import csv
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from reconciler.manifests.findings import Findings
from reconciler.manifests.formatting.canonical import ENTRY_KEYS, LISTS, text_of_leaf
from reconciler.manifests.formatting.outline import Block, Entry, Leaf, Outline, Page
from reconciler.manifests.rewriting import Change
from reconciler.manifests.values.scalars import is_name

_FOLDER = "ids"
"""Beside the manifest."""
_COLUMNS = ("id", "phone_number", "external_provider", "external_id", "note")
_FORMULA = ("=", "+", "-", "@", "\t")
"""A cell that begins so is calculated by a spreadsheet; a phone number comes to no harm."""
_ONE_KIND = ({"id"}, {"phoneNumber"}, {"externalProvider", "externalId"})

_Row = dict[str, str]


@dataclass(slots=True)
class Extraction:
    """The lists of a tree that are too long, taken out of one file after the other."""

    folder: Path
    over: int | None
    """How many entries may stay; None takes nothing out."""
    side_files: list[Change] = field(default_factory=list)

    def take(self, outline: Outline, path: str, findings: Findings) -> bool:
        """Take the long lists out of one file; return whether there were any.

        ``path`` is the file's path in the folder. What keeps a list where it is gets reported.
        """
        found = list(self._long_lists(outline))
        for page, entry, block in found:
            before = len(findings.problems)
            rows = _rows(block, text_of_leaf(entry.key), findings)
            file = self._side_file(page, entry, path, findings)
            if len(findings.problems) == before:
                self._move(rows, file, PurePosixPath(path).parent)
                _refer(entry, f"{_FOLDER}/{file}")
        return bool(found)

    def _long_lists(self, outline: Outline) -> Iterator[tuple[Page, Entry, Block]]:
        """Yield each list that is too long, with its document and its entry in the spec."""
        for page in outline.pages:
            spec = page.at("spec")
            for key in LISTS:
                entry = spec.get(key) if isinstance(spec, Block) else None
                block = entry.value if entry else None
                if entry and isinstance(block, Block) and block.is_list and self._is_long(block):
                    yield page, entry, block

    def _is_long(self, block: Block) -> bool:
        return self.over is not None and len(block.entries) > self.over

    def _side_file(self, page: Page, entry: Entry, path: str, findings: Findings) -> str:
        """Return the name of a new side file; report what is in its way."""
        key = entry.key or Leaf("", "", "", 0)
        if page.at("spec", f"{key.value}From"):
            message = f"The manifest has `{key.value}From` already."
            findings.add(key.line, 0, message, hint="Move the ids by hand, or split the manifest.")
        name = text_of_leaf(page.at("metadata", "name"))
        if not is_name(name):
            message = "The side file would be named like the manifest, which has no valid name."
            findings.add(
                page.root.value.line, 0, message, hint="Name it; `reconciler validate` says how."
            )
            return ""
        folder = self.folder / PurePosixPath(path).parent / _FOLDER
        target = folder / f"{name}.csv"
        taken = any(one.path == target for one in self.side_files)
        if taken or os.path.lexists(target) or (os.path.lexists(folder) and not _is_folder(folder)):
            message = f"`{_FOLDER}/{name}.csv` is there already, or cannot be."
            hint = "Remove it, or give the manifest another name."
            findings.add(key.line, 0, message, hint=hint)
        return f"{name}.csv"

    def _move(self, rows: Sequence[_Row], file: str, folder: PurePosixPath) -> None:
        columns = [name for name in _COLUMNS if any(name in row for row in rows)]
        content = io.StringIO()
        writer = csv.DictWriter(content, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        inside = folder / _FOLDER / file
        name = f"{self.folder.as_posix()}/{inside}"
        change = Change(self.folder / inside, name, None, content.getvalue().encode())
        self.side_files.append(change)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _refer(entry: Entry, file: str) -> None:
    """Put the reference to a side file in the place of a list."""
    key = f"{text_of_leaf(entry.key)}From"
    pair = Entry(Leaf("file", "file", "", 0), Leaf(file, file, "", 0))
    entry.key = Leaf(key, key, "", 0)
    entry.value = Block(is_list=False, flow=True, column=0, line=0, entries=[pair], compact=True)


def _rows(block: Block, key: str, findings: Findings) -> list[_Row]:
    """Return the rows of a list; report comments that would be lost, and what is no entry."""
    if block.head or block.foot:
        _refuse_comment(block.line, findings)
    rows = []
    for entry in block.entries:
        row = _row(entry.value, key)
        tail = entry.tail.text.lstrip("# ") if entry.tail else ""
        if entry.lead or _has_comments(entry.value) or (tail and row and "note" in row):
            _refuse_comment(entry.value.line, findings)
        elif row is None:
            message = "This entry cannot be moved into a side file."
            findings.add(
                entry.value.line, 0, message, hint="`reconciler validate` says what it lacks."
            )
        else:
            row |= {"note": tail} if tail else {}
            _check_inert(row, entry.value.line, findings)
            rows.append(row)
    return rows


def _refuse_comment(line: int, findings: Findings) -> None:
    message = "A comment here would be lost in a side file."
    hint = "Make it the note of one entry, move it above the list's key, or delete it."
    findings.add(line, 0, message, hint=hint)


def _has_comments(value: Leaf | Block) -> bool:
    if isinstance(value, Leaf):
        return False
    return bool(value.head or value.foot) or any(
        one.lead or one.tail or _has_comments(one.value) for one in value.entries
    )


def _row(value: Leaf | Block, key: str) -> _Row | None:
    """Return an entry by columns; None if it is not one."""
    if isinstance(value, Leaf):
        return {"id": value.value} if key == "tasks" else None
    cells = {text_of_leaf(one.key): text_of_leaf(one.value) for one in value.entries}
    kinds = _ONE_KIND[:1] if key == "tasks" else _ONE_KIND
    if value.is_list or cells.keys() - {"note"} not in kinds or not all(cells.values()):
        return None
    return {
        column: cells[name]
        for name, column in zip(ENTRY_KEYS, _COLUMNS, strict=True)
        if name in cells
    }


def _check_inert(row: _Row, line: int, findings: Findings) -> None:
    for column in ("id", "external_provider", "external_id", "note"):
        if row.get(column, "").startswith(_FORMULA):
            message = f"A spreadsheet would take this `{column}` for a formula."
            findings.add(line, 0, message, text=row[column], hint="Let it begin with another sign.")
