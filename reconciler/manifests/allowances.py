"""Allowances, from valid documents to the values of the domain."""

from collections.abc import Iterator, Sequence
from datetime import date

from reconciler.domain.guarding.allowances import Allowance, Lifts
from reconciler.manifests.documents import Document
from reconciler.manifests.shapes.allowances import LiftsSpec
from reconciler.manifests.shapes.documents import AllowanceDocument
from reconciler.manifests.syntax.nodes import deepest
from reconciler.manifests.windows import windows_of


def allowances_of(documents: Sequence[Document]) -> tuple[Allowance, ...]:
    """Return the allowances, sorted by name; expired ones are among them."""
    found = [
        _allowance_of(one.shape, one.place)
        for one in documents
        if isinstance(one.shape, AllowanceDocument)
    ]
    return tuple(sorted(found, key=lambda allowance: allowance.name))


def expired(documents: Sequence[Document], today: date) -> Iterator[str]:
    """Yield a warning for every allowance that lifts nothing any more, in file order."""
    for one in documents:
        if not isinstance(one.shape, AllowanceDocument):
            continue
        metadata = one.shape.metadata
        if metadata.expires is not None and metadata.expires < today:
            place = one.findings.place(deepest(one.node, ("metadata", "expires")))
            name = metadata.name
            yield f"{place}: Allowance/{name} expired on {metadata.expires}; it allows nothing."


def _allowance_of(shape: AllowanceDocument, place: str) -> Allowance:
    metadata, spec = shape.metadata, shape.spec
    return Allowance(
        name=metadata.name,
        place=place,
        owner=metadata.owner,
        reason=metadata.reason,
        account=spec.account,
        lifts=_lifts_of(spec.lifts),
        ticket=metadata.ticket or "",
        digest=spec.digest or "",
        expires=metadata.expires,
    )


def _lifts_of(spec: LiftsSpec) -> Lifts:
    return Lifts(
        max_deletes=spec.max_deletes,
        max_deletes_per_day=spec.max_deletes_per_day,
        max_delete_percent=spec.max_delete_percent,
        allow_emptying=spec.allow_emptying,
        windows=None if spec.windows is None else windows_of(spec.windows),
        cool_off=spec.cool_off,
        where_max=spec.where_max,
    )
