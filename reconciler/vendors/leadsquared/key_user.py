"""Whose key it is: the user that it belongs to, with their role, and the organisation."""

from dataclasses import dataclass

from reconciler.application.ports import UnreadableError
from reconciler.errors import IdentityError
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared import api

_OK, _FORBIDDEN = 200, 403
_ALL_SEEING = "Administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUser:
    """The user of a key, in the words of the account; empty where it does not say."""

    user_id: str
    role: str
    short_code: str
    org_id: str

    @property
    def names(self) -> tuple[str, ...]:
        """What the organisation is called: its OrgShortCode, its OrgId."""
        return tuple(one for one in (self.short_code, self.org_id) if one)

    @property
    def is_administrator(self) -> bool:
        """Whether the role is the one that sees everything."""
        return self.role == _ALL_SEEING


async def ask_key_user(caller: Caller) -> KeyUser:
    """Ask whose key it is.

    Raises IdentityError for a key that is refused, UnreadableError where the account does not say.
    """
    reply = await caller.read(api.who_am_i())
    if reply.status == _FORBIDDEN:
        raise IdentityError("The account refuses the credentials", detail=api.said(reply))
    if reply.status != _OK or not isinstance(reply.body, dict) or api.is_error(reply.body):
        raise UnreadableError(f"who the key belongs to: {api.said(reply)}")
    names = ("Id", "Role", "OrgShortCode", "OrgId")
    user_id, role, short_code, org_id = (str(reply.body.get(name) or "") for name in names)
    return KeyUser(user_id=user_id, role=role or "none", short_code=short_code, org_id=org_id)
