"""Reading live state and deciding, for commands that show a plan or answer a question.

It connects for reading only: nothing here can delete.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias, TypeVar

from reconciler.application.assembling import Circumstances, assemble
from reconciler.application.planning import Survey, survey
from reconciler.application.ports import Reader
from reconciler.application.reviewing import assemble_both, survey_both
from reconciler.application.stopping import Stop, unless_stopped
from reconciler.cli.connections import Connections, readers
from reconciler.cli.progress import progress_on
from reconciler.cli.running import run
from reconciler.cli.session import Session
from reconciler.cli.sites import Site
from reconciler.domain.absences import Declarations
from reconciler.domain.changes.review import Review
from reconciler.domain.masking import Mask
from reconciler.domain.plan import Plan
from reconciler.errors import UnrecordedError
from reconciler.ledger.database import Database, open_database
from reconciler.ledger.halts import Halts

_Made = TypeVar("_Made")
_Make: TypeAlias = Callable[
    [Session, Mapping[str, Site], Database, Circumstances, Stop], Awaitable[_Made]
]
_Surveying: TypeAlias = Callable[[Mapping[str, Reader]], Awaitable[Sequence[Survey]]]


def read_live(session: Session, *warnings: str) -> Plan:
    """Read what the session's declarations ask for, and decide; ``warnings`` are further ones.

    Raises IdentityError for an account that is another one than declared.
    """
    return _read_live(session, warnings, make_plan)


def read_both(session: Session, base: Declarations) -> tuple[Plan, Review]:
    """Read once what both sides ask for; return the plan, and what differs from the base's.

    Raises IdentityError for an account that is another one than declared.
    """
    return _read_live(session, (), partial(make_both, base=base))


def _read_live(session: Session, warnings: tuple[str, ...], make: _Make[_Made]) -> _Made:
    database, more = _ledger_or_memory(session)
    try:
        with session.sites() as sites:
            halts = tuple(one.words for one in Halts(database).of(sites))
            warnings = (*warnings, *more, *halts)
            circumstances = session.circumstances(
                sites, remembered=session.remembered(database, sites), warnings=warnings
            )
            return run(lambda stop: make(session, sites, database, circumstances, stop))
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
    declarations = session.declarations
    surveys = await _surveyed(
        session, sites, database, lambda reading: survey(declarations, reading), stop
    )
    return assemble(declarations, surveys, circumstances)


async def make_both(
    session: Session,
    sites: Mapping[str, Site],
    database: Database,
    circumstances: Circumstances,
    stop: Stop,
    *,
    base: Declarations,
) -> tuple[Plan, Review]:
    """Read every account in scope, for both sides, and decide."""
    head = session.declarations
    surveys = await _surveyed(
        session, sites, database, lambda reading: survey_both(head, base, reading), stop
    )
    return assemble_both(head, base, surveys, circumstances)


async def _surveyed(
    session: Session,
    sites: Mapping[str, Site],
    database: Database,
    surveying: _Surveying,
    stop: Stop,
) -> Sequence[Survey]:
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
            return await unless_stopped(surveying(reading), stop)
        finally:
            await connections.close()
