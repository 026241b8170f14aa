"""HTTP: the only module that knows httpx. Lets listed calls through and follows no redirect."""

import asyncio
import re
import ssl
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from typing import TypeAlias, cast

import httpx

from reconciler import __version__
from reconciler.transport.auth import Auth, Veil
from reconciler.transport.wire import MAX_BODY, Answer, Call, LostError, UnsentError, unpacked

Transport: TypeAlias = httpx.AsyncBaseTransport
"""What carries requests; tests give one that ends in the sandbox without a socket."""

_TIMEOUT = {"connect": 5.0, "read": 20.0, "write": 15.0, "pool": 10.0}
_HEADERS = {
    "User-Agent": f"reconciler/{__version__}",
    "Accept": "application/json, application/hal+json",
    "Accept-Encoding": "identity",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One call that a client may make."""

    method: str
    path: str
    """The whole path as a pattern, compared with what is sent: nothing is decoded first."""
    query: frozenset[str] = frozenset()
    """The names that may stand in the query; credentials never do."""


class Only(httpx.AsyncBaseTransport):
    """Lets the listed calls through, to one origin, and nothing else."""

    def __init__(
        self, inner: httpx.AsyncBaseTransport, base_url: str, routes: frozenset[Route]
    ) -> None:
        """Wrap a transport."""
        self._inner = inner
        base = httpx.URL(base_url)
        self._origin = _origin(base)
        prefix = re.escape(_path(base).rstrip("/"))
        self._routes = [(route, re.compile(prefix + route.path)) for route in routes]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a listed call on; raise for any other."""
        url = request.url
        path, names = _path(url), set(url.params)
        listed = any(
            route.method == request.method and pattern.fullmatch(path) and names <= route.query
            for route, pattern in self._routes
        )
        if not listed or _origin(url) != self._origin:
            # A bug, or an attack by data: never the user's mistake, so not a ReconcilerError.
            raise PermissionError(f"this client may not call {request.method} {path}")
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the wrapped transport."""
        await self._inner.aclose()


class Lanes(httpx.AsyncBaseTransport):
    """Several small pools of connections, taken in turn.

    For every request a pool looks at each of its connections: four of eight cost a quarter of one
    of 32.
    """

    def __init__(self, *, secure: bool, keep_alive: bool) -> None:
        """Open no connection yet."""
        kept = _CONNECTIONS_A_LANE if keep_alive else 0
        limits = httpx.Limits(
            max_connections=2 * _CONNECTIONS_A_LANE, max_keepalive_connections=kept
        )
        self._lanes = [
            httpx.AsyncHTTPTransport(
                verify=_tls_context(secure=secure), trust_env=False, limits=limits
            )
            for _ in range(_LANES if keep_alive else 1)
        ]
        self._turns = cycle(self._lanes)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request over the lane whose turn it is."""
        return await next(self._turns).handle_async_request(request)

    async def aclose(self) -> None:
        """Close every connection."""
        for lane in self._lanes:
            await lane.aclose()


_LANES, _CONNECTIONS_A_LANE = 4, 8


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _path(url: httpx.URL) -> str:
    """Return the path as it is sent: a decoded one would not tell ``%2F`` from ``/``."""
    return url.raw_path.partition(b"?")[0].decode("ascii")


class Http:
    """A client for the listed calls of one origin.

    It uses the transport of httpx and no client of it: that would follow redirects, keep cookies
    and ask the environment, none of which is wanted here.
    """

    def __init__(
        self,
        base_url: str,
        routes: frozenset[Route],
        *,
        auth: Auth,
        transport: Transport | None = None,
        keep_alive: bool = True,
    ) -> None:
        """Open no connection yet. Without ``keep_alive`` every call has a connection of its own.

        Then an idle connection that the server closes cannot swallow a deletion.
        """
        secure = not base_url.startswith("http://")
        inner = transport or Lanes(secure=secure, keep_alive=keep_alive)
        self._transport = Only(inner, base_url, routes)
        self._base_url = base_url.rstrip("/")
        self._auth = auth
        self._veil = Veil(())

    async def send(self, call: Call, *, deadline: float) -> Answer:
        """Send one request, once, and return the whole answer.

        Raises UnsentError when no connection was made, LostError when the answer did not come
        whole within ``deadline`` seconds or within the size cap. Neither the answer nor an error
        quotes the credentials of this client.
        """
        headers = {**_HEADERS, **self._auth.headers()}
        veil = self._veiling()
        request = httpx.Request(
            call.method,
            f"{self._base_url}/{call.path.lstrip('/')}",
            params=dict(call.query) or None,
            headers=headers,
            json=call.json,
            data=dict(call.form) if call.form is not None else None,
            extensions={"timeout": _TIMEOUT},
        )
        if not _path(request.url).endswith(call.path):
            # Dots, a query or a fragment in an identifier would make it another call.
            raise PermissionError(f"this client may not call {call.method} {call.path}")
        try:
            async with asyncio.timeout(deadline):
                return await self._exchange(request, veil, grants=call.grants)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise UnsentError(_words(error, veil)) from error
        except httpx.HTTPError as error:
            raise LostError(_words(error, veil)) from error
        except TimeoutError as error:
            raise LostError(f"no whole answer within {deadline:g} s") from error

    def _veiling(self) -> Veil:
        """Return what hides the credentials of the request that is about to be sent."""
        secrets = self._auth.secrets()
        if secrets != self._veil.secrets:
            self._veil = Veil(secrets)
        return self._veil

    async def _exchange(self, request: httpx.Request, veil: Veil, *, grants: bool) -> Answer:
        began = asyncio.get_running_loop().time()
        response = await self._transport.handle_async_request(request)
        try:
            chunks, size = list[bytes](), 0
            # The bytes as they came: httpx would unpack without a limit.
            async for chunk in cast("httpx.AsyncByteStream", response.stream):
                chunks.append(chunk)
                size += len(chunk)
                if size > MAX_BODY:
                    raise LostError(f"the answer is larger than {MAX_BODY} bytes")
        finally:
            await response.aclose()
        # Veiled first: an error of unpacking may quote a header.
        headers = veil.headers({name.lower(): text for name, text in response.headers.items()})
        body = unpacked(b"".join(chunks), headers.get("content-encoding", "").strip().lower())
        return Answer(
            status=response.status_code,
            headers=headers,
            body=body if grants and response.is_success else veil.body(body),
            seconds=asyncio.get_running_loop().time() - began,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.aclose()


@cache
def _tls_context(*, secure: bool) -> ssl.SSLContext:
    # Reading the certificates takes longer than a call; one context serves every client.
    # One that trusts nobody serves where nothing is encrypted, and needs none of them.
    if secure:
        return httpx.create_ssl_context(trust_env=False)
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _words(error: Exception, veil: Veil) -> str:
    """Return what happened without URL and credentials: texts of httpx may carry either."""
    return f"{type(error).__name__}: {veil.text(str(error)) or 'no details'}"[:200]
