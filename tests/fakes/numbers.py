"""Records declared by number, reference or rule, over a sandbox whose answers a test may change."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from reconciler.application.clock import utc
from reconciler.domain.absences import Declarations
from reconciler.domain.plan import Plan
from reconciler.manifests.load import load
from reconciler.sandbox.seed import phone_number, record_id, record_list_id
from tests.simulation import EPOCH, CutTransport, World

FIRST, SECOND = record_list_id(0), record_list_id(1)
ACCOUNTS = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme-dialer}
spec: {system: talkdesk, region: eu, tenant: acme}
---
apiVersion: reconciler/v1
kind: Policy
metadata: {name: default}
spec: {maxDeletes: 500, maxDeletePercent: 100, allowEmptying: true, allowDeclared: true, canary: []}
"""
UNUSED = "+14155550198"
"""A number that no record of the sandbox has."""


def of_second_list(n: int) -> str:
    return record_id(1_000_000 + n)


def external(n: int) -> str:
    return f"{{externalProvider: salesforce, externalId: 003SANDBOX{n:08d}}}"


def number(n: int, area: str = "415") -> str:
    return f'{{phoneNumber: "{phone_number(n, area)}"}}'


def phones(*numbers: str) -> list[dict[str, str]]:
    """Return numbers as a record has them."""
    return [{"phone_number": one, "phone_type": "MOBILE"} for one in numbers]


def manifest(
    *entries: str, record_list: str = FIRST, name: str = "out", more: Sequence[str] = ()
) -> str:
    listed = "".join(f"    - {entry}\n" for entry in entries)
    fields = "".join(f"  {field}\n" for field in more)
    return (
        "---\napiVersion: reconciler/v1\nkind: AbsentRecords\n"
        f"metadata: {{name: {name}, owner: ops, reason: Opted out}}\n"
        f"spec:\n  account: acme-dialer\n  recordList: {record_list}\n"
        + (f"  records:\n{listed}" if entries else "")
        + fields
    )


def as_declared(*entries: str, record_list: str = SECOND, more: Sequence[str] = ()) -> str:
    """Return a manifest whose identifiers are sent themselves.

    In the second list, record 6 and record 7 share number 3, and so on.
    """
    return manifest(*entries, record_list=record_list, more=["deleteBy: declared", *more])


def protection(spec: str, name: str = "vip") -> str:
    return (
        "---\napiVersion: reconciler/v1\nkind: Protection\n"
        f"metadata: {{name: {name}, owner: ops, reason: Contract}}\n"
        f"spec: {{account: acme-dialer, {spec}}}\n"
    )


def loaded(folder: Path, *documents: str, accounts: str = ACCOUNTS) -> Declarations:
    tree = folder / "manifests"
    tree.mkdir(exist_ok=True)
    (tree / "all.yaml").write_text(accounts + "".join(documents))
    return load(tree, now=utc(EPOCH))


def deletes(plan: Plan) -> set[str]:
    return {
        section.absences.ids[position]
        for one in plan.accounts
        for section in one.sections
        for position in section.deletions()
    }


@dataclass
class Spy:
    """Keeps the arrays of deletions, and acts when so many pages were asked for."""

    world: World
    page: int = 0
    then: Callable[[], object] = lambda: None
    bodies: list[list[dict[str, str]]] = field(default_factory=list)
    pages: int = 0

    def __post_init__(self) -> None:
        self.world.transport.before = self.note

    def note(self, request: httpx.Request) -> Exception | None:
        if request.method == "DELETE":
            self.bodies.append(json.loads(request.content))
        if request.url.path.endswith("/records"):
            self.pages += 1
            if self.pages == self.page:
                self.then()
        return None

    @property
    def keys(self) -> list[list[str]]:
        """The kinds of identifiers in each deletion."""
        return [sorted({key for one in body for key in one}) for body in self.bodies]


BEFORE_ITS_BATCH = 3
"""The plan lists twice; the third page is asked for right before the batch."""


@dataclass
class _Changing(httpx.AsyncBaseTransport):
    inner: httpx.AsyncBaseTransport
    change: Callable[[httpx.Request, httpx.Response], httpx.Response]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.inner.handle_async_request(request)
        await response.aread()
        return self.change(request, response)


def through(
    world: World, change: Callable[[httpx.Request, httpx.Response], httpx.Response]
) -> None:
    """Let every answer of a world be changed on its way back."""
    world.transport = CutTransport(_Changing(world.transport, change))


def told(world: World, target_id: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Let the API tell a record in another way than it is: ``change`` takes its row."""

    def changed(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.method != "GET" or "/records" not in request.url.path:
            return response
        body = response.json()
        for row in body.get("_embedded", {}).get("records", [body]):
            if row.get("id") == target_id:
                change(row)
        return httpx.Response(response.status_code, json=body)

    through(world, changed)
