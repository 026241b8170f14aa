"""What a YAML document is composed of: raw scalars, lists and mappings, each with its place."""

from typing import NamedTuple, TypeAlias


class Scalar(NamedTuple):
    """One value as it stands in the file; nothing has guessed its type."""

    value: str
    written: str
    """The source text, quotes and escapes included."""
    style: str
    """The quote, ``|`` or ``>`` that it is written with; empty for a plain one."""
    line: int
    column: int

    @property
    def plain(self) -> bool:
        """Written without quotes, so that YAML would guess a type."""
        return not self.style


class Items(NamedTuple):
    """A list."""

    nodes: "list[Node]"
    line: int
    column: int


class Fields(NamedTuple):
    """A mapping; of a key that stands twice the first one counts."""

    values: "dict[str, Node]"
    keys: dict[str, Scalar]
    line: int
    column: int


class Refused(NamedTuple):
    """Stands where something was refused and reported, so that it is not reported again."""

    written: str
    line: int
    column: int


Node: TypeAlias = Scalar | Items | Fields | Refused


def find(node: Node | None, *path: str) -> Node | None:
    """Return the node at a path of keys; None if there is none."""
    for key in path:
        node = node.values.get(key) if isinstance(node, Fields) else None
    return node


def text_at(node: Node, *path: str) -> str:
    """Return the scalar at a path of keys, whatever is wrong with it; empty if there is none."""
    found = find(node, *path)
    return found.value if isinstance(found, Scalar) else ""


def deepest(root: Fields, path: tuple[int | str, ...]) -> Node:
    """Return the deepest node of a path that the file contains."""
    node: Node = root
    for step in path:
        if isinstance(node, Fields) and step in node.values:
            node = node.values[str(step)]
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.nodes):
            node = node.nodes[step]
        else:
            break
    return node
