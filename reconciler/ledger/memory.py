"""What the ledger remembers across runs: spent plans, and how an account's answers look."""

from sqlalchemy import select, update

from reconciler.ledger.database import Database
from reconciler.ledger.schema import audit_lines, plans, sightings
from reconciler.ledger.upsert import upsert

_SIGHTING_HOLDS = 24 * 3600.0


class Memory:
    """Facts that outlive a run."""

    def __init__(self, database: Database) -> None:
        """Remember in this ledger."""
        self._database = database

    def applied_at(self, checksum: str) -> float | None:
        """Return when a plan file was fully applied; None if it was not."""
        with self._database.transaction() as connection:
            return connection.scalar(select(plans.c.applied_at).where(plans.c.checksum == checksum))

    def take_plan(self, checksum: str, digest: str) -> None:
        """Note that an approved plan is being applied."""
        with self._database.transaction() as connection:
            statement = upsert(connection, plans).values(
                checksum=checksum, digest=digest, taken_at=self._database.clock.time()
            )
            connection.execute(statement.on_conflict_do_nothing())

    def spend_plan(self, checksum: str) -> None:
        """Note that a plan was applied to its end and may not be applied again."""
        with self._database.transaction() as connection:
            connection.execute(
                update(plans)
                .where(plans.c.checksum == checksum)
                .values(applied_at=self._database.clock.time())
            )

    def saw_alive(self, account: str, tenant: str, gone: str) -> None:
        """Note that reading by id showed a live target, unlike the answer ``gone``."""
        with self._database.transaction() as connection:
            values = {"gone": gone, "seen_at": self._database.clock.time()}
            statement = upsert(connection, sightings).values(
                account=account, tenant=tenant, **values
            )
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[sightings.c.account, sightings.c.tenant], set_=values
                )
            )

    def has_seen_alive(self, account: str, tenant: str, gone: str) -> bool:
        """Say whether a live target was seen within a day, beside the same answer ``gone``."""
        oldest = self._database.clock.time() - _SIGHTING_HOLDS
        with self._database.transaction() as connection:
            found = connection.scalar(
                select(sightings.c.seen_at).where(
                    sightings.c.account == account,
                    sightings.c.tenant == tenant,
                    sightings.c.gone == gone,
                    sightings.c.seen_at > oldest,
                )
            )
        return found is not None

    def audit_copy(self, run_id: str) -> list[bytes]:
        """Return the ledger's copy of a run's audit lines."""
        with self._database.transaction() as connection:
            query = select(audit_lines.c.line).where(audit_lines.c.run_id == run_id)
            return list(connection.scalars(query.order_by(audit_lines.c.seq)))
