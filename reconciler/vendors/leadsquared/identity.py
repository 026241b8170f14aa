"""Whose key it is: the organisation, the user and the role, as the account itself says."""

from dataclasses import dataclass

from reconciler.application.ports import Identity, UnreadableError
from reconciler.domain.accounts import Account
from reconciler.errors import IdentityError
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared import api

_OK, _FORBIDDEN = 200, 403


@dataclass(frozen=True, slots=True)
class Identified:
    """What an account says of a key."""

    identity: Identity
    user: str
    """The id of the user that the key belongs to; empty if it is not told."""


async def identify(account: Account, host: str, caller: Caller) -> Identified:
    """Ask whose key it is; raises IdentityError for another organisation than declared."""
    reply = await caller.read(api.who_am_i())
    if reply.status == _FORBIDDEN:
        raise IdentityError("The account refuses the credentials", detail=api.said(reply))
    if reply.status != _OK or not isinstance(reply.body, dict) or api.is_error(reply.body):
        raise UnreadableError(f"who the key belongs to: {api.said(reply)}")
    org = {str(reply.body.get(name) or "").lower() for name in ("OrgShortCode", "OrgId")}
    tenant = account.tenant
    if tenant.lower() not in org - {""}:
        raise IdentityError(
            "The key belongs to another organisation",
            detail=f"{account.name} declares tenant {tenant}, the account is "
            f"{reply.body.get('OrgShortCode')} ({reply.body.get('OrgId')})",
            hint="Correct the tenant in the Account, or use the key of the right account.",
        )
    role = str(reply.body.get("Role") or "none")
    sees_all = account.sees_all or role == "Administrator"
    warnings = () if sees_all else (_not_administrator(account.name, role),)
    identity = Identity(tenant=tenant, host=host, sees_all=sees_all, warnings=warnings)
    return Identified(identity, str(reply.body.get("Id") or ""))


def _not_administrator(account: str, role: str) -> str:
    return (
        f"{account}: the key's role is {role}, not Administrator, so what it does not see is "
        "unknown; use an administrator's key, or set sees: all if the key does see everything"
    )
