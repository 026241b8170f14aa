"""Probing: one target alone, so that no more is read than its own row."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reconciler.domain.absences import Absences, Declarations, Manifest
from reconciler.domain.accounts import Container
from reconciler.domain.columns import only_at
from reconciler.domain.conditions import OneOf

_ANY = OneOf("owner", "owner", ("",))
"""Asked of nobody: with a condition in sight readers keep what rows say."""


@dataclass(frozen=True, slots=True)
class Target:
    """One task or record, whether anything declares it or not."""

    container: Container
    target_id: str

    @property
    def address(self) -> str:
        """Its address."""
        return self.container.address(self.target_id)


def of_container(declarations: Declarations, container: Container) -> Absences | None:
    """Return what is declared in a container; None for nothing."""
    found = (one for one in declarations.absences if one.container == container)
    return next(found, None)


def only(target: Target) -> Absences:
    """Return absences that list one target and nothing else, for its row to be read by its id."""
    probe = Manifest(kind="", name="", file="", line=0, owner="", reason="", expect=(_ANY,))
    return Absences(target.container, [probe], [target.target_id], manifest=[0], line=[0])


def narrowed(target: Target, absences: Absences) -> Absences:
    """Return absences with all their rules, identifiers and protections, for one target only."""
    position = absences.position(target.target_id)
    return only_at(absences, () if position is None else (position,))


def expired_places(
    declarations: Declarations, target_id: str, container: Container | None, today: date
) -> Iterator[str]:
    """Yield how manifests that have expired list a target, in a container or, for None, in any.

    ``declarations`` are to have what is in such manifests, too.
    """
    for absences in declarations.absences:
        if container not in (None, absences.container):
            continue
        position = absences.position(target_id)
        for one in () if position is None else absences.declared(position):
            expires = one.manifest.expires
            if expires is not None and expires < today:
                address = one.manifest.address
                yield f"{one.place}: {address} lists it, but expired on {expires}"
