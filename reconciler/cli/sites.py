"""Sites: where each account is reached, and with what."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from reconciler.cli.settings import Settings
from reconciler.domain.accounts import Account, System
from reconciler.domain.fingerprint import FingerprintKey, key_from
from reconciler.errors import StaleError
from reconciler.vendors.leadsquared.api import HOSTS as LEADSQUARED_HOSTS
from reconciler.vendors.talkdesk.api import HOSTS as TALKDESK_HOSTS
from reconciler.vendors.talkdesk.api import TOKEN_HOSTS

SANDBOX_HOST = "sandbox"
"""What stands for the sandbox in plans: its port is another one each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One account with its addresses and secrets."""

    account: Account
    base_url: str
    token_url: str
    """The base URL of Talkdesk's token endpoint; empty for LeadSquared."""
    host: str
    """What plans and audit call it."""
    credentials: tuple[str, str] = field(repr=False)
    keys: tuple[FingerprintKey, ...]
    """Keys for fingerprints: the first one writes."""

    def with_key(self, key_id: str) -> "Site":
        """Return the site with the key that a plan was written with as its first.

        Raises StaleError when no key of today is that one.
        """
        for key in self.keys:
            if key.key_id == key_id:
                return Site(
                    account=self.account,
                    base_url=self.base_url,
                    token_url=self.token_url,
                    host=self.host,
                    credentials=self.credentials,
                    keys=(key, *(one for one in self.keys if one is not key)),
                )
        raise StaleError(
            "The plan was made with another key",
            detail=f"Its fingerprints of {self.account.name} cannot be checked: key {key_id} is "
            "not among today's.",
            hint="Add the old key to RECONCILER_PII_KEY, or make a new plan.",
        )


def real_sites(accounts: Iterable[Account], settings: Settings) -> dict[str, Site]:
    """Return where real accounts are reached; raises IdentityError for missing credentials."""
    accounts = list(accounts)
    settings.require_credentials(accounts)
    return {account.name: _real_site(account, settings) for account in accounts}


def _real_site(account: Account, settings: Settings) -> Site:
    credentials, endpoint = settings.credentials(account), settings.endpoint(account)
    base_url, token_url = endpoint or compiled_in(account), ""
    if account.system is System.TALKDESK:
        token_url = endpoint or f"https://{account.tenant}.{TOKEN_HOSTS[account.region]}"
    return Site(
        account=account,
        base_url=base_url,
        token_url=token_url,
        host=host_of(account, endpoint),
        credentials=credentials,
        keys=_keys(account, settings.pii_keys, credentials[1].encode()),
    )


def host_of(account: Account, endpoint: str) -> str:
    """Return what plan and audit call the place: its host, and its port if that was named."""
    return urlsplit(endpoint or compiled_in(account)).netloc


def compiled_in(account: Account) -> str:
    """Return the base URL of an account's region."""
    hosts = LEADSQUARED_HOSTS if account.system is System.LEADSQUARED else TALKDESK_HOSTS
    return f"https://{hosts[account.region]}"


def sandbox_sites(
    accounts: Iterable[Account], url: str, credentials: dict[System, tuple[str, str]]
) -> dict[str, Site]:
    """Return where accounts are reached on the sandbox; reads no vendor keys."""
    return {
        account.name: Site(
            account=account,
            base_url=url,
            token_url=url if account.system is System.TALKDESK else "",
            host=SANDBOX_HOST,
            credentials=credentials[account.system],
            keys=_keys(account, (), credentials[account.system][1].encode()),
        )
        for account in accounts
    }


def _keys(
    account: Account, pii_keys: tuple[bytes, ...], secret: bytes
) -> tuple[FingerprintKey, ...]:
    secrets = (*pii_keys, secret)
    return tuple(key_from(one, f"account {account.name}") for one in secrets)
