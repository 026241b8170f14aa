"""Protections: what no manifest may delete, decided by one function in plan and apply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import assert_never

from reconciler.domain.accounts import Container
from reconciler.domain.conditions import Conditions, none_fails, unreadable
from reconciler.domain.facts import Facts
from reconciler.domain.identifiers import External, Identifier, Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Targets of one account that are never deleted: listed ones, and those that match a rule."""

    name: str
    place: str
    """``file:line`` of the document."""
    owner: str
    reason: str
    account: str
    record_list: str = ""
    """The record list that it is confined to; empty for all of the account."""
    ids: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Places, as ``file:line``, by id."""
    identifiers: Mapping[Identifier, str] = field(default_factory=dict, repr=False)
    """Places by phone number or external id, each as ``comparable`` makes it."""
    conditions: Conditions = ()
    """A rule; empty for none."""
    conditions_place: str = ""
    expires: date | None = None

    def covers(self, container: Container) -> bool:
        """Whether targets of a container may be among what it protects."""
        return container.account == self.account and self.record_list in ("", container.record_list)


def comparable(identifier: Identifier) -> Identifier:
    """Return an identifier as protections compare it: systems without regard to case."""
    match identifier:
        case External(provider=provider, external_id=external_id):
            return External(provider.casefold(), external_id)
        case Phone():
            return identifier
        case _:
            assert_never(identifier)


def protects_by_id(protections: Sequence[Protection], target_id: str) -> str:
    """Return what protects a target by its id alone; empty if nothing does."""
    for one in protections:
        place = one.ids.get(target_id)
        if place is not None:
            return _by(one, place)
    return ""


def protects(protections: Sequence[Protection], facts: Facts) -> str:
    """Return what protects a target by what its row says; empty if nothing does.

    What the row does not tell counts as a match: it could not be ruled out.
    """
    for one in protections:
        if found := _by_identifier(one, facts):
            return found
        if one.conditions and none_fails(one.conditions, facts):
            missing = unreadable(one.conditions, facts)
            return _by(one, one.conditions_place) + _not_ruled_out(missing)
    return ""


def _by_identifier(one: Protection, facts: Facts) -> str:
    if not one.identifiers:
        return ""
    for identifier in facts.identifiers:
        place = one.identifiers.get(comparable(identifier))
        if place is not None:
            return _by(one, place)
    for identifier, place in one.identifiers.items() if _is_half(facts.external) else ():
        if isinstance(identifier, External) and _may_be(facts.external, identifier):
            return _by(one, place) + _not_ruled_out(("external provider and id",))
    if not facts.tells_phones and any(isinstance(known, Phone) for known in one.identifiers):
        return _by(one, one.place) + _not_ruled_out(("phone numbers",))
    return ""


def _is_half(external: External | None) -> bool:
    return external is not None and not (external.provider and external.external_id)


def _may_be(told: External | None, identifier: External) -> bool:
    return told is not None and (
        told.provider.casefold() in ("", identifier.provider)
        and told.external_id in ("", identifier.external_id)
    )


def _by(one: Protection, place: str) -> str:
    return f"protected by Protection/{one.name} ({place})"


def _not_ruled_out(missing: Sequence[str]) -> str:
    return f": {', '.join(missing)} could not be ruled out" if missing else ""
