"""Hooks: the calls that batches expect, and the hints that arrived; the receiver's only writes."""

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, insert, select

from reconciler.domain.accounts import System
from reconciler.domain.batches import Batch
from reconciler.domain.events import WebhookReceived
from reconciler.ledger.database import Database
from reconciler.ledger.schema import hints, hooks

_MOST = 20
"""Hints that are kept of one batch; whoever sends more tells nothing new."""
_EXPECTED_FOR = 7 * 24 * 3600.0
"""Seconds for which a call is known after its batch was sent."""


def _mark(token: str) -> str:
    """Return what the ledger keeps of a token: enough to know it again, not to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def reports(batch: Batch) -> bool:
    """Say whether the account of a batch calls back about it."""
    return batch.container.system is System.LEADSQUARED


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What a receiver may do: know a token, and put a hint beside it."""

    database: Database

    def knows(self, token: str) -> bool:
        """Say whether a call for this token is expected."""
        with self.database.transaction() as connection:
            return self._known(connection, token)

    def put(self, token: str, claims: Mapping[str, str | int]) -> None:
        """Keep what a call claimed, if its token is known and has not said enough."""
        with self.database.transaction() as connection:
            mark = _mark(token)
            count = connection.scalar(select(func.count()).where(hints.c.hook == mark)) or 0
            if count < _MOST and self._known(connection, token):
                at, told = self.database.clock.time(), json.dumps(claims, sort_keys=True)
                connection.execute(insert(hints).values(hook=mark, at=at, claims=told))

    def _known(self, connection: Connection, token: str) -> bool:
        mark = _mark(token)
        oldest = self.database.clock.time() - _EXPECTED_FOR
        found = connection.scalar(
            select(hooks.c.mark).where(hooks.c.mark == mark, hooks.c.made_at > oldest)
        )
        return found is not None and hmac.compare_digest(found, mark)


@dataclass(slots=True)
class Hooks:
    """The hooks of one run."""

    database: Database
    run_id: str
    base_url: str
    """Where the receiver is reached from outside."""
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _seen: int = 0

    def url(self, batch: Batch) -> str:
        """Return where the account is to report on one attempt of a batch."""
        return f"{self.base_url.rstrip('/')}/hooks/{self._token(batch)}"

    def _token(self, batch: Batch) -> str:
        return self._derived(f"{batch.container.account} {batch.number} {batch.attempt}")

    def _derived(self, told: str) -> str:
        mark = hmac.digest(self._secret, told.encode(), "sha256")
        return urlsafe_b64encode(mark).decode().rstrip("=")

    def expect(self, connection: Connection, batch: Batch) -> None:
        """Let the receiver know a batch, in the transaction of its intent."""
        self._expect(
            connection,
            self._token(batch),
            account=batch.container.account,
            number=batch.number,
            attempt=batch.attempt,
        )

    def _expect(self, connection: Connection, token: str, **batch: str | int) -> None:
        made = {"run_id": self.run_id, "made_at": self.database.clock.time()}
        connection.execute(insert(hooks).values(mark=_mark(token), **made, **batch))

    def probe(self) -> str:
        """Return a token that is expected for no batch, for a call to try the receiver by."""
        token = self._derived("probe")
        with self.database.transaction() as connection:
            self._expect(connection, token, account="", number=0, attempt=0)
        return token

    def arrived(self) -> Sequence[WebhookReceived]:
        """Return the hints on batches of this run that arrived since the last look."""
        query = (
            select(hints.c.id, hints.c.claims, hooks)
            .join(hooks, hints.c.hook == hooks.c.mark)
            .where(hooks.c.run_id == self.run_id, hints.c.id > self._seen)
            .order_by(hints.c.id)
        )
        with self.database.transaction() as connection:
            rows = connection.execute(query).all()
        if rows:
            self._seen = rows[-1].id
        return [
            WebhookReceived(
                account=row.account,
                number=row.number,
                attempt=row.attempt,
                claimed=json.loads(row.claims),
            )
            for row in rows
        ]
