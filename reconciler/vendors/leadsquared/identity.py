"""Whether the account is the declared one, and whether its key sees everything."""

from dataclasses import dataclass

from reconciler.application.ports import Identity
from reconciler.domain.accounts import Account
from reconciler.errors import IdentityError
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared.key_user import ask_key_user


@dataclass(frozen=True, slots=True)
class Identified:
    """What an account says of a key."""

    identity: Identity
    user: str
    """The id of the user that the key belongs to; empty if it is not told."""


async def identify(account: Account, host: str, caller: Caller) -> Identified:
    """Ask whose key it is; raises IdentityError for another organisation than declared."""
    user, tenant = await ask_key_user(caller), account.tenant
    if tenant.lower() not in {one.lower() for one in user.names}:
        raise IdentityError(
            "The key belongs to another organisation",
            detail=f"{account.name} declares tenant {tenant}, the account is "
            f"{user.short_code} ({user.org_id})",
            hint="Correct the tenant in the Account, or use the key of the right account.",
        )
    sees_all = account.sees_all or user.is_administrator
    warnings = () if sees_all else (_not_administrator(account.name, user.role),)
    identity = Identity(tenant=tenant, host=host, sees_all=sees_all, warnings=warnings)
    return Identified(identity, user.user_id)


def _not_administrator(account: str, role: str) -> str:
    return (
        f"{account}: the key's role is {role}, not Administrator, so what it does not see is "
        "unknown; use an administrator's key, or set sees: all if the key does see everything"
    )
