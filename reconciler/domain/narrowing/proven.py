"""Narrowing of what was proven gone: by its addresses, and by the manifests that declared it."""

from collections.abc import Collection, Iterable, Sequence
from typing import assert_never

from reconciler.domain.narrowing.selectors import (
    At,
    Below,
    OfAccount,
    OfManifest,
    Selector,
    Targeting,
)
from reconciler.domain.proofs import Gone
from reconciler.errors import UsageError

_HINT = "`reconciler history --run ID` shows what a run proved gone, and who declared it."


def narrowed_proofs(gone: Sequence[Gone], targeting: Targeting) -> list[Gone]:
    """Return what any target selects and no exclude does; containers with nothing left go.

    Raises UsageError for selectors that match nothing of it.
    """
    if not targeting.narrows:
        return list(gone)
    unmatched = [
        f"{option} {one.text}: nothing that was proven gone goes by it"
        for option, one in targeting.options()
        if not any(_selected(one, some) for some in gone)
    ]
    if unmatched:
        raise UsageError("A selector matches nothing", detail="\n".join(unmatched), hint=_HINT)
    left = (_narrowed(one, targeting) for one in gone)
    return [one for one in left if len(one)]


def _narrowed(gone: Gone, targeting: Targeting) -> Gone:
    wanted = _any_of(targeting.targets, gone) if targeting.targets else gone.proofs.keys()
    unwanted = _any_of(targeting.excludes, gone)
    proofs = {one: proof for one, proof in gone.proofs.items() if one in wanted}
    return Gone(gone.container, {one: proofs[one] for one in proofs if one not in unwanted})


def _any_of(selectors: Iterable[Selector], gone: Gone) -> Collection[str]:
    return {target_id for one in selectors for target_id in _selected(one, gone)}


def _selected(selector: Selector, gone: Gone) -> Collection[str]:
    """Return the ids that one selector selects in a container."""
    prefix = gone.container.prefix
    match selector:
        case OfAccount(name=name):
            return gone.proofs if name == gone.container.account else ()
        case OfManifest(text=text):
            return [one for one, proof in gone.proofs.items() if text in proof.manifests]
        case At(text=address):
            target_id = address.removeprefix(prefix)
            is_there = address.startswith(prefix) and target_id in gone.proofs
            return [target_id] if is_there else ()
        case Below(text=beginning):
            return gone.proofs if prefix.startswith(beginning) else ()
        case _:
            assert_never(selector)
