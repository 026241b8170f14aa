"""Which column of a table, or key of an object, means what."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from reconciler.manifests.nearest import nearest

_ROLES = {
    "task": ("id", "note"),
    "record": ("id", "phone_number", "external_provider", "external_id", "note"),
}
_HARMLESS = re.compile(r"[A-Za-z0-9_ .-]{1,60}")


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of columns, as the file has them, and the roles that they have here."""

    roles: Mapping[str, str]
    """By name."""
    mapped: frozenset[str]
    """Names that the manifest gives; without them the file is another one than is meant."""
    ignored: bool
    """Names without a role may stand in the file, and count for nothing."""

    def name(self, role: str) -> str:
        """Return the name that has a role."""
        return next(name for name, one in self.roles.items() if one == role)

    def wanted(self, found: Collection[str]) -> list[str]:
        """Return the names that the manifest gives and the file does not have, sorted."""
        return sorted(self.mapped.difference(found))

    def hint(self, name: str) -> str:
        """Return a hint for a name without a role, where those are not ignored."""
        # Hints repeat names, so they must be known to be harmless.
        known = [one for one in self.roles if _HARMLESS.fullmatch(one)]
        hint = "`ignoreColumns: true` leaves it out of account."
        return f"{nearest(name, known)} {hint}".strip()


def columns_of(noun: str, mapped: Mapping[str, str], *, ignored: bool) -> Columns:
    """Return the columns of a file of tasks or records; what is not mapped has our own name.

    ``mapped`` leads from our names to those of the file, no two to the same.
    """
    roles = {theirs: ours for ours, theirs in mapped.items()}
    for ours in _ROLES[noun]:
        if ours not in mapped:
            roles.setdefault(ours, ours)
    return Columns(roles, frozenset(mapped.values()), ignored)


def lacking(noun: str, roles: Collection[str], *, ids_only: bool) -> str:
    """Return what of the roles is missing to declare anything; empty if nothing is."""
    if "id" in roles:
        return ""
    if noun == "task" or ids_only:
        return "`id`"
    pair = {"external_provider", "external_id"}
    if "phone_number" in roles or pair.issubset(roles):
        return ""
    missing = sorted(pair.difference(roles), reverse=True)
    if len(missing) == 1:
        return f"`{missing[0]}`"
    return "`id`, `phone_number`, or `external_provider` and `external_id`"
