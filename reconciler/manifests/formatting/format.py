"""``fmt``: every manifest of a folder in its canonical layout."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import InvalidError
from reconciler.manifests.documents import shape_of, systems_of
from reconciler.manifests.findings import Findings
from reconciler.manifests.formatting.canonical import arrange
from reconciler.manifests.formatting.extracting import Extraction
from reconciler.manifests.formatting.layout import text_of
from reconciler.manifests.formatting.outlining import read_outline
from reconciler.manifests.formatting.sameness import check_same
from reconciler.manifests.rewriting import Change
from reconciler.manifests.shapes.documents import UndecidedDocument
from reconciler.manifests.syntax.characters import decode
from reconciler.manifests.syntax.compose import compose
from reconciler.manifests.syntax.nodes import Fields, Node
from reconciler.manifests.tree import ManifestFile, read_tree


@dataclass(frozen=True, slots=True)
class Formatted:
    """What the canonical layout of a folder changes; nothing is written yet."""

    manifests: Sequence[Change]
    """Only what differs."""
    side_files: Sequence[Change]
    """New ones, with ids that leave a manifest."""
    unchanged: int
    """Manifests that are in the canonical layout already."""

    @property
    def changes(self) -> list[Change]:
        """Everything that is to be written; the side files before what refers to them."""
        return [*self.side_files, *self.manifests]


@dataclass(frozen=True, slots=True)
class _Draft:
    """One manifest that YAML has nothing against."""

    file: ManifestFile
    text: str
    nodes: Sequence[Node]
    findings: Findings


def format_tree(folder: Path, *, extract_over: int | None = None) -> Formatted:
    """Return what changes if every manifest under a folder gets the canonical layout.

    What a manifest declares may be wrong; what YAML or this program's reading of it refuses may
    not. With ``extract_over``, lists with more entries move into side files. Raises InvalidError
    with every problem of every file at once.
    """
    tree = read_tree(folder)
    problems = list(tree.problems)
    drafts: list[_Draft] = []
    for file in tree.files:
        findings = Findings(file.name, problems)
        text = decode(file.content, findings)
        if text is not None:
            text = text.replace("\r\n", "\n")
            nodes, _ = compose(text, findings)
            drafts.append(_Draft(file, text, nodes, findings))
    if problems:
        raise InvalidError(problems)
    systems = systems_of(node for draft in drafts for node in draft.nodes)
    extraction = Extraction(folder, extract_over)
    texts = [_formatted(draft, systems, extraction) for draft in drafts]
    if problems:
        raise InvalidError(problems)
    changes = [
        Change(folder / draft.file.path, draft.file.name, draft.file.content, text.encode())
        for draft, text in zip(drafts, texts, strict=True)
    ]
    differing = [one for one in changes if one.before != one.after]
    return Formatted(differing, extraction.side_files, len(changes) - len(differing))


def _formatted(draft: _Draft, systems: dict[str, str], extraction: Extraction) -> str:
    """Return the text of a manifest in the canonical layout, lists that are too long taken out."""
    shapes = [
        shape_of(node, systems) if isinstance(node, Fields) else UndecidedDocument
        for node in draft.nodes
    ]
    outline = read_outline(draft.text)
    comments = sorted(outline.comments())
    arrange(outline, shapes)
    text = text_of(outline)
    # What has not changed needs no proof that it says the same.
    sound = text == draft.text or check_same(text, draft.nodes, comments, draft.findings)
    if sound and extraction.take(outline, draft.file.path, draft.findings):
        return text_of(outline)
    return text
