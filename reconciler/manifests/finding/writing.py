"""Writing a manifest of absences: text that reads back as what it was made from.

The layout is that of ``fmt``, so that formatting it changes nothing.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from reconciler.domain.absences import Manifest
from reconciler.domain.accounts import Container
from reconciler.manifests.shapes.documents import API_VERSION
from reconciler.manifests.syntax.quoting import reading

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/@+-]*[A-Za-z0-9._/@+-])?")
"""What needs no quotes, whatever it stands beside."""


def written(text: str) -> str:
    """Return a text as it stands in a manifest: quoted unless it surely needs no quotes."""
    if _PLAIN.fullmatch(text) and not reading(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def absences_text(
    manifest: Manifest,
    container: Container,
    ids: Iterable[str],
    *,
    remarks: Sequence[str] = (),
    asides: dict[str, str] | None = None,
) -> Iterator[str]:
    """Yield the lines of a manifest that lists ids, which are to come sorted.

    ``remarks`` are comments above it, ``asides`` comments beside fields of ``metadata`` by their
    names. Neither may hold a line break.
    """
    yield from (f"# {remark}".rstrip() for remark in remarks)
    yield f"apiVersion: {API_VERSION}"
    yield f"kind: {manifest.kind}"
    yield "metadata:"
    for name in ("name", "owner", "reason", "ticket", "purpose"):
        value = getattr(manifest, name)
        if value and not (name == "purpose" and value == "hygiene"):
            aside = (asides or {}).get(name, "")
            yield f"  {name}: {written(value)}{aside and f'  # {aside}'}"
    yield "spec:"
    yield f"  account: {written(container.account)}"
    if container.record_list:
        yield f"  recordList: {written(container.record_list)}"
    yield from _list(container.noun, ids)


def _list(noun: str, ids: Iterable[str]) -> Iterator[str]:
    key = "" if noun == "task" else "id: "
    empty = True
    for target_id in ids:
        if empty:
            yield f"  {noun}s:"
        empty = False
        yield f"    - {key}{written(target_id)}"
    if empty:
        yield f"  {noun}s: []"
