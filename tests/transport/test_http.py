"""One request over a real socket: what the client sends, what it makes of every answer."""

import asyncio
import gzip
import html
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import quote, quote_plus

import httpx
import pytest

from reconciler.transport import http as module
from reconciler.transport.auth import Auth, BearerAuth, HeaderAuth, basic_auth
from reconciler.transport.http import Http, Route
from reconciler.transport.wire import MAX_BODY, Answer, Call, LostError, UnsentError, unpacked
from tests.simulation import VirtualClock
from tests.vendors.rig import URL, Server, answer

T = TypeVar("T")
ROUTES = frozenset({Route("GET", "/x"), Route("DELETE", "/x")})
GET = Call(method="GET", path="/x")
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\nX-Test: 1\r\n\r\n" + b'{"Status":1}'[:11]


@dataclass(slots=True)
class Peer:
    """A server on loopback that writes bytes as it is told, and counts connections."""

    script: Callable[[int], Iterable[bytes]]
    """The pieces of the answer to the n-th request; the connection is closed after them."""
    keep: bool = False
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.requests.append(head)
                for piece in self.script(len(self.requests)):
                    writer.write(piece)
                    await writer.drain()
                if not self.keep:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def with_peer(peer: Peer, work: Callable[[str], Awaitable[T]]) -> T:
    async def run() -> T:
        server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
        async with server:
            return await work(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")

    return asyncio.run(run())


async def ask(
    url: str, call: Call = GET, *, deadline: float = 5.0, keep_alive: bool = True
) -> Answer:
    http = Http(url, ROUTES, auth=HeaderAuth({"x-key": "s3cret"}), keep_alive=keep_alive)
    try:
        return await http.send(call, deadline=deadline)
    finally:
        await http.close()


def test_a_whole_answer_is_returned_in_plain_values() -> None:
    found = with_peer(Peer(lambda _: [WHOLE]), ask)
    assert (found.status, found.headers["x-test"], found.body) == (200, "1", b'{"Status":1')


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_an_answer_that_is_cut_anywhere_is_lost(length: int) -> None:
    with pytest.raises(LostError):
        with_peer(Peer(lambda _: [WHOLE[:length]]), ask)


def test_where_no_connection_is_made_nothing_was_sent() -> None:
    async def unused_port() -> str:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        return f"http://127.0.0.1:{port}"

    with pytest.raises(UnsentError, match="ConnectError"):
        asyncio.run(ask(asyncio.run(unused_port())))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (httpx.ConnectError("refused"), UnsentError),
        (httpx.ConnectTimeout("slow"), UnsentError),
        (httpx.PoolTimeout("busy"), UnsentError),
        (httpx.ReadTimeout("slow"), LostError),
        (httpx.WriteTimeout("slow"), LostError),
        (httpx.ReadError("reset"), LostError),
        (httpx.WriteError("reset"), LostError),
        (httpx.CloseError("reset"), LostError),
        (httpx.RemoteProtocolError("cut"), LostError),
        (httpx.LocalProtocolError("odd"), LostError),
        (httpx.ProxyError("proxy"), LostError),
        (httpx.DecodingError("odd"), LostError),
        (httpx.TooManyRedirects("loop"), LostError),
        (httpx.UnsupportedProtocol("odd"), LostError),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_only_a_connection_that_was_never_made_counts_as_unsent(
    error: httpx.HTTPError, expected: type[Exception]
) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    http = Http(URL, ROUTES, auth=HeaderAuth({}), transport=Server(fail))
    with pytest.raises(expected):
        asyncio.run(http.send(GET, deadline=5))


def test_a_redirect_is_an_answer_like_any_other() -> None:
    server = Server(lambda _: answer(307, raw=b"", location="http://evil.test/x"))
    http = Http(URL, ROUTES, auth=HeaderAuth({"x-key": "s3cret"}), transport=server)
    found = asyncio.run(http.send(GET, deadline=5))
    assert (found.status, len(server.arrived)) == (307, 1)


def test_an_answer_that_never_ends_is_lost_at_the_deadline() -> None:
    class Drip(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                await asyncio.sleep(1)
                yield b" "

    clock = VirtualClock()
    server = Server(lambda _: httpx.Response(200, stream=Drip()))
    http = Http(URL, ROUTES, auth=HeaderAuth({}), transport=server)
    with pytest.raises(LostError, match="no whole answer within 30 s"):
        clock.run(http.send(GET, deadline=30))
    assert clock.elapsed == 30


def test_an_answer_beyond_the_cap_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BODY", 10)
    for size, fits in ((10, True), (11, False)):
        server = Server(lambda _, size=size: answer(200, raw=b"x" * size))  # type: ignore[misc]  # a lambda with a default
        http = Http(URL, ROUTES, auth=HeaderAuth({}), transport=server)
        if fits:
            assert len(asyncio.run(http.send(GET, deadline=5)).body) == size
        else:
            with pytest.raises(LostError, match="larger than 10 bytes"):
                asyncio.run(http.send(GET, deadline=5))


def test_a_packed_answer_is_unpacked_though_nobody_asked_for_it() -> None:
    def packed(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept-encoding"] == "identity"
        return answer(200, raw=gzip.compress(b'{"a":1}'), content_encoding="gzip")

    http = Http(URL, ROUTES, auth=HeaderAuth({}), transport=Server(packed))
    assert asyncio.run(http.send(GET, deadline=5)).body == b'{"a":1}'


def test_a_bomb_a_cut_archive_and_a_strange_encoding_are_lost_answers() -> None:
    bomb = gzip.compress(b"\0" * (MAX_BODY + 1))
    cut = gzip.compress(b"x" * 1000)[:-9]
    for body, encoding in ((bomb, "gzip"), (cut, "gzip"), (b"plain", "gzip"), (b"x", "br")):
        with pytest.raises(LostError):
            unpacked(body, encoding)
    assert unpacked(b"x", "") == unpacked(b"x", "identity") == b"x"


@pytest.mark.parametrize("keep_alive", [True, False])
def test_deletions_have_a_connection_each_and_reads_share_some(*, keep_alive: bool) -> None:
    async def often(url: str) -> None:
        http = Http(url, ROUTES, auth=HeaderAuth({}), keep_alive=keep_alive)
        for _ in range(20):
            await http.send(Call(method="DELETE", path="/x"), deadline=5)
        await http.close()

    peer = Peer(lambda _: [WHOLE], keep=True)
    with_peer(peer, often)
    assert len(peer.requests) == 20
    assert peer.connections == 20 if not keep_alive else peer.connections < 10


def test_a_request_is_never_repeated_when_its_connection_dies() -> None:
    peer = Peer(lambda number: [WHOLE] if number == 1 else [], keep=False)

    async def twice(url: str) -> None:
        http = Http(url, ROUTES, auth=HeaderAuth({}), keep_alive=False)
        await http.send(Call(method="DELETE", path="/x"), deadline=5)
        with pytest.raises(LostError):
            await http.send(Call(method="DELETE", path="/x"), deadline=5)
        await http.close()

    with_peer(peer, twice)
    assert len(peer.requests) == 2


def test_proxies_and_certificates_of_the_environment_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:1")
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent")
    monkeypatch.setenv("NETRC", "/nonexistent")
    peer = Peer(lambda _: [WHOLE])
    assert with_peer(peer, ask).status == 200
    assert peer.requests[0].startswith(b"GET /x HTTP/1.1\r\n")


def test_cookies_are_neither_kept_nor_sent() -> None:
    server = Server(lambda _: answer(200, {}, set_cookie="session=1; Path=/"))
    http = Http(URL, ROUTES, auth=HeaderAuth({}), transport=server)

    async def twice() -> None:
        await http.send(GET, deadline=5)
        await http.send(GET, deadline=5)

    asyncio.run(twice())
    assert [one.headers.get("cookie") for one in server.arrived] == [None, None]


KEY = 'k+y"/<of> the=server'


def said(auth: Auth, words: str, **headers: str) -> Answer:
    """Return what a client makes of an answer that says this."""
    server = Server(lambda _: answer(400, raw=words, **headers))
    return asyncio.run(Http(URL, ROUTES, auth=auth, transport=server).send(GET, deadline=5))


@pytest.mark.parametrize(
    "quoted",
    [
        KEY,
        json.dumps(KEY)[1:-1],
        json.dumps(KEY)[1:-1].replace("/", "\\/"),
        'k\\u002By\\"/\\u003Cof\\u003E the=server',
        'k\\u002by\\"/\\u003cof\\u003e the=server',
        quote(KEY),
        quote(KEY, safe=""),
        quote(KEY, safe="").replace("%2B", "%2b").replace("%2F", "%2f").replace("%3C", "%3c")
        .replace("%3E", "%3e").replace("%3D", "%3d"),
        quote_plus(KEY),
        html.escape(KEY),
    ],
)  # fmt: skip
def test_an_answer_does_not_say_the_credentials_that_a_server_quotes(quoted: str) -> None:
    auth = HeaderAuth({"x-key": "first-key", "x-other": KEY})
    found = said(auth, f'{{"m":"a first-key {quoted} b"}}', x_seen=f"{quoted};first-key")
    assert found.body == b'{"m":"a *** *** b"}'
    assert found.headers["x-seen"] == "***;***"


def test_of_basic_and_bearer_credentials_the_token_and_the_password_are_hidden() -> None:
    auth = basic_auth("the-client", "the-password")
    header = auth.headers()["Authorization"]
    found = said(auth, f"{header} {header[6:]} the-client:the-password")
    assert found.body == b"Basic *** *** the-client:***"
    bearer = HeaderAuth({"Authorization": "Bearer the-token"}, public={"x-version": "2022-11-28"})
    found = said(bearer, "Bearer the-token, the-token, 2022-11-28")
    assert found.body == b"Bearer ***, ***, 2022-11-28"


@pytest.mark.parametrize(("status", "kept"), [(200, True), (400, False)])
def test_a_token_comes_as_it_is_whatever_it_is_made_of(status: int, kept: bool) -> None:  # noqa: FBT001 - a case
    given = b'{"access_token": "made-of-the-password"}'
    server = Server(lambda _: answer(status, raw=given.decode()))
    http = Http(URL, ROUTES, auth=basic_auth("the-client", "the-password"), transport=server)
    found = asyncio.run(http.send(replace(GET, grants=True), deadline=5))
    assert found.body == (given if kept else given.replace(b"the-password", b"***"))


def test_a_renewed_token_is_hidden_and_so_is_the_one_before_it() -> None:
    tokens = iter(["oldest-token", "older-token", "newest-token", "newest-token"])
    auth = BearerAuth(lambda: next(tokens))
    for _ in range(3):
        said(auth, "")
    assert said(auth, "older-token newest-token").body == b"*** ***"


def test_what_is_too_short_to_be_told_from_data_is_left_in_it() -> None:
    assert said(HeaderAuth({"x-key": "1234567"}), "12345678").body == b"12345678"
    assert said(HeaderAuth({"x-key": "12345678"}), "12345678").body == b"***"


def test_a_secret_that_is_a_part_of_another_leaves_nothing_of_it() -> None:
    auth = HeaderAuth({"x-key": "the-key-", "x-other": "the-key-and-more"})
    assert said(auth, "the-key-and-more the-key-").body == b"*** ***"


def test_an_error_does_not_say_the_credentials_either() -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise httpx.LocalProtocolError("Illegal header value b'the-key-of-all'")

    auth = HeaderAuth({"x-key": "the-key-of-all"})
    with pytest.raises(LostError, match=r"Illegal header value b'\*\*\*'"):
        asyncio.run(Http(URL, ROUTES, auth=auth, transport=Server(fail)).send(GET, deadline=5))
    with pytest.raises(LostError) as caught:
        said(auth, "", content_encoding="the-key-of-all")
    assert "the-key" not in str(caught.value)
