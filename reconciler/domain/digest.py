"""Digests: short values that stand for what was approved, and for what it was made from."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Account
from reconciler.domain.conditions import Conditions
from reconciler.domain.fingerprint import FingerprintKey, mark_of
from reconciler.domain.plan import AccountPlan, Section


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """What of an account an approval depends on."""

    name: str
    system: str
    tenant: str
    host: str


def identity_of(one: AccountPlan) -> Identity:
    """Return what of an account an approval of its plan depends on."""
    return Identity(one.account.name, one.account.system, one.account.tenant, one.host)


def approval_digest(identities: Iterable[Identity], deletions: Iterable[tuple[str, str]]) -> str:
    """Return the value that people approve.

    SHA-256 over one line ``account NAME SYSTEM TENANT HOST`` per account, sorted, then one line
    ``ADDRESS FINGERPRINT`` per deletion, each line ended by LF. ``deletions`` come sorted by
    address. No time, commit, call count, guard or policy enters it.
    """
    digest = hashlib.sha256()
    for one in sorted(identities):
        digest.update(f"account {one.name} {one.system} {one.tenant} {one.host}\n".encode())
    for address, mark in deletions:
        digest.update(f"{address} {mark}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def plan_digest(accounts: Iterable[AccountPlan]) -> str:
    """Return the digest of a plan's deletions."""
    accounts = list(accounts)
    identities = map(identity_of, accounts)
    sections = sorted(
        (section for one in accounts for section in one.sections),
        key=lambda section: section.absences.container.prefix,
    )
    return approval_digest(identities, chain.from_iterable(map(_deletions, sections)))


def _deletions(section: Section) -> Iterator[tuple[str, str]]:
    prefix, ids = section.absences.container.prefix, section.absences.ids
    for position in section.deletions():
        yield prefix + ids[position], section.fingerprint(position)


def scope_digest(
    accounts: Iterable[Account],
    absences: Iterable[Absences],
    keys: Mapping[str, FingerprintKey],
) -> str:
    """Return a value that changes when other accounts, absences or protections are declared.

    By content: file names, comments, reasons, limits and policies do not enter it, relative times
    as they are written. Phone numbers and external ids enter by their mark under the account's
    key: few enough of them exist for all to be tried.
    """
    digest = hashlib.sha256()
    for account in sorted(accounts, key=lambda one: one.name):
        identity = (account.name, account.system, account.region, account.tenant)
        digest.update(f"account {' '.join(identity)} {account.sees_all}\n".encode())
    for columns in sorted(absences, key=lambda one: one.container.prefix):
        key = keys[columns.container.account]
        for line in chain(_listed(columns), _selecting(columns, key), _protected(columns, key)):
            digest.update(f"{line}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def _listed(columns: Absences) -> Iterator[str]:
    prefix = columns.container.prefix
    if not any(columns.manifests[index].expect for index in columns.in_use):
        yield from (f"{prefix}{target_id}" for target_id in columns.ids)
        return
    for position, target_id in enumerate(columns.ids):
        expected = sorted({_terms(columns, index) for index, _ in columns.places(position)})
        yield f"{prefix}{target_id} {expected}"


def _selecting(columns: Absences, key: FingerprintKey) -> Iterator[str]:
    """Yield a line for each identifier and each rule, sorted."""
    home = columns.container.home
    lines = {
        f"{home}declared {mark_of(key, one.identifier)} {_terms(columns, one.manifest)}"
        for one in columns.named
    }
    lines |= {
        f"{home}where {_conditions(one.conditions)} {_terms(columns, one.manifest)}"
        for one in columns.rules
    }
    return iter(sorted(lines))


def _protected(columns: Absences, key: FingerprintKey) -> Iterator[str]:
    """Yield a line for everything that protects targets of the container, sorted."""
    home, lines = columns.container.home, set[str]()
    for one in columns.protections:
        lines.update(f"{home}protected {target_id}" for target_id in one.ids)
        lines.update(f"{home}protected {mark_of(key, named)}" for named in one.identifiers)
        if one.conditions:
            lines.add(f"{home}protected where {_conditions(one.conditions)}")
    return iter(sorted(lines))


def _terms(columns: Absences, index: int) -> str:
    manifest = columns.manifests[index]
    return f"{_conditions(manifest.expect)} {manifest.as_declared}"


def _conditions(conditions: Conditions) -> str:
    return "; ".join(sorted(condition.canonical for condition in conditions))
