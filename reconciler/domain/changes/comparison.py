"""Comparison: everything that a change of the manifests introduces, withdraws and loosens."""

from collections.abc import Mapping

from reconciler.domain.absences import Declarations
from reconciler.domain.changes.allowing import allowed
from reconciler.domain.changes.difference import Change, Changes, introduced_in, withdrawn_from
from reconciler.domain.changes.loosening import loosened
from reconciler.domain.changes.raising import raised, redirected
from reconciler.domain.changes.unprotecting import unprotected


def compare(
    base: Declarations, head: Declarations, account_places: Mapping[str, str] | None = None
) -> Changes:
    """Return what differs between two states of the manifests, loaded at the same time.

    ``account_places`` has the ``file:line`` of each account of the head.
    """
    return Changes(
        introduced=introduced_in(base, head),
        withdrawn=withdrawn_from(base, head),
        loosened=all_loosened(base, head, account_places or {}),
    )


def all_loosened(
    base: Declarations, head: Declarations, account_places: Mapping[str, str]
) -> tuple[Change, ...]:
    """Return everything that stands less in the way of deletions than it did."""
    return (
        *unprotected(base, head),
        *raised(base, head),
        *allowed(base, head),
        *redirected(base, head, account_places),
        *loosened(base, head),
    )
