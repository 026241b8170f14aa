"""Remembering: what the ledger knows of earlier runs that today's decisions depend on."""

from collections.abc import Collection, Mapping, Sequence

from reconciler.application.clock import utc
from reconciler.domain.absences import Declarations, accounts_in_scope
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.remembered import Remembered
from reconciler.ledger.batch_rows import counted_since
from reconciler.ledger.database import Database
from reconciler.ledger.selections import gone_before
from reconciler.ledger.used_allowances import used_by_others

_DAY = 24 * 3600.0


def remember(
    database: Database,
    declarations: Declarations,
    keys: Mapping[str, Sequence[FingerprintKey]],
    *,
    plan: str = "",
    taken_up: Collection[str] = (),
) -> Remembered:
    """Return what is worth knowing about the accounts in scope; raises UnrecordedError.

    ``keys`` are all keys of each account. ``plan`` is the checksum of the plan file that is
    applied, ``taken_up`` the runs that are: what they used of allowances is theirs to use.
    """
    now = database.clock.time()
    names = [account.name for account in accounts_in_scope(declarations)]
    with database.transaction() as connection:
        return Remembered(
            is_new=database.is_new,
            counted_since=utc(database.began_at) if database.began_at > now - _DAY else None,
            deleted_today={one: counted_since(connection, one, now - _DAY) for one in names},
            used=used_by_others(connection, plan=plan, taken_up=taken_up),
            gone={
                one.container: gone_before(
                    connection,
                    one.container,
                    {named.identifier for named in one.named},
                    keys[one.container.account],
                )
                for one in declarations.absences
                if one.named
            },
        )
