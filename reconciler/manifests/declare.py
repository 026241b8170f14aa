"""From valid documents to the values of the domain."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reconciler.domain.absences import Lookup, Manifest, Named, Rule
from reconciler.domain.accounts import Container, System
from reconciler.domain.columns import Listed
from reconciler.domain.protections import Protection, comparable
from reconciler.manifests.conditions import RelativeTimes, conditions_of
from reconciler.manifests.documents import Document
from reconciler.manifests.entries import Entries, read_entries
from reconciler.manifests.shapes.absences import TasksFrom
from reconciler.manifests.shapes.documents import (
    AbsenceDocument,
    AbsentRecords,
    AbsentTasks,
    ProtectionDocument,
    RecordProtection,
    TaskProtection,
)
from reconciler.manifests.side_files.read import SideFile, Source, read_side_file
from reconciler.manifests.syntax.nodes import Fields, Items, deepest


@dataclass(frozen=True, slots=True)
class _Part:
    """The entries of one place: the document itself, or its side file."""

    file: str
    entries: Entries


@dataclass(slots=True)
class Declaring:
    """What the manifests of absences and protections say, collected document by document."""

    folder: Path
    times: RelativeTimes
    manifests: list[Manifest] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    protections: list[Protection] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    side_files: dict[str, str] = field(default_factory=dict)
    """The SHA-256 of every side file, by its path in the folder."""

    def add_absences(self, document: Document) -> None:
        """Add one document of absences; read its ids also where the rest of it is wrong."""
        parts = self._parts(document)
        shape = document.shape
        if not isinstance(shape, AbsentTasks | AbsentRecords):
            return
        manifest = _manifest_of(shape, document, self.times)
        if manifest.expires is not None and manifest.expires < self.times.now.date():
            self.manifests.append(manifest)
            count = sum(len(part.entries) for part in parts)
            self._warn_of_expiry(document, manifest, count)
            return
        container = _container_of(shape)
        if not parts:
            self.manifests.append(manifest)
        for part in parts:
            self.manifests.append(replace(manifest, file=part.file))
            if len(part.entries):
                index = len(self.manifests) - 1
                self.listed.append(_listed(container, index, part.entries))
        if shape.spec.where is not None:
            rule = _rule_of(shape, document, len(self.manifests) - 1, self.times)
            self.listed.append(Listed(container, rule.manifest, rule=rule))

    def add_protection(self, document: Document) -> None:
        """Add one protection; read its ids also where the rest of it is wrong."""
        parts = self._parts(document)
        shape = document.shape
        if not isinstance(shape, TaskProtection | RecordProtection):
            return
        protection = _protection_of(shape, document, parts, self.times)
        self.protections.append(protection)
        if protection.expires is not None and protection.expires < self.times.now.date():
            place = document.findings.place(deepest(document.node, ("metadata", "expires")))
            self.warnings.append(
                f"{place}: Protection/{protection.name} expired on {protection.expires}; "
                "it still protects."
            )

    def _parts(self, document: Document) -> list[_Part]:
        """Return what a document lists, in itself and in its side file."""
        key = document.list_key
        noun = key.removesuffix("s")
        node = document.find("spec", key)
        parts = []
        if isinstance(node, Items):
            entries = read_entries(node.nodes, noun, document.findings, ids_only=document.erases)
            parts.append(_Part(document.findings.file, entries))
        if side_file := self._side_file(document, key, noun):
            parts.append(_Part(side_file.name, side_file.entries))
            self.side_files[side_file.path] = side_file.sha256
        return parts

    def _side_file(self, document: Document, key: str, noun: str) -> SideFile | None:
        shape = document.shape
        if not isinstance(shape, AbsentTasks | AbsentRecords | TaskProtection | RecordProtection):
            return None
        source = getattr(shape.spec, f"{key}_from")
        node = document.find("spec", f"{key}From", "file")
        if not isinstance(source, TasksFrom) or node is None:
            return None
        return read_side_file(
            self.folder,
            document.path,
            _source_of(source),
            noun,
            ids_only=document.erases,
            findings=document.findings,
            node=node,
        )

    def _warn_of_expiry(self, document: Document, manifest: Manifest, count: int) -> None:
        place = document.findings.place(deepest(document.node, ("metadata", "expires")))
        what = {0: "nothing in it is", 1: "the absence in it is"}.get(
            count, f"the {count:,} absences in it are"
        )
        if document.find("spec", "where") is not None:
            what = "what its rule matches is"
        self.warnings.append(
            f"{place}: {manifest.address} expired on {manifest.expires}; "
            f"{what} neither read nor deleted."
        )


def _listed(container: Container, index: int, entries: Entries) -> Listed:
    named = tuple(Named(one.identifier, index, one.line, one.note) for one in entries.identifiers)
    return Listed(container, index, entries.ids, entries.lines, entries.notes, named)


def _manifest_of(shape: AbsenceDocument, document: Document, times: RelativeTimes) -> Manifest:
    metadata, spec = shape.metadata, shape.spec
    lookup = shape.spec.lookup if isinstance(shape, AbsentTasks) else None
    return Manifest(
        kind=shape.kind,
        name=metadata.name,
        file=document.findings.file,
        line=document.node.line,
        owner=metadata.owner,
        reason=metadata.reason,
        ticket=metadata.ticket or "",
        purpose=metadata.purpose,
        expires=metadata.expires,
        expect=conditions_of(spec.expect, times) if spec.expect else (),
        as_declared=isinstance(shape, AbsentRecords) and shape.spec.delete_by == "declared",
        lookup=Lookup(owner=lookup.owner or "", lead=lookup.lead or "") if lookup else Lookup(),
    )


def _rule_of(shape: AbsenceDocument, document: Document, index: int, times: RelativeTimes) -> Rule:
    where = shape.spec.where
    if where is None:
        raise ValueError("the manifest has no rule")
    return Rule(
        manifest=index,
        line=_line_of(document, "where"),
        conditions=conditions_of(where, times),
        most=where.max,
        unattended=where.unattended,
    )


def _line_of(document: Document, key: str) -> int:
    spec = document.find("spec")
    return spec.keys[key].line if isinstance(spec, Fields) else document.node.line


def _protection_of(
    shape: ProtectionDocument, document: Document, parts: Sequence[_Part], times: RelativeTimes
) -> Protection:
    where = shape.spec.where
    return Protection(
        name=shape.metadata.name,
        place=document.place,
        owner=shape.metadata.owner,
        reason=shape.metadata.reason,
        account=shape.spec.account,
        record_list=_record_list(shape) or "",
        ids={
            target_id: f"{part.file}:{line}"
            for part in parts
            for target_id, line in zip(part.entries.ids, part.entries.lines, strict=True)
        },
        identifiers={
            comparable(one.identifier): f"{part.file}:{one.line}"
            for part in parts
            for one in part.entries.identifiers
        },
        conditions=conditions_of(where, times) if where else (),
        conditions_place=f"{document.findings.file}:{_line_of(document, 'where')}" if where else "",
        expires=shape.metadata.expires,
    )


def _record_list(shape: ProtectionDocument) -> str | None:
    return shape.spec.record_list if isinstance(shape, RecordProtection) else None


def _source_of(shape: TasksFrom) -> Source:
    columns = {name: value for name, value in shape.columns if value is not None}
    return Source(
        file=shape.file,
        columns=columns,
        ignore_columns=shape.ignore_columns,
        delimiter=shape.delimiter,
        sha256=shape.sha256,
    )


def _container_of(shape: AbsenceDocument) -> Container:
    if isinstance(shape, AbsentRecords):
        return Container(System.TALKDESK, shape.spec.account, shape.spec.record_list)
    return Container(System.LEADSQUARED, shape.spec.account)
