"""A whole run inside one process: virtual time, the sandbox behind a transport, a real ledger."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx

from reconciler.application.applied import Applied
from reconciler.application.closing import Closed
from reconciler.application.stopping import Stop
from reconciler.cli.embedded import CREDENTIALS
from reconciler.cli.front import Front
from reconciler.cli.options import Options
from reconciler.cli.planning.reading import make_both, make_plan
from reconciler.cli.runs.apply_run import hold_and_apply
from reconciler.cli.runs.approving import terms_of
from reconciler.cli.runs.interrupted import confined, left_by_runs, with_keys_of_runs
from reconciler.cli.runs.resume_run import hold_and_resume
from reconciler.cli.runs.wish import Wish
from reconciler.cli.session import Session
from reconciler.cli.settings import Settings
from reconciler.cli.sites import Site, host_of, sandbox_sites
from reconciler.domain.absences import Declarations, Manifest, accounts_in_scope
from reconciler.domain.accounts import Account, Container, Limits, System
from reconciler.domain.changes.review import Review
from reconciler.domain.columns import Listed, columns
from reconciler.domain.fingerprint import key_from
from reconciler.domain.guarding.policies import Policy
from reconciler.domain.plan import Plan
from reconciler.domain.ways import Way
from reconciler.errors import ExitCode
from reconciler.ledger.database import open_database
from reconciler.planfile.read import SavedPlan
from reconciler.sandbox.app import create_app
from reconciler.sandbox.connection import ConnectionCutError
from reconciler.sandbox.faults import parse_faults
from reconciler.sandbox.seed import record_list_id, seed
from reconciler.sandbox.store import Store

T = TypeVar("T")
EPOCH = datetime(2026, 11, 22, 9, 0, tzinfo=UTC).timestamp()


_PATIENCE = 20_000
"""Rounds of the loop in which time may stand still."""


class _Jumping(selectors.SelectSelector):
    """Waits for nothing: time jumps to whatever is due next."""

    def __init__(self, clock: "VirtualClock") -> None:
        super().__init__()
        self._clock = clock
        self._rounds = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        self._rounds += 1
        if not ready:
            if timeout is None:
                raise RuntimeError("everything waits and nothing is due")
            if timeout:
                self._rounds = 0
            self._clock.elapsed += timeout
        if self._rounds > _PATIENCE:
            raise RuntimeError("somebody waits without letting time pass")
        return ready


class VirtualClock:
    """A clock that moves only when everybody waits; shared by program and sandbox."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def time(self) -> float:
        return EPOCH + self.elapsed

    def monotonic(self) -> float:
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def run(self, work: Awaitable[T]) -> T:
        """Run a coroutine in virtual time."""
        with asyncio.Runner(loop_factory=lambda: _VirtualLoop(self)) as runner:
            return runner.run(_awaited(work))


class _VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(_Jumping(clock))
        self._virtual = clock

    def time(self) -> float:
        return self._virtual.elapsed


async def _awaited(work: Awaitable[T]) -> T:
    return await work


def an_account(
    system: System, name: str = "", *, tenant: str = "", sees_all: bool = False, **limits: float
) -> Account:
    """Return an account of the sandbox; further arguments are limits by name."""
    leadsquared = system is System.LEADSQUARED
    calls = limits.get("calls", 25 if leadsquared else 10)
    usual = Limits(
        calls=int(calls),
        per=5.0,
        delete_calls=int(calls),
        batch=5000 if leadsquared else 100,
        page=500,
        daily=None,
        settle_within=120.0 if leadsquared else 60.0,
    )
    return Account(
        name=name or ("acme-crm" if leadsquared else "acme-dialer"),
        system=system,
        region="in21" if leadsquared else "eu",
        tenant=tenant or ("22824" if leadsquared else "acme"),
        sees_all=sees_all,
        limits=replace(usual, **limits),  # type: ignore[arg-type]  # named by the caller
    )


def tasks_container(name: str = "acme-crm") -> Container:
    return Container(System.LEADSQUARED, name)


def records_container(number: int = 0, name: str = "acme-dialer") -> Container:
    return Container(System.TALKDESK, name, record_list_id(number))


def declare(
    absences: Mapping[Container, Iterable[str]],
    accounts: Iterable[Account] = (),
    policies: Iterable[Policy] = (),
) -> Declarations:
    """Return declarations of these ids, each container by one manifest, ids from line 10 on."""
    known = {account.name: account for account in accounts}
    for container in absences:
        known.setdefault(container.account, an_account(container.system, name=container.account))
    manifests, listed = [], []
    for index, (container, ids) in enumerate(absences.items()):
        kind = "AbsentTasks" if container.system is System.LEADSQUARED else "AbsentRecords"
        manifests.append(
            Manifest(
                kind=kind,
                name=f"m{index}",
                file=f"manifests/m{index}.yaml",
                line=1,
                owner="ops",
                reason="test",
                ticket=f"T-{index}",
            )
        )
        column = list(ids)
        listed.append(Listed(container, index, column, range(10, 10 + len(column))))
    return Declarations(
        accounts=known,
        policies=list(policies),
        absences=columns(listed, manifests),
        manifests=manifests,
        warnings=(),
        tree_digest="sha256:0",
    )


UNLIMITED = Policy(
    name="raised",
    place="manifests/policy.yaml:1",
    max_deletes=1_000_000,
    max_delete_percent=100,
    max_deletes_per_day=1_000_000,
    allow_emptying=True,
    canary=(),
)
"""Raises what guards judge, and sends no canaries, so that batches are as large as may be."""


class CutTransport(httpx.AsyncBaseTransport):
    """Carries requests to the sandbox; lets a test break one on its way out or back."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.before: Callable[[httpx.Request], Exception | None] = lambda _: None
        self.after: Callable[[httpx.Request], Exception | None] = lambda _: None
        self.requests: list[tuple[float, str, str]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append((asyncio.get_running_loop().time(), request.method, request.url.path))
        if error := self.before(request):
            raise error
        try:
            response = await self._inner.handle_async_request(request)
        except ConnectionCutError as cut:
            raise httpx.ReadError(str(cut)) from cut
        if error := self.after(request):
            raise error
        return response


@dataclass(slots=True)
class World:
    """The sandbox, the clock and the disk of one test."""

    folder: Path
    faults: tuple[str, ...] = ()
    tasks: int = 60
    records: int = 120
    way: Way | None = None
    """The way of reading that is asked for."""
    clock: VirtualClock = field(default_factory=VirtualClock)
    pii_keys: tuple[bytes, ...] = ()
    """Keys that write before those of the accounts."""
    signing_key: str = ""
    store: Store = field(init=False)
    transport: CutTransport = field(init=False)

    def __post_init__(self) -> None:
        self.store = Store(":memory:")
        seed(self.store, tasks=self.tasks, records=self.records, now=EPOCH)
        self.set_faults(*self.faults)

    def set_faults(self, *faults: str) -> None:
        """Serve with these switches from now on, over the same state."""
        app = create_app(self.store, parse_faults(list(faults)), self.clock.time)
        self.transport = CutTransport(httpx.ASGITransport(app))

    def sites(self, declarations: Declarations) -> dict[str, Site]:
        """Return where the accounts are reached, and with which keys."""
        found = sandbox_sites(accounts_in_scope(declarations), "http://sandbox", CREDENTIALS)
        return {
            name: replace(
                site,
                host=host_of(site.account, ""),
                keys=(*(key_from(one, f"account {name}") for one in self.pii_keys), *site.keys),
            )
            for name, site in found.items()
        }

    def session(self, declarations: Declarations) -> Session:
        options = Options(
            front=Front(quiet=True, environ={"CI": "1"}),
            full=False,
            show_sensitive=False,
            verbose=0,
            log_format="text",
            ledger=f"sqlite:///{self.folder / 'ledger.sqlite'}",
            audit_dir=self.folder / "audit",
            lock_timeout=0.0,
            sandbox=False,
        )
        return Session(
            options=options,
            clock=self.clock,
            folder=self.folder,
            declarations=declarations,
            settings=Settings(values={"SIGNING_KEY": self.signing_key}),
            transport=self.transport,
            prefer=lambda _: self.way,
        )

    def plan(self, declarations: Declarations) -> Plan:
        """Plan over the sandbox in virtual time."""
        return self._plan(declarations, make_plan)

    def plan_both(self, head: Declarations, base: Declarations) -> tuple[Plan, Review]:
        """Plan over the sandbox in virtual time, compared with a base."""
        return self._plan(head, partial(make_both, base=base))

    def _plan(self, declarations: Declarations, make: Callable[..., Awaitable[T]]) -> T:
        session = self.session(declarations)
        database = open_database(session.ledger_url, self.clock)
        sites = self.sites(declarations)
        remembered = session.remembered(database, sites)
        circumstances = session.circumstances(sites, remembered=remembered)
        try:
            return self.clock.run(make(session, sites, database, circumstances, Stop()))
        finally:
            database.close()

    def apply(
        self,
        declarations: Declarations,
        *,
        saved: SavedPlan | None = None,
        expected_digest: str = "",
        max_deletes: int | None = None,
        stop_after: float | None = None,
        stop: Callable[[Stop], Awaitable[None]] | None = None,
    ) -> Applied:
        """Apply over the sandbox in virtual time; ``stop`` runs beside and may end it."""
        session = self.session(declarations)
        database = open_database(session.ledger_url, self.clock)
        sites = self.sites(declarations)
        wish = Wish(
            reviewed=saved.reviewed if saved else None,
            terms=terms_of(saved, max_deletes, skip_unknown=False) if saved else None,
            expected_digest=expected_digest,
            auto_approve=True,
            max_deletes=max_deletes,
            stop_after=stop_after,
        )

        async def work() -> Applied:
            asked = Stop()
            beside = asyncio.ensure_future(stop(asked)) if stop else None
            try:
                return await hold_and_apply(session, wish, sites, database, asked)
            finally:
                if beside:
                    beside.cancel()

        try:
            return self.clock.run(work())
        finally:
            database.close()

    def resume(
        self,
        declarations: Declarations,
        *,
        settle_only: bool = False,
        codes: Sequence[ExitCode] = (),
    ) -> Applied | Closed | None:
        """Resume over the sandbox in virtual time; None where there is nothing to take up."""
        database = open_database(self.session(declarations).ledger_url, self.clock)
        try:
            left = left_by_runs(self.session(declarations), database)
            if not left.accounts:
                return None
            session = confined(self.session(declarations), left)
            sites = with_keys_of_runs(left, self.sites(session.declarations))
            work = hold_and_resume(
                session, left, sites, database, Stop(), settle_only=settle_only, codes=codes
            )
            return self.clock.run(work)
        finally:
            database.close()

    def close(self) -> None:
        self.store.close()


@contextmanager
def a_world(
    folder: Path, *faults: str, tasks: int = 60, records: int = 120, way: Way | None = None
) -> Iterator[World]:
    """Give a world, and close it."""
    world = World(folder, faults, tasks, records, way)
    try:
        yield world
    finally:
        world.close()
