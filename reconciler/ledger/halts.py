"""Halts: what somebody has stopped for everybody, until it is lifted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, or_, select

from reconciler.application.clock import stamp
from reconciler.ledger.database import Database
from reconciler.ledger.schema import halts
from reconciler.ledger.upsert import upsert

EVERY_ACCOUNT = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Halt:
    """One halt: of an account, or of all of them."""

    account: str
    """Empty for all accounts."""
    reason: str
    by: str
    at: float

    @property
    def words(self) -> str:
        """What is halted, by whom and why."""
        what = self.account or "everything"
        return f"{what} was halted by {self.by} at {stamp(self.at)}: {self.reason}"

    @property
    def fields(self) -> dict[str, str]:
        """The halt for programs."""
        return {"account": self.account, "reason": self.reason, "by": self.by, "at": stamp(self.at)}


@dataclass(frozen=True, slots=True)
class Halts:
    """The halts of a ledger."""

    database: Database

    def put(self, accounts: Collection[str], reason: str, by: str) -> Sequence[Halt]:
        """Halt these accounts, or everything for none; what was halted before gets the reason."""
        with self.database.transaction() as connection:
            for account in accounts or (EVERY_ACCOUNT,):
                values = {"reason": reason, "by": by, "at": self.database.clock.time()}
                connection.execute(
                    upsert(connection, halts)
                    .values(account=account, **values)
                    .on_conflict_do_update(index_elements=[halts.c.account], set_=values)
                )
            return _all(connection)

    def lift(self, accounts: Collection[str]) -> Sequence[Halt]:
        """Lift the halts of these accounts, or every halt for none; return those that were."""
        with self.database.transaction() as connection:
            lifted = [one for one in _all(connection) if not accounts or one.account in accounts]
            names = [one.account for one in lifted]
            connection.execute(delete(halts).where(halts.c.account.in_(names)))
            return lifted

    def of(self, accounts: Collection[str]) -> Sequence[Halt]:
        """Return the halts that concern any of these accounts."""
        with self.database.transaction() as connection:
            concerned = (EVERY_ACCOUNT, *accounts)
            return [one for one in _all(connection) if one.account in concerned]

    def all(self) -> Sequence[Halt]:
        """Return every halt."""
        with self.database.transaction() as connection:
            return _all(connection)


def _all(connection: Connection) -> Sequence[Halt]:
    rows = connection.execute(select(halts).order_by(halts.c.account))
    return [Halt(account=row.account, reason=row.reason, by=row.by, at=row.at) for row in rows]


def halted(connection: Connection, account: str) -> str:
    """Return what halts an account, inside a transaction; empty if nothing does."""
    row = connection.execute(
        select(halts).where(or_(halts.c.account == account, halts.c.account == EVERY_ACCOUNT))
    ).first()
    if row is None:
        return ""
    return Halt(account=row.account, reason=row.reason, by=row.by, at=row.at).words
