"""Whom rules ask for, and which of their tasks: one listing of an owner serves all rules."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeAlias

from reconciler.domain.absences import Absences, Rule
from reconciler.domain.conditions import OneOf
from reconciler.vendors.leadsquared import rows
from reconciler.vendors.leadsquared.listings.owners import Owner, Owners, owners_asked

_CODES = {"pending": 0, "completed": 1}
"""The codes that the vendor documents for asking; rows have others too."""

Narrowed: TypeAlias = Mapping[Owner, int | None]
"""Whom to ask for, each with the only status that rules want of its tasks; None for any."""


def whom_to_ask(absences: Absences, owners: Owners, hinted: Collection[Owner]) -> Narrowed:
    """Return the owners that the rules of a container need.

    Those of ``hinted`` are listed in full, for declared tasks are looked for among theirs.
    """
    wanted: dict[Owner, set[int | None]] = {}
    for rule in absences.rules:
        names = owners_asked(rule)
        whose = (one for name in names for one in owners.called(name))
        for owner in whose if names else owners.everybody:
            wanted.setdefault(owner, set()).add(_code(rule))
    return {
        owner: next(iter(codes)) if len(codes) == 1 and owner not in hinted else None
        for owner, codes in wanted.items()
    }


def _code(rule: Rule) -> int | None:
    for one in rule.conditions:
        if isinstance(one, OneOf) and one.field == "status" and len(one.values) == 1:
            return _CODES.get(one.values[0].casefold())
    return None


class Asked:
    """Tells which of the owners that were asked for a row belongs to."""

    def __init__(self, narrowed: Narrowed) -> None:
        """Know owners by the name that they are asked for by, which rows must tell."""
        self._asked = {owner.name: (owner, code) for owner, code in narrowed.items()}

    def owners_of(self, row: dict[str, Any]) -> Iterator[Owner]:
        """Yield every owner whose listing, narrowed as it is, should show a row.

        Two, if one person is asked for by id and by address, as nobody knows that it is one.
        """
        code_of_row = _CODES.get(rows.status(row))
        for name in (rows.owner_id(row), rows.owner_email(row)):
            owner, code = self._asked.get(name, (None, None))
            if owner is not None and code in (None, code_of_row):
                yield owner
