"""Heads: which documents a folder has, and where, whatever else is wrong with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import Problem
from reconciler.manifests.findings import Findings
from reconciler.manifests.syntax.characters import decode
from reconciler.manifests.syntax.compose import compose
from reconciler.manifests.syntax.nodes import Fields, find, text_at
from reconciler.manifests.tree import read_tree

GOVERNING = ("Account", "Policy", "Protection", "Allowance")
"""Kinds that say what may be deleted, where, and how much; reviewed by other people."""


@dataclass(frozen=True, slots=True)
class Head:
    """One document: its kind and name as they are written, and where."""

    kind: str
    name: str
    path: str
    """The path of its file in the folder."""
    file: str
    """The folder as given, and the path in it."""
    line: int
    column: int
    """Of the kind."""

    @property
    def place(self) -> str:
        """``file:line`` of the kind."""
        return f"{self.file}:{self.line}"


def read_heads(folder: Path) -> list[Head]:
    """Return the head of every document under a folder; what cannot be read is left out."""
    return list(_heads(folder))


def _heads(folder: Path) -> Iterator[Head]:
    unheard: list[Problem] = []
    for file in read_tree(folder).files:
        findings = Findings(file.name, unheard)
        text = decode(file.content, findings)
        nodes = [] if text is None else compose(text, findings)[0]
        for node in nodes:
            kind = find(node, "kind")
            if isinstance(node, Fields) and kind is not None:
                yield Head(
                    text_at(node, "kind"),
                    text_at(node, "metadata", "name"),
                    file.path,
                    file.name,
                    kind.line,
                    kind.column,
                )


def misplaced(heads: Sequence[Head], governance: str) -> Iterator[Problem]:
    """Yield a problem for every governing document outside ``governance``.

    ``governance`` is the path of a folder in the manifests folder, with `/`.
    """
    for head in heads:
        if head.kind in GOVERNING and not head.path.startswith(f"{governance}/"):
            root = head.file.removesuffix(head.path)
            yield Problem(
                head.file,
                head.line,
                head.column,
                f"Documents of the kind {head.kind} stand in the folder for governance only.",
                hint=f"Move it into {root}{governance}/.",
            )
