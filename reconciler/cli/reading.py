"""Reading live state and deciding, for commands that show a plan or answer a question.

It connects for reading only: nothing here can delete.
"""

from collections.abc import Mapping

from reconciler.application.planning import Circumstances, assemble, survey
from reconciler.application.stopping import Stop, unless_stopped
from reconciler.cli.connections import Connections, readers
from reconciler.cli.progress import progress_on
from reconciler.cli.running import run
from reconciler.cli.session import Session
from reconciler.cli.sites import Site
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Plan
from reconciler.errors import UnrecordedError
from reconciler.ledger.database import Database, open_database


def read_live(session: Session) -> Plan:
    """Read what the session's declarations ask for, and decide.

    Raises IdentityError for an account that is another one than declared.
    """
    database, warnings = _ledger_or_memory(session)
    try:
        with session.sites() as sites:
            circumstances = session.circumstances(sites, warnings=warnings)
            return run(lambda stop: make_plan(session, sites, database, circumstances, stop))
    finally:
        database.close()


def _ledger_or_memory(session: Session) -> tuple[Database, tuple[str, ...]]:
    """Open the ledger; what cannot write one limits itself within this process."""
    try:
        return open_database(session.ledger_url, session.clock), ()
    except UnrecordedError as error:
        warning = f"no ledger, so the rate limit holds within this process only: {error.detail}"
        return open_database("sqlite://", session.clock), (warning,)


async def make_plan(
    session: Session,
    sites: Mapping[str, Site],
    database: Database,
    circumstances: Circumstances,
    stop: Stop,
) -> Plan:
    """Read every account in scope and decide."""
    with progress_on(session.options.front, session.clock) as progress:
        mask = Mask(off=session.options.show_sensitive)
        connections = Connections(
            database=database,
            progress=progress,
            mask=mask,
            clock=session.clock,
            transport=session.transport,
            prefer=session.prefer,
        )
        try:
            reading = readers([connections.reading(site) for site in sites.values()])
            surveys = await unless_stopped(survey(session.declarations, reading), stop)
        finally:
            await connections.close()
    return assemble(session.declarations, surveys, circumstances)
