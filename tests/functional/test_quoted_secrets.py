"""A server in front of both vendors that quotes credentials: no artefact of a run has them."""

from base64 import b64encode
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from reconciler.sandbox import credentials
from reconciler.sandbox.app import create_app
from reconciler.sandbox.clock import wall_clock
from reconciler.sandbox.faults import parse_faults
from reconciler.sandbox.seed import seed
from reconciler.sandbox.store import Store
from tests.fakes.forge import Forge, serving
from tests.functional.world import UNHURRIED, Inside

PAIR = f"{credentials.CLIENT_ID}:{credentials.CLIENT_SECRET}"
SECRETS = (
    credentials.ACCESS_KEY,
    credentials.SECRET_KEY,
    credentials.CLIENT_SECRET,
    b64encode(PAIR.encode()).decode(),
)


class Quoting(Forge):
    """The sandbox behind a proxy that refuses deletions and quotes what they were sent with."""

    def __init__(self, store: Store) -> None:
        super().__init__("")
        self.inner = create_app(store, parse_faults(UNHURRIED))
        self.tokens: list[str] = []

    def app(self) -> Starlette:
        return Starlette(routes=[Mount("/", app=self.answer)])

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.method != "DELETE" and not request.url.path.endswith("/DeleteTasks"):
            await self.inner(scope, receive, send)
            return
        names = ("x-lsq-accesskey", "x-lsq-secretkey", "authorization")
        quoted = " ".join(f"{name}={request.headers.get(name, '')}" for name in names)
        self.tokens += [request.headers.get("authorization", "").removeprefix("Bearer ")]
        body = {"Status": "Error", "ExceptionType": "E", "ExceptionMessage": f"refused {quoted}"}
        body |= {"code": "0530901", "message": f"refused {quoted}"}
        await JSONResponse(body, 400)(scope, receive, send)


def test_what_a_server_quotes_of_a_request_is_written_nowhere(
    tmp_path: Path, checkout: Path
) -> None:
    data = tmp_path / "sandbox"
    data.mkdir()
    store = Store(data / "sandbox.sqlite")
    seed(store, tasks=30, records=60, now=wall_clock())
    server = Quoting(store)
    with store, serving(server) as url:
        world = Inside(checkout, url, data)
        world.declare(tasks=[0], records=[0])
        loud = ("-v", "-v", "--log-format", "json", "--results", "results.jsonl")
        runs = [
            world.run("apply", "--auto-approve", "--format", "json", *loud),
            world.run("plan", "--format", "json", "--out", "plan.jsonl", "-v", "-v"),
        ]
    assert runs[0].code not in {0, 64}
    files = [path.read_bytes() for path in checkout.rglob("*") if path.is_file()]
    written = [*files, *(text.encode() for ran in runs for text in (ran.out, ran.err))]
    assert any(b"refused x-lsq-accesskey=*** x-lsq-secretkey=***" in one for one in files)
    tokens = {one for one in server.tokens if one}
    assert tokens
    for content in written:
        for secret in (*SECRETS, *tokens):
            assert secret.encode() not in content
