"""Digests: short values that stand for what was approved, and for what it was made from."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Account
from reconciler.domain.plan import AccountPlan


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """What of an account an approval depends on."""

    name: str
    system: str
    tenant: str
    host: str


def approval_digest(identities: Iterable[Identity], deletions: Iterable[tuple[str, str]]) -> str:
    """Return the value that people approve.

    SHA-256 over one line ``account NAME SYSTEM TENANT HOST`` per account, sorted, then one line
    ``ADDRESS FINGERPRINT`` per deletion, each line ended by LF. ``deletions`` come sorted by
    address. No time, commit, call count, guard or policy enters it.
    """
    digest = hashlib.sha256()
    for one in sorted(identities):
        digest.update(f"account {one.name} {one.system} {one.tenant} {one.host}\n".encode())
    for address, fingerprint in deletions:
        digest.update(f"{address} {fingerprint}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def plan_digest(accounts: Iterable[AccountPlan]) -> str:
    """Return the digest of a plan's deletions."""
    accounts = list(accounts)
    identities = [
        Identity(one.account.name, one.account.system, one.account.tenant, one.host)
        for one in accounts
    ]
    sections = sorted(
        (section for one in accounts for section in one.sections),
        key=lambda section: section.absences.container.prefix,
    )
    deletions = (
        (
            section.absences.container.address(section.absences.ids[position]),
            section.fingerprint(position),
        )
        for section in sections
        for position in section.deletions()
    )
    return approval_digest(identities, deletions)


def scope_digest(accounts: Iterable[Account], absences: Iterable[Absences]) -> str:
    """Return a value that changes when other accounts or absences are declared.

    By content: file names, comments, reasons, limits and policies do not enter it.
    """
    digest = hashlib.sha256()
    for account in sorted(accounts, key=lambda one: one.name):
        identity = (account.name, account.system, account.region, account.tenant)
        digest.update(f"account {' '.join(identity)} {account.sees_all}\n".encode())
    for columns in sorted(absences, key=lambda one: one.container.prefix):
        prefix = columns.container.prefix
        for target_id in columns.ids:
            digest.update(f"{prefix}{target_id}\n".encode())
    return f"sha256:{digest.hexdigest()}"
