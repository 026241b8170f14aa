"""``--read-by``: the way of reading that somebody wants, checked against what is declared."""

from collections.abc import Iterator, Mapping

from reconciler.domain.absences import Absences, Declarations, Manifest, accounts_in_scope
from reconciler.domain.accounts import Container
from reconciler.domain.conditions import OneOf
from reconciler.domain.identifiers import Phone
from reconciler.domain.ways import WAYS, Preference, Way, cheapest
from reconciler.errors import UsageError

_NAMES = {
    Way.BY_ID: ("id",),
    Way.BY_LEAD: ("lead",),
    Way.BY_OWNER: ("owner",),
    Way.WHOLE_ACCOUNT: ("account", "whole-account"),
    Way.BY_PHONE: ("phone", "phone-number"),
    Way.WHOLE_LIST: ("list", "whole-list"),
}
"""What each way may be called; the first name is the one that is documented."""
_EXTERNAL = ("external", "external-id")

METAVAR = "|".join(names[0] for names in _NAMES.values())


def preference(wanted: str | None, declarations: Declarations) -> Preference:
    """Return what an option says; raises UsageError for a way that cannot be gone."""
    if wanted is None:
        return cheapest
    way = _way(wanted)
    systems = {one.system for one in accounts_in_scope(declarations)}
    if not any(way in WAYS[system] for system in systems):
        raise UsageError(
            f"--read-by {wanted}: nothing that is declared can be read so",
            detail="; ".join(f"{one}: {', '.join(WAYS[one])}" for one in sorted(systems)),
        )
    if not any(_leads_somewhere(way, one) for one in declarations.absences):
        raise UsageError(f"--read-by {wanted}: {_NOWHERE[way]}")
    return lambda container: way if way in WAYS[container.system] else None


def _way(wanted: str) -> Way:
    name = wanted.strip().lower().replace("_", "-").replace(" ", "-").removeprefix("by-")
    if name in _EXTERNAL:
        raise UsageError(
            f"--read-by {wanted}: no API lists records by external id",
            hint="The whole list tells which records go by one: --read-by list.",
        )
    for way, names in _NAMES.items():
        if name in names:
            return way
    raise UsageError(f"--read-by {wanted}: there is no such way", hint=f"Ways: {METAVAR}.")


_NOWHERE = {
    Way.BY_LEAD: "no manifest names a lead (`lookup: {lead: …}`)",
    Way.BY_OWNER: "no manifest names an owner (`lookup: {owner: …}`, or a rule with `owner`)",
    Way.BY_PHONE: "no manifest declares a phone number",
}


def _leads_somewhere(way: Way, absences: Absences) -> bool:
    """Say whether a container has what a way starts from."""
    match way:
        case Way.BY_LEAD:
            return any(one.lookup.lead for one in _manifests(absences))
        case Way.BY_OWNER:
            asked = (one for rule in absences.rules for one in rule.conditions)
            by_rule = any(isinstance(one, OneOf) and one.field == "owner" for one in asked)
            return by_rule or any(one.lookup.owner for one in _manifests(absences))
        case Way.BY_PHONE:
            return any(isinstance(one.identifier, Phone) for one in absences.named)
        case _:
            return way in WAYS[absences.container.system]


def _manifests(absences: Absences) -> Iterator[Manifest]:
    return (absences.manifests[index] for index in absences.in_use)


def as_planned(ways: Mapping[Container, Way]) -> Preference:
    """Return the ways that a reviewed plan was read in."""
    return ways.get
