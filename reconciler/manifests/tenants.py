"""Tenants that are not declared yet: something stands for them, where a command can do without."""

from collections.abc import Mapping

from reconciler.manifests.syntax.nodes import Fields, Node, Scalar, find, text_at

_KEY = "tenant"


def fill_in(node: Node, tenants: Mapping[str, str]) -> None:
    """Put what ``tenants`` has for its system into an Account without a tenant, or an empty one."""
    spec = find(node, "spec")
    if not isinstance(spec, Fields) or text_at(node, "kind") != "Account":
        return
    stands_in = tenants.get(text_at(spec, "system"))
    written = spec.values.get(_KEY)
    is_empty = written is None or (isinstance(written, Scalar) and not written.value.strip())
    if stands_in is not None and is_empty:
        where = written or spec
        spec.keys.setdefault(_KEY, Scalar(_KEY, _KEY, "", where.line, where.column))
        spec.values[_KEY] = Scalar(stands_in, stands_in, '"', where.line, where.column)
