"""Settings: the environment, read once, every mistake in it reported at once."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from reconciler.cli.signing import key_trouble
from reconciler.domain.accounts import Account, System
from reconciler.errors import IdentityError, InvalidError, Problem

PREFIX = "RECONCILER_"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SECRETS_OF = {
    System.LEADSQUARED: ("ACCESS_KEY", "SECRET_KEY"),
    System.TALKDESK: ("CLIENT_ID", "CLIENT_SECRET"),
}
_PLAIN = (
    *("LEDGER", "AUDIT_DIR", "IN_AUTOMATION", "ACTOR", "CI_URL", "PULL_REQUEST"),
    "WEBHOOK_URL",
)
_SECRET = ("PII_KEY", "SIGNING_KEY")
_SECRETS = tuple(name for names in _SECRETS_OF.values() for name in names)
_OF_ACCOUNTS = (*_SECRETS, "ENDPOINT")
_OF_SOME_ACCOUNT = re.compile(
    f"[A-Z0-9](?:[A-Z0-9_]{{0,61}}[A-Z0-9])?_(?:ENDPOINT|(?:{'|'.join(_SECRETS)})(?:_FILE)?)"
)
"""What may be a variable of an account; which accounts there are, only manifests say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says; its secrets are not shown by ``repr``."""

    values: Mapping[str, str] = field(repr=False)
    """Every variable that was found, without the prefix; secrets resolved from their files."""

    def get(self, name: str) -> str:
        """Return a value; empty where there is none."""
        return self.values.get(name, "")

    @property
    def pii_keys(self) -> tuple[bytes, ...]:
        """The keys that pseudonyms are made with: the first writes, all are searched."""
        lines = self.get("PII_KEY").splitlines()
        return tuple(line.strip().encode() for line in lines if line.strip())

    def endpoint(self, account: Account) -> str:
        """Return the base URL that replaces the compiled-in one; empty for none."""
        return self.get(f"{variable(account.name)}_ENDPOINT").rstrip("/")

    def credentials(self, account: Account) -> tuple[str, str]:
        """Return an account's two secrets; ``require_credentials`` must have passed."""
        first, second = _SECRETS_OF[account.system]
        stem = variable(account.name)
        return self.get(f"{stem}_{first}"), self.get(f"{stem}_{second}")

    def require_credentials(self, accounts: Iterable[Account]) -> None:
        """Raise IdentityError naming every credential that is missing."""
        missing = [
            f"{PREFIX}{variable(account.name)}_{name}"
            for account in accounts
            for name in _SECRETS_OF[account.system]
            if not self.get(f"{variable(account.name)}_{name}")
        ]
        if missing:
            raise IdentityError(
                "Credentials are missing",
                detail="\n".join(f"{name} is not set" for name in missing),
                hint="Set them, or NAME_FILE with a path. To try things out, pass --sandbox.",
            )


def variable(account: str) -> str:
    """Return an account's name as it stands in environment variables."""
    return account.upper().replace("-", "_")


def read_settings(
    accounts: Iterable[Account], *, partial: bool = False, keyless: bool = False
) -> Settings:
    """Read the environment; raises InvalidError naming everything that is wrong in it.

    With ``partial``, for commands that know no manifests, what may be a variable of an account is
    left alone.
    With ``keyless``, for the sandbox, they are known by name and their values are not read.
    """
    accounts = list(accounts)
    environ = dict(os.environ)  # noqa: TID251 - the environment is read here
    if partial:
        environ = {
            name: value
            for name, value in environ.items()
            if not _OF_SOME_ACCOUNT.fullmatch(name.removeprefix(PREFIX))
        }
    if keyless:
        of_accounts = tuple(f"{PREFIX}{variable(account.name)}_" for account in accounts)
        environ = {
            name: "" if name.startswith(of_accounts) else value for name, value in environ.items()
        }
    return settings_from(environ, accounts, guessing=partial)


def settings_from(
    environ: Mapping[str, str], accounts: Iterable[Account], *, guessing: bool = False
) -> Settings:
    """Read settings from a mapping, as ``read_settings`` does from the environment.

    With ``guessing``, for when accounts are not known, names of theirs are hinted at too.
    """
    plain, secret = set(_PLAIN), set(_SECRET)
    endpoints = set()
    for account in accounts:
        stem = variable(account.name)
        secret.update(f"{stem}_{name}" for name in _SECRETS_OF[account.system])
        endpoints.add(f"{stem}_ENDPOINT")
    known = plain | secret | endpoints | {f"{name}_FILE" for name in secret}
    ours = {
        name.removeprefix(PREFIX): value
        for name, value in environ.items()
        if name.startswith(PREFIX)
    }
    problems = [
        _unknown(name, known | _guessed(name) if guessing else known)
        for name in ours
        if name not in known
    ]
    values = {name: ours[name] for name in (plain | endpoints) if ours.get(name)}
    for name in endpoints & set(values):
        problems += _url_problems(name, values[name], _UNENCRYPTED)
    if webhook_url := values.get("WEBHOOK_URL"):
        problems += _url_problems("WEBHOOK_URL", webhook_url, _OPEN_TOKENS)
    if bad_url := ledger_trouble(values.get("LEDGER", "sqlite://")):
        problems.append(_problem("LEDGER", bad_url, LEDGER_HINT))
    for name in secret:
        value, trouble = _secret(name, ours)
        values.update({name: value} if value else {})
        problems += trouble
    problems += _key_problems(values.get("SIGNING_KEY", ""))
    if problems:
        raise InvalidError(problems)
    return Settings(values=values)


LEDGER_HINT = "Use sqlite:///PATH or postgresql://USER@HOST/DATABASE."


def ledger_trouble(url: str) -> str:
    """Return what speaks against a ledger's URL, without quoting it; empty if nothing does."""
    scheme, found, _ = url.partition("://")
    if not found:
        return "is not a URL"
    known = scheme in ("sqlite", "postgresql", "postgres")
    return "" if known else "is not the URL of a SQLite file or a PostgreSQL database"


def _guessed(name: str) -> set[str]:
    """Return the variables of accounts whose names a name may begin with."""
    words = name.split("_")
    stems = ("_".join(words[:count]) for count in range(1, len(words)))
    return {f"{stem}_{ending}" for stem in stems for ending in _OF_ACCOUNTS}


def _secret(name: str, ours: Mapping[str, str]) -> tuple[str, list[Problem]]:
    """Return a secret from its variable or from the file that another one names."""
    direct, path = ours.get(name, ""), ours.get(f"{name}_FILE", "")
    if direct and path:
        hint = f"Unset {PREFIX}{name} or {PREFIX}{name}_FILE."
        return "", [_problem(name, "is set twice, as value and as file", hint)]
    if not path:
        return direct, []
    try:
        return Path(path).read_text(encoding="utf-8").strip("\r\n"), []
    except (OSError, UnicodeDecodeError) as error:
        return "", [_problem(f"{name}_FILE", f"cannot be read: {type(error).__name__}")]


_UNENCRYPTED = "would send credentials without encryption"
_OPEN_TOKENS = "would be called without encryption, and its paths are secrets"


def _url_problems(name: str, url: str, unencrypted: str) -> list[Problem]:
    """Refuse what secrets may not be sent to; ``unencrypted`` says what that would do."""
    trouble = plain_url_trouble(url, unencrypted)
    hint = "Use https://HOST, or http:// on loopback."
    return [_problem(name, trouble, hint)] if trouble else []


def plain_url_trouble(url: str, unencrypted: str) -> str:
    """Return what speaks against sending secrets to a base URL; empty if nothing does."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    if not host or parts.query or parts.fragment or parts.username is not None:
        return "is not a plain base URL"
    if parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK):
        return ""
    return unencrypted


def _key_problems(text: str) -> list[Problem]:
    """Refuse a key that cannot sign, before anything is read."""
    trouble, hint = key_trouble(text) if text else ("", "")
    return [_problem("SIGNING_KEY", trouble, hint)] if trouble else []


def _unknown(name: str, known: Iterable[str]) -> Problem:
    near = get_close_matches(name, sorted(known), n=1, cutoff=0.0)
    hint = f"The nearest name is {PREFIX}{near[0]}." if near else ""
    return _problem(name, "is not a variable that this program knows", hint)


def _problem(name: str, message: str, hint: str = "") -> Problem:
    return Problem(f"{PREFIX}{name}", 0, 0, message, hint=hint)
