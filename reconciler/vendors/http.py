"""HTTP: the only module that knows httpx. Lets listed calls through and follows no redirect."""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

import httpx

from reconciler import __version__

Auth: TypeAlias = httpx.Auth
Transport: TypeAlias = httpx.AsyncBaseTransport
"""What carries requests; tests give one that ends in the sandbox without a socket."""

_MAX_BODY = 32 * 1024 * 1024
_TIMEOUT = httpx.Timeout(connect=5.0, read=25.0, write=15.0, pool=30.0)


@dataclass(frozen=True, slots=True)
class Route:
    """One call that a client may make: a method, and the whole path as a pattern."""

    method: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, in plain values."""

    method: str
    path: str
    query: Mapping[str, str | int] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, in plain values; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


class UnsentError(Exception):
    """No connection was made, so the server cannot have seen the request."""


class LostError(Exception):
    """The request may have arrived, and there is no whole answer."""


class Only(httpx.AsyncBaseTransport):
    """Lets the listed calls through, to one origin, and nothing else."""

    def __init__(
        self, inner: httpx.AsyncBaseTransport, base_url: str, routes: frozenset[Route]
    ) -> None:
        """Wrap a transport."""
        self._inner = inner
        self._base = httpx.URL(base_url)
        self._routes = [(route.method, re.compile(route.path)) for route in routes]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a listed call on; raise for any other."""
        url = request.url
        same_origin = (url.scheme, url.host, url.port) == (
            self._base.scheme,
            self._base.host,
            self._base.port,
        )
        path = url.path.removeprefix(self._base.path.rstrip("/"))
        listed = any(
            method == request.method and pattern.fullmatch(path) for method, pattern in self._routes
        )
        if not (same_origin and listed):
            # A bug, or an attack by data: never the user's mistake, so not a ReconcilerError.
            raise PermissionError(f"this client may not call {request.method} {path}")
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the wrapped transport."""
        await self._inner.aclose()


class HeaderAuth(httpx.Auth):
    """Fixed credentials in headers, never in a URL."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        """Keep the headers."""
        self._headers = dict(headers)

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Add the headers."""
        request.headers.update(self._headers)
        yield request


def basic_auth(name: str, password: str) -> Auth:
    """Return HTTP basic authentication."""
    return httpx.BasicAuth(name, password)


class BearerAuth(httpx.Auth):
    """A bearer token that somebody else keeps fresh.

    A refused request is not repeated in here: a repetition is a call of its own, with its own
    rate slot, so the caller renews and calls again.
    """

    def __init__(self, token: Callable[[], str]) -> None:
        """Take the token from ``token`` for every request."""
        self._token = token

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Add the token."""
        request.headers["Authorization"] = f"Bearer {self._token()}"
        yield request


class Http:
    """A client for the listed calls of one origin."""

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
        kept = 32 if keep_alive else 0
        inner = transport or httpx.AsyncHTTPTransport(
            verify=_tls_context(),
            trust_env=False,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=kept),
        )
        self._client = httpx.AsyncClient(
            base_url=base_url,
            auth=auth,
            transport=Only(inner, base_url, routes),
            timeout=_TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            headers={
                "User-Agent": f"reconciler/{__version__}",
                "Accept": "application/json, application/hal+json",
                "Accept-Encoding": "identity",
            },
        )

    async def send(self, call: Call, *, deadline: float) -> Answer:
        """Send one request, once, and return the whole answer.

        Raises UnsentError when no connection was made, LostError when the answer did not come
        whole within ``deadline`` seconds or within the size cap.
        """
        request = self._client.build_request(
            call.method,
            call.path.lstrip("/"),
            params=dict(call.query) or None,
            json=call.json,
            data=dict(call.form) if call.form is not None else None,
            headers=dict(call.headers),
        )
        try:
            async with asyncio.timeout(deadline):
                return await self._exchange(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise UnsentError(_words(error)) from error
        except httpx.HTTPError as error:
            raise LostError(_words(error)) from error
        except TimeoutError as error:
            raise LostError(f"no whole answer within {deadline:g} s") from error

    async def _exchange(self, request: httpx.Request) -> Answer:
        began = asyncio.get_running_loop().time()
        response = await self._client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _MAX_BODY:
                    raise LostError(f"the answer is larger than {_MAX_BODY} bytes")
        finally:
            await response.aclose()
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=bytes(body),
            seconds=asyncio.get_running_loop().time() - began,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()


@cache
def _tls_context() -> ssl.SSLContext:
    # Reading the certificates takes longer than a call; one context serves every client.
    return httpx.create_ssl_context(trust_env=False)


def _words(error: Exception) -> str:
    """Return what happened without the URL: exception texts of httpx may carry one."""
    return f"{type(error).__name__}: {str(error) or 'no details'}"[:200]
