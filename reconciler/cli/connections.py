"""Connections: the composition root, where clients, slots and readers are put together.

Reading and deleting are two steps: what plans is never given a connection that can delete. Each
vendor's code is loaded where it is connected to; what only plans does not even load what deletes.
"""

# ruff: noqa: PLC0415 - see above: imports stand where they are needed

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.application.clock import SystemClock, utc
from reconciler.application.ports import Clock, Deleter, Progress, Reader
from reconciler.cli import logs
from reconciler.cli.sites import Site
from reconciler.domain.accounts import System
from reconciler.domain.masking import Mask
from reconciler.domain.ways import Preference, cheapest
from reconciler.errors import UnrecordedError
from reconciler.ledger.database import Database
from reconciler.ledger.memory import Memory
from reconciler.ledger.pacer import Pacer
from reconciler.transport.auth import Auth, BearerAuth, HeaderAuth, basic_auth
from reconciler.transport.http import Http, Route, Transport
from reconciler.vendors.calls import Caller

if TYPE_CHECKING:
    from reconciler.ledger.hooks import Hooks
    from reconciler.vendors.talkdesk.token import Token


class FixedKey:
    """Credentials that do not age and have no successor."""

    async def ready(self) -> None:
        """Do nothing."""

    async def renew(self) -> bool:
        """Say that there are no others."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One account, connected for reading."""

    site: Site
    reader: Reader
    pacer: Pacer
    caller: Caller
    token: "Token | None" = None


@dataclass(slots=True, kw_only=True)
class Connections:
    """Makes connections and closes them all."""

    database: Database
    progress: Progress
    mask: Mask
    clock: Clock = field(default_factory=SystemClock)
    transport: Transport | None = None
    prefer: Preference = cheapest
    _opened: list[Http] = field(default_factory=list)
    _pacers: list[Pacer] = field(default_factory=list)

    def reading(self, site: Site) -> Connection:
        """Connect to an account for reading."""
        logs.info("connecting", account=site.account.name, host=site.host)
        pacer = Pacer(self.database, site.account)
        self._pacers.append(pacer)
        if site.account.system is System.LEADSQUARED:
            return self._leadsquared(site, pacer)
        return self._talkdesk(site, pacer)

    def _leadsquared(self, site: Site, pacer: Pacer) -> Connection:
        from reconciler.vendors.leadsquared import api
        from reconciler.vendors.leadsquared.reader import TaskReader

        http = self._http(site.base_url, api.READS, _lsq_auth(site))
        caller = Caller(http, pacer, FixedKey(), api.classify, self.clock)
        reader = TaskReader(
            account=site.account,
            host=site.host,
            caller=caller,
            key=site.keys[0],
            mask=self.mask,
            sightings=Memory(self.database),
            progress=self.progress,
            new_id=_new_id,
            today=lambda: utc(self.clock.time()).date().isoformat(),
            prefer=self.prefer,
        )
        return Connection(site=site, reader=reader, pacer=pacer, caller=caller)

    def _talkdesk(self, site: Site, pacer: Pacer) -> Connection:
        from reconciler.vendors.talkdesk import api
        from reconciler.vendors.talkdesk.reader import RecordReader
        from reconciler.vendors.talkdesk.token import Token

        tokens = self._http(site.token_url, api.TOKENS, basic_auth(*site.credentials))
        token = Token(tokens, pacer, self.clock, site.account.name)
        http = self._http(site.base_url, api.READS, BearerAuth(token.value))
        caller = Caller(http, pacer, token, api.classify, self.clock)
        reader = RecordReader(
            account=site.account,
            host=site.host,
            caller=caller,
            key=site.keys[0],
            mask=self.mask,
            progress=self.progress,
            new_id=_new_id,
            ready=token.ready,
            prefer=self.prefer,
        )
        return Connection(site=site, reader=reader, pacer=pacer, caller=caller, token=token)

    def deleting(self, connection: Connection, hooks: "Hooks | None" = None) -> Deleter:
        """Connect to an account for deleting too; only apply asks for this.

        With ``hooks`` accounts that can are asked to report.
        """
        if connection.token is None:
            return self._tasks(connection, hooks)
        return self._records(connection, connection.token)

    def _tasks(self, connection: Connection, hooks: "Hooks | None") -> Deleter:
        from reconciler.vendors.leadsquared import api
        from reconciler.vendors.leadsquared.deleter import TaskDeleter

        auth = _lsq_auth(connection.site)
        http = self._http(connection.site.base_url, api.DELETES, auth, keep_alive=False)
        if hooks is None:
            return TaskDeleter(http, connection.caller)
        return TaskDeleter(http, connection.caller, hooks.url)

    def _records(self, connection: Connection, token: "Token") -> Deleter:
        from reconciler.vendors.talkdesk import api
        from reconciler.vendors.talkdesk.deleter import RecordDeleter

        auth = BearerAuth(token.value)
        http = self._http(connection.site.base_url, api.DELETES, auth, keep_alive=False)
        return RecordDeleter(http, connection.caller, token)

    def _http(
        self, base_url: str, routes: frozenset[Route], auth: Auth, *, keep_alive: bool = True
    ) -> Http:
        http = Http(base_url, routes, auth=auth, transport=self.transport, keep_alive=keep_alive)
        self._opened.append(http)
        return http

    async def close(self) -> None:
        """Close every client, and write down which slots are free when."""
        for pacer in self._pacers:
            # Without a ledger the slots stay taken until the server surely counts them no more.
            with suppress(UnrecordedError):
                pacer.flush()
        for http in self._opened:
            await http.close()


def _lsq_auth(site: Site) -> HeaderAuth:
    access_key, secret_key = site.credentials
    return HeaderAuth({"x-LSQ-AccessKey": access_key, "x-LSQ-SecretKey": secret_key})


def _new_id() -> str:
    return str(uuid.uuid4())


def readers(connections: Sequence[Connection]) -> dict[str, Reader]:
    """Return what plans are made with."""
    return {one.site.account.name: one.reader for one in connections}
