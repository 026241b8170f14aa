"""One recheck: what the ledger remembers, read with connections that cannot delete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.application.rechecking import Recheck, undeclared
from reconciler.application.stopping import Stop
from reconciler.cli.connections import Connections, readers
from reconciler.cli.progress import progress_on
from reconciler.cli.running import run
from reconciler.cli.runs.run_head import new_run_id, recheck_started
from reconciler.cli.session import Session
from reconciler.cli.sites import Site
from reconciler.domain.absences import Absences
from reconciler.domain.masking import Mask
from reconciler.domain.narrowing.proven import narrowed_proofs
from reconciler.domain.narrowing.selectors import Targeting
from reconciler.domain.proofs import Gone
from reconciler.domain.returns import Returns
from reconciler.errors import ExitCode, UnrecordedError, UsageError, weightiest
from reconciler.ledger.database import Database, open_database
from reconciler.ledger.journal import Journal
from reconciler.ledger.leases import Leases
from reconciler.ledger.proofs import knows_run, proofs_of

_BEGAN = "the ledger began in this run, so it remembers nothing that was proven gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """What a recheck found, and how it was written down."""

    returns: Returns
    run_id: str
    audit_file: str
    trouble: UnrecordedError | None
    """Why it could not be written down."""

    @property
    def exit_code(self) -> ExitCode:
        """The code that the process ends in."""
        codes = [self.trouble.exit_code] if self.trouble else []
        return weightiest([*codes, self.returns.exit_code])


def recheck_gone(session: Session, targeting: Targeting, of_run: str) -> Concluded:
    """Read again what was proven gone, by one run or by all of them.

    Raises UsageError for an unknown run and for selectors that match nothing, IdentityError for
    an account that is another one than declared, UnrecordedError where nothing can be written.
    """
    began = session.clock.time()
    database = open_database(session.ledger_url, session.clock)
    try:
        if of_run and not knows_run(database, of_run):
            raise UsageError("The ledger knows no such run", detail=of_run)
        gone = narrowed_proofs(proofs_of(database, of_run), targeting)
        session = _about(session, gone, targeting)
        with session.sites() as sites:
            found = run(lambda stop: _recheck(session, sites, database, gone, of_run, stop))
        if database.began_at < began:
            return found
        returns = replace(found.returns, warnings=(_BEGAN, *found.returns.warnings))
        return replace(found, returns=returns)
    finally:
        database.close()


def _about(session: Session, gone: Sequence[Gone], targeting: Targeting) -> Session:
    """Return a session about what was proven gone instead of what is declared to be absent."""
    declarations = session.declarations
    readable = [one for one in gone if not undeclared(one, declarations.accounts)]
    absences = tuple(Absences(one.container, (), one.ids, (), ()) for one in readable)
    about = replace(declarations, absences=absences, targeting=targeting, whole={})
    return replace(session, declarations=about)


async def _recheck(  # noqa: PLR0917 - everything that a run is made of meets here
    session: Session,
    sites: Mapping[str, Site],
    database: Database,
    gone: Sequence[Gone],
    of_run: str,
    stop: Stop,
) -> Concluded:
    with progress_on(session.options.front, session.clock) as progress:
        connections = Connections(
            database=database,
            progress=progress,
            mask=Mask(),
            clock=session.clock,
            transport=session.transport,
        )
        try:
            # No account is held: whoever deletes meanwhile is not disturbed by reading.
            nothing_held = Leases(database, new_run_id(session))
            recheck = Recheck(
                gone=gone,
                accounts=session.declarations.accounts,
                readers=readers([connections.reading(site) for site in sites.values()]),
                journal=Journal(nothing_held, {}, session.audit_place),
                started=recheck_started(session, of_run),
                progress=progress,
                stop=stop,
            )
            return await _concluded(recheck, session)
        finally:
            await connections.close()


async def _concluded(recheck: Recheck, session: Session) -> Concluded:
    """Do it; what was read is told even if it cannot be written down."""
    returns, trouble = await recheck.run(), None
    try:
        recheck.conclude(returns)
    except UnrecordedError as error:
        trouble = error
    run_id = recheck.journal.run_id
    audit_file = str(session.audit_folder / f"{run_id}.jsonl")
    return Concluded(returns=returns, run_id=run_id, audit_file=audit_file, trouble=trouble)
