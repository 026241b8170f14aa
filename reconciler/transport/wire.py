"""What goes over the wire, in plain values: a call, its answer, and the two ways to lose one."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_BODY = 32 * 1024 * 1024
"""Bytes of the largest answer that is taken, unpacked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, in plain values."""

    method: str
    path: str
    query: Mapping[str, str | int] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    grants: bool = False
    """Whether what it is answered, if all is well, is a credential: it must come as it is, whatever
    it is made of, and nothing quotes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, in plain values; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    """Kept out of the repr: it may be a token, or somebody's name."""
    seconds: float


class UnsentError(Exception):
    """No connection was made, so the server cannot have seen the request."""


class LostError(Exception):
    """The request may have arrived, and there is no whole answer."""


def unpacked(body: bytes, encoding: str) -> bytes:
    """Return a body without its compression, which nobody asked for.

    Raises LostError for one that is cut, of another encoding, or larger than it may be.
    """
    if encoding in {"", "identity"}:
        return body
    if encoding != "gzip":
        raise LostError(f"the answer is encoded in a way that was not asked for: {encoding[:40]}")
    unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        plain = unpacking.decompress(body, MAX_BODY)
    except zlib.error as error:
        raise LostError("the answer is not the gzip that it says it is") from error
    if not unpacking.eof:
        raise LostError(f"the packed answer is cut, or larger than {MAX_BODY} bytes")
    return plain
