"""From what pydantic says to what a person can act on, at the place in the file."""

from collections.abc import Iterable

from reconciler.manifests.findings import Findings
from reconciler.manifests.nearest import nearest
from reconciler.manifests.shapes.check import Mistake, keys_of, shape_at
from reconciler.manifests.shapes.documents import Document
from reconciler.manifests.syntax.nodes import Fields, Node, deepest
from reconciler.manifests.values.scalars import ReadingError


def explain(
    mistakes: Iterable[Mistake], shape: type[Document], root: Fields, findings: Findings
) -> None:
    """Report every mistake at the deepest node that the file has for it."""
    for mistake in mistakes:
        match mistake.cause:
            case "missing":
                _explain_missing(mistake, root, findings)
            case "extra_forbidden":
                _explain_extra(mistake, shape, root, findings)
            case "value_error":
                error = mistake.details["error"]
                if not isinstance(error, ReadingError):
                    raise TypeError(f"a reader failed with {error!r}")
                if error.message:
                    findings.at(deepest(root, mistake.path), error.message, error.hint)
            case cause:
                message, hint = _bound(cause, mistake)
                findings.at(deepest(root, mistake.path), message, hint)


def _explain_missing(mistake: Mistake, root: Fields, findings: Findings) -> None:
    *outer, key = mistake.path
    where = ".".join(map(str, outer))
    message = f"`{where}` lacks `{key}`." if where else f"The document lacks `{key}`."
    findings.at(_key_at(root, tuple(outer)), message, f"Add `{key}: …`.")


def _explain_extra(
    mistake: Mistake, shape: type[Document], root: Fields, findings: Findings
) -> None:
    *outer, key = mistake.path
    inner = shape_at(shape, tuple(outer))
    node = _key_at(root, mistake.path)
    if key in inner.idle:
        findings.at(node, f"`{key}` would have no effect here.", "Leave it out.")
    else:
        findings.at(node, "Unknown key.", nearest(str(key), keys_of(inner)))


def _key_at(root: Fields, path: tuple[int | str, ...]) -> Node:
    """Return the key that a path ends in; the document itself where there is none."""
    if not path:
        return root
    parent = deepest(root, path[:-1])
    return parent.keys[str(path[-1])] if isinstance(parent, Fields) else parent


def _bound(cause: str, mistake: Mistake) -> tuple[str, str]:
    match cause:
        case "greater_than_equal":
            return f"Must be {mistake.details['ge']} or more.", "Raise it, or leave it out."
        case "greater_than":
            return f"Must be more than {mistake.details['gt']}.", "Raise it, or leave it out."
        case "less_than_equal":
            return f"Must be {mistake.details['le']:,} or less.", "Lower it, or leave it out."
        case "too_short":
            return "Must not be empty.", "List something, or leave it out."
        case _:
            raise ValueError(f"pydantic found something that no shape asks for: {cause}")
