"""The OAuth side: gives out access tokens, and looks at them."""

from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from secrets import token_urlsafe
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from reconciler.sandbox.call import Call
from reconciler.sandbox.credentials import CLIENT_ID, CLIENT_SECRET
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.talkdesk import answers

MANAGE = "record-lists:manage"
_GRANT = "client_credentials"


@dataclass(slots=True)
class _Token:
    expires: float
    scopes: list[str]
    calls: int = 0


class Tokens:
    """The access tokens of this run of the sandbox."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._given: dict[str, _Token] = {}

    def give(self, call: Call) -> Response:
        """``POST /oauth/token``: Basic credentials for a token; a JWT opens nothing here."""
        form = dict(parse_qsl(call.raw.decode(errors="replace")))
        if "grant_type" not in form:
            return _refused(400, "invalid_request", "Missing grant type")
        if form["grant_type"] != _GRANT:
            return _refused(400, "unsupported_grant_type", "Only client_credentials")
        if "client_assertion" in form:
            return _refused(401, "invalid_client", "The sandbox knows no public keys")
        if _basic(call.headers.get("authorization", "")) != f"{CLIENT_ID}:{CLIENT_SECRET}":
            return _refused(401, "unauthorized", "Client authentication failed")
        granted = self._faults.talkdesk_granted_scopes.split()
        wanted = form.get("scope", "").split() or granted
        scopes = [scope for scope in wanted if scope in granted]
        lifetime = self._faults.talkdesk_token_lifetime
        token = f"sandbox.{token_urlsafe(24)}"
        self._given[token] = _Token(call.now + lifetime, scopes)
        return JSONResponse(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": int(lifetime),
                "scope": " ".join(scopes),
            }
        )

    def admit(self, call: Call) -> Response | None:
        """Refuse a call whose token is unknown, expired, used up or without the scope."""
        kind, _, value = call.headers.get("authorization", "").partition(" ")
        token = self._given.get(value) if kind.lower() == "bearer" else None
        if token is None or token.expires <= call.now:
            return answers.error(401)
        token.calls += 1
        most = self._faults.talkdesk_token_revoked_after
        if most and token.calls > most:
            return answers.error(401)
        return None if MANAGE in token.scopes else answers.error(403)


def _basic(header: str) -> str:
    kind, _, value = header.partition(" ")
    try:
        return b64decode(value).decode() if kind.lower() == "basic" else ""
    except (Base64Error, UnicodeDecodeError):
        return ""


def _refused(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)
