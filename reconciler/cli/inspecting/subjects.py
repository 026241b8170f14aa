"""Subjects: the accounts that ``doctor`` examines, each with who asks it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.application.checkup import Examiner, Subject
from reconciler.application.clock import utc
from reconciler.cli.connections import Connection, Connections
from reconciler.cli.session import Session
from reconciler.cli.sites import Site
from reconciler.cli.starting.manifests import PLACEHOLDERS
from reconciler.domain.absences import Declarations
from reconciler.domain.accounts import Account, System
from reconciler.domain.checkup.account import Undeclared, Usage
from reconciler.domain.checkup.checks import Check
from reconciler.ledger.condition import usage_of
from reconciler.ledger.memory import Memory
from reconciler.manifests.heads import read_heads
from reconciler.vendors.leadsquared.examiner import TaskExaminer
from reconciler.vendors.talkdesk.api import TOKEN_HOSTS
from reconciler.vendors.talkdesk.examiner import RecordExaminer


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an account is reached, or why nobody can ask it."""

    account: Account
    site: Site | Check


def is_undeclared(account: Account) -> bool:
    """Say whether something stands for the tenant that the manifest does not declare."""
    return account.tenant == PLACEHOLDERS[account.system]


def subject_of(session: Session, place: Place, connections: Connections) -> Subject:
    """Return an account with who asks it."""
    account, site, database = place.account, place.site, connections.database
    if isinstance(site, Check):
        return Subject(
            account=account,
            host="",
            examiner=site,
            usage=lambda: usage_of(database, account.name),
            undeclared=_undeclared(session, account),
        )
    connection = connections.reading(site)

    def usage() -> Usage:
        # What was taken ahead and not used does not count.
        connection.pacer.flush()
        return usage_of(database, account.name)

    return Subject(
        account=account,
        host=site.host,
        examiner=_examiner(session, connection, connections),
        usage=usage,
        undeclared=_undeclared(session, account),
    )


def _examiner(session: Session, connection: Connection, connections: Connections) -> Examiner:
    site = connection.site
    if connection.token is None:
        return TaskExaminer(
            account=site.account,
            caller=connection.caller,
            key=site.keys[0],
            mask=connections.mask,
            sightings=Memory(connections.database),
            progress=connections.progress,
            new_id=_new_id,
            today=lambda: utc(session.clock.time()).date().isoformat(),
        )
    return RecordExaminer(
        account=site.account,
        caller=connection.caller,
        key=site.keys[0],
        mask=connections.mask,
        new_id=_new_id,
        ready=connection.token.ready,
        is_named_by_host=site.token_url != site.base_url,
        named=record_lists_of(session.declarations, site.account),
    )


def _new_id() -> str:
    return str(uuid.uuid4())


def record_lists_of(declarations: Declarations, account: Account) -> Mapping[str, str]:
    """Return who names each record list of an account: absences, and protections."""
    named: dict[str, dict[str, None]] = {}
    for one in declarations.absences:
        if one.container.account == account.name and one.container.record_list:
            manifests = (one.manifests[index].address for index in one.in_use)
            named.setdefault(one.container.record_list, {}).update(dict.fromkeys(manifests))
    for protection in declarations.protections:
        if protection.account == account.name and protection.record_list:
            address = f"Protection/{protection.name}"
            named.setdefault(protection.record_list, {})[address] = None
    return {record_list: ", ".join(by) for record_list, by in sorted(named.items())}


def _undeclared(session: Session, account: Account) -> Undeclared | None:
    if not is_undeclared(account):
        return None
    heads = read_heads(session.folder)
    places = {one.name: one.place for one in heads if one.kind == "Account"}
    return Undeclared(place=places[account.name], advice=_advice(account))


def _advice(account: Account) -> str:
    if account.system is System.LEADSQUARED:
        return "Set a key that the account accepts; then doctor asks whose it is and tells."
    return f"It is what stands before .{TOKEN_HOSTS[account.region]} where you sign in."
