"""Whether two texts of a manifest say the same, comments included."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import TypeAlias

from reconciler.manifests.findings import Findings
from reconciler.manifests.formatting.canonical import LISTS
from reconciler.manifests.formatting.outlining import read_outline
from reconciler.manifests.syntax.compose import compose
from reconciler.manifests.syntax.nodes import Fields, Items, Node, Scalar
from reconciler.manifests.values.identifiers import is_guid

Content: TypeAlias = "str | tuple[Content, ...] | Mapping[str, Content]"


def content_of(node: Node) -> Content:
    """Return what a document says: no places, no quotes, ids in lower case, lists of ids sorted."""
    content = _content(node)
    spec = content.get("spec") if isinstance(content, dict) else None
    if isinstance(spec, dict):
        for key in LISTS:
            found = spec.get(key)
            if isinstance(found, tuple):
                spec[key] = tuple(sorted(found, key=repr))
    return content


def _content(node: Node) -> Content:
    if isinstance(node, Scalar):
        return node.value.lower() if is_guid(node) else node.value
    if isinstance(node, Items):
        return tuple(_content(one) for one in node.nodes)
    # In order of keys, so that equal entries are equal however they are compared.
    values = node.values if isinstance(node, Fields) else {}
    return {key: _content(values[key]) for key in sorted(values)}


def check_same(
    text: str, before: Sequence[Node], comments: Sequence[str], findings: Findings
) -> bool:
    """Whether a text says what the nodes say, with these comments (sorted); report if it does not.

    The file is then written in a way that the layout cannot carry over, as ``? key`` is.
    """
    again = Findings(findings.file, [])
    after, _ = compose(text, again)
    line = 1 if again.problems else _first_difference(before, after)
    if not line and sorted(read_outline(text).comments()) != list(comments):
        line = 1
    if line:
        message = "The layout of this document cannot be changed without changing what it says."
        findings.add(line, 1, message, hint="Write it in a simpler way: one `key: value` a line.")
    return not line


def _first_difference(before: Sequence[Node], after: Sequence[Node]) -> int:
    for one, other in zip_longest(before, after):
        if one is None or other is None or content_of(one) != content_of(other):
            return one.line if one else 1
    return 0
