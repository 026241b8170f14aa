"""Owners of tasks: the users of an account, and what rows and manifests call them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.application.ports import OutOfCallsError, UnreadableError
from reconciler.domain.absences import Absences, Rule
from reconciler.domain.conditions import Conditions, OneOf
from reconciler.domain.masking import Mask
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared import api, rows

_OK = 200


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """One user, by id, by e-mail address, or by both; in lower case."""

    user_id: str = ""
    email: str = ""

    @property
    def name(self) -> str:
        """What the account is asked for: the id, or else the address."""
        return self.user_id or self.email

    def shown(self, mask: Mask) -> str:
        """Return what people may see of it."""
        return self.user_id or mask.text(self.email)


class Owners:
    """The users of an account as far as they were read, and those that conditions name."""

    def __init__(
        self,
        emails: Mapping[str, str] | None = None,
        flaw: str = "",
        named: Mapping[str, str] | None = None,
    ) -> None:
        """Take the address of each user by id, and what conditions call owners, with who does.

        All in lower case. ``flaw`` says why these are not all users; empty if they are.
        """
        self.flaw = flaw
        self._emails = emails or {}
        self._named = named or {}
        known = set(self._emails.values())
        self._unresolved = any("@" in name and name not in known for name in self._named)
        self._by_id = any("@" not in name for name in self._named)
        self._by_address = any("@" in name for name in self._named)

    @property
    def everybody(self) -> Iterator[Owner]:
        """Every user that was read, active or not."""
        return (Owner(user_id, email) for user_id, email in self._emails.items())

    def called(self, name: str) -> list[Owner]:
        """Return the users of an address or an id; what nobody is known by is asked for as it is.

        Several users may share an address, such as a person who left and came back.
        """
        name = name.lower()
        if "@" not in name:
            return [Owner(name, self._emails.get(name, ""))]
        return [one for one in self.everybody if one.email == name] or [Owner("", name)]

    def spellings(self, user_id: str, email: str) -> tuple[str, ...] | None:
        """Return id and address of a row's owner, either of which may be empty in the row.

        None where conditions name owners in a way in which this one is not known: then nobody
        can say that it is another.
        """
        known = self._emails.get(user_id, "")
        if self._by_address and email and known and email != known:
            return None
        email = email or known
        if (self._unresolved and not email) or (self._by_id and not user_id):
            return None
        return tuple(filter(None, (user_id, email)))

    def strangers(self, account: str, mask: Mask) -> Iterator[str]:
        """Yield a warning for everybody who is named and is no user of the account."""
        known = {*self._emails, *self._emails.values()}
        for name, by in self._named.items() if known and not self.flaw else ():
            if name not in known:
                what = f"address {mask.text(name)}" if "@" in name else f"id {name}"
                yield f"{account}: no user has the {what} that {by} names"


def foreign(page: Sequence[Any], owners: Collection[Owner]) -> str:
    """Say how many rows of a page are of other owners than were asked for; empty for none.

    A row that does not tell whose it is, in a way that can be compared, may be of any.
    """
    ids, emails = {one.user_id for one in owners}, {one.email for one in owners}
    count = 0
    for row in page:
        if not rows.task_id(row):
            continue
        user_id, email = rows.owner_id(row), rows.owner_email(row)
        told = (user_id and "" not in ids) or (email and "" not in emails)
        if told and not {user_id, email} & (ids | emails) - {""}:
            count += 1
    return f"{count} of {len(page)} rows of a page are of other owners" if count else ""


async def read_owners(caller: Caller, absences: Absences, key_user: str) -> Owners:
    """Read the users of an account if they are needed to tell whose tasks are meant.

    ``key_user`` is the id of the user that the key belongs to, who must be among them.
    """
    named = dict(_named(absences))
    if not any("@" in name for name in named) and all(map(owners_asked, absences.rules)):
        return Owners(named=named)
    try:
        emails = await read_users(caller)
    except (UnreadableError, OutOfCallsError) as error:
        return Owners(flaw=str(error), named=named)
    flaw = "" if key_user in emails else "the user of the key is not among them"
    return Owners(emails, flaw, named)


async def read_users(caller: Caller) -> Mapping[str, str]:
    """Return the address of each user by id, in lower case; raises UnreadableError."""
    reply = await caller.read(api.users())
    found = reply.body
    if reply.status != _OK or not isinstance(found, list):
        raise UnreadableError(f"answered {api.said(reply)}")
    users = {_text(row, "ID"): _text(row, "EmailAddress") for row in found}
    if "" in users or len(users) < len(found):
        raise UnreadableError("answered with a user that has no id of its own")
    return users


def _text(row: Any, key: str) -> str:  # noqa: ANN401 - parsed JSON
    return str(row.get(key) or "").strip().lower() if isinstance(row, dict) else ""


def owners_asked(rule: Rule) -> tuple[str, ...]:
    """Return the owners that a rule is confined to, in lower case; none for everybody's tasks."""
    return next(_owners_in(rule.conditions), ())


def _owners_in(conditions: Conditions) -> Iterator[tuple[str, ...]]:
    for one in conditions:
        if isinstance(one, OneOf) and one.field == "owner":
            yield tuple(value.lower() for value in one.values)


def _named(absences: Absences) -> Iterator[tuple[str, str]]:
    """Yield everything that conditions call an owner, with who does; the first one comes last."""
    by_address = [
        (manifest.address, manifest.expect)
        for manifest in (absences.manifests[index] for index in absences.in_use)
    ]
    by_address += [
        (absences.manifests[rule.manifest].address, rule.conditions) for rule in absences.rules
    ]
    by_address += [(f"Protection/{one.name}", one.conditions) for one in absences.protections]
    for address, conditions in reversed(by_address):
        for names in _owners_in(conditions):
            yield from ((name, address) for name in names)
