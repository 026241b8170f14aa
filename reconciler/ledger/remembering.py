"""Remembering: what the ledger knows of earlier runs that today's decisions depend on."""

from collections.abc import Mapping, Sequence

from reconciler.application.clock import utc
from reconciler.application.recovering import Found
from reconciler.domain.absences import Declarations, accounts_in_scope
from reconciler.domain.accounts import Container
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.outcomes import Outcome
from reconciler.domain.remembered import Remembered
from reconciler.ledger.batch_rows import counted_since
from reconciler.ledger.database import Database
from reconciler.ledger.selections import wholly_gone
from reconciler.ledger.used_allowances import Claim, used_by_others

_DAY = 24 * 3600.0


def remember(
    database: Database,
    declarations: Declarations,
    keys: Mapping[str, Sequence[FingerprintKey]],
    claim: Claim,
    found: Sequence[Found] = (),
) -> Remembered:
    """Return what is worth knowing about the accounts in scope; raises UnrecordedError.

    ``keys`` are all keys of each account. ``found`` was read just now of what earlier runs left
    open, and is not written down yet.
    """
    now = database.clock.time()
    read_gone = _read_gone(found)
    names = [account.name for account in accounts_in_scope(declarations)]
    with database.transaction() as connection:
        return Remembered(
            is_new=database.is_new,
            counted_since=utc(database.began_at) if database.began_at > now - _DAY else None,
            deleted_today={one: counted_since(connection, one, now - _DAY) for one in names},
            used=used_by_others(connection, claim),
            gone={
                one.container: wholly_gone(
                    connection,
                    one.container,
                    {named.identifier for named in one.named},
                    keys[one.container.account],
                    dict.fromkeys(read_gone.get(one.container, ()), now),
                )
                for one in declarations.absences
                if one.named
            },
        )


def _read_gone(found: Sequence[Found]) -> dict[Container, set[str]]:
    gone: dict[Container, set[str]] = {}
    for one in found:
        gone.setdefault(one.orphan.container, set()).update(one.outcomes.get(Outcome.DELETED, ()))
    return gone
