"""The vendors' clients over a transport of the test: canned answers, or the sandbox."""

import asyncio
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

import httpx

from reconciler.domain.absences import Absences, Lookup, Manifest, Rule
from reconciler.domain.accounts import Account, Container, Limits, System
from reconciler.domain.conditions import Conditions
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import Absent, LiveTable, Present
from reconciler.domain.masking import Mask
from reconciler.domain.protections import Protection
from reconciler.domain.ways import Way
from reconciler.sandbox.app import create_app
from reconciler.sandbox.connection import ConnectionCutError
from reconciler.sandbox.credentials import ACCESS_KEY, CLIENT_ID, CLIENT_SECRET, SECRET_KEY
from reconciler.sandbox.faults import parse_faults
from reconciler.sandbox.seed import record_list_id, seed
from reconciler.sandbox.store import Store
from reconciler.transport.auth import BearerAuth, HeaderAuth, basic_auth
from reconciler.transport.http import Http
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared import api as leadsquared
from reconciler.vendors.leadsquared.deleter import TaskDeleter
from reconciler.vendors.leadsquared.reader import TaskReader
from reconciler.vendors.talkdesk import api as talkdesk
from reconciler.vendors.talkdesk.deleter import RecordDeleter
from reconciler.vendors.talkdesk.reader import RecordReader
from reconciler.vendors.talkdesk.token import Token
from tests.fakes.progress import NoProgress
from tests.fakes.sightings import FakeSightings
from tests.fakes.slots import FakeSlots
from tests.simulation import EPOCH, VirtualClock

URL = "http://vendor.test"
KEY = FingerprintKey("testkey1", b"secret of the fingerprints")
LIST = record_list_id(0)
TASKS = Container(System.LEADSQUARED, "acme-crm")
RECORDS = Container(System.TALKDESK, "acme-dialer", LIST)

Answers: TypeAlias = Callable[[httpx.Request], httpx.Response]


def some_id(number: int) -> str:
    """Return a GUID that tells by its looks which one it is."""
    return f"00000000-0000-4000-8000-{number:012d}"


def answer(
    status: int = 200, body: object = None, *, raw: bytes | str | None = None, **headers: str
) -> httpx.Response:
    """Return an answer with a JSON body, or with a raw one."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    if raw is not None:
        return httpx.Response(status, content=raw, headers=names)
    return httpx.Response(status, json=body, headers=names)


class Server(httpx.AsyncBaseTransport):
    """Answers from a function, and keeps what arrived."""

    def __init__(self, answers: Answers, *, latency: float = 0.0) -> None:
        self.answers = answers
        self.latency = latency
        self.arrived: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.arrived.append(request)
        assert len(self.arrived) < _WITHOUT_END, "calls without end"
        found = self.answers(request)
        if self.latency:
            await asyncio.sleep(self.latency)
        return found

    @property
    def lines(self) -> list[str]:
        """Method and path of everything that arrived."""
        return [f"{one.method} {one.url.path}" for one in self.arrived]


def in_turn(*answers: httpx.Response | Exception) -> Answers:
    """Return an answering function that goes through these; the last one is repeated."""
    left = list(answers)

    def next_one(_: httpx.Request) -> httpx.Response:
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, Exception):
            raise found
        return httpx.Response(found.status_code, content=found.content, headers=found.headers)

    return next_one


class Sandbox(httpx.AsyncBaseTransport):
    """The sandbox behind a transport: a cut connection is what httpx makes of one."""

    def __init__(
        self, clock: VirtualClock, *faults: str, tasks: int = 30, records: int = 60
    ) -> None:
        self.clock = clock
        self.store = Store(":memory:")
        seed(self.store, tasks=tasks, records=records, now=EPOCH)
        self.arrived: list[httpx.Request] = []
        self.switch(*faults)

    def switch(self, *faults: str) -> None:
        """Behave like this from now on, over the same state; no limits unless asked for."""
        limits = [f"{name}=0" for name in _LIMITS if not any(f.startswith(name) for f in faults)]
        app = create_app(self.store, parse_faults([*limits, *faults]), self.clock.time)
        self._inner = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.arrived.append(request)
        assert len(self.arrived) < _WITHOUT_END, "calls without end"
        try:
            return await self._inner.handle_async_request(request)
        except ConnectionCutError as error:
            raise httpx.ReadError("cut") from error

    @property
    def deletions(self) -> int:
        """How many deletions arrived."""
        return sum(
            one.method == "DELETE" or one.url.path.endswith("DeleteTasks") for one in self.arrived
        )


_WITHOUT_END = 10_000
_LIMITS = ("leadsquared_limit", "talkdesk_limit")


def an_account(system: System, *, sees_all: bool = False, page: int = 500) -> Account:
    leadsquared_account = system is System.LEADSQUARED
    return Account(
        name="acme-crm" if leadsquared_account else "acme-dialer",
        system=system,
        region="in21" if leadsquared_account else "eu",
        tenant="22824" if leadsquared_account else "acme",
        sees_all=sees_all,
        limits=Limits(
            calls=25, per=5.0, delete_calls=25, batch=100, page=page, daily=None, settle_within=60.0
        ),
    )


def absences(
    container: Container,
    ids: Iterable[str] = (),
    *rules: Conditions,
    expect: Conditions = (),
    lookup: Lookup = Lookup(),  # noqa: B008 - a frozen value
    protections: Sequence[Protection] = (),
) -> Absences:
    """Return the absences of one manifest: ids, and rules on lines 10, 11 and so on."""
    manifest = Manifest(
        kind="AbsentTasks",
        name="m0",
        file="manifests/m0.yaml",
        line=1,
        owner="ops",
        reason="test",
        expect=expect,
        lookup=lookup,
    )
    found = sorted(ids)
    zeros = array("I", bytes(4 * len(found)))
    return Absences(
        container,
        [manifest],
        found,
        zeros,
        zeros,
        rules=[
            Rule(manifest=0, line=10 + number, conditions=one, most=1000)
            for number, one in enumerate(rules)
        ],
        protections=protections,
    )


class _Key:
    async def ready(self) -> None:
        pass

    async def renew(self) -> bool:
        return False


@dataclass(slots=True, kw_only=True)
class Rig:
    """Reader and deleter of one system over one transport, in virtual time."""

    transport: httpx.AsyncBaseTransport
    clock: VirtualClock = field(default_factory=VirtualClock)
    slots: FakeSlots = field(init=False)
    sightings: FakeSightings = field(default_factory=FakeSightings)
    page: int = 500
    sees_all: bool = False
    way: Way | None = None
    """The way of reading that is asked for; None leaves it to the counts of calls."""
    ids: int = 0

    def __post_init__(self) -> None:
        self.slots = FakeSlots(self.clock)

    def new_id(self) -> str:
        self.ids += 1
        return str(UUID(int=0xDEAD << 64 | self.ids))

    # -- LeadSquared

    def task_http(self, routes: frozenset[Any] = leadsquared.READS) -> Http:
        auth = HeaderAuth({"x-LSQ-AccessKey": ACCESS_KEY, "x-LSQ-SecretKey": SECRET_KEY})
        return Http(URL, routes, auth=auth, transport=self.transport)

    def task_caller(self) -> Caller:
        return Caller(self.task_http(), self.slots, _Key(), leadsquared.classify, self.clock)

    def task_reader(self) -> TaskReader:
        return TaskReader(
            account=an_account(System.LEADSQUARED, sees_all=self.sees_all, page=self.page),
            host="vendor.test",
            caller=self.task_caller(),
            key=KEY,
            mask=Mask(),
            sightings=self.sightings,
            progress=NoProgress(),
            new_id=self.new_id,
            today=lambda: "2026-11-22",
            prefer=lambda _: self.way,
        )

    def task_deleter(self) -> TaskDeleter:
        return TaskDeleter(self.task_http(leadsquared.DELETES), self.task_caller())

    # -- Talkdesk

    def token(self) -> Token:
        auth = basic_auth(CLIENT_ID, CLIENT_SECRET)
        http = Http(URL, talkdesk.TOKENS, auth=auth, transport=self.transport)
        return Token(http, self.slots, self.clock, "acme-dialer")

    def record_http(self, token: Token, routes: frozenset[Any] = talkdesk.READS) -> Http:
        return Http(URL, routes, auth=BearerAuth(token.value), transport=self.transport)

    def record_caller(self, token: Token) -> Caller:
        return Caller(self.record_http(token), self.slots, token, talkdesk.classify, self.clock)

    def record_reader(self) -> RecordReader:
        token = self.token()
        return RecordReader(
            account=an_account(System.TALKDESK, page=self.page),
            host="vendor.test",
            caller=self.record_caller(token),
            key=KEY,
            mask=Mask(),
            progress=NoProgress(),
            new_id=self.new_id,
            ready=token.ready,
            prefer=lambda _: self.way,
        )

    def record_deleter(self) -> RecordDeleter:
        token = self.token()
        http = self.record_http(token, talkdesk.DELETES)
        return RecordDeleter(http, self.record_caller(token), token)


def verdicts(table: LiveTable) -> dict[str, str]:
    """Return what a table says of each target, in one word each."""
    words = {Present: "present", Absent: "absent"}
    return {
        target_id: words.get(type(table.state(position)), "unknown")
        for position, target_id in enumerate(table.ids)
    }
