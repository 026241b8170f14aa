"""Examining: what ``doctor`` looks at, put together. It connects for reading only."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from reconciler.application.checkup import examine
from reconciler.application.stopping import Stop, unless_stopped
from reconciler.audit.folder import look_at
from reconciler.cli.connections import Connections
from reconciler.cli.inspecting.subjects import Place, is_undeclared, subject_of
from reconciler.cli.inspecting.webhook_reach import reach
from reconciler.cli.places import STATE
from reconciler.cli.progress import progress_on
from reconciler.cli.running import run
from reconciler.cli.session import Session
from reconciler.cli.sites import Site, real_sites, sandbox_sites
from reconciler.domain.accounts import Account, System
from reconciler.domain.checkup.account import CREDENTIALS
from reconciler.domain.checkup.checks import Check, refused, warned
from reconciler.domain.checkup.machine import AUDIT_FOLDER, LEDGER, audit_folder_check, ledger_check
from reconciler.domain.masking import Mask
from reconciler.errors import IdentityError, UnrecordedError
from reconciler.ledger.condition import condition_of
from reconciler.ledger.database import Database, open_database


def examine_all(session: Session, accounts: Sequence[Account]) -> list[Check]:
    """Look at this machine, and ask the accounts about themselves."""
    database, ledger = _ledger(session)
    try:
        checks = [ledger, _audit_folder(session)]
        if session.settings.get("WEBHOOK_URL"):
            checks.append(run(lambda stop: unless_stopped(reach(session, database), stop)))
        with _sites(session, accounts) as sites:
            checks += run(lambda stop: examine_accounts(session, sites, database, stop))
    finally:
        database.close()
    return checks


def _ledger(session: Session) -> tuple[Database, Check]:
    """Open the ledger; without one the rate limit holds within this process."""
    began, database = session.clock.time(), None
    try:
        database = open_database(session.ledger_url, session.clock)
        return database, ledger_check(condition_of(database, began_after=began))
    except UnrecordedError as error:
        if database is not None:
            database.close()
        return open_database("sqlite://", session.clock), refused(LEDGER, error)


def _audit_folder(session: Session) -> Check:
    try:
        return audit_folder_check(look_at(session.audit_folder))
    except UnrecordedError as error:
        return refused(AUDIT_FOLDER, error)


@contextmanager
def _sites(session: Session, accounts: Sequence[Account]) -> Iterator[list[Place]]:
    """Give where the accounts are reached, the sandbox serving as long as that."""
    if not session.options.sandbox:
        yield [Place(account=one, site=_real_site(session, one)) for one in accounts]
        return
    from reconciler.cli.embedded import CREDENTIALS as KEYS  # noqa: PLC0415 - needs [serve]
    from reconciler.cli.embedded import served  # noqa: PLC0415 - needs [serve]

    with served(STATE / "sandbox") as url:
        sites = sandbox_sites(accounts, url, KEYS)
        yield [Place(account=one, site=_askable(one, sites[one.name])) for one in accounts]


def _real_site(session: Session, account: Account) -> Site | Check:
    try:
        return _askable(account, real_sites([account], session.settings)[account.name])
    except IdentityError as error:
        return refused(CREDENTIALS, error, account=account.name)


def _askable(account: Account, site: Site) -> Site | Check:
    """Keep the secrets of a Talkdesk account from a host that a placeholder names."""
    if account.system is System.LEADSQUARED or not is_undeclared(account):
        return site
    words = "set, but not tried: the host that they are for bears the tenant's name"
    hint = "Declare the tenant, then run doctor again."
    return warned(CREDENTIALS, words, hint, account=account.name)


async def examine_accounts(
    session: Session, places: Sequence[Place], database: Database, stop: Stop
) -> list[Check]:
    """Ask the accounts about themselves, side by side."""
    with progress_on(session.options.front, session.clock) as progress:
        connections = Connections(
            database=database,
            progress=progress,
            mask=Mask(off=session.options.show_sensitive),
            clock=session.clock,
            transport=session.transport,
        )
        try:
            subjects = [subject_of(session, one, connections) for one in places]
            return await unless_stopped(examine(subjects, progress), stop)
        finally:
            await connections.close()
