"""Side files: ids that a manifest takes from a text, CSV or NDJSON file beside it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from reconciler.manifests.entries import Entries
from reconciler.manifests.findings import Findings
from reconciler.manifests.side_files.columns import columns_of
from reconciler.manifests.side_files.confined import read_inside
from reconciler.manifests.side_files.delimited import read_delimited
from reconciler.manifests.side_files.id_lines import read_ids
from reconciler.manifests.side_files.json_lines import read_objects
from reconciler.manifests.side_files.report import Report
from reconciler.manifests.side_files.rows import Asked
from reconciler.manifests.side_files.text import decode_side
from reconciler.manifests.syntax.nodes import Node

_SIZE_LIMIT = 64
"""MiB; a million ids are 37, which leaves room for notes."""
_ENDINGS = (".txt", ".csv", ".ndjson")
_KINDS = "Give a `.txt` file with an id on each line, a `.csv` or an `.ndjson` file."


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a manifest says about its side file."""

    file: str
    """Relative to the manifest's folder, with `/`."""
    columns: Mapping[str, str]
    """From our names (`id`, `phone_number`, …) to those in the file, where they differ."""
    ignore_columns: bool
    delimiter: str
    sha256: str | None
    """In lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideFile:
    """A side file that was read."""

    name: str
    """The folder as given, and the path in it, with `/`."""
    path: str
    """The path in the folder."""
    sha256: str
    """Of its content, in hexadecimal digits."""
    entries: Entries


def read_side_file(  # noqa: PLR0913 - a reference, what it is to declare, and where it stands
    root: Path,
    manifest_path: str,
    source: Source,
    noun: str,
    *,
    ids_only: bool,
    findings: Findings,
    node: Node,
) -> SideFile | None:
    """Return what a side file declares; None if it cannot be read.

    ``manifest_path`` is the manifest's path in the manifests folder ``root``, ``noun`` is ``task``
    or ``record``. Problems of the reference are reported at ``node``, those of the file in the
    file, both to the list behind ``findings``.
    """
    parts = _parts(manifest_path, source.file)
    mistakes = [*_mistakes(source), *([] if isinstance(parts, list) else [parts])]
    for message, hint in mistakes:
        findings.at(node, message, hint)
    if mistakes or not isinstance(parts, list):
        return None
    content = read_inside(root, parts, _SIZE_LIMIT)
    if isinstance(content, tuple):
        findings.at(node, *content)
        return None
    path = "/".join(parts)
    name = f"{root.as_posix()}/{path}"
    report = Report(Findings(name, findings.problems))
    text = decode_side(content, report)
    digest = hashlib.sha256(content).hexdigest()
    if text is not None and source.sha256 not in {None, digest}:
        findings.at(node, *_other_content(content, digest, source))
    # The bytes of a large file are not kept beside its text and its ids.
    del content
    asked = Asked(noun=noun, ids_only=ids_only)
    entries = None if text is None else _entries(text, source, asked, report)
    report.close()
    if entries is None:
        return None
    return SideFile(name=name, path=path, sha256=digest, entries=entries)


_Mistake: TypeAlias = tuple[str, str]
"""Message and hint."""


def _parts(manifest_path: str, file: str) -> list[str] | _Mistake:
    """Return the names that lead from the manifests folder to a side file, or what is wrong."""
    if not file.isprintable():
        return "The name holds characters that cannot be shown.", "Rename the file."
    if file.startswith("/") or "\\" in file:
        message = "Not a path relative to the manifest's folder, with `/`."
        return message, "Write it as in `ids/old.csv`."
    # Nothing on the way is a link, so going up can be done on paper.
    parts = manifest_path.split("/")[:-1]
    for part in file.split("/"):
        if part == ".." and not parts:
            hint = "Put the file into the folder, so that it is reviewed with the manifests."
            return "This leads out of the manifests folder.", hint
        if part == "..":
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    if any(part.startswith(".") for part in parts):
        return "Hidden files and folders are not read.", "Give it a name without a dot in front."
    if PurePosixPath(file).suffix not in _ENDINGS:
        return "Not a kind of file that ids are read from.", _KINDS
    return parts


def _mistakes(source: Source) -> Iterator[_Mistake]:
    """Yield what is wrong with the options of a reference."""
    ending = PurePosixPath(source.file).suffix
    given = {
        "delimiter": source.delimiter != "," and ending in {".txt", ".ndjson"},
        "columns": bool(source.columns) and ending == ".txt",
        "ignoreColumns": source.ignore_columns and ending == ".txt",
    }
    for option, idle in given.items():
        if idle:
            yield f"`{option}` would have no effect on a `{ending}` file.", "Leave it out."
    if len(set(source.columns.values())) < len(source.columns):
        yield "`columns` gives one column two meanings.", "Name each column once."


def _other_content(content: bytes, digest: str, source: Source) -> _Mistake:
    message = "The file is not the one that `sha256` says."
    if hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest() == source.sha256:
        return message, "Only its line ends differ: keep git from changing them (`*.csv -text`)."
    return message, f"If the file is right, write `sha256: {digest}`."


def _entries(text: str, source: Source, asked: Asked, report: Report) -> Entries | None:
    columns = columns_of(asked.noun, source.columns, ignored=source.ignore_columns)
    match PurePosixPath(source.file).suffix:
        case ".txt":
            return read_ids(text, asked, report)
        case ".csv":
            return read_delimited(text, source.delimiter, columns, asked, report)
        case _:
            return read_objects(text, columns, asked, report)
