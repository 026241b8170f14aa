"""What makes requests allowed, and how it is kept out of everything that an answer says.

A proxy may quote a request in its error page, credentials and all, and what an answer says is
recorded and shown.
"""

import html
import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol
from urllib.parse import quote, quote_plus

_SHORTEST = 8
"""Characters of the shortest secret that is hidden: a shorter one would be found by chance in ids
and names, and replacing it there would change data."""
_HIDDEN = "***"


class Auth(Protocol):
    """What makes requests allowed."""

    def headers(self) -> Mapping[str, str]:
        """Return the headers for one request."""
        ...

    def secrets(self) -> Sequence[str]:
        """Return what no answer may say; asked after the headers of the request."""
        ...


class HeaderAuth:
    """Fixed credentials in headers, never in a URL."""

    def __init__(
        self,
        headers: Mapping[str, str],
        *,
        public: Mapping[str, str] | None = None,
        secrets: Sequence[str] = (),
    ) -> None:
        """Keep the headers; ``public`` ones are no secret, ``secrets`` are in the others."""
        self._headers = {**(public or {}), **headers}
        schemes = [
            value.removeprefix("Bearer ").removeprefix("Basic ") for value in headers.values()
        ]
        self._secrets = (*schemes, *secrets)

    def headers(self) -> Mapping[str, str]:
        """Return the headers."""
        return self._headers

    def secrets(self) -> Sequence[str]:
        """Return the values without the word before a token."""
        return self._secrets


def basic_auth(name: str, password: str) -> Auth:
    """Return HTTP basic authentication; the name is no secret."""
    encoded = b64encode(f"{name}:{password}".encode()).decode("ascii")
    return HeaderAuth({"Authorization": f"Basic {encoded}"}, secrets=[password])


class BearerAuth:
    """A bearer token that somebody else keeps fresh.

    A refused request is not repeated in here: a repetition is a call of its own, with its own
    rate slot, so the caller renews and calls again.
    """

    def __init__(self, token: Callable[[], str]) -> None:
        """Take the token from ``token`` for every request."""
        self._token = token
        self._sent: tuple[str, ...] = ()

    def headers(self) -> Mapping[str, str]:
        """Return the header with the token."""
        token = self._token()
        if token not in self._sent[:1]:
            self._sent = (token, *self._sent[:1])
        return {"Authorization": f"Bearer {token}"}

    def secrets(self) -> Sequence[str]:
        """Return the token that was sent last, and the one before it."""
        # Asking for the token again would note that the call uses it.
        return self._sent


class Veil:
    """Hides secrets, in every spelling in which an answer may quote them."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Spell them once: there are thousands of answers."""
        self.secrets = secrets
        spelled = {
            one for secret in secrets if len(secret) >= _SHORTEST for one in _spelled(secret)
        }
        # The longest first, lest a part of it is left.
        self._texts = sorted(spelled, key=lambda one: (-len(one), one))
        self._bytes = [one.encode(errors="surrogatepass") for one in self._texts]

    def text(self, said: str) -> str:
        """Return a text without the secrets."""
        for secret in self._texts:
            said = said.replace(secret, _HIDDEN)
        return said

    def body(self, said: bytes) -> bytes:
        """Return bytes without the secrets; the same ones where there are none."""
        for secret in self._bytes:
            if secret in said:
                said = said.replace(secret, _HIDDEN.encode())
        return said

    def headers(self, said: Mapping[str, str]) -> dict[str, str]:
        """Return headers whose values are without the secrets."""
        return {name: self.text(value) for name, value in said.items()}


def _spelled(secret: str) -> Iterator[str]:
    """Yield a secret as it is, and as JSON, Python, URLs and HTML write it."""
    yield secret
    yield html.escape(secret)
    yield repr(secret.encode(errors="surrogatepass"))[2:-1]
    for escaped in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        yield from (escaped, escaped.replace("/", "\\/"))
        yield from _with_points(escaped)
    raw = secret.encode(errors="surrogatepass")
    for encoded in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield from (encoded, _lower(encoded))


def _with_points(escaped: str) -> Iterable[str]:
    """Yield a JSON text as .NET writes it: what HTML could misread as a code point."""
    for form in ("\\u{:04x}", "\\u{:04X}"):
        yield "".join(form.format(ord(one)) if one in "<>&'+" else one for one in escaped)


def _lower(encoded: str) -> str:
    """Return a percent-encoded text with lower-case digits, which are as good."""
    first, *rest = encoded.split("%")
    return "%".join([first, *(one[:2].lower() + one[2:] for one in rest)])
