"""Problems of one file, collected at the places where they are."""

from dataclasses import dataclass

from reconciler.errors import Problem
from reconciler.manifests.syntax.nodes import Fields, Items, Node

_TEXT_LIMIT = 200
"""Characters of an offending text; enough to recognise it by."""


@dataclass(frozen=True, slots=True)
class Findings:
    """Adds the problems of ``file`` to a list that all files share.

    Messages and hints quote the file only where a pattern has shown the text to be harmless;
    anything else goes into ``text``, which views make inert.
    """

    file: str
    problems: list[Problem]

    def at(self, node: Node, message: str, hint: str = "") -> None:
        """Report a problem of one node."""
        text = "" if isinstance(node, Fields | Items) else node.written
        self.add(node.line, node.column, message, text=text, hint=hint)

    def add(self, line: int, column: int, message: str, *, text: str = "", hint: str = "") -> None:
        """Report a problem at a line and column; 0 for a problem of the whole file."""
        if len(text) > _TEXT_LIMIT:
            text = f"{text[:_TEXT_LIMIT]}…"
        self.problems.append(Problem(self.file, line, column, message, text, hint))

    def place(self, node: Node) -> str:
        """Return ``file:line`` of a node."""
        return f"{self.file}:{node.line}"
